"""Where a model runs: what an Ollama says, whatever kind it is configured as; what it does not say; what is remembered."""

from __future__ import annotations

import asyncio

import pytest

from gateway.domain import Adapter, Provider, ProviderKind, Target, Trait
from gateway.events import TargetForwards
from gateway.upstream import attestation as attested
from gateway.upstream.attestation import Attestation, Place
from gateway.upstream.questions import Questions, Unanswered, Unreachable
from tests.kit.ollama import CLOUD, Ollama
from tests.kit.servers import says

LISTED = {"name": "mine:latest", "digest": "d1"}


class Heard:
    def __init__(self) -> None:
        self.events = []

    def emit(self, event) -> None:
        self.events.append(event)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def ollama(tripwire):
    server = Ollama(says(), tags=[LISTED])
    await server.start()
    tripwire.providers.add(server.port)
    yield server
    if server.silent is not None:
        server.silent.set()
    await server.stop()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
async def attestation(clock, heard):
    made = Attestation(Questions(networks=tuple, events=heard), events=heard, clock=clock)
    yield made
    await made.aclose()


def target(server, model="mine", kind=ProviderKind.OLLAMA, name="local"):
    url = server if isinstance(server, str) else server.base_url
    provider = Provider(name, kind, Adapter.DIRECT, base_url=url, traits=frozenset({Trait.ON_PREM}))
    return Target("chat", provider, model)


@pytest.mark.parametrize(
    "kind", [kind for kind in ProviderKind if kind not in {ProviderKind.EMBEDDED, ProviderKind.SCRIPTED}]
)
async def test_every_kind_is_asked_whatever_it_is_configured_as(attestation, ollama, kind):
    assert await attestation.place(target(ollama, kind=kind)) is Place.HERE
    assert ollama.asked == ["/api/tags", "/api/ps", "/api/show"]


@pytest.mark.parametrize(
    "said",
    [
        {"tags": [LISTED | CLOUD]},
        {"tags": [LISTED | {"remote_model": "gpt-oss:120b"}]},
        {"tags": [LISTED], "running": [{"name": "mine:latest", **CLOUD}]},
        {"tags": [LISTED], "shown": {"mine": CLOUD}},
        {"tags": [LISTED], "shown": {"mine": {"details": {"parent_model": "gpt-oss:120b-cloud"}}}},
        {"tags": [LISTED, {"name": "gpt-oss:120b-cloud", "digest": "d1"}]},
        {"tags": [LISTED, {"name": "other", "digest": "d1", **CLOUD}]},
        {"tags": [LISTED], "running": [{"name": "other", "digest": "d1", **CLOUD}]},
        {"tags": [], "shown": {"mine": CLOUD}},
    ],
    ids=range(9),
)
async def test_one_sign_is_enough(attestation, ollama, heard, said):
    for name, value in said.items():
        setattr(ollama, name, value)
    assert await attestation.place(target(ollama, kind=ProviderKind.OPENAI_COMPATIBLE)) is Place.ELSEWHERE
    assert attestation.forwards(target(ollama, kind=ProviderKind.OPENAI_COMPATIBLE))
    assert heard.events == [TargetForwards(provider="local", target="chat")]


async def test_a_server_that_is_no_ollama_is_asked_one_question(attestation, ollama, clock):
    ollama.tags = None
    asked = target(ollama, kind=ProviderKind.LM_STUDIO)
    for _ in range(3):
        assert await attestation.place(asked) is Place.HERE
    assert ollama.asked == ["/api/tags"]
    clock.now += attested.FRESH_S
    await attestation.place(asked)
    assert ollama.asked == ["/api/tags"] * 2


async def test_an_ollama_that_lists_nothing_vouches_for_nothing(attestation, ollama):
    ollama.tags = None
    assert await attestation.place(target(ollama)) is Place.ELSEWHERE


async def test_a_model_that_the_server_does_not_have_is_nowhere(attestation, ollama):
    assert await attestation.place(target(ollama, "absent")) is Place.NOWHERE


async def test_a_model_in_process_is_here_and_nobody_is_asked(attestation):
    assert await attestation.place(target("", kind=ProviderKind.EMBEDDED)) is Place.HERE


async def test_whether_a_model_is_here_is_known_for_as_long_as_the_answer_counts_and_asks_nobody(
    attestation, ollama, clock
):
    here, elsewhere = target(ollama), target(ollama, model="big:latest", name="cloud")
    ollama.tags.append({"name": "big:latest", **CLOUD})
    assert not attestation.is_here(here)
    await attestation.place(here)
    await attestation.place(elsewhere)
    asked = len(ollama.asked)
    assert attestation.is_here(here)
    assert not attestation.is_here(elsewhere)
    clock.now += attested.FRESH_S
    assert not attestation.is_here(here)
    assert len(ollama.asked) == asked


async def test_answers_are_remembered_for_seconds_and_contents_for_as_long_as_they_are_the_same(
    attestation, ollama, clock
):
    asked = target(ollama)
    await asyncio.gather(*(attestation.place(asked) for _ in range(5)))
    assert sorted(set(ollama.asked)) == ["/api/ps", "/api/show", "/api/tags"]
    assert ollama.asked.count("/api/tags") == 1
    ollama.asked.clear()
    clock.now += attested.FRESH_S
    await attestation.place(asked)
    assert ollama.asked == ["/api/tags", "/api/ps"]
    ollama.tags = [LISTED | {"digest": "d2"}]
    ollama.shown = {"mine": CLOUD}
    clock.now += attested.FRESH_S
    assert await attestation.place(asked) is Place.ELSEWHERE


async def test_a_model_that_comes_home_is_here_again_and_its_leaving_is_told_each_time(
    attestation, ollama, clock, heard
):
    for tags in ([LISTED | CLOUD], [LISTED], [LISTED | CLOUD]):
        ollama.tags = tags
        clock.now += attested.FRESH_S
        await attestation.place(target(ollama))
    assert heard.events == [TargetForwards(provider="local", target="chat")] * 2


async def test_another_address_is_another_server(attestation, ollama):
    ollama.tags = [LISTED | CLOUD]
    assert await attestation.place(target(ollama)) is Place.ELSEWHERE
    assert not attestation.forwards(target("http://127.0.0.1:1/v1"))
    with pytest.raises(Unreachable):
        await attestation.place(target("http://127.0.0.1:1/v1"))


@pytest.mark.parametrize("kind", [ProviderKind.OLLAMA, ProviderKind.VLLM])
async def test_a_server_that_was_never_heard_is_not_believed(attestation, ollama, kind):
    ollama.status = 500
    with pytest.raises(Unanswered):
        await attestation.place(target(ollama, kind=kind))


async def test_a_busy_ollama_is_what_it_was_for_a_minute(attestation, ollama, clock):
    await attestation.place(target(ollama))
    ollama.status = 503
    clock.now += attested.BUSY_S
    assert await attestation.place(target(ollama)) is Place.HERE
    clock.now += attested.FRESH_S
    with pytest.raises(Unanswered):
        await attestation.place(target(ollama))


async def test_a_busy_server_that_is_no_ollama_is_what_it_was_and_is_not_asked_at_every_turn(
    attestation, ollama, clock
):
    ollama.tags = None
    asked = target(ollama, kind=ProviderKind.MLX)
    await attestation.place(asked)
    ollama.status = 503
    clock.now += 10 * attested.BUSY_S
    for _ in range(3):
        assert await attestation.place(asked) is Place.HERE
    assert ollama.asked == ["/api/tags"] * 2


async def test_a_server_that_went_away_has_to_be_asked_again(attestation, ollama, clock):
    await attestation.place(target(ollama))
    await ollama.stop()
    clock.now += attested.FRESH_S
    with pytest.raises(Unreachable):
        await attestation.place(target(ollama))
    assert attestation._said == {}


async def test_an_answer_that_does_not_come_ends_with_the_asker(attestation, ollama):
    ollama.silent = asyncio.Event()
    waiting = asyncio.create_task(attestation.place(target(ollama)))
    await ollama.received.wait()
    await attestation.aclose()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_all_are_asked_beforehand_and_none_of_them_is_in_the_way(attestation, ollama):
    ollama.tags = [LISTED | CLOUD]
    down = target("http://127.0.0.1:1/v1", kind=ProviderKind.VLLM, name="down")
    await attestation.ask_all([down, target(ollama)])
    assert attestation.forwards(target(ollama))
    assert not attestation.forwards(down)
