# syntax=docker/dockerfile:1
# The gateway without the demonstration models and without what builds it. It serves on all addresses of its container, and
# therefore starts only with a configuration that has callers; see the last lines. `make image` runs these steps
# on a root of Debian's own, where no container engine is.

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/gateway
WORKDIR /src
COPY requirements.lock ./
RUN /opt/gateway/bin/pip install --require-hashes --no-deps --requirement requirements.lock
COPY pyproject.toml README.md LICENSE config.yaml ./
COPY policies ./policies
COPY gateway ./gateway
RUN /opt/gateway/bin/pip install --no-deps --no-build-isolation .
# What built it, and llama.cpp, which only the demonstration models need, stay behind.
RUN /opt/gateway/bin/pip uninstall --yes --quiet xllamacpp hatchling editables pathspec pluggy tomlkit trove-classifiers \
    && /opt/gateway/bin/pip uninstall --yes --quiet setuptools pip \
    && find /opt/gateway -name __pycache__ -type d -prune -exec rm -rf {} +

FROM python:3.11-slim
RUN groupadd --system --gid 10001 gateway \
    && useradd --system --uid 10001 --gid gateway --home-dir /var/lib/triage-gateway --create-home gateway \
    && install -d -o gateway -g gateway -m 0700 /var/lib/triage-gateway/state
COPY --from=build /opt/gateway /opt/gateway
WORKDIR /etc/triage-gateway
COPY config.yaml ./
COPY policies ./policies
# The record, the secret and the keys are a volume: they must outlive the container.
ENV PATH=/opt/gateway/bin:$PATH PYTHONUNBUFFERED=1 GATEWAY_STATE_DIR=/var/lib/triage-gateway/state
USER 10001:10001
VOLUME ["/var/lib/triage-gateway/state"]
EXPOSE 8080
# Asks the process and not a port: so it is right with TLS and without, whatever the listeners are.
HEALTHCHECK --interval=15s --timeout=10s --start-period=30s --retries=3 CMD ["gateway", "status", "--alive"]
# Refuses to start without callers, and says how to make one:
#   docker run --rm IMAGE gateway keys new soma --in-config
#   docker run -p 127.0.0.1:8080:8080 -v ./config.yaml:/etc/triage-gateway/config.yaml:ro -v gateway-state:/var/lib/triage-gateway/state IMAGE
CMD ["gateway", "serve", "--host", "0.0.0.0", "--port", "8080", "--log", "json"]
