# Made for GitHub (docker action), GitLab (`image:`) and any other place that runs containers.
# Both stages have the same base: the virtual environment points to its Python, wherever that is.
ARG PYTHON_IMAGE=python:3.14-slim

FROM ${PYTHON_IMAGE} AS build
WORKDIR /src
# The tools that build, apart from what is built. The lock files come first: they change less often than the source.
# actions-toolkit installs its own tests as a package `tests`.
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
# -I in the programs' first line: a job's PYTHONPATH, PYTHONSTARTUP and the like are not ours to obey. -u: what is
# masked, is masked before anything else is printed. Bytecode is never checked against the source: neither changes.
RUN /opt/build/bin/pip wheel --no-cache-dir --no-index --no-build-isolation --no-deps --wheel-dir dist . \
 && /opt/build/bin/pip --python /opt/alert24-deploy/bin/python3 install --no-cache-dir --no-compile --no-index --no-deps \
      dist/*.whl \
 && sed -i '1s/$/ -Iu/' /opt/alert24-deploy/bin/alert24-deploy* \
 && python3 -m compileall -q --invalidation-mode unchecked-hash /opt/alert24-deploy/lib

FROM ${PYTHON_IMAGE}
# Root, as GitHub asks of docker actions: the files that it mounts belong to the runner's user.
COPY --from=build /opt/alert24-deploy /opt/alert24-deploy
# Proves that the programs start, and leaves the bytecode of the standard library's modules that they use: an image of
# Python comes without it.
RUN ln -s /opt/alert24-deploy/bin/alert24-deploy /opt/alert24-deploy/bin/alert24-deploy-main \
      /opt/alert24-deploy/bin/alert24-deploy-post /usr/local/bin/ \
 && /opt/alert24-deploy/bin/python3 -I -c 'import alert24_deploy.action, actions_toolkit.core, requests' \
 && alert24-deploy --version
# GitHub names another program for each stage. A list, so that no shell stands between: it would lose variables with
# hyphens in their names, and signals.
ENTRYPOINT ["/usr/local/bin/alert24-deploy"]

# Last, so that a new commit costs no layer.
ARG VERSION="" REVISION="" CREATED="" SOURCE="" URL=""
LABEL org.opencontainers.image.title="alert24-deploy" \
      org.opencontainers.image.description="Puts Alert24 services into maintenance around a deployment." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.url="${URL}"
