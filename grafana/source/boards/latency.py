"""How long everything takes, and which part of it is ours."""

from grafana.source.panels import Board, Query, Row, Series, Stat
from grafana.source.promql import count, mean, or_zero, quantile, rate

DURATION = "gen_ai_server_request_duration_seconds"
FIRST = "gen_ai_server_time_to_first_token_seconds"
TOKEN = "gen_ai_server_time_per_output_token_seconds"
TRY = "gen_ai_client_operation_duration_seconds"
OVERHEAD = "gateway_overhead_seconds"
MODEL = "gen_ai_request_model"
THREE = ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"))

BOARD = Board(
    name="latency",
    title="Latency and streaming",
    description="How long requests take, to the first token and to the last, and which part of it is ours.",
    rows=(
        Row(
            "In the chosen time",
            (
                Stat("Mean duration", "From arrival to the last byte.", [Query(mean(DURATION))], "s"),
                Stat("Mean first token", "From arrival to the first content of a stream.", [Query(mean(FIRST))], "s"),
                Stat(
                    "Tokens a second",
                    "How fast a streamed answer is written: the inverse of the mean time for a token.",
                    [Query(f"1 / ({mean(TOKEN)})")],
                    "short",
                    decimals=1,
                ),
                Stat("Mean of our own", "Our own share of a request's time.", [Query(mean(OVERHEAD))], "s"),
                Stat("Mean scan", "Time of a scan for identifiers.", [Query(mean("gateway_phi_scan_seconds"))], "s"),
                Stat(
                    "Streams that ended early",
                    "Streams in the chosen time that a caller or a provider left before their end.",
                    [Query(count("gateway_stream_aborts_total"))],
                    "short",
                    decimals=0,
                ),
            ),
        ),
        Row(
            "Whole requests",
            (
                Series(
                    "Duration",
                    "From a request's arrival to the last byte of its answer.",
                    [Query(quantile(q, DURATION), name) for q, name in THREE],
                    "s",
                ),
                Series(
                    "Duration by route, p95",
                    "95 % of a route's requests are not slower.",
                    [Query(quantile(0.95, DURATION, "route"), "{{route}}")],
                    "s",
                ),
                Series(
                    "Duration by agent, p95",
                    "95 % of an agent's requests are not slower.",
                    [Query(quantile(0.95, DURATION, "agent"), "{{agent}}")],
                    "s",
                ),
                Series(
                    "Duration of tries by model, p95",
                    "One try of one target, from its start to its end; a request may take several.",
                    [Query(quantile(0.95, TRY, MODEL), f"{{{{{MODEL}}}}}")],
                    "s",
                ),
            ),
        ),
        Row(
            "Streaming",
            (
                Series(
                    "First token",
                    "From a request's arrival to the first content of its answer.",
                    [Query(quantile(q, FIRST), name) for q, name in THREE],
                    "s",
                ),
                Series(
                    "First token by provider, p95",
                    "95 % of a provider's streams begin earlier. Loading a model is part of it.",
                    [Query(quantile(0.95, FIRST, "gen_ai_provider_name"), "{{gen_ai_provider_name}}")],
                    "s",
                ),
                Series(
                    "Time for a token, p95",
                    "Time for one output token after the first, by model.",
                    [Query(quantile(0.95, TOKEN, MODEL), f"{{{{{MODEL}}}}}")],
                    "s",
                ),
                Series(
                    "Streams that ended early, by whom",
                    "Streams a second that were left before their end: when, and by whom.",
                    [Query(rate("gateway_stream_aborts_total", ("phase", "side")), "{{phase}} by {{side}}")],
                    "reqps",
                ),
            ),
        ),
        Row(
            "Our own share",
            (
                Series(
                    "Our overhead",
                    "A request's time less the upstream's.",
                    [Query(quantile(q, OVERHEAD), name) for q, name in THREE],
                    "s",
                    width=8,
                ),
                Series(
                    "Scan",
                    "Time of a scan for identifiers.",
                    [Query(quantile(q, "gateway_phi_scan_seconds"), name) for q, name in THREE],
                    "s",
                    width=8,
                ),
                Series(
                    "Waiting for a turn, p95",
                    "Time that requests waited for a slot, by target.",
                    [
                        Query(
                            or_zero(quantile(0.95, "gateway_queue_wait_seconds", "target"), target="nobody waited"),
                            "{{target}}",
                        )
                    ],
                    "s",
                    width=8,
                ),
            ),
        ),
    ),
)
