#!/bin/sh
# Downloads the command from a release, checks it and installs it into the folder that is named.
# usage: get.sh FOLDER [alert24-deploy.pyz | alert24-deploy-linux-x86_64 | alert24-deploy-linux-arm64]
set -eu
release=https://github.com/alert24/alert24-deploy/releases/download/v1.0.0
file=${2:-alert24-deploy.pyz} # needs Python 3.10 or newer; the others need nothing but Linux
mkdir -p "$1"
cd "$1"
curl -fsSLO "$release/SHA256SUMS"
curl -fsSLO "$release/$file"
grep " $file\$" SHA256SUMS | sha256sum -c -
chmod +x "$file"
mv "$file" alert24-deploy
