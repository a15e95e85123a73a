"""The record, who was refused at the door, what is in force, and the process itself."""

from grafana.source.panels import GOOD_IS_ZERO, Bars, Board, Query, Row, Series, Stat, Table
from grafana.source.promql import count, events, now, or_zero, process, quantile, rate

RECORDS = "gateway_audit_records_total"

BOARD = Board(
    name="audit",
    title="Audit and security",
    description="The record and its checkpoints, refusals at the door, the configuration in force, the process itself.",
    rows=(
        Row(
            "Now",
            (
                Stat(
                    "Record",
                    "Whether an intent can be written now. While it cannot, nothing leaves the premises.",
                    [Query(now("gateway_audit_available", how="min"))],
                    "short",
                    over_range=False,
                    words={"1": "written", "0": "NOT WRITTEN"},
                    steps=((None, "red"), (1, "green")),
                ),
                Stat(
                    "Last write",
                    "Whether the last write of the record succeeded.",
                    [Query(now("gateway_audit_ledger_writable", how="min"))],
                    "short",
                    over_range=False,
                    words={"1": "done", "0": "FAILED"},
                    steps=((None, "red"), (1, "green")),
                ),
                Stat(
                    "Since the last checkpoint",
                    "Time since what the record comes to was signed and kept.",
                    [Query(f"time() - {now('gateway_audit_checkpoint_timestamp_seconds', how='min')}")],
                    "s",
                    over_range=False,
                    decimals=0,
                    steps=((None, "green"), (900, "orange"), (3600, "red")),
                ),
                Stat(
                    "Rows under the checkpoint",
                    "Rows of the record that the last checkpoint covers.",
                    [Query(now("gateway_audit_log_rows", how="max"))],
                    "short",
                    over_range=False,
                ),
                Stat(
                    "Last reading",
                    "Whether what was read last came into force.",
                    [Query(now("gateway_config_last_reload_ok", how="min"))],
                    "short",
                    over_range=False,
                    words={"1": "in force", "0": "REFUSED"},
                    steps=((None, "red"), (1, "green")),
                ),
                Stat(
                    "Configuration read",
                    "Time since the configuration was read last.",
                    [Query(f"time() - {now('gateway_config_last_reload_timestamp_seconds', how='max')}")],
                    "s",
                    over_range=False,
                    decimals=0,
                ),
            ),
        ),
        Row(
            "The record",
            (
                Series(
                    "Rows written",
                    "Durable rows a second, by table.",
                    [Query(rate(RECORDS, "record", result="ok"), "{{record}}")],
                    "short",
                    width=8,
                ),
                Series(
                    "Rows not written",
                    "Rows a second that the record could not take. Without an intent nothing leaves.",
                    [Query(rate(RECORDS, "record", result="!ok"), "{{record}}")],
                    "short",
                    width=8,
                ),
                Series(
                    "Commit",
                    "Time of one commit of the record.",
                    [
                        Query(quantile(q, "gateway_audit_write_seconds"), name)
                        for q, name in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"))
                    ],
                    "s",
                    width=8,
                ),
                Stat(
                    "Losses of the record",
                    "Times in the chosen time that the record was lost while open, or could not be opened, by cause.",
                    [Query(events("gateway_audit_ledger_losses_total", "reason"), "{{reason}}")],
                    "short",
                    decimals=0,
                    width=16,
                    height=6,
                    steps=GOOD_IS_ZERO,
                ),
                Stat(
                    "Checkpoints",
                    "Checkpoints in the chosen time, by whether they were kept in their second place.",
                    [Query(count("gateway_audit_checkpoints_total", "result"), "{{result}}")],
                    "short",
                    decimals=0,
                    width=8,
                    height=6,
                ),
                Stat(
                    "Witnesses elsewhere",
                    "Roots of the record that were sent to a witness in the chosen time, by whether it took them.",
                    [Query(count("gateway_audit_witnessed_total", ("witness", "result")), "{{witness}} {{result}}")],
                    "short",
                    decimals=0,
                    width=8,
                    height=6,
                ),
            ),
        ),
        Row(
            "Refused",
            (
                Series(
                    "Refused at the door",
                    "Requests a second without a good key, or from an origin or a host that is not listed.",
                    [Query(rate("gateway_auth_failures_total", "reason"), "{{reason}}")],
                    "reqps",
                ),
                Series(
                    "Refusals by status",
                    "Requests a second that we refused, by HTTP status: 401 and 403 rights, 403 policy, 413 size, 429 limits and "
                    "budgets, 503 overload.",
                    [Query(or_zero(rate("gateway_requests_total", "code", code="~4..|503"), code="none"), "{{code}}")],
                    "reqps",
                ),
                Bars(
                    "Our keys that providers refused",
                    "Tries in the chosen time that a provider refused because of our key or its rights (401, 403), by target.",
                    [
                        Query(
                            or_zero(
                                events(
                                    "gateway_attempt_failures_total",
                                    ("target", "cause"),
                                    cause="~key_refused|forbidden",
                                ),
                                target="none",
                                cause="refused",
                            ),
                            "{{target}}: {{cause}}",
                        )
                    ],
                    "short",
                    decimals=0,
                    width=12,
                    height=6,
                ),
                Bars(
                    "Callers whose requests we refused",
                    "Requests in the chosen time with a status of 4xx, by caller.",
                    [
                        Query(
                            or_zero(
                                events("gateway_requests_total", ("caller", "code"), code="~4.."),
                                caller="nobody",
                                code="0",
                            ),
                            "{{caller}}: {{code}}",
                        )
                    ],
                    "short",
                    decimals=0,
                    width=12,
                    height=6,
                ),
            ),
        ),
        Row(
            "Emergency access",
            (
                Stat(
                    "Open now",
                    "Windows of emergency access that are open now: their callers go past budgets, limits and queues.",
                    [Query(now("gateway_emergency_windows"))],
                    "short",
                    over_range=False,
                    height=6,
                    steps=((None, "green"), (1, "orange")),
                ),
                Series(
                    "Requests in emergency access",
                    "Requests a second by the reason that was given. Each is stamped in the record.",
                    [Query(or_zero(rate("gateway_emergency_requests_total", "reason"), reason="none"), "{{reason}}")],
                    "reqps",
                    width=20,
                    height=6,
                ),
            ),
        ),
        Row(
            "In force",
            (
                Table(
                    "Version",
                    "The running version, and the version of the conventions that its metrics follow.",
                    [
                        Query(
                            now("gateway_build_info", ("instance", "version", "schema"), "max"),
                            column="Running",
                            unit="short",
                        )
                    ],
                    "short",
                    width=24,
                    height=4,
                    rows={"instance": "Instance", "version": "Version", "schema": "Conventions"},
                ),
                Table(
                    "Configuration and policy",
                    "Hashes of what is in force; the record says when each came into force.",
                    [Query(now("gateway_config_info", ("config", "policy"), "max"), column="In force", unit="short")],
                    "short",
                    width=24,
                    height=4,
                    rows={"config": "Configuration", "policy": "Policy"},
                ),
                Series(
                    "Readings of the configuration",
                    "Readings while running, by what became of them: in force, refused, or waiting for `gateway policy accept`.",
                    [Query(rate("gateway_config_reloads_total", "result"), "{{result}}")],
                    "short",
                ),
                Series(
                    "Faults of our own",
                    "Errors in the gateway itself a second; each is a line of the log with the place in the code.",
                    [Query(rate("gateway_faults_total"), "faults")],
                    "short",
                ),
            ),
        ),
        Row(
            "The process",
            (
                Series(
                    "Memory",
                    "Resident memory.",
                    [Query(process("process_resident_memory_bytes"), "{{instance}}")],
                    "bytes",
                    width=6,
                ),
                Series(
                    "Processor",
                    "Cores that the process uses.",
                    [Query(f"rate({process('process_cpu_seconds_total')}[$__rate_interval])", "{{instance}}")],
                    "short",
                    width=6,
                ),
                Series(
                    "Open files",
                    "Share of the files and sockets that the process may open.",
                    [Query(f"{process('process_open_fds')} / {process('process_max_fds')}", "{{instance}}")],
                    "percentunit",
                    width=6,
                ),
                Stat(
                    "Observations without a series of their own",
                    "Observations in the chosen time that became `other`, since the 10,000 series of a gateway were used up.",
                    [Query(events("gateway_metrics_folded_total"))],
                    "short",
                    decimals=0,
                    width=6,
                    height=8,
                    steps=((None, "green"), (1, "orange")),
                ),
            ),
        ),
    ),
)
