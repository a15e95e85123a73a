"""Looks for a secret in anything that may have leaked it, in every form it may have taken on the way."""

from __future__ import annotations

import base64
import html
import json
import urllib.parse


def forms(secret: str) -> set[bytes]:
    """The secret as it stands, and as encoders leave it."""
    raw = secret.encode()
    found = {raw, raw.lower(), raw.upper(), raw[::-1], raw.hex().encode(), raw.hex().upper().encode()}
    found |= {urllib.parse.quote(secret).encode(), urllib.parse.quote_plus(secret).encode()}
    found |= {json.dumps(secret)[1:-1].encode(), html.escape(secret).encode(), repr(secret)[1:-1].encode()}
    found |= {"".join(f"\\u{ord(sign):04x}" for sign in secret).encode(), secret.encode("utf-16-le")}
    for shift in range(3):  # base64 of a text that holds it, wherever it begins
        encoded = base64.b64encode(b"x" * shift + raw + b"xx").rstrip(b"=")
        inner = encoded[4 if shift else 0 : -4]
        found |= {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}
    return found


def leaks(secrets, *places: bytes | str) -> list[str]:
    """Which secrets are in any of the places."""
    held = b"\0".join(place.encode() if isinstance(place, str) else place for place in places)
    return [secret for secret in secrets if any(form in held for form in forms(secret))]
