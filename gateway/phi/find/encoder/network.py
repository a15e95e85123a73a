"""The encoder's weights and those of its glance, run by onnxruntime on one thread; opened when first asked, and given back by `rest`."""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import importlib.util
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final, Protocol

from gateway.phi.find.encoder.pieces import Segment, WordPiece

OUTSIDE, NAME, PLACE, DATE, ID = range(5)
"""The classes of a word."""
Odds = tuple[float, ...]
"""The probability of each class; they sum to one."""
SURE: Final = 0.975
"""Probability that each word of a segment must have of being nothing for the glance's word to be taken."""


class _Array(Protocol):
    def tolist(self) -> list[list[list[float]]]: ...


class _Session(Protocol):
    def run(self, outputs: list[str], inputs: dict[str, object]) -> list[_Array]: ...


class Encoder:
    """A token classifier in `folder` (`encoder.onnx`, `glance.onnx`, `vocabulary.txt`); one thread at a time.

    The glance is a small network that was taught what the encoder says, and costs a twentieth. Where it is sure that no word
    is anything, the encoder is not asked: a segment takes 0.2 to 0.6 ms instead of 3 to 9.
    """

    def __init__(self, folder: Traversable) -> None:
        self._folder: Final = folder
        self._glance: _Session | None = None
        self._session: _Session | None = None
        self._cutter: WordPiece | None = None

    @property
    def version(self) -> str:
        """Twelve digits of the digest of the weights, as written down when they were made."""
        return self._folder.joinpath("version.txt").read_text(encoding="utf-8").strip()

    @property
    def ready(self) -> bool:
        """Whether it answers without being loaded first."""
        return self._session is not None

    @property
    def cutter(self) -> WordPiece:
        """Cuts a text as the network was taught."""
        if self._cutter is None:
            pieces = self._folder.joinpath("vocabulary.txt").read_text(encoding="utf-8")
            self._cutter = WordPiece(pieces.split("\n")[:-1])
        return self._cutter

    def wake(self) -> None:
        """Load it, which takes about 0.3 s and some 100 MB."""
        self._first()
        self._whole()

    def rest(self) -> None:
        """Give the memory back until it is asked again."""
        self._glance = self._session = self._cutter = None
        _trim()

    def odds(self, segment: Segment) -> list[Odds]:
        """The odds of each word of a segment: the glance's where it is sure that nothing is there, else the encoder's."""
        glanced = _odds(self._first(), segment)
        return glanced if all(one[OUTSIDE] >= SURE for one in glanced) else self.whole(segment)

    def whole(self, segment: Segment) -> list[Odds]:
        """The encoder's own odds of each word of a segment."""
        return _odds(self._whole(), segment)

    def _first(self) -> _Session:
        if self._glance is None:
            self._glance = self._opened("glance.onnx")
        return self._glance

    def _whole(self) -> _Session:
        if self._session is None:
            self._session = self._opened("encoder.onnx")
            _trim()
        return self._session

    def _opened(self, name: str) -> _Session:
        with resources.as_file(self._folder.joinpath(name)) as path:
            return _session(str(path))


def _odds(session: _Session, segment: Segment) -> list[Odds]:
    """The odds of each word: those of its first piece."""
    numbers = importlib.import_module("numpy")
    inputs = {"ids": numbers.array([segment.ids]), "shapes": numbers.array([segment.shapes])}
    (found,) = session.run(["odds"], inputs)
    (pieces,) = found.tolist()
    return [tuple(pieces[head]) for head in segment.heads]


def _session(path: str) -> _Session:
    runtime = importlib.import_module("onnxruntime")
    runtime.set_default_logger_severity(4)  # it would print
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # what one long text took would otherwise stay taken
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if not _sums_exactly():
        options.add_session_config_entry("session.x64quantprecision", "1")
    session: _Session = runtime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return session


@cache
def _sums_exactly(about: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether this processor is known to add products of eight bits without overflow, as those of x86-64 with VNNI do.

    On others onnxruntime is told to be exact, so that the odds are the same on each machine; with VNNI they are anyway,
    and telling it makes a segment 2.4 times as dear.
    """
    try:
        said = about.read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    flags = next((line.split() for line in said.splitlines() if line.startswith("flags")), [])
    return "avx512_vnni" in flags or "avx_vnni" in flags


def _trim() -> None:
    """Give freed memory to the system, where the C library can (glibc); loading leaves twenty megabytes of it."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def installed() -> bool:
    """Whether the extra `encoder` is there: without it the engine works, and has no second look."""
    return importlib.util.find_spec("onnxruntime") is not None


@cache
def shipped() -> Encoder | None:
    """The encoder that comes with the package, one for the process; None where the extra is not installed."""
    folder = resources.files(__package__)
    return Encoder(folder) if installed() and folder.joinpath("encoder.onnx").is_file() else None
