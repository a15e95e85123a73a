"""What starts the gateway on a machine: read as the service managers read it, held against what the gateway itself says."""

from __future__ import annotations

import configparser
import plistlib
import re
import shutil
import subprocess

import pytest
import yaml

from gateway.cli import parser
from gateway.cli.serve import FILES
from gateway.config.settings import Limits
from tests.kit.source import ROOT

DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "systemd" / "triage-gateway.service"
PLIST = DEPLOY / "launchd" / "example.triage-gateway.plist"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
EXPOSURE = 2.0
"""Of `systemd-analyze security`, from 0 (nothing is open) to 10; a service that nobody hardened has 9.6."""


class Several(dict):
    """A key that stands twice keeps both values."""

    def __setitem__(self, key, value):
        if isinstance(value, list) and key in self:
            self[key].extend(value)
        else:
            super().__setitem__(key, value)


def unit():
    read = configparser.RawConfigParser(strict=False, dict_type=Several)
    read.optionxform = str
    read.read(UNIT, encoding="utf-8")
    return read["Service"]


def understood(words):
    """Whether the command's own parser takes them."""
    try:
        parser().parse_args(words)
    except SystemExit:
        return False
    return True


def test_the_unit_runs_a_command_that_there_is_as_nobody_in_particular():
    service = unit()
    command = re.search(r"bin/gateway (.*?)'?$", service["ExecStart"])[1]
    assert understood(command.split())
    assert service["DynamicUser"] == "yes"
    assert "LoadCredential" in service
    assert int(service["LimitNOFILE"]) == FILES
    assert int(service["TimeoutStopSec"]) > Limits().drain_s


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here")
def test_systemd_takes_the_unit_and_finds_little_open(tmp_path):
    text = UNIT.read_text(encoding="utf-8").replace(
        "/opt/triage-gateway/bin/gateway", "/bin/true"
    )  # it has to be there
    file = tmp_path / UNIT.name
    file.write_text(text)
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(file)], capture_output=True, text=True, check=False, timeout=60
    )
    said = [line for line in (verified.stdout + verified.stderr).splitlines() if UNIT.name in line]
    assert (verified.returncode, said) == (0, []), verified.stderr
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(file)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", rated.stdout)
    assert found, rated.stderr
    assert float(found[1]) <= EXPOSURE


def test_launchd_runs_a_command_that_there_is_and_starts_it_again():
    tree = plistlib.loads(PLIST.read_bytes())
    assert tree["Label"] == PLIST.stem
    program, *words = tree["ProgramArguments"]
    assert program.endswith("/bin/gateway")
    assert understood(words)
    assert tree["KeepAlive"] == {"SuccessfulExit": False}
    assert tree["Umask"] == 0o077
    assert tree["ExitTimeOut"] > Limits().drain_s
    assert tree["SoftResourceLimits"]["NumberOfFiles"] == FILES
    assert tree["UserName"] != "root"


def test_compose_opens_nothing_beyond_this_machine_and_names_what_is_there():
    for name, service in COMPOSE["services"].items():
        assert all(port.startswith("127.0.0.1:") for port in service["ports"]), name
        mounted = [volume.split(":")[0] for volume in service["volumes"]]
        assert {one for one in mounted if not one.startswith(".")} <= set(COMPOSE["volumes"]), name
        assert [one for one in mounted if one.startswith("../") and not (DEPLOY / one).exists()] == []
        assert "latest" not in service["image"], name
    gateway = COMPOSE["services"]["gateway"]
    assert (DEPLOY / gateway["build"]["context"] / gateway["build"]["dockerfile"]).is_file()
    assert gateway["read_only"] is True
    assert gateway["cap_drop"] == ["ALL"]
    assert gateway["extra_hosts"] == ["host.docker.internal:host-gateway"]


def test_compose_says_where_models_are_by_variables_that_the_configuration_reads():
    read = set(re.findall(r"\$\{(\w+)", (ROOT / "config.yaml").read_text(encoding="utf-8")))
    assert set(COMPOSE["services"]["gateway"]["environment"]) <= read


@pytest.mark.skipif(not shutil.which("promtool"), reason="there is no Prometheus here")
def test_prometheus_takes_its_configuration(tmp_path):
    text = (DEPLOY / "prometheus.yml").read_text(encoding="utf-8")
    (tmp_path / "gateway.key").write_text("key")
    text = text.replace("/etc/prometheus/rules", str(ROOT / "grafana" / "rules")).replace(
        "/etc/prometheus", str(tmp_path)
    )
    (tmp_path / "prometheus.yml").write_text(text)
    run = subprocess.run(
        ["promtool", "check", "config", str(tmp_path / "prometheus.yml")], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
