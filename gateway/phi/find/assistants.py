"""Names of assistants, models and products of AI where they introduce themselves; a person who is called so counts still."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.hit import Hit
from gateway.phi.find.public import treated
from gateway.phi.find.text.ways import one_of

_NAMED: Final = frozenset({Kind.NAME, Kind.PLACE, Kind.FACILITY})
_PRODUCT_WORDS: Final = (
    "claude chatgpt gpt gemini bard copilot codex llama mistral mixtral codestral devstral qwen qwq grok siri alexa cortana perplexity "
    "deepseek kimi gemma phi granite nemotron jarvis cursor cline aider windsurf devin bixby ernie pi le chat"
)
_MAKER_WORDS: Final = "anthropic openai google deepmind meta microsoft github mistral alibaba xai amazon apple perplexity deepseek moonshot nvidia ibm hugging face inflection cognition"
_PART_WORDS: Final = (
    "code opus sonnet haiku desktop cli sdk agent api ai cloud pro flash ultra nano mini turbo max instruct coder chat assistant studio "
    "the an official model code's"
)
_WORDS: Final = frozenset(f"{_PRODUCT_WORDS} {_MAKER_WORDS} {_PART_WORDS}".split())
_MAKER: Final = (
    "(?:"
    + one_of(
        *"Anthropic OpenAI Google DeepMind Meta Microsoft GitHub Alibaba xAI Amazon Apple Perplexity DeepSeek Moonshot NVIDIA IBM".split(),
        "Mistral AI",
        "Hugging Face",
    )
    + ")"
)
_PRODUCT: Final = (
    "(?:(?:GitHub|Google|Microsoft|Meta|Amazon) )?(?:"
    + one_of(
        *(
            "Claude ChatGPT GPT Gemini Bard Copilot Codex Llama Mistral Mixtral Codestral Devstral Qwen QwQ Grok Siri Alexa Cortana Perplexity DeepSeek "
            "Kimi Gemma Phi Granite Nemotron Jarvis Cursor Cline Aider Windsurf Devin Bixby"
        ).split()
    )
    + ")"
)
_PART: Final = r"(?:[ -](?:Code|Opus|Sonnet|Haiku|Desktop|CLI|Agent|SDK|API|AI|Pro|Flash|Ultra|Nano|Mini|Turbo|Max|Instruct|Coder|Chat|v?\d+(?:\.\d+)*[a-z]?)\b){0,4}"
_KIND_OF_AI: Final = (
    "(?:"
    + one_of(
        *"AI LLM language voice virtual digital coding programming software multimodal reasoning conversational agentic chat GPT generative".split(),
        "open(?:[ -](?:source|weights?))?",
        "artificial intelligence",
    )
    + ")"
)
_OF_NO_ONE: Final = (
    r"(?! (?:users?|researcher|engineer|developer|trainer|designer|consultant|scientist|company|startup)\b)"
)
"""An AI model, and nobody who works on one."""
_IS_ONE: Final = (
    "(?:"
    + one_of(
        rf"\b{_KIND_OF_AI}[ -](?:[a-z-]+ ){{0,3}}(?:assistant|model|agent|companion|bot|chatbot|CLI|tool|system)\b{_OF_NO_ONE}",
        r"\b(?:an|your) AI\b(?=\s*(?:[,.;:!?)]|$)| (?:built|made|trained|created|developed|by|from|designed|that|who)\b)",
        rf"\b(?:CLI|chatbot|LLM)\b{_OF_NO_ONE}",
        rf"\b(?:assistant|model|agent|bot|tool|AI),? (?:(?:that|which) (?:is|was) )?(?:(?:made|built|trained|created|developed|designed|powered|provided|offered) )?(?:by|from) {_MAKER}\b",
        rf"\b(?:made|built|trained|created|developed|designed|powered) by {_MAKER}\b",
        rf"\b{_MAKER}['’]s (?:[a-z-]+ ){{0,3}}(?:assistant|model|agent|CLI|chatbot|AI)\b",
    )
    + ")"
)
_INTRODUCED: Final = re.compile(
    r"\b(?:[Yy]ou are|[Yy]ou['’]re|I am|I['’]m|(?:[Mm]y|[Yy]our) name is|[Tt]his is|[Aa]ct as|[Bb]ehave as) (?:now |called |named )?[\"'*`]{0,3}"
    rf"(?P<product>{_PRODUCT}{_PART})[\"'*`]{{0,3}}"
    rf"(?=,| \(| [—–-]|[.!] (?:I am|I['’]m|You are) (?:an?|the|your) |\.? (?:an?|the|your|by|from|built|made|trained|created|developed|running|in|and|as)\b)(?P<said>[.!]?[^\n.!?]{{0,120}}?{_IS_ONE}[^\n.!?]{{0,120}})"
)
"""`You are Claude Code, Anthropic's official CLI for Claude`: what follows the name has to say that it is a program."""
_UNMISTAKABLE: Final = re.compile(
    r"\b(?:Claude (?:Code|Opus|Sonnet|Haiku|Desktop|Agent SDK|API|CLI|AI|\d[\d.]*)|(?<=\bAs )(?:Claude|ChatGPT|Gemini)(?=, I(?: am|'m|’m)? (?:can|cannot|can't|can’t|don't|don’t|do not|a|an|not)\b)|ChatGPT|GitHub Copilot|Gemini (?:CLI|Pro|Flash|API)|Meta AI|Mistral AI|xAI)\b"
)
"""Products whose second word no surname is, wherever they stand."""
_OF_A_PERSON: Final = re.compile(
    r"(?i)\b(?:I (?:have|had|feel|felt|need|take|took|work|live|was)|I['’]ve|my (?!name|maker|creators?|role|goal|job|purpose|training|knowledge|answers?|responses?)"
    r"|mrn|dob|born|ssn|\d{1,3}[ -]?(?:y/?o|years?|yrs?))\b"
)
"""What a person says of themselves in the same sentence takes it back: `I am Claude, an AI researcher, and my chest hurts`."""
_AILING: Final = re.compile(
    r"(?i)\b(?:cough\w*|fevers?|pains?|aches?|hurts?|rash|asthma|diabet\w+|cancer|surgery|pregnan\w+|medication|tablets|symptoms|mg|died)\b|, \d{1,3}\b"
)
_BESIDE: Final = 100
_GATE: Final = re.compile(rf"{_PRODUCT}|{_MAKER}|Meta AI")
_WORD: Final = re.compile(r"[^\W_]+")


def nobody(hits: Iterable[Hit], text: str) -> frozenset[Hit]:
    """Those of `hits` that are names of assistants and their makers, by how they are introduced or by what they are called."""
    named = [hit for hit in hits if hit.kind in _NAMED and _of_products(text[hit.start : hit.end])]
    if not named or _GATE.search(text) is None:
        return frozenset()
    known = [said.span() for said in _INTRODUCED.finditer(text) if _OF_A_PERSON.search(said["said"]) is None]
    spans = [*known, *(found.span() for found in _UNMISTAKABLE.finditer(text))]
    gone = {hit for hit in named if any(low <= hit.start and hit.end <= high for low, high in spans)}
    called = {word for hit in gone for word in _WORD.findall(text[hit.start : hit.end].casefold())}
    if known:  # the same product again, where nothing speaks of care
        gone |= {
            hit
            for hit in named
            if called.issuperset(_WORD.findall(text[hit.start : hit.end].casefold()))
            and not treated(hit, text)
            and _AILING.search(text, hit.end, hit.end + _BESIDE) is None
        }
    return frozenset(hit for hit in gone if _CARED.search(text, max(0, hit.start - 24), hit.start) is None)


_CARED: Final = re.compile(r"(?i)\b(?:patient|pt|client|resident|mr|mrs|ms|miss)\b[.,:]? $")


def is_product(word: str) -> bool:
    """Whether a word in small letters is the name of an assistant, a model or who makes it."""
    return word in _WORDS


def _of_products(value: str) -> bool:
    words = _WORD.findall(value.casefold())
    return bool(words) and all(word in _WORDS or word.isdecimal() for word in words)
