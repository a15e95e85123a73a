"""Each agent's latency, tokens, cost and energy, and what one analysis by all of them comes to."""

from grafana.source.panels import Bars, Board, Query, Row, Series, Stat, Table
from grafana.source.promql import SPAN, count, mean, or_zero, quantile, rate

DURATION = "gen_ai_server_request_duration_seconds"
FIRST = "gen_ai_server_time_to_first_token_seconds"
COST = "gateway_cost_usd_total"
ENERGY = "gateway_energy_joules_total"
TOKENS = "gateway_tokens_total"
REQUESTS = "gateway_requests_total"
AGENT = {"agent": "!none"}


def each(name: str, by: str = "agent", **where: str) -> str:
    """For one answered request of each agent."""
    return f"{count(name, by, **AGENT, **where)} / {count(REQUESTS, by, outcome='ok', **AGENT)}"


def analysis(name: str, **where: str) -> str:
    """The means of all agents added up: one analysis in which each is asked once."""
    return f"sum({each(name, **where)})"


BOARD = Board(
    name="agents",
    title="Agents",
    description="Latency, tokens, cost and energy of each agent, and of one analysis in which each is asked once.",
    rows=(
        Row(
            "One analysis: each agent asked once",
            (
                Stat(
                    "In sequence",
                    "The mean durations of all agents added up.",
                    [Query(f"sum({mean(DURATION, 'agent', **AGENT, error_type='')})")],
                    "s",
                ),
                Stat(
                    "Slowest agent",
                    "The longest of the agents' mean durations: no parallel pipeline is faster.",
                    [Query(f"max({mean(DURATION, 'agent', **AGENT, error_type='')})")],
                    "s",
                ),
                Stat(
                    "Tokens",
                    "Tokens of one analysis.",
                    [Query(analysis(TOKENS, gen_ai_token_type="~input|output"))],
                    "short",
                    decimals=0,
                ),
                Stat("Cost", "Dollars of one analysis.", [Query(analysis(COST))], "currencyUSD", decimals=4),
                Stat(
                    "1,000 a month",
                    "Dollars of a thousand analyses at these prices. `gateway report cost` compares cloud, hybrid and local.",
                    [Query(f"1000 * {analysis(COST)}")],
                    "currencyUSD",
                    decimals=2,
                ),
                Stat(
                    "Energy",
                    "Watt-hours of one analysis, on the premises.",
                    [Query(f"{analysis(ENERGY)} / 3600")],
                    "watth",
                    decimals=2,
                ),
            ),
        ),
        Row(
            "Each agent",
            (
                Table(
                    "Agents",
                    "Means over the answered requests of the chosen time, for one request.",
                    [
                        Query(count(REQUESTS, "agent", **AGENT), column="Requests", unit="short", decimals=0),
                        Query(mean(DURATION, "agent", **AGENT, error_type=""), column="Latency", unit="s", decimals=2),
                        Query(
                            quantile(0.95, DURATION, "agent", SPAN, **AGENT, error_type=""),
                            column="p95",
                            unit="s",
                            decimals=2,
                        ),
                        Query(mean(FIRST, "agent", **AGENT), column="First token", unit="s", decimals=2),
                        Query(each(TOKENS, gen_ai_token_type="input"), column="Tokens in", unit="short"),
                        Query(each(TOKENS, gen_ai_token_type="output"), column="Tokens out", unit="short"),
                        Query(each(COST), column="Cost", unit="currencyUSD", decimals=5),
                        Query(f"1000 * {each(COST)}", column="1,000 a month", unit="currencyUSD", decimals=2),
                        Query(f"{each(ENERGY)} / 3600", column="Energy", unit="watth", decimals=3),
                    ],
                    "short",
                    height=9,
                    rows={"agent": "Agent"},
                ),
                Table(
                    "Who answers whom",
                    "Output tokens in the chosen time by agent, provider and target: which model did the work.",
                    [
                        Query(
                            count(
                                TOKENS, ("agent", "gen_ai_provider_name", "target"), gen_ai_token_type="output", **AGENT
                            ),
                            column="Output tokens",
                            unit="short",
                        ),
                        Query(
                            count(COST, ("agent", "gen_ai_provider_name", "target"), **AGENT),
                            column="Dollars",
                            unit="currencyUSD",
                        ),
                    ],
                    "short",
                    width=12,
                    height=9,
                    rows={"agent": "Agent", "gen_ai_provider_name": "Provider", "target": "Target"},
                ),
                Bars(
                    "Requests that were not answered",
                    "Requests in the chosen time that ended otherwise than with an answer, by agent and outcome.",
                    [
                        Query(
                            or_zero(
                                count(REQUESTS, ("agent", "outcome"), outcome="!ok", **AGENT),
                                agent="none",
                                outcome="unanswered",
                            ),
                            "{{agent}}: {{outcome}}",
                        )
                    ],
                    "short",
                    decimals=0,
                    width=12,
                    height=9,
                ),
            ),
        ),
        Row(
            "Over time",
            (
                Series(
                    "Requests",
                    "Requests a second by agent.",
                    [Query(rate(REQUESTS, "agent"), "{{agent}}")],
                    "reqps",
                    stack=True,
                ),
                Series(
                    "Latency, p95",
                    "95 % of an agent's requests are not slower.",
                    [Query(quantile(0.95, DURATION, "agent"), "{{agent}}")],
                    "s",
                ),
                Series(
                    "Output tokens a second",
                    "How much is written for each agent.",
                    [Query(rate(TOKENS, "agent", gen_ai_token_type="output"), "{{agent}}")],
                    "short",
                    stack=True,
                ),
                Series(
                    "Dollars an hour",
                    "What each agent spends an hour.",
                    [Query(f"3600 * {rate(COST, 'agent')}", "{{agent}}")],
                    "currencyUSD",
                    stack=True,
                ),
            ),
        ),
    ),
)
