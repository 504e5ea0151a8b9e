#!/bin/sh
# Before: one curl call on each side of the deployment, as on Alert24's page.
set -e
set_status() {
  curl -s -X PUT "https://app.alert24.net/api/v1/services/svc_YOUR_SERVICE_ID" \
    -H "Authorization: Bearer $ALERT24_API_KEY" \
    -H "Content-Type: application/json" \
    -d "{\"status\": \"$1\"}"
}
set_status maintenance
./deploy.sh
set_status operational
