"""Two pseudonyms, texts in which they stand, and what those say once restored."""

from __future__ import annotations

import json
from itertools import pairwise

from gateway.domain import Kind
from gateway.phi.replace.pseudonym import Pseudonymiser

MAKER = Pseudonymiser(b"k" * 32)
MRN = MAKER.token(Kind.MRN, "8675309")
NAME = MAKER.token(Kind.NAME, 'Olena "Dev" Sj\u00f6str\u00f6m')
BARE = MAKER.token(Kind.MRN, "8675309", bare=True)
MAP = MAKER.pseudonyms
SURFACE = 'Olena "Dev" Sj\u00f6str\u00f6m'

TEXT = f"Patient {NAME} has MRN {MRN}, see `{MRN}`"
RESTORED = f"Patient {SURFACE} has MRN 8675309, see `8675309`"
ARGUMENTS = json.dumps({"mrn": BARE, "note": f"about {NAME}", "id": MRN})
RESTORED_ARGUMENTS = {"mrn": 8675309, "note": f"about {SURFACE}", "id": "8675309"}


def pieces(text, cuts):
    """A text cut at these places."""
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    return [text[a:b] for a, b in pairwise(edges)]
