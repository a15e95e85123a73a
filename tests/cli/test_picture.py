import asyncio
from dataclasses import replace

from gateway.cli.picture import picture
from gateway.config.settings import Tls
from tests.kit.running import one_route


async def test_the_picture_says_what_answered_what_is_off_and_what_to_try(start, upstream):
    server = await upstream()
    text = one_route(server).replace(
        "targets:",
        "  quiet: {kind: lm_studio, base_url: 'http://127.0.0.1:9/v1', traits: [on_prem]}\n"
        "  claude: {kind: anthropic, api_key: ''}\ntargets:",
        1,
    )
    gateway = await start(text)
    shown = picture(gateway.gateway, [("127.0.0.1", 8080)])
    assert "local       answers at" in shown
    assert "test-model" in shown
    assert "quiet       no answer at http://127.0.0.1:9/v1: start LM Studio" in shown
    assert "claude      off: " in shown
    assert "general                 chat  (default)" in shown
    assert "curl -i http://localhost:8080/v1/chat/completions" in shown
    assert "nothing leaves the premises" in shown


async def test_a_listener_with_tls_is_shown_as_one(start, upstream):
    gateway = (await start(one_route(await upstream(), "listeners: [{port: 0}]"))).gateway
    first, second = gateway.settings.listeners
    gateway.reload(replace(gateway.settings, listeners=(replace(first, tls=Tls("cert.pem", "key.pem")), second)))
    shown = picture(gateway, [("127.0.0.1", 8443), ("127.0.0.1", 8080)])
    assert "on https://localhost:8443, http://localhost:8080" in shown
    assert "curl -i https://localhost:8443/v1/chat/completions" in shown


async def test_no_key_is_ever_shown(start, upstream):
    server = await upstream()
    text = one_route(server).replace("targets:", "  claude: {kind: anthropic, api_key: sk-CANARY}\ntargets:", 1)
    gateway = await start(text)
    assert "CANARY" not in picture(gateway.gateway, [("127.0.0.1", 8080)])


async def test_the_command_to_try_works_as_it_is_printed(simple):
    gateway, _ = simple
    port = int(gateway.url.rpartition(":")[2])
    command = picture(gateway.gateway, [("127.0.0.1", port)]).partition("Try it\n")[2]
    process = await asyncio.create_subprocess_shell(command, stdout=-1, stderr=-3)
    out, _ = await process.communicate()
    assert b"200 OK" in out
    assert b"x-gateway-target: chat" in out
