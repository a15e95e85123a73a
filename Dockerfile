# syntax=docker/dockerfile:1
# The gateway without the demonstration models. It serves on all addresses of its container, and therefore starts only
# with a configuration that has callers; see the last lines.

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/gateway
WORKDIR /src
COPY requirements.lock ./
RUN /opt/gateway/bin/pip install --require-hashes --no-deps --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY config.yaml ./
COPY policies ./policies
COPY gateway ./gateway
RUN /opt/gateway/bin/pip install --no-deps --no-build-isolation .

FROM python:3.11-slim
RUN groupadd --system --gid 10001 gateway \
    && useradd --system --uid 10001 --gid gateway --home-dir /var/lib/triage-gateway --create-home gateway
COPY --from=build /opt/gateway /opt/gateway
WORKDIR /etc/triage-gateway
COPY config.yaml ./
COPY policies ./policies
# `state_dir: ./state` of the shipped configuration is a volume: the ledger and the secret must outlive the container.
RUN ln -s /var/lib/triage-gateway/state state \
    && install -d -o gateway -g gateway -m 0700 /var/lib/triage-gateway/state
ENV PATH=/opt/gateway/bin:$PATH PYTHONUNBUFFERED=1
USER 10001:10001
VOLUME ["/var/lib/triage-gateway/state"]
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=3s --start-period=10s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/health', timeout=2)"]
# Refuses to start without callers, and says how to make one: `gateway keys new NAME --in-config` prints a key and its entry.
#   docker run --rm IMAGE gateway keys new soma --in-config
#   docker run -p 127.0.0.1:8080:8080 -v ./config.yaml:/etc/triage-gateway/config.yaml:ro IMAGE
CMD ["gateway", "serve", "--host", "0.0.0.0", "--port", "8080", "--log", "json"]
