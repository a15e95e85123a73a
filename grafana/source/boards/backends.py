"""The servers behind it: who is up, what is loaded, who waits, who failed and why."""

from grafana.source.panels import Bars, Board, Query, Row, Series, Stat, States, Table
from grafana.source.promql import events, now, or_zero, quantile, rate, series

PROVIDER = "gen_ai_provider_name"
UP_OR_DOWN = {"1": ("up", "green"), "0": ("down", "red")}
FAILURES = "gateway_attempt_failures_total"
LOAD = "gateway_backend_model_load_seconds"

BOARD = Board(
    name="backends",
    title="Backends and queues",
    description="Which providers are up, which models are loaded, who waits for a turn, what failed and why.",
    rows=(
        Row(
            "Now",
            (
                Stat(
                    "Providers up",
                    "Providers that answered their last probe.",
                    [Query(f"count({series('gateway_backend_up')} == 1) or vector(0)")],
                    "short",
                    over_range=False,
                ),
                Stat(
                    "Routes that cannot answer",
                    "Routes of which no target can be asked now; `gateway status` says why.",
                    [Query(f"count({series('gateway_route_answerable')} == 0) or vector(0)")],
                    "short",
                    over_range=False,
                    steps=((None, "green"), (1, "orange")),
                ),
                Stat(
                    "Waiting",
                    "Requests that wait for a slot on a machine.",
                    [Query(or_zero(now("gateway_queue_waiting_requests")))],
                    "short",
                    over_range=False,
                ),
                Stat(
                    "Under way",
                    "Tries that providers work at.",
                    [Query(or_zero(now("gateway_inflight_requests")))],
                    "short",
                    over_range=False,
                ),
                Stat(
                    "Left alone",
                    "Targets that are not asked for a while because they failed too often (breaker open).",
                    [Query(or_zero(now("gateway_target_breaker_open")))],
                    "short",
                    over_range=False,
                    steps=((None, "green"), (1, "orange")),
                ),
                Stat(
                    "Models that did not load",
                    "Models in the chosen time that a server did not load when it was told to.",
                    [Query(or_zero(events("gateway_backend_model_load_failures_total")))],
                    "short",
                    decimals=0,
                    steps=((None, "green"), (1, "orange")),
                ),
            ),
        ),
        Row(
            "State",
            (
                States(
                    "Providers",
                    "Whether a provider answered its probes.",
                    [Query(now("gateway_backend_up", PROVIDER, "min"), f"{{{{{PROVIDER}}}}}")],
                    "short",
                    words=UP_OR_DOWN,
                ),
                States(
                    "Routes",
                    "Whether some target of a route can be asked.",
                    [Query(now("gateway_route_answerable", "route", "min"), "{{route}}")],
                    "short",
                    words={"1": ("can answer", "green"), "0": ("cannot answer", "red")},
                ),
                States(
                    "Breakers",
                    "Targets that are left alone after failures.",
                    [Query(now("gateway_target_breaker_open", "target", "max"), "{{target}}")],
                    "short",
                    words={"0": ("asked", "green"), "1": ("left alone", "orange")},
                ),
                States(
                    "Models in memory",
                    "Whether a target's model is loaded, of servers that say so (Ollama, LM Studio).",
                    [
                        Query(
                            or_zero(now("gateway_backend_model_loaded", "target", "min"), target="no server says so"),
                            "{{target}}",
                        )
                    ],
                    "short",
                    words={"1": ("loaded", "green"), "0": ("not loaded", "blue")},
                ),
            ),
        ),
        Row(
            "Queues and loading",
            (
                Series(
                    "Waiting by machine",
                    "Requests that wait for a slot.",
                    [
                        Query(
                            or_zero(now("gateway_queue_waiting_requests", "machine"), machine="nothing queues"),
                            "{{machine}}",
                        )
                    ],
                    "short",
                    width=8,
                ),
                Series(
                    "Time in the queue, p95",
                    "How long requests waited for their slot, by target.",
                    [
                        Query(
                            or_zero(quantile(0.95, "gateway_queue_wait_seconds", "target"), target="nobody waited"),
                            "{{target}}",
                        )
                    ],
                    "s",
                    width=8,
                ),
                Series(
                    "Under way by provider",
                    "Tries that each provider works at.",
                    [Query(now("gateway_inflight_requests", PROVIDER), f"{{{{{PROVIDER}}}}}")],
                    "short",
                    width=8,
                ),
                Table(
                    "Loading models",
                    "Models that were loaded in the chosen time, how long that took, and how often it failed.",
                    [
                        Query(events(f"{LOAD}_count", PROVIDER), column="Loaded", unit="short", decimals=0),
                        Query(
                            f"{events(f'{LOAD}_sum', PROVIDER)} / {events(f'{LOAD}_count', PROVIDER)}",
                            column="Mean time",
                            unit="s",
                        ),
                        Query(
                            events("gateway_backend_model_load_failures_total", PROVIDER),
                            column="Failed",
                            unit="short",
                            decimals=0,
                        ),
                    ],
                    "short",
                    width=16,
                    height=6,
                    rows={PROVIDER: "Provider"},
                ),
                Stat(
                    "Ends of the demonstration model",
                    "Ends of the process of the demonstration model in the chosen time, by reason.",
                    [Query(events("gateway_embedded_exits_total", "reason"), "{{reason}}")],
                    "short",
                    decimals=0,
                    width=8,
                    height=6,
                ),
            ),
        ),
        Row(
            "Failures",
            (
                Series(
                    "Failed tries by cause",
                    "Tries a second that failed, by cause.",
                    [Query(or_zero(rate(FAILURES, "cause"), cause="nothing"), "{{cause}}")],
                    "reqps",
                ),
                Series(
                    "Failed tries by provider",
                    "Tries a second that failed, by provider.",
                    [Query(or_zero(rate(FAILURES, PROVIDER), **{PROVIDER: "nobody"}), f"{{{{{PROVIDER}}}}}")],
                    "reqps",
                ),
                Bars(
                    "By target and cause",
                    "Failed tries in the chosen time.",
                    [
                        Query(
                            f"sort_desc({or_zero(events(FAILURES, ('target', 'cause')), target='none', cause='nothing')})",
                            "{{target}}: {{cause}}",
                        )
                    ],
                    "short",
                    decimals=0,
                    width=12,
                ),
                Series(
                    "Fallbacks",
                    "Times a second that another target was tried, from where, to where, and whether it answered.",
                    [
                        Query(
                            or_zero(
                                rate("gateway_fallbacks_total", ("from_target", "to_target", "result")),
                                from_target="nowhere",
                                to_target="nowhere",
                            ),
                            "{{from_target}} → {{to_target}} {{result}}",
                        )
                    ],
                    "reqps",
                ),
                Bars(
                    "Answers that fell short",
                    "Answers in the chosen time that were not quite what was asked for, by target and by what was not followed.",
                    [
                        Query(
                            or_zero(
                                events("gateway_answers_short_total", ("target", "how")), target="none", how="nothing"
                            ),
                            "{{target}}: {{how}}",
                        )
                    ],
                    "short",
                    decimals=0,
                    width=12,
                    height=6,
                ),
                Series(
                    "Duration of tries by provider, p95",
                    "95 % of a provider's tries are not slower.",
                    [
                        Query(
                            quantile(0.95, "gen_ai_client_operation_duration_seconds", PROVIDER), f"{{{{{PROVIDER}}}}}"
                        )
                    ],
                    "s",
                    height=6,
                ),
            ),
        ),
    ),
)
