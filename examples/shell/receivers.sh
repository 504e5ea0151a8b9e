#!/bin/sh
# A deployment without an API key. Store the receivers' URLs, one per line, as the CI secret ALERT24_WEBHOOK_URLS.
exec alert24-deploy run --rollback ./rollback.sh -- ./deploy.sh
