"""What somebody looks at first: does it answer, does it keep its promises, what does it cost."""

from grafana.source.panels import GOOD_IS_ZERO, Board, Query, Row, Series, Stat, Table
from grafana.source.promql import count, events, now, or_zero, quantile, rate, recorded, series

BAD = "~upstream_error|internal|deadline|shed|unrecorded"
DURATION = "gen_ai_server_request_duration_seconds"
FIRST = "gen_ai_server_time_to_first_token_seconds"

BOARD = Board(
    name="overview",
    title="Overview and SLO",
    description="What it does, whether it keeps its promises, what it costs, and what was kept from leaving.",
    rows=(
        Row(
            "Now",
            (
                Stat(
                    "Availability",
                    "Share of requests in the chosen time that did not end in an error of ours or of a provider. Refusals by "
                    "policy and mistakes of callers do not count against it.",
                    [
                        Query(
                            f"1 - ({or_zero(count('gateway_requests_total', outcome=BAD))}) / {count('gateway_requests_total')}"
                        )
                    ],
                    "percentunit",
                    decimals=2,
                    steps=((None, "red"), (0.98, "orange"), (0.99, "green")),
                ),
                Stat(
                    "Requests",
                    "Requests a second that are over.",
                    [Query(rate("gateway_requests_total"))],
                    "reqps",
                    over_range=False,
                ),
                Stat(
                    "p95 duration",
                    "From a request's arrival to the last byte of its answer: 95 % are not slower.",
                    [Query(quantile(0.95, DURATION))],
                    "s",
                    over_range=False,
                ),
                Stat(
                    "p95 first token",
                    "From a request's arrival to the first content of a streamed answer: 95 % are not slower.",
                    [Query(quantile(0.95, FIRST))],
                    "s",
                    over_range=False,
                ),
                Stat(
                    "In flight",
                    "Tries that providers work at now.",
                    [Query(now("gateway_inflight_requests"))],
                    "short",
                    over_range=False,
                ),
                Stat(
                    "Spent",
                    "Dollars in the chosen time: prices of providers, electricity of targets on the premises.",
                    [Query(or_zero(count("gateway_cost_usd_total")))],
                    "currencyUSD",
                ),
                Stat(
                    "Egress violations",
                    "Connections that no recorded permission stood behind. Must be 0; anything else is an incident.",
                    [Query(now("gateway_phi_egress_violations_total"))],
                    "short",
                    steps=GOOD_IS_ZERO,
                ),
                Stat(
                    "Record failures",
                    "Rows that the record could not take in the chosen time. Nothing leaves the premises while it cannot be "
                    "written.",
                    [Query(or_zero(events("gateway_audit_records_total", result="!ok")))],
                    "short",
                    decimals=0,
                    steps=GOOD_IS_ZERO,
                ),
                Stat(
                    "Stayed on the premises",
                    "Share of the decided requests that were answered by targets on the premises.",
                    [
                        Query(
                            f"({or_zero(count('gateway_route_decisions_total', destination='local'))})"
                            f" / {count('gateway_route_decisions_total')}"
                        )
                    ],
                    "percentunit",
                    decimals=0,
                ),
                Stat(
                    "Kept from leaving",
                    "Times in the chosen time that policy kept a request from a target off the premises.",
                    [Query(or_zero(events("gateway_policy_blocked_egress_total")))],
                    "short",
                    decimals=0,
                ),
                Stat(
                    "Faults of our own",
                    "Errors in the gateway itself in the chosen time; each is a line of the log with the place in the code.",
                    [Query(events("gateway_faults_total"))],
                    "short",
                    decimals=0,
                    steps=GOOD_IS_ZERO,
                ),
                Stat(
                    "Providers down",
                    "Providers that did not answer their last probe. A server on the premises that nobody started counts.",
                    [Query(f"count({series('gateway_backend_up')} == 0) or vector(0)")],
                    "short",
                    steps=((None, "green"), (1, "orange")),
                ),
            ),
        ),
        Row(
            "Objectives (30 days)",
            (
                Stat(
                    "Error budget left",
                    "What is left of the errors that 30 days may have, for each objective; below 0 it is overdrawn.",
                    [Query(recorded("slo:period_error_budget_remaining:ratio"), "{{sloth_slo}}")],
                    "percentunit",
                    decimals=1,
                    width=8,
                    height=7,
                    steps=((None, "red"), (0, "orange"), (0.25, "green")),
                ),
                Series(
                    "Burn rate",
                    "How fast the error budget is used: at 1 it lasts just 30 days, at 14.4 two days. Pages begin at 14.4 and "
                    "6, tickets at 3 and 1.",
                    [Query(recorded("slo:current_burn_rate:ratio"), "{{sloth_slo}}")],
                    "short",
                    width=16,
                    height=7,
                    line=1,
                ),
            ),
        ),
        Row(
            "Traffic",
            (
                Series(
                    "Requests by outcome",
                    "Requests a second by how they ended.",
                    [Query(rate("gateway_requests_total", "outcome"), "{{outcome}}")],
                    "reqps",
                    stack=True,
                ),
                Series(
                    "Duration",
                    "From a request's arrival to the last byte of its answer.",
                    [Query(quantile(q, DURATION), name) for q, name in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"))],
                    "s",
                ),
                Series(
                    "Requests by route",
                    "Requests a second by the route that they took.",
                    [Query(rate("gateway_requests_total", "route"), "{{route}}")],
                    "reqps",
                    stack=True,
                ),
                Series(
                    "Where requests went",
                    "Decisions a second by where the request went: the premises, a cloud, or nowhere.",
                    [Query(rate("gateway_route_decisions_total", "destination"), "{{destination}}")],
                    "reqps",
                    stack=True,
                ),
            ),
        ),
        Row(
            "What went wrong, and whose it was",
            (
                Series(
                    "Errors by owner",
                    "Errors a second: of providers (they failed or were late), our own (faults, overload, no record"
                    "), of callers (malformed, not allowed), and refusals by policy, which are none.",
                    [
                        Query(or_zero(rate("gateway_requests_total", outcome="~upstream_error|deadline")), "provider"),
                        Query(or_zero(rate("gateway_requests_total", outcome="~internal|shed|unrecorded")), "our own"),
                        Query(or_zero(rate("gateway_requests_total", outcome="client_error")), "caller"),
                        Query(or_zero(rate("gateway_requests_total", outcome="policy_denied")), "refused by policy"),
                    ],
                    "reqps",
                ),
                Series(
                    "Failed tries by cause",
                    "Tries a second that failed, by cause. A request may still have been answered by its next target.",
                    [Query(or_zero(rate("gateway_attempt_failures_total", "cause"), cause="nothing"), "{{cause}}")],
                    "reqps",
                ),
                Table(
                    "Errors that callers were told",
                    "Error codes of answers in the chosen time; README.md explains each.",
                    [
                        Query(
                            f"sort_desc({or_zero(events(f'{DURATION}_count', 'error_type', error_type='!'), error_type='none')})",
                            column="Times",
                            decimals=0,
                            unit="short",
                        )
                    ],
                    "short",
                    width=12,
                    rows={"error_type": "Error"},
                ),
                Table(
                    "Tries that failed",
                    "Failed tries in the chosen time by target and cause.",
                    [
                        Query(
                            or_zero(
                                events("gateway_attempt_failures_total", ("target", "cause")),
                                target="none",
                                cause="nothing",
                            ),
                            column="Times",
                            decimals=0,
                            unit="short",
                        )
                    ],
                    "short",
                    width=12,
                    rows={"target": "Target", "cause": "Cause"},
                ),
            ),
        ),
    ),
)
