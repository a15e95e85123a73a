"""`python -m gateway`: the same as the command `gateway`."""

from __future__ import annotations

import os
import sys
from typing import Final

KEY_LOG: Final = "SSLKEYLOGFILE"
"""Names a file to which Python's `ssl` and OpenSSL write the keys of every TLS connection: with it and a recording of the
network anybody reads what was sent."""


def main() -> int:
    """Run the command; the exit status. Ctrl-C ends it quietly, also while it is still importing what it needs.

    The environment's `SSLKEYLOGFILE` is taken away first: some libraries make a TLS context as they are imported.
    """
    ignored = (KEY_LOG,) if os.environ.pop(KEY_LOG, None) is not None else ()
    try:
        from gateway import cli  # noqa: PLC0415  importing it takes a moment, in which somebody may press Ctrl-C

        return cli.main(ignored=ignored)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
