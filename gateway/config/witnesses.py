"""Builds who is told what the record comes to: the second place of its signatures, and witnesses elsewhere."""

from __future__ import annotations

from urllib.parse import urlsplit

from gateway.config.draft import Draft
from gateway.config.settings import Witness
from gateway.kinds.origin import origin


def build_witness(draft: Draft) -> Witness:
    """What `ledger:` says of them."""
    section = draft.config.ledger
    return Witness(
        draft.beside(section.checkpoints),
        every_s=section.checkpoint_s,
        syslog=section.syslog,
        timestamp=_authority(draft, (section.timestamp or "").strip()),
        timestamp_s=section.timestamp_s,
    )


def _authority(draft: Draft, url: str) -> str:
    """The URL, or a problem; a password in it would stand in every backup of the file, and a stamp needs none."""
    where = origin(url)
    if url and (where is None or "@" in urlsplit(url).netloc or "#" in url or not url.isascii() or " " in url):
        message = "This is not an address of a time stamping authority."
        draft.problem(("ledger", "timestamp"), message, "Write `http(s)://host:port/path`, without user and password.")
    return url
