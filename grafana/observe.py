"""Starts Prometheus, with the rules, beside a running gateway, and Grafana with the dashboards where it is installed.

`make observe`; Ctrl-C ends all of it. What they remember is kept in `state/prometheus` and `state/grafana`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import yaml

from gateway.cli.running import add_running, url_of

FOLDER = Path(__file__).parent
HOMES = ("/usr/share/grafana", "/opt/homebrew/share/grafana", "/usr/local/share/grafana")
"""Where packages put what Grafana is made of: Debian, Homebrew on Apple silicon, Homebrew on Intel."""
START_S = 30
Json = dict[str, Any]


class Unable(Exception):
    """It cannot be done; the words say what to do."""


def configured(target: str, *, key_file: str = "", every: str = "") -> Json:
    """The shipped configuration of Prometheus, aimed at `target` (host:port)."""
    config: Json = yaml.safe_load((FOLDER / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    config["rule_files"] = [str(FOLDER / "rules" / "*.yml")]
    (scraped,) = config["scrape_configs"]
    scraped["static_configs"] = [{"targets": [target]}]
    if key_file:
        scraped["authorization"] = {"credentials_file": str(Path(key_file).resolve())}
    if every:
        config["global"] = {"scrape_interval": every, "scrape_timeout": every, "evaluation_interval": every}
    return config


def look(target: str, key_file: str) -> None:
    """Raise `Unable` unless the gateway's metrics can be read."""
    request = urllib.request.Request(f"http://{target}/metrics")
    if key_file:
        key = Path(key_file).read_text(encoding="utf-8").strip()
        request.add_header("authorization", f"Bearer {key}")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(request, timeout=10).close()
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in {401, 403}:
            raise Unable(
                "The gateway wants a key. `gateway keys new prometheus --may metrics` makes one; put it into a file, "
                "and give that: make observe ARGS='--key-file FILE'"
            ) from None
        raise Unable(f"http://{target}/metrics answers {error.code}. Is that the gateway?") from None
    except OSError:
        raise Unable(
            f"No gateway answers at {target}. Start it (`make run`), or say where it is: make observe PORT=8080"
        ) from None


def prometheus(chosen: argparse.Namespace, data: Path) -> subprocess.Popen[bytes]:
    binary = shutil.which("prometheus")
    if binary is None:
        raise Unable("Prometheus is not installed: apt-get install prometheus, or brew install prometheus")
    (data / "prometheus").mkdir(parents=True, exist_ok=True)
    config = data / "prometheus" / "prometheus.yml"
    config.write_text(
        yaml.safe_dump(configured(chosen.gateway, key_file=chosen.key_file, every=chosen.every)), encoding="utf-8"
    )
    return subprocess.Popen(
        [
            binary,
            f"--config.file={config}",
            f"--storage.tsdb.path={data / 'prometheus' / 'data'}",
            f"--web.listen-address=127.0.0.1:{chosen.port}",
            "--log.level=warn",
        ],
        start_new_session=True,  # Ctrl-C is for us; we end it
    )


def grafana(chosen: argparse.Namespace, data: Path) -> subprocess.Popen[bytes] | None:
    """Grafana with the data source and the dashboards, open to whoever is at this machine; None if it is not installed."""
    binary = shutil.which("grafana") or shutil.which("grafana-server")
    if binary is None:
        return None
    (data / "grafana").mkdir(parents=True, exist_ok=True)
    home = next((home for home in HOMES if Path(home).is_dir()), "")
    settings = {
        "GF_PATHS_DATA": str(data / "grafana"),
        "GF_PATHS_PROVISIONING": str(FOLDER / "provisioning"),
        "GF_SERVER_HTTP_ADDR": "127.0.0.1",
        "GF_SERVER_HTTP_PORT": str(chosen.grafana_port),
        "GF_AUTH_ANONYMOUS_ENABLED": "true",
        "GF_ANALYTICS_REPORTING_ENABLED": "false",
        "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
        "GF_LOG_LEVEL": "warn",
        "GATEWAY_PROMETHEUS_URL": f"http://127.0.0.1:{chosen.port}",
        "GATEWAY_DASHBOARDS": str(FOLDER / "dashboards"),
    }
    words = [binary, *(["server"] if Path(binary).name == "grafana" else []), *(["--homepath", home] if home else [])]
    return subprocess.Popen(words, env={**os.environ, **settings}, start_new_session=True)


def ready(process: subprocess.Popen[bytes], url: str) -> None:
    """Return when it answers; raise `Unable` when it has ended, or does not begin."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            opener.open(url, timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise Unable(f"Prometheus does not start at {url}. Is the port taken? ARGS='--port 9091' takes another one")


def run(chosen: argparse.Namespace) -> None:
    stop = threading.Event()
    for sent in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sent, lambda *_: stop.set())
    look(chosen.gateway, chosen.key_file)
    data = Path(chosen.data)
    running = [prometheus(chosen, data)]
    try:
        ready(running[0], f"http://127.0.0.1:{chosen.port}/-/ready")
        print(f"Gateway     http://{chosen.gateway}/metrics")
        print(f"Prometheus  http://127.0.0.1:{chosen.port}/alerts (what each alert means: grafana/RUNBOOK.md)")
        shown = grafana(chosen, data)
        if shown is None:
            print(
                "Grafana     is not installed; where it is, it shows the dashboards in grafana/dashboards (grafana/README.md)"
            )
        else:
            running.append(shown)
            print(f"Grafana     http://127.0.0.1:{chosen.grafana_port}/dashboards (in a few seconds)")
        print("Ctrl-C ends it.", flush=True)
        while not stop.wait(0.5):
            if ended := [process for process in running if process.poll() is not None]:
                raise Unable(f"{Path(str(ended[0].args[0])).name} has ended by itself.")  # type: ignore[index]
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()


def running() -> str:
    """Host and port of the gateway that runs on the configuration here, or the usual ones."""
    parser = argparse.ArgumentParser()
    add_running(parser)
    return url_of(parser.parse_args([])).partition("://")[2]


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="make observe", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "--gateway", default=running(), metavar="HOST:PORT", help="the gateway (the one of ./config.yaml: %(default)s)"
    )
    parser.add_argument("--key-file", default="", metavar="FILE", help="a file with a key that may read its metrics")
    parser.add_argument("--port", type=int, default=9090, help="where Prometheus listens (9090)")
    parser.add_argument("--grafana-port", type=int, default=3000, metavar="PORT", help="where Grafana listens (3000)")
    parser.add_argument("--data", default="state", metavar="DIR", help="where what they remember is kept (state)")
    parser.add_argument("--every", default="", metavar="TIME", help="how often it scrapes, as 5s (15s)")
    try:
        run(parser.parse_args())
    except Unable as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
