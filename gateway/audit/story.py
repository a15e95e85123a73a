"""The rows of one request as sentences, and as events of OCSF; reads mappings of columns, keeps none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

Row = Mapping[str, object]
OCSF_VERSION: Final = "1.6.0"
_API_ACTIVITY: Final = 6003
_OTHER: Final = 99


def story(rows: Iterable[Row]) -> list[str]:
    """What became of a request, a sentence a row in the order in which it happened."""
    ordered = sorted(
        rows, key=lambda row: (row.get("phase") == "outcome", str(row.get("at_us")), row.get("phase") != "intent")
    )
    lines: list[str] = []
    if not ordered:
        return lines
    about = ordered[-1]
    who = _named(about, ("caller", "{}"), ("agent", "as {}"), ("agents", "which may be {}"), ("route", "on route {}"))
    labels = _named(about, ("label", "labelled {}"), ("emergency", "in emergency access for {}"))
    lines.append(
        f"Request {about.get('request_id')}: {about.get('operation')}, asked by {who or 'nobody known'}{_comma(labels)}."
    )
    for row in ordered:
        match row.get("phase"):
            case "intent":
                lines.append(_about_to_leave(row))
            case "attempt":
                lines.append(_tried(row))
            case _:
                lines.append(_ended(row))
    if about.get("phase") != "outcome":
        lines.append("There is no outcome: it still runs, or the gateway ended before it did.")
    return lines


def _about_to_leave(row: Row) -> str:
    traits = _listed(row, "trait")
    end = str(row.get("baa_end") or "")
    term = f"{row.get('baa_ref', 'a BAA')}, which holds until {end[:4]}-{end[4:6]}-{end[6:]}" if end else ""
    agreed = (
        f"under {term or 'a BAA'}" if "baa" in traits else f"under no BAA{' any more (' + term + ')' if term else ''}"
    )
    without = ", ".join(_listed(row, "redacted")) or "nothing"
    return (
        f"{_when(row)} Attempt {row.get('attempt')} was about to leave for {_target(row)} {agreed}; "
        f"judged {row.get('sensitivity')}; taken out: {without}; {row.get('body_bytes')} bytes "
        f"with the keyed digest {row.get('body_digest')}; "
        f"rules: {', '.join(_listed(row, 'rule')) or 'none'}; policy {str(row.get('policy_hash'))[:12]}"
        f"{_comma(_named(row, ('config_hash', 'configuration {:.12}'), ('detector', 'looked at by {}')))}."
    )


def _tried(row: Row) -> str:
    reached = {
        "none": "; nothing was sent",
        "cloud": "; it may have arrived there",
        "local": "; it stayed on the premises",
    }
    status = f" (HTTP {row['status']})" if row.get("status") else ""
    where = reached.get(str(row.get("destination")), "")
    return f"{_when(row)} Attempt {row.get('attempt')} at {_target(row)} ended: {row.get('result')}{status}{where}."


def _ended(row: Row) -> str:
    where = {
        "local": "stayed on the premises",
        "cloud": "left the premises",
        "denied": "was kept back",
        "none": "reached nobody",
    }
    found = ", ".join(_listed(row, "found")) or "nothing"
    unchecked = ", ".join(_listed(row, "unknown"))
    duration = row.get("duration_us")
    took = f" after {duration / 1_000_000:.3f} s" if isinstance(duration, int) else ""
    told = _named(
        row,
        ("error_code", "told {}"),
        ("reason", f"{_decided(row)} {{}}"),
        ("input_tokens", "{} tokens in"),
        ("output_tokens", "{} out"),
    )
    place = where.get(str(row.get("destination")), "ended")
    return (
        f"{_when(row)} It ended: {row.get('result')} (HTTP {row.get('status')}){took}; it {place}"
        f"{_comma(f'answered by {_target(row)}' if row.get('target') else '')}; judged {row.get('sensitivity')}, found: {found}"
        f"{'; not checked: ' + unchecked if unchecked else ''}{_comma(told)}."
    )


def _decided(row: Row) -> str:
    """What the reason is the reason of: a request that went somewhere may have been kept out of somewhere else."""
    went = row.get("destination") in {"local", "cloud"} and row.get("reason") not in {"permitted", "redacted"}
    return "another target kept out for" if went else "by the decision"


def ocsf(row: Row, *, origin: str) -> dict[str, object]:
    """A row of a request as an event of class API Activity (6003), any other as one of Application Lifecycle (6002).

    What OCSF has no word for is `unmapped`.
    """
    if row.get("phase") in {"config", "event"}:
        return _lifecycle(row, origin=origin)
    failed = row.get("result") not in {None, "ok"}
    shown = {"at_us", "phase", "request_id", "operation", "caller", "target", "provider", "status", "result"}
    return {
        "metadata": {
            "version": OCSF_VERSION,
            "product": {"name": "Triage Gateway", "vendor_name": "Triage Gateway"},
            "uid": f"{origin}/{row.get('seq')}",
        },
        "category_uid": 6,
        "class_uid": _API_ACTIVITY,
        "activity_id": _OTHER,
        "activity_name": str(row.get("phase")),
        "type_uid": _API_ACTIVITY * 100 + _OTHER,
        "time": _whole(row, "at_us") // 1000,
        "severity_id": 2 if failed else 1,
        "status_id": 2 if failed else 1,
        "status_code": str(row.get("status") or ""),
        "actor": {"app_name": str(row.get("caller") or "unknown")},
        "api": {
            "operation": str(row.get("operation")),
            "service": {"name": str(row.get("provider") or "none")},
            "request": {"uid": str(row.get("request_id"))},
        },
        "src_endpoint": {"name": str(row.get("caller") or "unknown")},
        "dst_endpoint": {"name": str(row.get("target") or "none")},
        "unmapped": {name: value for name, value in row.items() if name not in shown},
    }


_LIFECYCLE: Final = 6002
_ACTIVITIES: Final = {"started": (3, "Start"), "stopped": (4, "Stop"), "ok": (8, "Update")}


def _lifecycle(row: Row, *, origin: str) -> dict[str, object]:
    """What came into force, or what happened to the record; a configuration that opens something is no mere notice."""
    product = {"name": "Triage Gateway", "vendor_name": "Triage Gateway"}
    said = str(row.get("result") or row.get("what"))
    number, name = _ACTIVITIES.get(said, (_OTHER, said))
    return {
        "metadata": {
            "version": OCSF_VERSION,
            "product": product,
            "uid": f"{origin}/{row.get('phase')}/{row.get('seq')}",
        },
        "category_uid": 6,
        "class_uid": _LIFECYCLE,
        "activity_id": number,
        "activity_name": name,
        "type_uid": _LIFECYCLE * 100 + number,
        "time": _whole(row, "at_us") // 1000,
        "severity_id": 3 if row.get("opens") else 1,
        "app": product,
        "unmapped": {it: value for it, value in row.items() if it != "at_us"},
    }


def _whole(row: Row, name: str) -> int:
    value = row.get(name)
    return value if isinstance(value, int) else 0


def _when(row: Row) -> str:
    try:
        return datetime.fromtimestamp(_whole(row, "at_us") / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC.")
    except (OverflowError, ValueError):  # of a row that was altered
        return "At no time."


def _target(row: Row) -> str:
    return f"{row.get('target', '-')} ({row.get('model', '-')} at {row.get('provider', '-')})"


def _listed(row: Row, name: str) -> list[str]:
    value = row.get(name)
    return [str(one) for one in value] if isinstance(value, list | tuple) else []


def _named(row: Row, *parts: tuple[str, str]) -> str:
    """The parts of a row that hold something, each in its words."""
    return ", ".join(form.format(row[name]) for name, form in parts if row.get(name) not in {None, ""})


def _comma(text: str) -> str:
    return f", {text}" if text else ""
