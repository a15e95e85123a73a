"""Sends through LiteLLM to every vendor it knows; uses its translation and nothing else of it.

LiteLLM is imported on first use, in a thread, because that takes seconds and 200 MiB. Everything else that it does is
switched off: retries, reading price maps and `.env`, telemetry, callbacks, logs, proxies. Its exceptions quote the
provider and the request, so their text is never used: the module `wire` knows what happened.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import logging
import os
import sys
import warnings
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import httpx

from gateway.domain import Tree
from gateway.errors import InvalidRequest, UpstreamRejected
from gateway.events import AttemptResult, EventSink
from gateway.kinds import profile
from gateway.outbound.prepare import Outbound
from gateway.upstream import faults
from gateway.upstream.litellm import params
from gateway.upstream.litellm.reply import chunk_tree, reply_tree
from gateway.upstream.litellm.wire import Exchange, NoWire, Wire, fetch_token, no_other_way
from gateway.upstream.pools import Pools
from gateway.upstream.port import AttemptFailed, Reply
from gateway.upstream.silence import SILENCE_S
from gateway.upstream.sockets import Networks

_ENVIRONMENT: Final = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # else the import asks GitHub for prices
    "LITELLM_MODE": "PRODUCTION",  # else it reads ./.env
    "LITELLM_RUST": "False",  # its other HTTP stack opens sockets that no guard of Python's sees
    "AWS_EC2_METADATA_DISABLED": "true",  # boto would ask the network for credentials
}
_UNSET: Final = (
    "LITELLM_LOG",
    "LITELLM_DROP_PARAMS",
    "LITELLM_MODIFY_PARAMS",
    "OPENAI_LOG",
    "ANTHROPIC_LOG",
    "USE_LITELLM_PROXY",
    # who is told to be asking: that says the configuration (`params: {organization: …}`), or nobody
    "OPENAI_ORGANIZATION",
    "OPENAI_ORG_ID",
    "OPENAI_PROJECT_ID",
    "OPENAI_CUSTOM_HEADERS",
    "OR_SITE_URL",
    "OR_APP_NAME",
)
"""What its libraries would take from the environment and send, or do with a request, though nobody configured it here."""
_EMBEDDINGS: Final = {"timeout": SILENCE_S, "num_retries": 0, "max_retries": 0, "no-log": True}
_CHAT: Final = {
    **_EMBEDDINGS,
    "stream_timeout": SILENCE_S,
    "_skip_mcp_handler": True,  # with tools it would import MCP, whose tools call servers (law 11)
}


class LiteLlm:
    """The adapter; `on_import` is called once LiteLLM was imported, since it adds log handlers of its own."""

    def __init__(self, *, networks: Networks, events: EventSink, on_import: Callable[[], None]) -> None:
        self._pools = Pools(networks=networks, events=events)
        self._on_import = on_import
        self._loading: asyncio.Task[Any] | None = None

    def warm(self) -> None:
        """Begin to import LiteLLM in the background, so that the first request need not wait for it."""
        self._import()

    async def send(self, outbound: Outbound) -> Reply:
        """Send to the vendor of the target.

        Raises:
            AttemptFailed: whatever went wrong, as what it means for the request.
        """
        litellm = await self._library()
        arguments = _arguments(litellm, outbound)
        call = litellm.acompletion if _chats(outbound) else litellm.aembedding
        exchange = Exchange(outbound, self._pools)
        try:
            with exchange.entered():
                reply = await call(**arguments)
        except Exception as error:  # noqa: BLE001 - the edge of a library that raises anything
            exchange.close()
            raise _failure(litellm, exchange, error) from None
        except BaseException:
            exchange.close()
            raise
        lacked = exchange.missing.fields if exchange.missing else ()
        if outbound.stream and _chats(outbound):
            reply.received_any_finish_reason = True  # else it fails where none came; that is for `_invented` to judge
            return Reply(
                events=_events(litellm, reply, exchange),
                close=_closing(reply, exchange),
                silence=exchange.silence,
                not_carried=lacked,
            )
        return Reply(tree=reply_tree(reply.model_dump(exclude_none=True)), not_carried=lacked)

    async def aclose(self) -> None:
        if self._loading is not None:
            with contextlib.suppress(Exception):
                litellm = await self._loading
                await litellm.litellm_core_utils.logging_worker.GLOBAL_LOGGING_WORKER.stop()
        await self._pools.aclose()

    def _import(self) -> asyncio.Task[Any]:
        """The import, begun once."""
        if self._loading is None:
            self._loading = asyncio.create_task(asyncio.to_thread(_load, self._on_import))
        return self._loading

    async def _library(self) -> Any:
        try:
            return await asyncio.shield(self._import())
        except Exception:  # noqa: BLE001 - it also reads the environment, where a number may be none
            error = UpstreamRejected("LiteLLM cannot be loaded. Run: pip install --upgrade litellm")
            raise AttemptFailed(error, result=AttemptResult.MISCONFIGURED, reached=False) from None


def _load(on_import: Callable[[], None]) -> Any:
    os.environ.update(_ENVIRONMENT)
    for name in _UNSET:
        os.environ.pop(name, None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import litellm  # noqa: PLC0415 - seconds and 200 MiB, which only those pay who need it
        import litellm.litellm_core_utils.logging_worker  # noqa: PLC0415
        from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler, HTTPHandler  # noqa: PLC0415
        from litellm.llms.vertex_ai.vertex_llm_base import VertexBase  # noqa: PLC0415
    warnings.filterwarnings("ignore", module=r"litellm\b|pydantic\b")  # about its own models, on first use
    _quieten(litellm)
    no_other_way()
    wire = Wire()
    # Every asynchronous client LiteLLM makes asks one of these two for its transport; blocking ones get none.
    AsyncHTTPHandler.create_async_transport = staticmethod(lambda **_ignored: wire)
    litellm.aclient_session = httpx.AsyncClient(transport=wire, follow_redirects=False, trust_env=False)
    litellm.client_session = httpx.Client(transport=NoWire(), trust_env=False)
    HTTPHandler._create_sync_transport = lambda _self, **_ignored: NoWire()  # noqa: SLF001
    VertexBase.refresh_auth = lambda _self, credentials: credentials.refresh(fetch_token)
    on_import()
    return litellm


def _quieten(litellm: Any) -> None:
    litellm.telemetry = False
    litellm.suppress_debug_info = True
    litellm.set_verbose = False
    litellm.turn_off_message_logging = True
    litellm.redact_messages_in_exceptions = True
    litellm.drop_params = False
    litellm.modify_params = False
    litellm.num_retries = 0
    litellm.disable_aiohttp_trust_env = True
    litellm.disable_token_counter = True  # it would invent usage that a provider did not report
    litellm.disable_streaming_logging = True
    litellm.disable_hf_tokenizer_download = True
    litellm.REPEATED_STREAMING_CHUNK_LIMIT = sys.maxsize  # it ends streams in which a model repeats itself
    litellm.cache = None
    for callbacks in (litellm.callbacks, litellm.success_callback, litellm.failure_callback, litellm.input_callback):
        callbacks.clear()
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).disabled = True


def _arguments(litellm: Any, outbound: Outbound) -> dict[str, Any]:
    target = outbound.target
    provider = target.provider
    try:
        params.check(provider)
        _check_package(profile(provider.kind).package, provider.name)
        return {
            **params.connection(provider),
            **params.request(outbound.tree, provider, chat=_chats(outbound), supported=_supported(litellm, outbound)),
            "model": params.model_name(target, chat=_chats(outbound)),
            **(_CHAT if _chats(outbound) else _EMBEDDINGS),
        }
    except params.Incomplete as incomplete:
        rejected = UpstreamRejected(str(incomplete))
        raise AttemptFailed(rejected, result=AttemptResult.MISCONFIGURED, reached=False) from None
    except params.Unsupported as unsupported:
        said = f"Target {target.name} cannot honour `{unsupported.field}`. Leave it out."
        error = InvalidRequest(said, param=unsupported.field)
        raise AttemptFailed(error, result=AttemptResult.REFUSED, reached=False) from None


def _chats(outbound: Outbound) -> bool:
    """Whether this is a chat. If not, it is for embeddings: LiteLLM is used for nothing else."""
    return outbound.endpoint.reply.streamed is not None


def _check_package(module: str, provider: str) -> None:
    """Check that the package is installed that LiteLLM needs for this vendor but does not install. Raises `Incomplete`."""
    with contextlib.suppress(ModuleNotFoundError):
        if not module or importlib.util.find_spec(module) is not None:
            return
    package = module.replace(".", "-")
    raise params.Incomplete(f"Provider {provider} needs the package {package}. Run: pip install {package}")


def _supported(litellm: Any, outbound: Outbound) -> frozenset[str]:
    """The fields of the hub that LiteLLM can translate for the target's vendor."""
    target = outbound.target
    if params.speaks_openai(target.provider):
        return frozenset()
    wanted = "chat_completion" if _chats(outbound) else "embeddings"
    try:
        model, vendor, _, _ = litellm.get_llm_provider(model=params.model_name(target, chat=_chats(outbound)))
        known = litellm.get_supported_openai_params(model=model, custom_llm_provider=vendor, request_type=wanted)
        return frozenset(known or ())
    except Exception:  # noqa: BLE001 - the edge of a library that raises anything
        error = UpstreamRejected(f"LiteLLM does not know the vendor of target {target.name}. Check its `model`.")
        raise AttemptFailed(error, result=AttemptResult.MISCONFIGURED, reached=False) from None


async def _events(litellm: Any, stream: Any, exchange: Exchange) -> AsyncIterator[Tree]:
    """The chunks of LiteLLM's stream, in the hub's form."""
    while True:
        try:
            with exchange.entered():
                chunk = await anext(stream)
        except StopAsyncIteration:
            break
        except Exception as error:  # noqa: BLE001 - the edge of a library that raises anything
            raise _failure(litellm, exchange, error) from None
        exchange.silence.spoke()
        tree = chunk_tree(chunk.model_dump(exclude_none=True))
        if _invented(stream, tree, exchange):
            raise faults.bad_reply(exchange.outbound.target, status=200)
        yield tree


def _invented(stream: Any, tree: Tree, exchange: Exchange) -> bool:
    """Whether LiteLLM invented a finish reason, as it does for a stream that stops without one: it broke (law 8).

    Where the provider said that it was done (`[DONE]`), it only left the reason out.
    """
    choices = tree["choices"]
    if not isinstance(choices, list) or not any(isinstance(one, dict) and one["finish_reason"] for one in choices):
        return False
    if stream.received_finish_reason is None and stream.intermittent_finish_reason is None:
        return not exchange.done
    target = exchange.outbound.target  # vendors that only LiteLLM knows write the reason in ways that we do not know
    any_vendor = profile(target.provider.kind).any_vendor
    other = any_vendor and not target.model.startswith(("gemini/", "vertex_ai/"))
    return not (exchange.finished or exchange.done) and not other


def _closing(stream: Any, exchange: Exchange) -> Callable[[], Any]:
    async def close() -> None:
        exchange.close()  # at once, whatever LiteLLM does
        with contextlib.suppress(Exception):
            await stream.aclose()

    return close


def _failure(litellm: Any, exchange: Exchange, error: Exception) -> AttemptFailed:
    """What happened: as the wire saw it, else by the class of the exception. Its text is never used."""
    if exchange.failure is not None:
        return exchange.failure
    target = exchange.outbound.target
    kinds = litellm.exceptions
    if isinstance(error, kinds.AuthenticationError):
        return faults.refused(401, b"", target=target)
    if not exchange.answered:  # nothing was sent: LiteLLM cannot translate it for this vendor
        return faults.refused(400, b"", target=target)
    if isinstance(error, kinds.RateLimitError):
        return faults.refused(429, b"", target=target)
    if exchange.outbound.stream and isinstance(error, kinds.InternalServerError | kinds.ServiceUnavailableError):
        return faults.refused(503, b"", target=target)
    return faults.bad_reply(target, status=200)
