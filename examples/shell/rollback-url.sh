#!/bin/sh
# If this deployment fails, your rollback service rolls it back. Store ALERT24_ROLLBACK_URL, ALERT24_ROLLBACK_SECRET and
# ALERT24_API_KEY as CI secrets.
exec alert24-deploy run --service "Payments API" -- ./deploy.sh
