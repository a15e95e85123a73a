"""Real servers, as `gateway doctor` finds them: sound, away, forgetful, and with tables of another version."""

from __future__ import annotations

import psycopg
import pytest

from gateway.cli.doctor import examined
from gateway.cli.doctor_looks import State
from tests.kit.postgres_server import postgres_server
from tests.kit.redis_server import redis_server
from tests.kit.toy import CONFIG, RULE


@pytest.fixture
def doctor(tmp_path):
    """What it says of a configuration with these lines, by the name of the check."""
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "rules.yaml").write_text(RULE)

    def at(more):
        (tmp_path / "config.yaml").write_text(CONFIG + more)
        found = examined(str(tmp_path / "config.yaml"), prometheus="http://127.0.0.1:1", online=False)
        return {one.name: one for one in found}

    return at


def test_nothing_is_said_of_servers_that_nobody_shares(doctor):
    found = doctor("")
    assert found.keys() & {"shared counts", "shared record"} == set()
    assert "record" in found


def test_redis_that_keeps_what_it_counts_is_fine_and_one_that_may_forget_is_said_to(doctor, tmp_path):
    with redis_server(tmp_path / "redis") as server:
        shared = f"shared: {{redis: '{server.url}'}}\n"
        assert doctor(shared)["shared counts"].state is State.OK
        server.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        found = doctor(shared)["shared counts"]
        assert (found.state, "noeviction" in found.remedy) == (State.WARN, True)
        server.ask("CONFIG", "SET", "maxmemory", "1")
        found = doctor(shared)["shared counts"]
        assert (found.state, "its memory" in found.says) == (State.FAIL, True)
        server.ask("CONFIG", "SET", "maxmemory", "0")
        server.ask("REPLICAOF", "127.0.0.1", "1")
        assert doctor(shared)["shared counts"].state is State.FAIL
        server.ask("REPLICAOF", "NO", "ONE")
        server.ask("CONFIG", "SET", "requirepass", "other")
        assert "user and password" in doctor(shared)["shared counts"].says
        server.kill()
        found = doctor(shared)["shared counts"]
    assert (found.state, "does not answer" in found.says) == (State.FAIL, True)


def test_the_record_in_postgresql_is_looked_at_in_the_place_of_a_file(doctor):
    with postgres_server() as server:
        url = server.database()
        shared = f"ledger: {{url: '{url}'}}\n"
        found = doctor(shared)
        assert "record" not in found
        assert (found["shared record"].state, "synchronous_standby_names" in found["shared record"].remedy) == (
            State.WARN,
            True,
        )
        with psycopg.connect(f"{server.owner}/record", autocommit=True) as owner:
            assert owner.execute("SELECT count(*) FROM log").fetchone() == (0,)  # it looked, and wrote nothing
            owner.execute("REVOKE SELECT ON leaf FROM gateway")
            found = doctor(shared)["shared record"]
            assert (found.state, "may not read" in found.says) == (State.FAIL, True)
            owner.execute("GRANT SELECT ON leaf TO gateway")
            owner.execute("ALTER TABLE entry DROP COLUMN baseline_nano_usd")
            found = doctor(shared)["shared record"]
            assert (found.state, "entry.baseline_nano_usd" in found.says) == (State.FAIL, True)
            owner.execute("CREATE DATABASE empty")
        found = doctor(shared.replace("/record", "/empty"))["shared record"]
        assert (found.state, "no tables" in found.says) == (State.FAIL, True)
        server.kill()
        found = doctor(shared)["shared record"]
        assert (found.state, "does not answer" in found.says) == (State.FAIL, True)
    assert "gateway@" not in found.says
