"""What a single value of `config.yaml` may look like."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field

from gateway.document import scalar

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}")
_HEADER: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_RESERVED_HEADERS: Final = frozenset(
    {
        *("authorization", "x-api-key", "api-key", "cookie", "host", "origin", "connection", "upgrade", "accept"),
        *("expect", "te", "traceparent"),
    }
)


def plain(value: object) -> object:
    """Text that came from the environment, as the number or boolean it stands for; nothing for nothing."""
    return scalar(value) if isinstance(value, str) else value


def _dollars(value: object) -> object:
    """A sum as it is written, since a float of it would be a little more or less."""
    value = plain(value)
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError("must be a name of letters, digits, `.`, `_` and `-`, at most 64.")
    return text


def _sha256(text: str) -> str:
    if not _SHA256.fullmatch(text):
        raise ValueError("must be the 64 hexadecimal digits that `gateway keys new` prints.")
    return text


def _header(name: str) -> str:
    name = name.lower()
    if not _HEADER.fullmatch(name):
        raise ValueError("must be a header name of letters, digits and hyphens.")
    if name in _RESERVED_HEADERS or name.startswith(("content-", "transfer-", "sec-")):
        raise ValueError("is a header with a meaning of its own; choose another.")
    return name


Name = Annotated[str, AfterValidator(_name)]
Sha256 = Annotated[str, AfterValidator(_sha256)]
Text = Annotated[str, Field(min_length=1, max_length=500)]
HeaderName = Annotated[str, AfterValidator(_header)]
Flag = Annotated[bool, BeforeValidator(plain)]
Port = Annotated[int, BeforeValidator(plain), Field(ge=0, le=65535)]
Count = Annotated[int, BeforeValidator(plain), Field(ge=1, le=1_000_000)]
Milliseconds = Annotated[int, BeforeValidator(plain), Field(ge=1, le=3_600_000)]
Seconds = Annotated[float, BeforeValidator(plain), Field(gt=0, le=3600, allow_inf_nan=False)]
Watts = Annotated[float, BeforeValidator(plain), Field(ge=0, le=100_000, allow_inf_nan=False)]
Gigabytes = Annotated[float, BeforeValidator(plain), Field(gt=0, le=100_000, allow_inf_nan=False)]
Share = Annotated[float, BeforeValidator(plain), Field(ge=0, le=1, allow_inf_nan=False)]
Dollars = Annotated[Decimal, BeforeValidator(_dollars), Field(ge=0, le=100_000, allow_inf_nan=False)]

Amount = Annotated[Decimal, BeforeValidator(_dollars), Field(ge=0, le=10**12, allow_inf_nan=False)]
