"""A gateway whose configuration names a time stamping authority: it is told a root, and no request waits for it."""

from __future__ import annotations

import asyncio

from gateway.audit.timestamp import read
from gateway.audit.verify_ledger import checkpoints_in
from tests.kit import written
from tests.kit.authority import authority
from tests.kit.patience import until


def config(upstream, ledger):
    return written.config(
        providers={"local": written.at_home(upstream)},
        targets={"here": {"provider": "local", "model": "qwen"}},
        routes={"home": ["here"]},
        ledger=ledger,
    )


async def test_the_root_of_the_first_checkpoint_is_stamped_and_nothing_else_is_sent(start, upstream, tmp_path):
    with authority(tmp_path / "tsa") as tsa:
        gateway = await start(config(await upstream(), {"timestamp": tsa.url}))
        assert (await gateway.chat("Maria Lopez, MRN 8675309, has a cough.", model="home")).status_code == 200
        await until(lambda: gateway.metric("gateway_audit_witnessed_total", witness="timestamp", result="ok") == 1)
        [(_, body)] = tsa.seen
    kept = gateway.state_dir / "ledger.checkpoints"
    [file] = await asyncio.to_thread(lambda: list(kept.with_name("ledger.checkpoints.stamps").iterdir()))
    stamp = read(file.read_bytes())
    assert stamp.digest in body
    assert len(body) < 80
    assert stamp.digest in {one.root for one in checkpoints_in(kept.read_text())}


async def test_without_an_authority_nobody_is_asked(start, upstream):
    gateway = await start(config(await upstream(), {"checkpoint_s": 60}))
    await until(lambda: gateway.metric("gateway_audit_checkpoints_total", result="ok") == 1)
    assert gateway.metric("gateway_audit_witnessed_total") == 0
    assert not (gateway.state_dir / "ledger.checkpoints.stamps").exists()
