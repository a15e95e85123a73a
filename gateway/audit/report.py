"""What a record says of a stretch of time, in numbers and in the sentence that an auditor asks for; reads rows, keeps none.

A row is a mapping of the columns that hold something, with its details as lists under what they are (`trait`, `redacted`).
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

Row = Mapping[str, object]
SENSITIVE: Final = ("phi", "unknown")
"""What counts as PHI: something that identifies was found, or something could not be checked."""
_QUARTER: Final = re.compile(r"(\d{4})-?Q([1-4])", re.IGNORECASE)
GRAVE: Final = ("no agreement", "agreement ended", "no intent")
RESTS: Final = (
    "An intent is on the disk before the first byte leaves, and without one nothing is sent.",
    "Agreements are those that administrators wrote into the configuration; the contracts themselves are not here.",
    "What a request holds was judged by the detectors named in its rows; what could not be checked counts as PHI.",
    "Days and quarters are UTC.",
)


def quarter(text: str) -> tuple[int, int]:
    """From when until when a quarter (`2026Q4`) goes, in microseconds UTC, the end not included. Raises `ValueError`."""
    found = _QUARTER.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is no quarter: write it as 2026Q4.")
    year, first = int(found[1]), 3 * int(found[2]) - 2
    after = (year + 1, 1) if first == 10 else (year, first + 3)
    start, end = datetime(year, first, 1, tzinfo=UTC), datetime(*after, 1, tzinfo=UTC)
    return int(start.timestamp() * 1_000_000), int(end.timestamp() * 1_000_000)


def day(at_us: int) -> str:
    return datetime.fromtimestamp(at_us / 1_000_000, UTC).strftime("%Y-%m-%d")


@dataclass(frozen=True, slots=True)
class Exceptional:
    """What an auditor should look at; `request_id` is for `gateway audit show`."""

    what: str
    at_us: int
    request_id: str
    said: str


@dataclass(slots=True)
class Report:
    """Counts of requests and of sendings off the premises, and every exception. `verified` is the verifier's word."""

    since_us: int
    until_us: int
    requests: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """By sensitivity, destination and policy."""
    sendings: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    """By sensitivity, target at provider, policy and agreement."""
    detectors: Counter[str] = field(default_factory=Counter)
    exceptions: list[Exceptional] = field(default_factory=list)
    changes: list[tuple[str, ...]] = field(default_factory=list)
    """What came into force or did not: time, what became of it, configuration, policy, how much it opens."""
    emergencies: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """Requests in emergency access, by caller, reason and destination."""
    events: list[tuple[str, ...]] = field(default_factory=list)
    """What happened to the record and to callers: time, what, whom it is about, number."""
    opened: int = 0
    """Sentences on what changes let out that was kept back before."""
    first_us: int = 0
    last_us: int = 0
    verified: str = ""
    sound: bool = False

    @property
    def sensitive(self) -> int:
        """Sendings that count as PHI."""
        return sum(count for (data, *_), count in self.sendings.items() if data in SENSITIVE)

    @property
    def without(self) -> int:
        """Sendings that count as PHI and that no agreement covered, or that nobody announced."""
        return sum(one.what in GRAVE for one in self.exceptions)

    @property
    def answered(self) -> bool:
        """Whether a sentence may rest on the record: it was not verified here, or it is sound."""
        return self.sound or not self.verified

    def sentence(self) -> str:
        """The answer to: did PHI reach a provider without a BAA?"""
        period = f"From {day(self.since_us)} to {day(self.until_us - 1)}"
        if not self.answered:
            return (
                "NO ANSWER: this record was tampered with or is damaged, and whether PHI reached a provider without an agreement "
                f"cannot be told from it for the time {period.lower()}. `gateway audit verify` says what is wrong with it."
            )
        if not self.first_us:
            return f"{period} this record holds no rows of requests, and so it says nothing of that time."
        agreed = sorted(
            {text for (data, _, _, text), _ in self.sendings.items() if data in SENSITIVE and text != "none"}
        )
        under = f" They went under: {'; '.join(agreed)}." if agreed else ""
        if self.without:
            return (
                f"{period} requests that hold PHI, or could not be checked, were sent off the premises {self.sensitive} times; "
                f"{self.without} of the sendings are exceptions that no agreement covers, listed below.{under}"
            )
        return (
            f"{period} no request that holds PHI, or could not be checked, was sent off the premises."
            if not self.sensitive
            else f"{period} requests that hold PHI, or could not be checked, were sent off the premises {self.sensitive} times, "
            f"each time to a provider under a business associate agreement in force; none was sent without one.{under}"
        )

    def rests_on(self) -> list[str]:
        """What the sentence stands on, and where it ends."""
        spare = sum(count for (data, *_), count in self.sendings.items() if data not in SENSITIVE)
        lines = [self.verified or "The record was not verified.", *RESTS]
        if not self.answered:
            lines.append(
                "The tables show what the rows say now, so that somebody can look into it; they prove nothing."
            )
        if self.opened:
            lines.append(
                f"Changes of the configuration opened {self.opened} ways out in that time: see the exceptions."
            )
        if spare:
            lines.append(
                f"{spare} sendings were judged to hold no PHI (clean, suspected); rules, and not this sentence, bind them."
            )
        if self.detectors:
            lines.append(
                "Detectors: " + "; ".join(f"{name} ({count} rows)" for name, count in self.detectors.most_common())
            )
        if self.first_us and day(self.first_us) > day(self.since_us):
            lines.append(f"The first row of that time is of {day(self.first_us)}: nothing is said of the days before.")
        return lines

    def as_json(self) -> dict[str, object]:
        return {
            "since": day(self.since_us),
            "until": day(self.until_us - 1),
            "sentence": self.sentence(),
            "rests_on": self.rests_on(),
            "sound": self.sound,
            "answered": self.answered,
            "requests": [
                {"data": data, "destination": where, "policy": policy, "count": count}
                for (data, where, policy), count in sorted(self.requests.items())
            ],
            "sendings": [
                {"data": data, "destination": where, "policy": policy, "baa": baa, "count": count}
                for (data, where, policy, baa), count in sorted(self.sendings.items())
            ],
            "emergencies": [
                {"caller": caller, "reason": reason, "destination": where, "count": count}
                for (caller, reason, where), count in sorted(self.emergencies.items())
            ],
            "exceptions": [
                {"what": one.what, "at_us": one.at_us, "request_id": one.request_id, "said": one.said}
                for one in self.exceptions
            ],
            "changes": [dict(zip(_CHANGES, line, strict=True)) for line in self.changes],
            "events": [dict(zip(_HAPPENED, line, strict=True)) for line in self.events],
        }


def report(rows: Iterable[Row], happened: Iterable[Row], *, since_us: int, until_us: int) -> Report:
    """Reckon from the rows of requests and from what else `happened` to the record, both of that time and in order.

    The end of a request may stand after `until_us`; rows until an hour later are taken for that, and not counted.
    """
    made = Report(since_us, until_us)
    intents: dict[tuple[str, int], Row] = {}
    tried: dict[tuple[str, int], Row] = {}
    ended: set[str] = set()
    for row in rows:
        inside = since_us <= _number(row, "at_us") < until_us
        key = (_word(row, "request_id"), _number(row, "attempt"))
        if inside:
            made.first_us = made.first_us or _number(row, "at_us")
            made.last_us = _number(row, "at_us")
        match row.get("phase"):
            case "intent" if inside:
                intents[key] = row
                _sending(made, row)
            case "attempt":
                tried[key] = row
            case "outcome":
                ended.add(key[0])
                made.requests[(_word(row, "sensitivity"), _word(row, "destination"), _short(row))] += inside
                if inside and row.get("emergency"):
                    made.emergencies[(_word(row, "caller"), _word(row, "emergency"), _word(row, "destination"))] += 1
    made.requests = +made.requests
    made.exceptions += _unmatched(intents, tried, ended, since_us=since_us, until_us=until_us)
    for row in happened:
        _beside(made, row)
    made.exceptions.sort(key=lambda one: one.at_us)
    return made


def _unmatched(
    intents: Mapping[tuple[str, int], Row],
    tried: Mapping[tuple[str, int], Row],
    ended: set[str],
    *,
    since_us: int,
    until_us: int,
) -> Iterator[Exceptional]:
    """Rows that lack the one that belongs to them."""
    for key, row in tried.items():
        inside = since_us <= _number(row, "at_us") < until_us
        if inside and row.get("destination") == "cloud" and key not in intents:
            yield _exception("no intent", row, "was sent without a row that says so beforehand")
    for key, row in intents.items():
        if key not in tried:
            yield _exception("no result", row, "has no result: the gateway ended, or its row was lost")
        if key[0] not in ended:
            yield _exception("no end", row, "has no end: the gateway ended, or it still runs")


_EVENTS: Final = {
    "outage": "the record could not be written for a time; nothing left then, and {number} other rows were lost",
    "pruned": "rows were pruned as too old",
    "restored": "an older copy took the place of the record, which had {number} rows",
    "begun": "the record begins",
    "emergency_opened": "{subject} opened emergency access, for the reason {reason}",
    "wider_accepted": "{subject} accepted on the console a configuration that lets more out",
}


def _sending(made: Report, row: Row) -> None:
    agreed = "baa" in _list(row, "trait")
    end = _number(row, "baa_end")
    said = (
        f"{row.get('baa_ref', 'a BAA')} until {end // 10000}-{end // 100 % 100:02}-{end % 100:02}" if end else "a BAA"
    )
    where = f"{_word(row, 'target')} at {_word(row, 'provider')}"
    made.sendings[(_word(row, "sensitivity"), where, _short(row), said if agreed else "none")] += 1
    if row.get("detector"):
        made.detectors[str(row["detector"])] += 1
    if row.get("sensitivity") not in SENSITIVE:
        return
    if not agreed:
        out = ", ".join(_list(row, "redacted")) or "nothing"
        made.exceptions.append(
            _exception("no agreement", row, f"was sent to {where} under no agreement, without: {out}")
        )
    elif end and end < int(day(_number(row, "at_us")).replace("-", "")):
        made.exceptions.append(_exception("agreement ended", row, f"was sent to {where} after its agreement had ended"))


def _exception(what: str, row: Row, said: str) -> Exceptional:
    return Exceptional(
        what, _number(row, "at_us"), _word(row, "request_id"), f"attempt {_number(row, 'attempt')} {said}"
    )


def _beside(made: Report, row: Row) -> None:
    """A row of no request: which configuration came into force and what it opened, or what else happened."""
    at_us, what = _number(row, "at_us"), _word(row, "what")
    if row.get("phase") != "config":
        made.events.append((_moment(at_us), what, _word(row, "subject"), _word(row, "number")))
        if what in _EVENTS:
            named = {name: _word(row, name) for name in ("subject", "reason")}
            said = _EVENTS[what].format(number=_number(row, "number"), **named)
            made.exceptions.append(Exceptional(what, at_us, "", said))
        return
    result, opens = _word(row, "result"), _list(row, "opens")
    hashes = (str(row.get(name) or "-")[:12] for name in ("config_after", "policy_after"))
    made.changes.append((_moment(at_us), result, *hashes, str(len(opens))))
    kept = result in {"waits", "refused"}
    made.opened += 0 if kept else len(opens)
    kind = "would open" if kept else "opened"
    made.exceptions += [Exceptional(kind, at_us, "", said) for said in opens]


def _number(row: Row, name: str) -> int:
    value = row.get(name)
    return value if isinstance(value, int) else 0


def _word(row: Row, name: str) -> str:
    return str(row.get(name) or "-")


def _list(row: Row, name: str) -> list[str]:
    value = row.get(name)
    return [str(one) for one in value] if isinstance(value, list | tuple) else []


def _short(row: Row) -> str:
    return str(row.get("policy_hash") or "-")[:12]


# --- for people --------------------------------------------------------------------------------------------------------

Table = tuple[str, tuple[str, ...], list[tuple[str, ...]]]
_CHANGES: Final = ("time", "result", "configuration", "policy", "opens")
_HAPPENED: Final = ("time", "event", "about", "number")


def tables(made: Report) -> list[Table]:
    """Title, head and lines of each table."""
    requests: list[tuple[str, ...]] = [(*key, str(count)) for key, count in sorted(made.requests.items())]
    sendings: list[tuple[str, ...]] = [(*key, str(count)) for key, count in sorted(made.sendings.items())]
    emergencies: list[tuple[str, ...]] = [(*key, str(count)) for key, count in sorted(made.emergencies.items())]
    found: list[tuple[str, ...]] = [
        (_moment(one.at_us), one.what, one.request_id or "-", one.said) for one in made.exceptions
    ]
    return [
        ("Requests", ("data", "destination", "policy", "count"), requests),
        ("Sendings off the premises", ("data", "to", "policy", "BAA", "count"), sendings),
        ("Requests in emergency access", ("caller", "reason", "destination", "count"), emergencies),
        ("Exceptions", ("time (UTC)", "kind", "request", "what"), found),
        ("Configurations (started, stopped, reloaded: ok, refused, waits)", _CHANGES, made.changes),
        ("What happened to the record and to callers", _HAPPENED, made.events),
    ]


def as_text(made: Report) -> str:
    """The report as text for a terminal."""
    lines = [made.sentence(), "", "It rests on:", *(f"- {line}" for line in made.rests_on())]
    for title, head, rows in tables(made):
        lines += ["", f"{title}:"]
        if not rows:
            lines.append("  none")
            continue
        widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]
        lines += [
            "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in (head, *rows)
        ]
    return "\n".join(lines)


def as_html(made: Report) -> str:
    """The report as one page to print; nothing in it is loaded from elsewhere."""

    def cells(row: Iterable[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in row) + "</tr>"

    parts = [f"<p class=said>{html.escape(made.sentence())}</p>", "<h2>It rests on</h2><ul>"]
    parts += [f"<li>{html.escape(line)}</li>" for line in made.rests_on()]
    parts.append("</ul>")
    for title, head, rows in tables(made):
        body = "".join(cells(row, "td") for row in rows) or f"<tr><td colspan={len(head)}>none</td></tr>"
        parts.append(f"<h2>{html.escape(title)}</h2><table>{cells(head, 'th')}{body}</table>")
    style = (
        "body{font:11pt/1.4 serif;max-width:60em;margin:2em auto;padding:0 1em}table{border-collapse:collapse;width:100%}"
        "th,td{border:1px solid #999;padding:.2em .5em;text-align:left;vertical-align:top}.said{font-size:1.2em;font-weight:bold}"
        "tr{break-inside:avoid}"
    )
    title = f"Record of {day(made.since_us)} to {day(made.until_us - 1)}"
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>{style}</style>"
        f"<h1>{title}</h1>{''.join(parts)}</html>\n"
    )


def _moment(at_us: int) -> str:
    try:
        return datetime.fromtimestamp(at_us / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError):  # of a row that was altered
        return "no time"
