from __future__ import annotations

import os
import shutil
import socket
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from gateway.cli.doctor_looks import State, checks
from gateway.config import load
from gateway.state.holder import Holder
from tests.kit.certificates import certificate
from tests.kit.running import one_route
from tests.kit.toy import CONFIG, RULE

NOW = datetime.now(UTC)


@pytest.fixture
def look(tmp_path):
    """The findings on a configuration, by the name of their check."""
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "rules.yaml").write_text(RULE)

    def at(config=CONFIG, rules=RULE):
        (tmp_path / "config.yaml").write_text(config)
        (tmp_path / "policies" / "rules.yaml").write_text(rules)
        if not rules:
            (tmp_path / "policies" / "rules.yaml").unlink()
        found = {}
        for one in checks(load(str(tmp_path / "config.yaml"), {})):
            found.setdefault(one.name, []).append(one)
        return found

    return at


def worst(found):
    return max((one.state for one in found), key=list(State).index)


def test_a_port_that_somebody_has_fails_and_one_that_our_gateway_has_does_not(look, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        config = CONFIG.replace("port: 0", f"port: {taken.getsockname()[1]}")
        assert worst(look(config)["port"]) is State.FAIL
        with Holder(tmp_path / "state"):
            [port] = look(config)["port"]
    assert (port.state, f"process {os.getpid()}" in port.says) == (State.OK, True)


def test_a_port_that_our_gateway_has_not_may_be_what_was_asked_of_it(look, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    with Holder(tmp_path / "state"):
        [port] = look(CONFIG.replace("port: 0", f"port: {number}"))["port"]
    assert port.state is State.WARN
    assert "`--port`" in port.remedy


@pytest.mark.parametrize(("mode", "state"), [(0o700, State.OK), (0o750, State.FAIL), (0o755, State.FAIL)])
def test_a_state_that_others_may_read_fails(mode, state, look, tmp_path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state").chmod(mode)
    found = look()["files"]
    assert worst(found) is state
    assert any(f"chmod 700 {tmp_path / 'state'}" in one.remedy for one in found) is (state is State.FAIL)


def test_rules_that_anybody_may_change_fail(look, tmp_path):
    look()
    (tmp_path / "policies" / "rules.yaml").chmod(0o666)
    found = look()["files"]
    assert any(one.state is State.FAIL and "rules.yaml" in one.says for one in found)


@pytest.mark.parametrize(("free", "state"), [(2**40, State.OK), (2**30, State.WARN), (2**20, State.FAIL)])
def test_the_less_disk_the_louder(free, state, look, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=free))
    assert worst(look()["disk"]) is state


def test_a_record_of_tomorrow_is_a_clock_that_is_wrong(look, tmp_path):
    (tmp_path / "state").mkdir(mode=0o700)
    ledger = tmp_path / "state" / "ledger.db"
    ledger.write_bytes(b"")
    tomorrow = (NOW + timedelta(days=1)).timestamp()
    os.utime(ledger, (tomorrow, tomorrow))
    assert worst(look()["clock"]) is State.FAIL


@pytest.mark.parametrize(
    ("begins", "ends", "other_key", "state"),
    [
        (-1, 365, False, State.OK),
        (-60, 20, False, State.WARN),
        (-60, -1, False, State.FAIL),
        (1, 365, False, State.FAIL),
        (-1, 365, True, State.FAIL),
    ],
)
def test_a_certificate_holds_or_ends_soon_or_does_not_fit(begins, ends, other_key, state, look, tmp_path):
    certificate(tmp_path, name="gateway.clinic.example", begins=begins, ends=ends, other_key=other_key)
    [found] = look(CONFIG.replace("port: 0", "port: 0, tls: {cert: tls.cert, key: tls.key}"))["certificate"]
    assert found.state is state
    assert bool(found.remedy) is (state is not State.OK)


def test_a_key_that_is_none_is_told(look, tmp_path):
    certificate(tmp_path, name="gateway.clinic.example")
    (tmp_path / "tls.key").write_text("nothing")
    [found] = look(CONFIG.replace("port: 0", "port: 0, tls: {cert: tls.cert, key: tls.key}"))["certificate"]
    assert found.state is State.FAIL


@pytest.mark.parametrize(("days", "state"), [(400, State.OK), (10, State.WARN), (-1, State.FAIL)])
def test_an_agreement_holds_or_ends_soon_or_has_ended(days, state, look):
    day = (NOW + timedelta(days=days)).date()
    baa = CONFIG.replace("traits: [on_prem]", f"baa: {{reference: r, expires: {day}}}")
    assert worst(look(baa)["agreement"]) is state


def test_a_rule_that_no_example_decides_and_no_rule_at_all_are_told(look):
    assert worst(look()["policies"]) is State.OK
    assert worst(look(rules=RULE.partition("examples:")[0])["policies"]) is State.WARN
    assert "nothing leaves" in look(rules="")["policies"][0].says


async def test_a_record_verifies_until_somebody_changes_it(start, upstream, tmp_path):
    gateway = await start(one_route(await upstream()))
    await gateway.chat()
    await gateway.gateway.stop()
    found = [one for one in checks(load(str(tmp_path / "config.yaml"), {})) if one.name == "record"]
    assert found[0].state is State.WARN  # sound, and its signatures stand beside it
    assert "rows verify" in found[0].says
    (gateway.state_dir / "ledger.db").write_bytes(b"nothing of a record" * 1000)
    found = [one for one in checks(load(str(tmp_path / "config.yaml"), {})) if one.name == "record"]
    assert found[0].state is State.FAIL
