"""What a start or a reload does where the new configuration lets more out: says it, or waits until somebody accepts it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gateway.config import Settings
from gateway.config.settings import Sources
from gateway.config.standing import Changed, Standing, changed, of_standing, standing_of
from gateway.document import DocumentInvalid, Problem
from gateway.pipeline.judge import today
from gateway.state import acceptance, in_force


@dataclass(frozen=True, slots=True)
class Taken:
    """How a configuration compares with the one before; `waits`: it may not take effect yet."""

    changed: Changed
    hash: str
    waits: bool = False

    def lines(self) -> list[str]:
        """It, for people."""
        if not self.waits:
            return self.changed.lines()
        return [
            "The new configuration lets more out than the old one, which stays in force.",
            *self.changed.lines(),
            f"If that is meant: `gateway policy accept {self.hash}`, then `gateway reload`.",
        ]


@dataclass(frozen=True, slots=True)
class Began:
    """What a gateway starts with: what was read, or where that waits, what was kept."""

    settings: Settings
    said: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()
    waits: Settings | None = None
    would_open: tuple[str, ...] = ()


def take_up(state_dir: Path, before: Standing, settings: Settings) -> Taken:
    """Whether `settings` may follow `before`. What was accepted is used up by this, and what waits is noted."""
    after = standing_of(settings)
    told = changed(before, after, today=today())
    waits = before.guarded and bool(told.opens) and not acceptance.use(state_dir, after.hash)
    acceptance.wait(state_dir, after.hash if waits else "")
    return Taken(told, after.hash, waits)


def begin(settings: Settings, load_kept: Callable[[Sources], Settings]) -> Began:
    """What to start with, compared with what the last gateway of this `state_dir` had in force.

    Raises `DocumentInvalid` where the new configuration waits and the one that was kept cannot be used.
    """
    state_dir = Path(settings.state_dir)
    note = in_force.read(state_dir)
    before = of_standing(note.standing) if note is not None else None
    if before is None:
        return Began(settings)
    taken = take_up(state_dir, before, settings)
    if not taken.waits:
        return Began(settings, tuple(taken.lines()), taken.changed.opens)
    kept = acceptance.kept(state_dir)
    if kept is None:
        message = "This configuration lets more out than the last one, of which nothing was kept to go on with."
        remedy = f"If that is meant: `gateway policy accept {taken.hash}`."
        raise DocumentInvalid([Problem(settings.file, 1, message, remedy)])
    return Began(load_kept(Sources(*kept)), tuple(taken.lines()), waits=settings, would_open=taken.changed.opens)


def keep(state_dir: Path, settings: Settings) -> None:
    """Keep the texts of what is in force, as long as what opens has to wait. Raises `OSError`."""
    if not settings.wider_waits:
        acceptance.forget(state_dir)
        return
    sources = settings.sources
    acceptance.keep(state_dir, config=sources.config, rules=sources.rules, tests=sources.tests)
