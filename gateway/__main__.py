"""`python -m gateway`: the same as the command `gateway`."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command; the exit status. Ctrl-C ends it quietly, also while it is still importing what it needs."""
    try:
        from gateway import cli  # noqa: PLC0415  importing it takes a moment, in which somebody may press Ctrl-C

        return cli.main()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
