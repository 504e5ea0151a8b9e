#!/bin/sh
# The whole deployment in one command. ALERT24_API_KEY comes from the secrets of the CI.
exec alert24-deploy run --service "Payments API" --rollback ./rollback.sh -- ./deploy.sh
