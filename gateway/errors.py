"""The tree of what can go wrong for a caller; messages are ours, say what to do, never quote a request or an upstream.

GatewayError
├── InvalidRequest 400 invalid_request          ├── ContextLengthExceeded 400 context_length_exceeded
├── InvalidApiKey 401 invalid_api_key           ├── AccessDenied 403
│                                               │   ├── EgressDenied egress_denied     ├── ErrandDenied errand_denied
│                                               │   ├── AgentNotAllowed agent_not_allowed
│                                               │   ├── RouteNotAllowed route_not_allowed
│                                               │   ├── OriginNotAllowed origin_not_allowed
│                                               │   ├── HostNotAllowed host_not_allowed
│                                               │   └── PermissionDenied permission_denied
├── NotFound 404 not_found                      ├── ModelNotFound 404 model_not_found
├── MethodNotAllowed 405 method_not_allowed     ├── RequestTimeout 408 request_timeout
├── PayloadTooLarge 413 payload_too_large      ├── HeadersTooLarge 431 headers_too_large
├── NoWebSocket 426 upgrade_required
├── RateLimitExceeded, UpstreamLimited 429 rate_limit_exceeded
├── InsufficientQuota, BudgetSpent 429 insufficient_quota
├── InternalError 500 internal_error
├── UpstreamRejected 502 upstream_rejected      ├── UpstreamFailed 502 upstream_failed
├── TargetsUnavailable 503 upstream_failed      ├── Overloaded, Stopping, UpstreamOverloaded 503 overloaded
├── NotRecorded 503 not_recorded               ├── NotCounted 503 not_counted
├── PhiScanFailed 503 phi_scan_failed           └── UpstreamTimeout 504 upstream_timeout

A refusal by policy is 403, because SDKs retry 408, 409, 429 and 5xx.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from typing_extensions import override


class GatewayError(Exception):
    """Base of the tree. `message` is safe to show, log-free and ours; `param` is a known field path or empty."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    retry_after_s: int | None = None
    should_retry: bool | None = None
    headers: Mapping[str, str] = {}
    decision: str = ""  # the code of what policy decided, where it was asked
    settled: bool = False  # whether the request that it ended was accounted for already

    def __init__(self, message: str, *, param: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.param = param

    @override
    def __str__(self) -> str:
        return self.message


class InvalidRequest(GatewayError):
    """`details` are words of ours that an SDK reads to mend its request by itself (Anthropic's `error.details`)."""

    status = 400
    code = "invalid_request"

    def __init__(self, message: str, *, param: str = "", details: Mapping[str, object] | None = None) -> None:
        super().__init__(message, param=param)
        self.details = details


class ContextLengthExceeded(GatewayError):
    status = 400
    code = "context_length_exceeded"


class InvalidApiKey(GatewayError):
    status = 401
    code = "invalid_api_key"


class KeyEnded(InvalidApiKey):
    """The key was revoked or has expired, perhaps in the middle of the request."""

    def __init__(self) -> None:
        super().__init__(
            "This key was revoked or has expired. An administrator makes another with `gateway keys new` or `rotate`."
        )


class KeysUnavailable(GatewayError):
    """The key store cannot be read: nobody is admitted by a key of it, nor without a key where it may hold one."""

    status = 503
    code = "keys_unavailable"
    retry_after_s = 5

    def __init__(self) -> None:
        super().__init__(
            "The gateway cannot read its key store, so only keys of its configuration are admitted. "
            "An administrator should look at `keys.db` in `state_dir` (`gateway keys list` says what is wrong)."
        )


class AccessDenied(GatewayError):
    status = 403
    code = "access_denied"


class EgressDenied(AccessDenied):
    code = "egress_denied"


class ErrandDenied(AccessDenied):
    code = "errand_denied"


class AgentNotAllowed(AccessDenied):
    code = "agent_not_allowed"


class RouteNotAllowed(AccessDenied):
    code = "route_not_allowed"


class OriginNotAllowed(AccessDenied):
    code = "origin_not_allowed"


class HostNotAllowed(AccessDenied):
    code = "host_not_allowed"


class PermissionDenied(AccessDenied):
    code = "permission_denied"


class NotFound(GatewayError):
    status = 404
    code = "not_found"


class ModelNotFound(GatewayError):
    status = 404
    code = "model_not_found"


class MethodNotAllowed(GatewayError):
    """`allow` lists the methods that the path takes: a 405 must say them (RFC 9110, 15.5.6)."""

    status = 405
    code = "method_not_allowed"

    def __init__(self, message: str, *, allow: Sequence[str]) -> None:
        super().__init__(message)
        self.allow = allow


class RequestTimeout(GatewayError):
    status = 408
    code = "request_timeout"
    should_retry = False


class PayloadTooLarge(GatewayError):
    status = 413
    code = "payload_too_large"


class HeadersTooLarge(GatewayError):
    """The line and headers of a request together (RFC 6585, section 5)."""

    status = 431
    code = "headers_too_large"


class NoWebSocket(GatewayError):
    """A client that asks for a WebSocket goes on over HTTP after this status (RFC 9110, 15.5.22), as Codex does."""

    status = 426
    code = "upgrade_required"


class RateLimitExceeded(GatewayError):
    status = 429
    code = "rate_limit_exceeded"
    retry_after_s = 1


class UpstreamLimited(GatewayError):
    """The provider has had enough of us for now; it may have said for how long."""

    status = 429
    code = "rate_limit_exceeded"
    retry_after_s = 1


class InsufficientQuota(GatewayError):
    """The account at the provider is used up: another try will not help, somebody has to pay."""

    status = 429
    code = "insufficient_quota"
    should_retry = False


class BudgetSpent(InsufficientQuota):
    """A budget of ours is used up, or nobody can say whether the request fits into what is left of it."""


class InternalError(GatewayError):
    pass


class UpstreamRejected(GatewayError):
    """The provider refused our key, our model or our request: another try would be refused too."""

    status = 502
    code = "upstream_rejected"
    should_retry = False


class UpstreamFailed(GatewayError):
    """The provider failed: no connection, 5xx, or an answer that is none."""

    status = 502
    code = "upstream_failed"


class UpstreamTimeout(GatewayError):
    status = 504
    code = "upstream_timeout"


class TargetsUnavailable(GatewayError):
    """Every permitted target is down: names what to start, and which rule kept the others out."""

    status = 503
    code = "upstream_failed"
    retry_after_s = 5


class Overloaded(GatewayError):
    status = 503
    code = "overloaded"
    retry_after_s = 1


class UpstreamOverloaded(GatewayError):
    """The provider has too much to do, for everybody."""

    status = 503
    code = "overloaded"
    retry_after_s = 5


class QueueFull(UpstreamOverloaded):
    """Our own queue for a target is full, or moves too slowly: nothing was sent."""


class NotRecorded(GatewayError):
    """The record cannot be written, and without it nothing is sent: a fault of ours, and of no provider."""

    status = 503
    code = "not_recorded"
    retry_after_s = 5


class NotCounted(GatewayError):
    """Nobody can say what is left of a budget or limit, and so nothing that may cost is begun: a fault of ours."""

    status = 503
    code = "not_counted"
    retry_after_s = 5


class ModelLoading(GatewayError):
    """A model on the premises is not in memory, and could not be put there now."""

    status = 503
    code = "model_loading"
    retry_after_s = 5


class Stopping(Overloaded):
    """The gateway ends before the request did."""

    retry_after_s = 5

    def __init__(self) -> None:
        super().__init__("The gateway is being stopped before this request was answered. Send it again shortly.")


class PhiScanFailed(GatewayError):
    status = 503
    code = "phi_scan_failed"
    retry_after_s = 1
