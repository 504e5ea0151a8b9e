#!/bin/sh
# Where this deployment fails, somebody else rolls it back. ALERT24_ROLLBACK_URL and ALERT24_ROLLBACK_SECRET, like
# ALERT24_API_KEY, come from the secrets of the CI.
exec alert24-deploy run --service "Payments API" -- ./deploy.sh
