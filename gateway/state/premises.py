"""Where the name of a server leads that replicas share: only addresses on the premises are connected to (law 10).

They are looked up and judged at each connection, so that neither DNS nor a variable can move what goes there.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from typing import TypeAlias

from gateway.kinds.origin import Network, on_premises

Networks: TypeAlias = Callable[[], Sequence[Network]]
"""The attested networks in force, asked at every connection: a reload may have taken one back."""


class OffPremises(OSError):
    """The name leads to addresses that nobody vouched for, and to no other."""


def addresses(host: str, port: int, networks: Networks) -> list[str]:
    """The addresses of `host` that are on the premises; blocks while the name is looked up.

    Raises:
        OffPremises: there are addresses, and none of them is on the premises.
        OSError: there are none.
    """
    attested = networks()
    found = dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    here = [address for address in found if on_premises(address, attested)]
    if not here:
        raise OffPremises("the name leads off the premises")
    return here
