# For GitHub (Docker action), GitLab (`image:`) and anything else that runs containers.
# Both stages use the same base image, because the virtual environment refers to the path of its Python. It is named in
# full in both, with the digest of its index for all platforms, because Dependabot updates nothing else (docs/adr/0016).
FROM python:3.14-slim@sha256:a2b82f3c48559aa0a8446d9af49826b6e2b2016f4cd2afabfe6013ec53729170 AS build
WORKDIR /src
# Copy the lock first, because it changes less often than the source. The base's own pip installs it. Remove the package
# `tests`, which actions-toolkit installs, and programs. Mozilla's certificate authorities are in the base, too: use
# those, so that an image that is built on this one can add its own by update-ca-certificates.
COPY requirements/image.txt ./
RUN python3 -m venv --without-pip /opt/alert24-deploy \
 && site=$(echo /opt/alert24-deploy/lib/python3*/site-packages) \
 && python3 -m pip install --disable-pip-version-check --root-user-action ignore --no-cache-dir --no-compile \
      --require-hashes --no-deps --target "$site" -r image.txt \
 && rm -r "${site:?}/tests" "${site:?}/bin" \
 && ln -sf /etc/ssl/certs/ca-certificates.crt "$site/certifi/cacert.pem"
COPY LICENSE /opt/alert24-deploy/
COPY entrypoint/alert24_deploy alert24_deploy
# Keep bytecode only, and without docstrings: sources are half of the size. Only commands keep theirs, because their help
# comes from them. Add -I to the programs' first line, so that a job's PYTHONPATH or PYTHONSTARTUP has
# no effect, and -u, so that the commands that mask secrets precede all other output.
RUN site=$(echo /opt/alert24-deploy/lib/python3*/site-packages) \
 && python3 -m compileall -q -b -o 2 --invalidation-mode unchecked-hash "$site" \
 && mv alert24_deploy "$site" \
 && python3 -m compileall -q -b -o 2 -x '/cli/' --invalidation-mode unchecked-hash "$site/alert24_deploy" \
 && python3 -m compileall -q -b --invalidation-mode unchecked-hash "$site/alert24_deploy/cli" \
 && find "$site" -name '*.py' -delete \
 && write() { printf '#!/opt/alert24-deploy/bin/python3 -Iu\nfrom alert24_deploy.%s import %s\n%s()\n' "$2" "$3" "$3" \
      >"/opt/alert24-deploy/bin/$1" && chmod +x "/opt/alert24-deploy/bin/$1"; } \
 && write alert24-deploy cli main \
 && write alert24-deploy-main action main \
 && write alert24-deploy-post action post

FROM python:3.14-slim@sha256:a2b82f3c48559aa0a8446d9af49826b6e2b2016f4cd2afabfe6013ec53729170
# Run as root, which GitHub requires for Docker actions: the files that it mounts belong to the runner's user.
COPY --from=build /opt/alert24-deploy /opt/alert24-deploy
# Import every module, which checks that the programs start, and which stores bytecode for the modules of the standard
# library that they use (ascii is a codec that they look up by its name). Python images have no bytecode, and compiling
# takes longer than the rest of a start. -OO leaves out the docstrings; the new names make Python without -OO use it.
RUN ln -s /opt/alert24-deploy/bin/alert24-deploy /opt/alert24-deploy/bin/alert24-deploy-main \
      /opt/alert24-deploy/bin/alert24-deploy-post /usr/local/bin/ \
 && /opt/alert24-deploy/bin/python3 -I -OO -c 'import encodings.ascii, importlib, pathlib, pkgutil, alert24_deploy; \
      [importlib.import_module(module.name) for module in pkgutil.walk_packages(alert24_deploy.__path__, "alert24_deploy.")]; \
      library = pathlib.Path(pkgutil.__file__).parent; \
      [file.rename(str(file).replace(".opt-2.", ".")) for file in library.rglob("*.opt-2.pyc")]' \
 && alert24-deploy --version
# GitHub overrides this with one program per stage. The list form avoids a shell, which would lose signals, and variables
# with hyphens in their names.
ENTRYPOINT ["/usr/local/bin/alert24-deploy"]

# Last, so that a new commit doesn't invalidate other layers.
ARG VERSION="" REVISION="" CREATED="" SOURCE="" URL=""
LABEL org.opencontainers.image.title="alert24-deploy" \
      org.opencontainers.image.description="Puts Alert24 services into maintenance around a deployment." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.url="${URL}"
