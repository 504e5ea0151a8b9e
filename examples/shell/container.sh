#!/bin/sh
# start and finish in containers, around a deployment on the machine. Store ALERT24_API_KEY as a CI secret.
alert24() {
  docker run --rm --env ALERT24_API_KEY --env ALERT24_SERVICES="Payments API" \
    --volume "$PWD:/work" --workdir /work ghcr.io/alert24/alert24-deploy:v1 "$@"
}

alert24 start || exit
./deploy.sh
code=$?
[ "$code" -eq 0 ] && outcome=success || outcome=failure
alert24 finish --outcome "$outcome" || exit
exit "$code"
