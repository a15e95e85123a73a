"""Money, tokens and electricity, by whoever used them."""

from grafana.source.panels import Bars, Board, Query, Row, Series, Stat, Table
from grafana.source.promql import count, events, now, or_zero, rate

COST = "gateway_cost_usd_total"
BASELINE = "gateway_cost_baseline_usd_total"
ENERGY = "gateway_energy_joules_total"
TOKENS = "gateway_tokens_total"
MODEL = "gen_ai_request_model"
ANSWERED = count("gateway_requests_total", outcome="ok")
DAYS_30 = 30 * 86400

BOARD = Board(
    name="cost",
    title="Cost and energy",
    description="Dollars, tokens and watt-hours: by agent, caller, route and target, and against budgets.",
    rows=(
        Row(
            "In the chosen time",
            (
                Stat(
                    "Spent",
                    "Prices of providers, electricity of targets on the premises.",
                    [Query(or_zero(count(COST)))],
                    "currencyUSD",
                ),
                Stat(
                    "In 30 days at this pace",
                    "What 30 days cost if they go on as the chosen time.",
                    [Query(f"({or_zero(count(COST))}) * {DAYS_30} / $__range_s")],
                    "currencyUSD",
                ),
                Stat(
                    "Cost of a request",
                    "Dollars for one answered request.",
                    [Query(f"({or_zero(count(COST))}) / {ANSWERED}")],
                    "currencyUSD",
                    decimals=5,
                ),
                Stat(
                    "Saved",
                    "What the same tokens would have cost at `pricing.baseline`, less what they cost. None without a baseline.",
                    [Query(f"{count(BASELINE)} - ({or_zero(count(COST))})")],
                    "currencyUSD",
                    steps=((None, "orange"), (0, "green")),
                ),
                Stat(
                    "Energy",
                    "Watt-hours of targets on the premises, measured or by their configured power.",
                    [Query(f"({or_zero(count(ENERGY))}) / 3600")],
                    "watth",
                ),
                Stat(
                    "Unpriced requests",
                    "Answered requests whose price nobody says; they are in no sum of dollars.",
                    [Query(or_zero(events("gateway_cost_unpriced_requests_total")))],
                    "short",
                    decimals=0,
                    steps=((None, "green"), (1, "orange")),
                ),
            ),
        ),
        Row(
            "Dollars",
            (
                Series(
                    "Dollars an hour by model",
                    "What is spent an hour, by model.",
                    [Query(f"3600 * {rate(COST, MODEL)}", f"{{{{{MODEL}}}}}")],
                    "currencyUSD",
                    stack=True,
                ),
                Series(
                    "Dollars an hour by agent",
                    "What is spent an hour, by the agent that asked.",
                    [Query(f"3600 * {rate(COST, 'agent')}", "{{agent}}")],
                    "currencyUSD",
                    stack=True,
                ),
                Table(
                    "Who spent it",
                    "Dollars, tokens and energy in the chosen time by caller, agent and route.",
                    [
                        Query(
                            count(COST, ("caller", "agent", "route")), column="Dollars", unit="currencyUSD", decimals=4
                        ),
                        Query(count(TOKENS, ("caller", "agent", "route")), column="Tokens", unit="short"),
                        Query(
                            f"{count(ENERGY, ('caller', 'agent', 'route'))} / 3600",
                            column="Energy",
                            unit="watth",
                            decimals=3,
                        ),
                    ],
                    "short",
                    rows={"caller": "Caller", "agent": "Agent", "route": "Route"},
                ),
                Series(
                    "Saved an hour",
                    "What the same tokens would have cost at `pricing.baseline`, less what they did cost, an hour.",
                    [Query(or_zero(f"3600 * ({rate(BASELINE)} - {rate(COST)})"), "saved")],
                    "currencyUSD",
                ),
                Series(
                    "Reported and estimated",
                    "Dollars an hour by how they are known: `estimated` is of answers that broke off, by what they had written.",
                    [Query(f"3600 * {rate(COST, 'quality')}", "{{quality}}")],
                    "currencyUSD",
                    stack=True,
                ),
            ),
        ),
        Row(
            "Tokens",
            (
                Series(
                    "Tokens a second by type",
                    "Tokens as providers reported them. Cached input and reasoning are also within input and output.",
                    [Query(rate(TOKENS, "gen_ai_token_type"), "{{gen_ai_token_type}}")],
                    "short",
                ),
                Series(
                    "Output tokens a second by model",
                    "How much each model writes.",
                    [Query(rate(TOKENS, MODEL, gen_ai_token_type="output"), f"{{{{{MODEL}}}}}")],
                    "short",
                    stack=True,
                ),
                Stat(
                    "Tokens of a request",
                    "Input and output tokens of one answered request.",
                    [
                        Query(f"{count(TOKENS, gen_ai_token_type=kind)} / {ANSWERED}", kind)
                        for kind in ("input", "output")
                    ],
                    "short",
                    decimals=0,
                    width=6,
                ),
                Stat(
                    "Read from caches",
                    "Share of the input tokens that providers had in their caches.",
                    [
                        Query(
                            f"({or_zero(count(TOKENS, gen_ai_token_type='cached_input'))})"
                            f" / {count(TOKENS, gen_ai_token_type='input')}"
                        )
                    ],
                    "percentunit",
                    width=6,
                ),
                Stat(
                    "Sound that was transcribed",
                    "Seconds of sound in the chosen time.",
                    [Query(or_zero(count("gateway_audio_seconds_total")))],
                    "s",
                    width=6,
                ),
                Stat(
                    "Tokens in all",
                    "Tokens in the chosen time, input and output.",
                    [Query(or_zero(count(TOKENS, gen_ai_token_type="~input|output")))],
                    "short",
                    width=6,
                ),
            ),
        ),
        Row(
            "Electricity",
            (
                Series(
                    "Power by target",
                    "Watts that answers draw above idle, on average over time; by target.",
                    [Query(or_zero(rate(ENERGY, "target"), target="nothing"), "{{target}}")],
                    "watt",
                    stack=True,
                ),
                Series(
                    "Measured and modelled",
                    "Watts by how they are known: measured by the host, or a configured power times the busy time.",
                    [Query(or_zero(rate(ENERGY, "quality"), quality="nothing"), "{{quality}}")],
                    "watt",
                ),
                Stat(
                    "Answers of unknown energy",
                    "Answers made on the premises whose energy nobody says: no meter, and no `power_w`.",
                    [Query(or_zero(events("gateway_energy_unknown_requests_total")))],
                    "short",
                    decimals=0,
                    steps=((None, "green"), (1, "orange")),
                    width=12,
                ),
                Stat(
                    "Meters that measure",
                    "How many meters of energy measure now; those that do not are in `gateway status`. None without `meters:`.",
                    [Query("sum(gateway_energy_meter_up) or vector(0)")],
                    "short",
                    decimals=0,
                    width=12,
                ),
            ),
        ),
        Row(
            "Budgets and limits",
            (
                Bars(
                    "Left of budgets and limits",
                    "What is left of each budget and limit in its running span; none without `budgets:` and `limits:`.",
                    [
                        Query(
                            now("gateway_quota_left_ratio", ("sort", "per", "name", "of", "every"), "min"),
                            "{{per}} {{name}}: {{of}} a {{every}}",
                        )
                    ],
                    "percentunit",
                    width=12,
                ),
                Table(
                    "Used and refused",
                    "What budgets and limits counted in the chosen time, and how often one kept a target from being asked.",
                    [
                        Query(
                            count("gateway_quota_used_total", ("sort", "per", "of", "every")),
                            column="Used",
                            unit="short",
                        ),
                        Query(
                            events("gateway_quota_refused_total", ("sort", "per", "of", "every")),
                            column="Refused",
                            unit="short",
                            decimals=0,
                        ),
                    ],
                    "short",
                    width=12,
                    rows={"sort": "Sort", "per": "Per", "of": "Of", "every": "Every"},
                ),
            ),
        ),
    ),
)
