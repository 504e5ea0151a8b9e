#!/bin/sh
# start and finish around a script of any kind. ALERT24_API_KEY comes from the secrets of the CI.
export ALERT24_SERVICES="Payments API"

alert24-deploy start || exit
./deploy.sh
code=$?
[ "$code" -eq 0 ] && outcome=success || outcome=failure
alert24-deploy finish --outcome "$outcome" || exit
exit "$code"
