# Pin it by digest where you build: --build-arg PYTHON_IMAGE=python@sha256:...
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

# 1. The wheel. The build backend is in the dev lock, so what builds is pinned by hash as well.
FROM ${PYTHON_IMAGE} AS wheel
WORKDIR /build
COPY requirements-dev.lock ./
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install --no-cache-dir --no-compile --only-binary :all: --require-hashes -r requirements-dev.lock
COPY pyproject.toml README.md LICENSE .gitignore ./
COPY src ./src
RUN /opt/build/bin/pip wheel --no-index --no-deps --no-build-isolation --wheel-dir /dist .

# 2. The environment that runs: runtime requirements and the wheel, compiled, nothing else.
FROM ${PYTHON_IMAGE} AS environment
COPY requirements.lock /tmp/
RUN python -m venv /opt/earlywarn \
 && /opt/earlywarn/bin/pip install --no-cache-dir --no-compile --only-binary :all: --require-hashes -r /tmp/requirements.lock
COPY --from=wheel /dist /tmp/dist
# unchecked-hash: the bytecode counts as current whatever time a copied layer puts on its source.
RUN /opt/earlywarn/bin/pip install --no-cache-dir --no-compile --no-index --no-deps /tmp/dist/earlywarn-*.whl \
 && /opt/earlywarn/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/earlywarn/lib

# 3. The image. /data is the place to mount: rosters in, models and score runs out.
FROM ${PYTHON_IMAGE}
RUN useradd --system --uid 10001 --home-dir /data --create-home earlywarn
COPY --from=environment /opt/earlywarn /opt/earlywarn
ENV PATH=/opt/earlywarn/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    EARLYWARN_HOME=/data/models \
    MLFLOW_DISABLE_TELEMETRY=true \
    DO_NOT_TRACK=true \
    GIT_PYTHON_REFRESH=quiet
USER 10001
WORKDIR /data
ENTRYPOINT ["earlywarn"]
CMD ["--help"]
