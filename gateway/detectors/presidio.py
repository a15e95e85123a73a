"""Microsoft's Presidio as a second opinion: its patterns, and spaCy where a model is installed; optional, off by default.

Needs the extra `presidio`. Never downloads a model, and is only run in a process of its own, under a deadline.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from gateway.domain import Detection, Finding, Kind, Passage
from gateway.extras import remedy
from gateway.phi.find import counting
from gateway.phi.find.hit import Hit
from gateway.phi.find.merge import merge
from gateway.phi.find.permitted import permitted

_KINDS: Final[Mapping[str, Kind]] = {
    "PERSON": Kind.NAME,
    "LOCATION": Kind.PLACE,
    "DATE_TIME": Kind.DATE,
    "AGE": Kind.AGE,
    "PHONE_NUMBER": Kind.PHONE,
    "EMAIL_ADDRESS": Kind.EMAIL,
    "URL": Kind.URL,
    "IP_ADDRESS": Kind.IP,
    "MAC_ADDRESS": Kind.DEVICE,
    "CREDIT_CARD": Kind.CARD,
    "IBAN_CODE": Kind.IBAN,
    "CRYPTO": Kind.ACCOUNT,
    "US_BANK_NUMBER": Kind.ACCOUNT,
    "US_SSN": Kind.SSN,
    "US_ITIN": Kind.SSN,
    "US_MBI": Kind.PLAN_MEMBER,
    "US_NPI": Kind.NPI,
    "US_DRIVER_LICENSE": Kind.LICENCE,
    "MEDICAL_LICENSE": Kind.LICENCE,
    "US_PASSPORT": Kind.NATIONAL_ID,
    "UK_NHS": Kind.NATIONAL_ID,
    "UK_NINO": Kind.NATIONAL_ID,
}
_MODELS: Final = ("en_core_web_lg", "en_core_web_md", "en_core_web_sm")


class _Result(Protocol):
    entity_type: str
    start: int
    end: int
    score: float


class _Analyzer(Protocol):
    def analyze(self, text: str, language: str, entities: list[str], score_threshold: float) -> Sequence[_Result]: ...
    def get_supported_entities(self, language: str) -> list[str]: ...


class PresidioMissing(Exception):
    """The extra is not installed; the message says how to install it."""


def demand() -> None:
    """Say so early if the package is not there.

    Raises:
        PresidioMissing: it is not installed.
    """
    if importlib.util.find_spec("presidio_analyzer") is None:
        raise PresidioMissing(f"Presidio is not installed: {remedy('presidio')}")


class Presidio:
    """A second detector. `threshold` is the score in [0, 1] from which a result is taken."""

    def __init__(self, *, threshold: float = 0.4) -> None:
        """Load it; takes seconds.

        Raises:
            PresidioMissing: the package is not installed.
        """
        demand()
        _stay_offline()
        self._model = next((name for name in _MODELS if importlib.util.find_spec(name) is not None), "")
        self._analyzer: _Analyzer = _with_spacy(self._model) if self._model else _patterns_only()
        self._entities = sorted(set(_KINDS) & set(self._analyzer.get_supported_entities("en")))
        self._threshold = threshold

    @property
    def version(self) -> str:
        return f"presidio-{importlib.metadata.version('presidio-analyzer')}{'-' + self._model if self._model else ''}"

    @property
    def covers(self) -> frozenset[Kind]:
        return frozenset(_KINDS[entity] for entity in self._entities)

    def detect(self, passages: Sequence[Passage]) -> Sequence[Detection]:
        return [
            Detection(self._findings(passage.text)) if passage.text.strip() else Detection() for passage in passages
        ]

    def _findings(self, text: str) -> tuple[Finding, ...]:
        readable = text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text
        results = self._analyzer.analyze(readable, "en", self._entities, self._threshold)
        hits = [Hit(_KINDS[one.entity_type], one.start, one.end, one.score) for one in results]
        kept = [hit for hit in merge(hits, readable) if not permitted(hit, readable)]
        counts = counting.counted(kept, readable)
        return tuple(
            Finding(hit.kind, hit.start, hit.end, hit.confidence, counting)
            for hit, counting in zip(kept, counts, strict=True)
        )


def _stay_offline() -> None:
    """Presidio checks mail addresses with tldextract, which would fetch a list of suffixes; its own copy has to do."""
    suffixes = importlib.import_module("tldextract")
    vars(suffixes)["extract"] = suffixes.TLDExtract(cache_dir=None, suffix_list_urls=())


def _patterns_only() -> _Analyzer:
    """Presidio without a language model: its patterns and check digits."""
    package = importlib.import_module("presidio_analyzer")
    engines = importlib.import_module("presidio_analyzer.nlp_engine")
    language = engines.NoOpNlpEngine(models=[{"lang_code": "en", "model_name": "none"}])
    language.load()
    registry = package.RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"], nlp_engine=language)
    registry.recognizers = [one for one in registry.recognizers if one.name != "SpacyRecognizer"]
    made: _Analyzer = package.AnalyzerEngine(registry=registry, nlp_engine=language, supported_languages=["en"])
    return made


def _with_spacy(model: str) -> _Analyzer:
    """Presidio with an installed spaCy model; its own default would download one."""
    package = importlib.import_module("presidio_analyzer")
    engines = importlib.import_module("presidio_analyzer.nlp_engine")
    provider = engines.NlpEngineProvider(
        nlp_configuration={"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": model}]}
    )
    made: _Analyzer = package.AnalyzerEngine(nlp_engine=provider.create_engine(), supported_languages=["en"])
    return made
