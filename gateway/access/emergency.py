"""Windows of emergency access: opened by a caller for itself, on the record, over by themselves; decides about no request."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Final

from gateway.domain import Caller, Permission
from gateway.domain.emergency import EmergencyTerms, Window
from gateway.errors import InvalidRequest, NotRecorded
from gateway.events import EventSink, Noted
from gateway.events.emergency import EmergencyEnd, EmergencyEnded, EmergencyOpened
from gateway.ports import AuditSink, EventRow

_US: Final = 1_000_000
_MINUTE_S: Final = 60


@dataclass(slots=True)
class _Open:
    """A window, how long it was opened for, when it ends on the monotonic clock, which nobody sets, and what ends it then."""

    window: Window
    minutes: int
    until_s: float
    timer: asyncio.TimerHandle


class Emergencies:
    """The windows that are open, by caller; one for a gateway. They end with it: whoever still needs one opens it again."""

    def __init__(self, *, events: EventSink, ledger: AuditSink) -> None:
        self._events = events
        self._ledger = ledger
        self._open: dict[str, _Open] = {}

    def reason(self, caller: Caller) -> str:
        """For which reason `caller` is in its window now; "" where it is in none, or may be in none any more."""
        if not self._open or Permission.EMERGENCY not in caller.may:
            return ""
        found = self._open.get(caller.name)
        return found.window.reason if found is not None and time.monotonic() < found.until_s else ""

    def listed(self) -> tuple[Window, ...]:
        """The windows that are open, the oldest first."""
        now_s = time.monotonic()
        return tuple(one.window for one in self._open.values() if now_s < one.until_s)

    def open(self, caller: Caller, reason: str, terms: EmergencyTerms, *, minutes: int | None = None) -> Window:
        """Open a window for `caller`, in the place of one that it may have; None minutes: as long as `terms` allow.

        Raises:
            InvalidRequest: the reason or the time is none that the configuration has.
            NotRecorded: nobody would ever know of it.
        """
        lasts = terms.longest_minutes if minutes is None else minutes
        if not terms.reasons:
            raise InvalidRequest(
                "No reasons are configured: an administrator adds them under `emergency: {reasons: …}`."
            )
        if reason not in terms.reasons:
            raise InvalidRequest(f"`reason` must be one of {', '.join(terms.reasons)}.", param="reason")
        if not 1 <= lasts <= terms.longest_minutes:
            raise InvalidRequest(f"`minutes` must be from 1 to {terms.longest_minutes}.", param="minutes")
        if not self._ledger.available:
            raise NotRecorded("The audit ledger cannot be written, and emergency access is never past the record.")
        self._end(caller.name, EmergencyEnd.REPLACED)
        at_us = _now_us()
        window = Window(caller.name, reason, at_us, at_us + lasts * _MINUTE_S * _US)
        timer = asyncio.get_running_loop().call_later(lasts * _MINUTE_S, self._end, caller.name, EmergencyEnd.EXPIRED)
        self._open[caller.name] = _Open(window, lasts, time.monotonic() + lasts * _MINUTE_S, timer)
        self._ledger.noted(
            EventRow(
                at_us=at_us, what=Noted.EMERGENCY_OPENED, subject=caller.name, since_us=window.until_us, reason=reason
            )
        )
        self._events.emit(EmergencyOpened(caller=caller.name, emergency=reason, minutes=lasts))
        return window

    def close(self, caller: Caller) -> bool:
        """End the window of `caller`; whether there was one."""
        return self._end(caller.name, EmergencyEnd.CLOSED)

    def keep_to(self, terms: EmergencyTerms) -> None:
        """End what new terms do not allow: windows for a reason that is gone, and those open for longer than one may be now."""
        now_s = time.monotonic()
        for name, one in tuple(self._open.items()):
            if one.window.reason not in terms.reasons or one.minutes > terms.longest_minutes:
                self._end(name, EmergencyEnd.WITHDRAWN if now_s < one.until_s else EmergencyEnd.EXPIRED)

    def stop(self) -> None:
        """End all of them, before the record is closed."""
        for name in tuple(self._open):
            self._end(name, EmergencyEnd.STOPPED)

    def _end(self, name: str, how: EmergencyEnd) -> bool:
        ended = self._open.pop(name, None)
        if ended is None:
            return False
        ended.timer.cancel()
        window = ended.window
        self._ledger.noted(
            EventRow(at_us=_now_us(), what=_ENDS[how], subject=name, since_us=window.opened_us, reason=window.reason)
        )
        self._events.emit(EmergencyEnded(caller=name, emergency=window.reason, how=how))
        return True


_ENDS: Final = {
    EmergencyEnd.EXPIRED: Noted.EMERGENCY_EXPIRED,
    EmergencyEnd.CLOSED: Noted.EMERGENCY_CLOSED,
    EmergencyEnd.REPLACED: Noted.EMERGENCY_CLOSED,
    EmergencyEnd.WITHDRAWN: Noted.EMERGENCY_CLOSED,
    EmergencyEnd.STOPPED: Noted.EMERGENCY_CLOSED,
}


def _now_us() -> int:
    return time.time_ns() // 1000
