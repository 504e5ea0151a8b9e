#!/bin/sh
# Copies the image that a release's action.yml names, for all platforms and with the same digest.
# usage: image.sh ghcr.io/alert24/alert24-deploy@sha256:... registry.example.com/mirror/alert24-deploy
set -eu
exec skopeo copy --all --preserve-digests "docker://$1" "docker://$2:${1##*:}"
