# For GitHub (Docker action), GitLab (`image:`) and anything else that runs containers.
# Both stages use the same base image, because the virtual environment refers to the path of its Python.
ARG PYTHON_IMAGE=python:3.14-slim

FROM ${PYTHON_IMAGE} AS build
WORKDIR /src
# Install the build tools in a separate environment. Copy the lock files first, because they change less often than the
# source. Remove the package `tests`, which actions-toolkit installs.
COPY requirements/build.txt requirements/image.txt requirements/
RUN python3 -m venv /opt/build \
 && /opt/build/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements/build.txt \
 && python3 -m venv --without-pip /opt/alert24-deploy \
 && /opt/build/bin/pip --python /opt/alert24-deploy/bin/python3 install --no-cache-dir --no-compile \
      --require-hashes --no-deps -r requirements/image.txt \
 && rm -rf /opt/alert24-deploy/lib/python3*/site-packages/tests
COPY pyproject.toml README.md LICENSE ./
COPY entrypoint entrypoint
COPY sandbox sandbox
# Add -I to the programs' first line, so that a job's PYTHONPATH or PYTHONSTARTUP has no effect, and -u, so that the
# commands that mask secrets precede all other output. Skip the check of bytecode against the source: neither changes.
RUN /opt/build/bin/pip wheel --no-cache-dir --no-index --no-build-isolation --no-deps --wheel-dir dist . \
 && /opt/build/bin/pip --python /opt/alert24-deploy/bin/python3 install --no-cache-dir --no-compile --no-index --no-deps \
      dist/*.whl \
 && sed -i '1s/$/ -Iu/' /opt/alert24-deploy/bin/alert24-deploy* \
 && python3 -m compileall -q --invalidation-mode unchecked-hash /opt/alert24-deploy/lib

FROM ${PYTHON_IMAGE}
# Run as root, which GitHub requires for Docker actions: the files that it mounts belong to the runner's user.
COPY --from=build /opt/alert24-deploy /opt/alert24-deploy
# Check that the programs start. This also stores bytecode for the standard library modules that they use, which Python
# images don't include.
RUN ln -s /opt/alert24-deploy/bin/alert24-deploy /opt/alert24-deploy/bin/alert24-deploy-main \
      /opt/alert24-deploy/bin/alert24-deploy-post /usr/local/bin/ \
 && /opt/alert24-deploy/bin/python3 -I -c 'import alert24_deploy.action, actions_toolkit.core, requests' \
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
