"""The closed sets of words in which events say what happened; each value may become a label or stand in a log line."""

from __future__ import annotations

from enum import StrEnum


class AttemptResult(StrEnum):
    """How one try of one target ended; everything but `ok` is an `error_type` of the metrics."""

    OK = "ok"
    CONNECT = "connect"  # refused, unreachable, name or TLS failure
    TIMEOUT = "timeout"  # no first content in time, or silence in a stream
    RATE_LIMITED = "rate_limited"  # 429
    SERVER_ERROR = "server_error"  # 5xx
    REJECTED = "rejected"  # another 4xx: our request
    MISCONFIGURED = "misconfigured"  # our key, our account or our model: 401, 402, 403, 404
    BAD_REPLY = "bad_reply"  # an answer that is none: HTML, half a stream, nothing
    CANCELLED = "cancelled"  # the caller went away
    REFUSED = "refused"  # prepare or the last look refused; nothing was sent
    QUEUE_FULL = "queue_full"  # it was not sent: too many wait
    WAITED_TOO_LONG = "waited_too_long"  # it was not sent: its turn did not come in time, or would not
    NOT_LOADED = "not_loaded"  # it was not sent: the model could not be loaded
    PASSED_OVER = "passed_over"  # it was not asked: its server is down, or it failed too often of late
    UNRECORDED = "unrecorded"  # no durable intent row, so nothing was sent (law 6)


class Cause(StrEnum):
    """Why one try of one target failed, in a word of ours: what somebody who mends it wants to know first."""

    REFUSED = "refused"  # nobody listens there
    UNREACHABLE = "unreachable"  # no way there
    UNRESOLVED = "unresolved"  # its name is not known
    TLS = "tls"  # its certificate, or no TLS at all
    MISLED = "misled"  # its name led where nobody vouched for
    BROKEN = "broken"  # the connection was there, and broke off
    CONNECT_TIMEOUT = "timeout_connect"
    FIRST_TOKEN_TIMEOUT = "timeout_first_token"  # noqa: S105
    IDLE_TIMEOUT = "timeout_idle"  # silence in the middle of an answer
    TOTAL_TIMEOUT = "timeout_total"  # the request may not take longer
    KEY_REFUSED = "key_refused"  # 401
    FORBIDDEN = "forbidden"  # 403
    NOT_FOUND = "not_found"  # the model, or the path
    NO_CREDIT = "no_credit"  # the account there is used up
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"  # 503, 529
    SERVER_ERROR = "server_error"
    TOO_LONG = "too_long"  # for its context
    UNABLE = "unable"  # it cannot do, or be told, what the request asks
    REJECTED = "rejected"  # it calls the request wrong
    BAD_REPLY = "bad_reply"
    WRONG_MODEL = "wrong_model"  # another one answered
    NOT_ATTESTED = "not_attested"  # its server did not say where it runs the model
    LOADING = "loading"
    NOT_LOADED = "not_loaded"
    QUEUE_FULL = "queue_full"
    WAITED_TOO_LONG = "waited_too_long"
    LEFT_ALONE = "left_alone"  # it failed too often of late, or its server is down
    QUOTA = "quota"  # a budget or a limit of ours
    POLICY = "policy"  # it may not have the request, or not any more
    NOT_RECORDED = "not_recorded"
    MISCONFIGURED = "misconfigured"


class FallbackResult(StrEnum):
    """Whether the fallback target answered."""

    OK = "ok"
    FAILED = "failed"


class ScanFailure(StrEnum):
    """What was done about a scan that failed or came late."""

    TREATED_AS_PHI = "treated_as_phi"
    REFUSED = "refused"


class AbortPhase(StrEnum):
    BEFORE_FIRST_TOKEN = "before_first_token"  # noqa: S105
    MID_STREAM = "mid_stream"


class Side(StrEnum):
    CLIENT = "client"
    UPSTREAM = "upstream"
    GATEWAY = "gateway"  # it is being stopped


class AuthFailure(StrEnum):
    MISSING = "missing"
    MALFORMED = "malformed"
    UNKNOWN_KEY = "unknown_key"
    ENDED_KEY = "ended_key"  # a key of the key store that was revoked or has expired
    UNREADABLE = "keys_unreadable"  # the key store cannot be read, and the key was in no other place
    FORBIDDEN = "forbidden"  # a good key without the permission, or another agent or route than it may
    ORIGIN = "origin"
    HOST = "host"


class LedgerResult(StrEnum):
    OK = "ok"
    FAILED = "failed"
    REFUSED = "refused"  # the ledger was already known to be unavailable


class Record(StrEnum):
    """What a row of the ledger is about."""

    INTENT = "intent"
    OUTCOME = "outcome"
    ATTEMPT = "attempt"
    CONFIG = "config"  # what came into force
    EVENT = "event"  # what happened to the record itself, or to keys


class LedgerLoss(StrEnum):
    """Why the ledger's file is no longer the one at its path, or could not be opened or written."""

    GONE = "gone"
    REPLACED = "replaced"
    ALTERED = "altered"  # rows that were written are gone, or others
    NO_SPACE = "no_space"
    NOT_WRITABLE = "not_writable"
    DAMAGED = "damaged"
    LOCKED = "locked"  # another program has it
    CONTRADICTED = "contradicted"  # it is not the one that was signed last
    UNREACHABLE = "unreachable"  # the server that keeps it does not answer
    ELSEWHERE = "elsewhere"  # the name of that server leads off the premises
    DISK = "disk"  # reading or writing it failed
    UNOPENED = "unopened"  # for a reason that has no word


class Witnessing(StrEnum):
    """Who is told the root of the record, beside the file of checkpoints."""

    TIMESTAMP = "timestamp"


class WitnessLoss(StrEnum):
    """Why a witness of the record has nothing to say for a checkpoint."""

    UNREACHED = "unreached"  # nobody listens there, or the answer did not come whole in time
    DECLINED = "declined"  # it answered, and stamped nothing, or something else
    MACHINE = "machine"  # what it said could not be kept here


class Noted(StrEnum):
    """What the record says besides requests and configurations, in rows of `event`; what its columns hold."""

    BEGUN = (
        "begun"  # a record begins; `number`, `digest`: rows and root of one before it that is gone, if there was one
    )
    RESTORED = "restored"  # somebody put an older copy in its place; `number`, `digest`: what its checkpoint said
    SIGNING_KEY = "signing_key"  # checkpoints are signed by the public key `digest` from now on
    OUTAGE = "outage"  # it could not be written since `since_us`, and `number` rows that nobody waited for were lost
    PRUNED = "pruned"  # rows from before `since_us` are gone: entries among the first `number` leaves
    CALLER_ADDED = "caller_added"  # `subject` may call
    CALLER_REMOVED = "caller_removed"  # `subject` may no more
    CALLER_KEY_CHANGED = "caller_key_changed"  # `subject` has another key
    KEY_MADE = (
        "key_made"  # the key store has a key for `subject`; `number`, here and below: the change's own in that store
    )
    KEY_ROTATED = "key_rotated"  # `subject` has a new key there, and the one before ends at `since_us`
    KEY_REVOKED = "key_revoked"  # keys of `subject` there ended
    KEY_EXPIRY = "key_expiry"  # keys of `subject` there end at `since_us`, or never by themselves
    EMERGENCY_OPENED = (
        "emergency_opened"  # `subject` opened emergency access for `reason`, until `since_us` at the latest
    )
    EMERGENCY_CLOSED = "emergency_closed"  # that of `subject` ended before its time; it began at `since_us`
    EMERGENCY_EXPIRED = "emergency_expired"  # its time was up
    SIGNED_IN = "signed_in"  # `subject` opened a session of the console
    SIGNED_OUT = "signed_out"  # `subject` ended one; others end by themselves
    WIDER_ACCEPTED = "wider_accepted"  # `subject` accepted a configuration there, with whose hash `digest` begins
    LOAD_ASKED = "load_asked"  # `subject` had the model of target `reason` loaded there


class ReloadResult(StrEnum):
    """What became of a configuration that was read."""

    STARTED = "started"  # the gateway started with it
    STOPPED = "stopped"  # the gateway stopped, and it is in force no more
    OK = "ok"  # it took the place of the one before
    REFUSED = "refused"  # something in it is wrong, and the one before stays in force
    WAITS = "waits"  # it would let more out, and nobody has accepted that: the one before stays in force


class ExitReason(StrEnum):
    STOPPED = "stopped"
    DIED = "died"
    NEVER_READY = "never_ready"


class AwaitsRestart(StrEnum):
    """Settings that a running gateway cannot take up."""

    HOST = "server.host"
    PORT = "server.port"
    TLS = "server.tls"
    LISTENERS = "listeners"
    HEADER_TIMEOUT = "server.header_timeout_s"
    WRITE_TIMEOUT = "server.write_timeout_s"
    DRAIN = "server.drain_s"
    STATE_DIR = "state_dir"
    LEDGER = "ledger"
    SCAN_DEADLINE = "scan.deadline_ms"
    SCAN_SECOND = "scan.second"
    SHARED = "shared"
    TRACES = "traces"
    METERS = "machines.meters"


class MeterKind(StrEnum):
    """What measures the energy of the machine that the gateway runs on."""

    RAPL = "rapl"  # processor packages and memory, by the counters of Linux
    NVML = "nvml"  # NVIDIA's GPUs
    APPLE = "apple"  # the chip of a Mac


class MeterLoss(StrEnum):
    """Why a meter does not measure."""

    ABSENT = "absent"  # the machine has nothing of the kind
    NOT_READABLE = "not_readable"
    NOT_INSTALLED = "not_installed"  # the extra that it needs
    FAILED = "failed"  # it answered before
    SLOW = "slow"  # reading it would keep requests waiting


class OwnList(StrEnum):
    """The administrator's own words: what is also an identifier, and what is never one."""

    ALSO = "also"
    NEVER = "never"
