#!/bin/sh
# start and finish around any script. Store ALERT24_API_KEY as a CI secret.
export ALERT24_SERVICES="Payments API"

alert24-deploy start || exit
./deploy.sh
code=$?
[ "$code" -eq 0 ] && outcome=success || outcome=failure
alert24-deploy finish --outcome "$outcome" || exit
exit "$code"
