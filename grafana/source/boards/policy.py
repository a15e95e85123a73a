"""What was found, what was decided about it, and what stayed."""

from grafana.source.panels import GOOD_IS_ZERO, Bars, Board, Query, Row, Series, Stat, Table
from grafana.source.promql import count, events, now, or_zero, quantile, rate

DECISIONS = "gateway_route_decisions_total"
FOUND = "gateway_phi_detections_total"

BOARD = Board(
    name="policy",
    title="Policy and PHI",
    description="How sensitive requests were, where they went, what was found in them, and what was kept from leaving.",
    rows=(
        Row(
            "In the chosen time",
            (
                Stat(
                    "Egress violations",
                    "Connections that no recorded permission stood behind. Must be 0; anything else is an incident.",
                    [Query(now("gateway_phi_egress_violations_total"))],
                    "short",
                    steps=GOOD_IS_ZERO,
                ),
                Stat(
                    "Requests with PHI",
                    "Share of the decided requests in which identifiers of a patient were found.",
                    [Query(f"({or_zero(count(DECISIONS, sensitivity='phi'))}) / {count(DECISIONS)}")],
                    "percentunit",
                    decimals=0,
                ),
                Stat(
                    "Could not be checked",
                    "Requests with something that no detector can read (an image, an unknown language, a failed scan).",
                    [Query(or_zero(events("gateway_unchecked_requests_total")))],
                    "short",
                    decimals=0,
                ),
                Stat(
                    "Kept from leaving",
                    "Times that policy kept a request from a target off the premises.",
                    [Query(or_zero(events("gateway_policy_blocked_egress_total")))],
                    "short",
                    decimals=0,
                ),
                Stat(
                    "Failed scans",
                    "Scans that failed or came late; those requests were treated as PHI or refused.",
                    [Query(events("gateway_phi_scan_failures_total"))],
                    "short",
                    decimals=0,
                    steps=((None, "green"), (1, "orange")),
                ),
                Stat(
                    "First BAA to end",
                    "Days until the first BAA ends; from 0 on it counts as none. None where no provider has one.",
                    [Query(now("gateway_baa_days_left", how="min"))],
                    "suffix: days",
                    over_range=False,
                    steps=((None, "red"), (1, "orange"), (31, "green")),
                ),
            ),
        ),
        Row(
            "Decisions",
            (
                Series(
                    "By sensitivity and destination",
                    "Decisions a second: how sensitive the request was, and where it went.",
                    [
                        Query(
                            f"{rate(DECISIONS, ('sensitivity', 'destination'))} > 0",
                            "{{sensitivity}} → {{destination}}",
                        )
                    ],
                    "reqps",
                    stack=True,
                ),
                Series(
                    "By reason",
                    "Decisions a second by their reason (`x-gateway-decision`).",
                    [Query(f"{rate(DECISIONS, 'reason')} > 0", "{{reason}}")],
                    "reqps",
                    stack=True,
                ),
                Series(
                    "Kept from leaving, by reason",
                    "Targets off the premises a second that a request was kept from, by reason.",
                    [
                        Query(
                            or_zero(rate("gateway_policy_blocked_egress_total", "reason"), reason="nothing"),
                            "{{reason}}",
                        )
                    ],
                    "reqps",
                ),
                Table(
                    "Sensitivity, destination, reason",
                    "Decisions in the chosen time.",
                    [
                        Query(
                            count(DECISIONS, ("sensitivity", "destination", "reason")), column="Requests", unit="short"
                        )
                    ],
                    "short",
                    decimals=0,
                    width=12,
                    rows={"sensitivity": "Sensitivity", "destination": "Destination", "reason": "Reason"},
                ),
            ),
        ),
        Row(
            "What was found",
            (
                Bars(
                    "Identifiers by kind",
                    "Identifiers found in the chosen time, by kind; never their text.",
                    [
                        Query(
                            f"sort_desc({or_zero(count(FOUND, 'entity_type'), entity_type='none')})", "{{entity_type}}"
                        )
                    ],
                    "short",
                    decimals=0,
                    height=7,
                ),
                Bars(
                    "Identifiers by place",
                    "In which part of requests they were found.",
                    [Query(f"sort_desc({or_zero(count(FOUND, 'carrier'), carrier='none')})", "{{carrier}}")],
                    "short",
                    decimals=0,
                    height=7,
                ),
                Bars(
                    "What could not be checked",
                    "Requests with something unknown in the chosen time, by reason. Each is treated as PHI.",
                    [
                        Query(
                            f"sort_desc({or_zero(events('gateway_unchecked_requests_total', 'reason'), reason='nothing')})",
                            "{{reason}}",
                        )
                    ],
                    "short",
                    decimals=0,
                    height=7,
                ),
                Series(
                    "Identifiers found",
                    "Identifiers a second, by kind.",
                    [Query(or_zero(f"{rate(FOUND, 'entity_type')} > 0", entity_type="none"), "{{entity_type}}")],
                    "short",
                    stack=True,
                ),
                Series(
                    "Labelled requests",
                    "Requests a second by what they are labelled; with several labels under each.",
                    [Query(or_zero(rate("gateway_labelled_requests_total", "label"), label="no label"), "{{label}}")],
                    "reqps",
                ),
            ),
        ),
        Row(
            "Scanning and restoring",
            (
                Series(
                    "Scan",
                    "Time of a scan for identifiers.",
                    [
                        Query(quantile(q, "gateway_phi_scan_seconds"), name)
                        for q, name in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"))
                    ],
                    "s",
                ),
                Series(
                    "Failed scans, by fate",
                    "Scans a second that failed or came late, by what was done about it.",
                    [Query(rate("gateway_phi_scan_failures_total", "action"), "{{action}}")],
                    "reqps",
                    width=6,
                ),
                Series(
                    "Own words",
                    "Findings a second that the administrator's own words added (`also`) or took back (`never`).",
                    [Query(or_zero(rate("gateway_phi_own_words_total", "list"), list="none"), "{{list}}")],
                    "short",
                    width=6,
                ),
                Stat(
                    "Unresolved pseudonyms",
                    "Pseudonyms in answers that stand for nothing in their request: a model made them up.",
                    [Query(events("gateway_pseudonyms_unresolved_total"))],
                    "short",
                    decimals=0,
                    width=6,
                ),
                Table(
                    "BAAs",
                    "Days that each provider's agreement still holds; 0 or less: it has ended, and counts as none.",
                    [
                        Query(
                            now("gateway_baa_days_left", "gen_ai_provider_name", "min"),
                            column="Days left",
                            unit="short",
                        ),
                        Query(
                            f"1000 * {now('gateway_baa_expires_timestamp_seconds', 'gen_ai_provider_name', 'min')}",
                            column="Ends",
                            unit="dateTimeAsIso",
                        ),
                    ],
                    "short",
                    width=18,
                    height=4,
                    rows={"gen_ai_provider_name": "Provider"},
                ),
            ),
        ),
    ),
)
