#!/bin/sh
# The whole deployment in one command. Store ALERT24_API_KEY as a CI secret.
exec alert24-deploy run --service "Payments API" \
  --rollback ./rollback.sh -- ./deploy.sh
