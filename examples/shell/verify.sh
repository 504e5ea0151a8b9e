#!/bin/sh
# A deployment that counts only if the service answers three times in a row. Store ALERT24_API_KEY as a CI secret.
exec alert24-deploy run --service "Payments API" --verify-url https://payments.example.com/health \
  --verify-successes 3 --rollback ./rollback.sh -- ./deploy.sh
