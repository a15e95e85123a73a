"""The composition root: settings in, a running gateway out; the only place that names concrete adapters."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from gateway.api.anthropic import AnthropicFacade
from gateway.api.control import control
from gateway.api.front import Asgi, Front
from gateway.api.ollama import OllamaFacade
from gateway.api.openai import OpenAiFacade
from gateway.audit.ledger import open_ledger
from gateway.audit.secret import Purpose, derive
from gateway.config import Listener, Settings
from gateway.detectors.scanner import Scanner
from gateway.domain import Adapter
from gateway.events import EventSink, FanOut, ProviderProbed
from gateway.observability.metrics import Metrics
from gateway.observability.vocabulary import Vocabulary
from gateway.pipeline import Pipeline
from gateway.pipeline.attempt import Attempts
from gateway.routing.table import with_discovered
from gateway.upstream.direct import Direct
from gateway.upstream.port import Upstream
from gateway.upstream.probe import Health, probe_all
from gateway.upstream.scripted import Scripted
