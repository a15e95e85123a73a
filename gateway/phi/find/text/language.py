"""Whether a text is in a language the engine knows, which it is not until its words show it; says so, finds nothing."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

from gateway.domain import UnknownReason
from gateway.phi.find import lexicon

_KNOWN: Final = frozenset[UnknownReason]()
_UNKNOWN: Final = frozenset({UnknownReason.LANGUAGE})
_NOT_LATIN: Final = re.compile(
    r"[\u0370-\u1dff\u2c00-\ua71f\ua800-\ufaff\ufb13-\ufdff\ufe70-\ufefc\U00010000-\U0001efff\U00020000-\U0003ffff]{2,}"
)
"""Letters of another script beside each other; one alone is a symbol ("α-synuclein")."""
_SENTENCE: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{7,}")
"""A sentence of Chinese or Japanese, where words are not parted; names and terms that English quotes are shorter."""
_EASTERN: Final = re.compile(
    r"[\u3005\u3041-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff](?:[ \u00b7\u30fb]?[\u3005\u3041-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff])+"
)
"""Chinese, Japanese or Korean in two letters or more: two of them are a whole name, as of no alphabet."""
_ABOUT_WORDS: Final = re.compile(
    r"(?i)\b(?:chinese|japanese|korean|mandarin|cantonese|kanji|hanzi|hangul|hiragana|katakana|kana|pinyin|translat\w+|means?|meaning|characters?|unicode|utf-?8|glyphs?|words?|terms?|fonts?|pronounc\w+|locales?)\b"
)
"""What is said of a word that English quotes from there."""
_OF_SOMEBODY: Final = re.compile(
    r"(?i)\b(?:patients?|pt|names?d?|mr|mrs|ms|dr|he|she|his|her|him|hiv|positive|diagnos\w+|admi(?:ts?|tted|ssion)|discharged?|seen|dob|mrn|born|aged?|years?[- ]old|y/?o|mother|father|wife|husband|son|daughter)\b"
)
_SURNAMED: Final = re.compile(
    r"[王李张張刘劉陈陳杨楊赵趙黄黃吴吳徐孙孫朱郭][\u4e00-\u9fff]{2}|[김박최][\uac00-\ud7a3]{2}"
)
_QUOTED_WORD: Final = 4
"""Letters of a word or a term that English quotes from there."""
_FEW: Final = 4
"""Such letters that a line may quote (a name, a word)."""
_MANY: Final = 40
"""Such letters that are a sentence, however long the rest is."""
_SAMPLE: Final = 24_000
"""Characters that are looked at, half of them from the end."""

_ENGLISH_WORDS: Final = (
    "the of and to in is are was were for with on at by an be this that it as from or have has had not but which what who he she they his her their we "
    "you i my your our its there can will would should could may do does did been being if than then into out up about after before when where how no "
    "any all please patient us so over under see due come care"
)
_ENGLISH: Final = frozenset(_ENGLISH_WORDS.split())
_LETTERS: Final = re.compile(r"[^\W\d_]{2,}")
_PARTICLE_WORDS: Final = (
    "van de der den des di da dos das los las del della la le du von zu ter ten bin ibn al el e y i do af av st ní ó"
)
_PARTICLES: Final = frozenset(_PARTICLE_WORDS.split())
"""Parts of names: between capitals they tell of no language."""
_WORD: Final = re.compile(
    r"(?<![\w/\\.@#$<{=&%_-])(?<!\w['\"(])([^\W\d_]+(?:['’][^\W\d_]+)*)(?![\w/\\@<>{}_\[-]|\s?=|\(|[.:,]\w|::|['\"],)"
)
"""A word as sentences have them: not a part of a path, an address, a call or a list of quoted symbols."""


def unknown(text: str, words: frozenset[str]) -> frozenset[UnknownReason]:
    """`language` when a part of `text` is in a script or a language that the engine does not know, else nothing.

    `words` are the casefolded words of two letters and more in `text`.
    """
    sample = text if len(text) <= _SAMPLE else text[: _SAMPLE // 2] + "\n" + text[-_SAMPLE // 2 :]
    if not sample.isascii() and (_other_script(sample) or any(map(_foreign_script, sample.splitlines()))):
        return _UNKNOWN
    if len(words) < _LEAST:
        return _KNOWN
    strange = words - _meant()
    if len(strange) < _LEAST:
        return _KNOWN
    above = ""
    for line in sample.splitlines():
        if len(strange.intersection(_LETTERS.findall(line.casefold()))) >= _LEAST:
            code = _CODE.search(line) is not None
            if _foreign(line, above if _goes_on(above, line) else "", code=code) or (
                code and any(map(_foreign, _said(line)))
            ):
                return _UNKNOWN
        above = line
    return _KNOWN


def _goes_on(above: str, line: str) -> bool:
    """Whether a line may be the rest of a sentence that was broken to fit a page."""
    end = above.rstrip()[-1:]
    return (end.isalnum() or end in _BROKEN_AFTER) and (line.lstrip()[:1].islower() or end in _BROKEN_AFTER)


_BROKEN_AFTER: Final = frozenset(",-‐(")


def _said(line: str) -> list[str]:
    """What of a line of a program may be sentences: what stands in its quotes and comments."""
    return [found[found.lastgroup or 0] for found in _LITERAL.finditer(line)]


_CODE: Final = re.compile(
    r"&&|\|\||=>|::|[=!]==?|\+\+|\)\s*[;{]\s*$|[{;]\s*$|\w\(\)|\*\w+[,)]|\w_\w*\(|\w\.\w+\(|'\s?\+|\+\s?'"
    r"|^\s*(?:#(?:define|include|if|endif|undef)\b|(?:const|let|var|def|import|export|static|public|private|function|typedef|struct|use|require)\s+[\w{*(]+.*[({=;:]|(?:async\s+)?def\s)"
)
"""What only a line of a program holds; arrows and colons are of notes as well."""
_LITERAL: Final = re.compile(
    r"\"(?P<double>[^\"\n]{3,})\"|`(?P<back>[^`\n]{3,})`|(?<!\w)'(?P<single>[^'\n]{3,})'|(?:#|//|--|/?\*)\s(?P<comment>.{3,})|>(?P<markup>[^<>\n]{3,})<"
)


def _foreign_script(line: str) -> bool:
    """Whether a line is in another script, or holds what may be a name of China, Japan or Korea.

    A few letters of theirs pass only as a word that the line itself speaks of ("頭痛 means headache").
    """
    if _other_script(line):
        return True
    found = [match[0] for match in _EASTERN.finditer(line)]
    if not found:
        return False
    quoted = _ABOUT_WORDS.search(line) is not None and _OF_SOMEBODY.search(line) is None
    return not quoted or any(len(word) > _QUOTED_WORD or _SURNAMED.fullmatch(word) for word in found)


def _other_script(text: str) -> bool:
    foreign = sum(map(len, _NOT_LATIN.findall(text)))
    if foreign > _MANY or (foreign > _FEW and foreign * 8 > sum(map(str.isalpha, text))):
        return True
    return foreign > _FEW and _SENTENCE.search(text) is not None


_LEAST: Final = 2
"""Words of another language that make a text foreign; a single one is a borrowed word or a misspelled one."""
_BARE, _STRONG, _LONG = 2.0, 2.5, 3.5
"""The evidence needed: in a line without a word of English, in any other, and in one with much English."""
_IN_CODE: Final = 4.0
_OTHERS_IN_CODE: Final = 2
"""Short words of another language that symbols of a program do not make up between them."""
_MUCH: Final = 12
_ACCENTED: Final = 3
_UNLISTED: Final = 4
"""Words in no list that suffice where no other word is known to be of another language."""


class _Run(NamedTuple):
    """Neighbouring words that speak for another language more than for English; words of two letters only add weight."""

    weight: float = 0.0
    others: int = 0
    shared: int = 0
    unlisted: int = 0
    accented: int = 0
    """Those of the unlisted with a letter that English lacks; two by themselves may be somebody's name."""

    def foreign(self, english: int, *, sentence: bool) -> bool:
        """Whether that is enough, in a line with so many words of `english` that ends as a `sentence` does or not."""
        both = self.others + self.unlisted
        if not english:
            enough = self.weight >= (_BARE if self.others or self.shared or sentence else _STRONG)
            return enough and both > 0 and both + self.shared >= _LEAST
        enough = self.weight >= (_LONG if english > _MUCH else _STRONG) and both >= _LEAST
        return enough and (
            self.others > 0
            or self.shared >= _LEAST
            or (self.shared > 0 and self.accented > 0)
            or self.accented >= _ACCENTED
            or self.unlisted >= _UNLISTED
        )


def _foreign(line: str, above: str = "", *, code: bool = False) -> bool:
    """Whether some run of words of a line outweighs what is English in it, so that a quoted sentence is seen in a longer one.

    `above` is the line whose sentence it goes on with, whose English is its own. In a line of `code` symbols look like words
    of anything.
    """
    if "_" in line:
        line = _SYMBOLS.sub(lambda found: " " if "_" in found[0] else found[0], line)
    found = [match for match in _WORD.finditer(line) if not _is_symbol(line, match)]
    best, last, weights = _Run(), "", _WEIGHTS
    weight, others, shared, unlisted, accented, english = 0.0, 0, 0, 0, 0, 0
    for at, match in enumerate(found):
        word = match[1]
        more, part = weights.get(word) or _remembered(word)
        if word == last or (
            part in _BORROWED
            and (word in _PARTICLES or (at > 0 and word[0].isupper()))
            and _between_capitals(found, at)
        ):
            continue
        last = word
        english += part == _OWN
        weight += more
        if weight <= 0:
            weight, others, shared, unlisted, accented = 0.0, 0, 0, 0, 0
            continue
        others += part == _OTHER and len(word) > 2
        shared += part == _SHARED
        accented += part == _UNLISTED_WORD and not word.isascii()
        unlisted += part == _UNLISTED_WORD
        if weight > best.weight:
            best = _Run(weight, others, shared, unlisted, accented)
    if not english and above:
        english = sum(_weight(word[1])[1] == _OWN for word in _WORD.finditer(above))
    if code:
        return best.weight >= _IN_CODE and best.others >= _OTHERS_IN_CODE
    return best.foreign(english, sentence=line.rstrip()[-1:] in {".", "?", "!"})


_SYMBOLS: Final = re.compile(r"(?:\w+(?: \([^()\n]{1,30}\))?,\s*){4,}\w+")
"""A list of names of columns or variables, of which one has an underscore."""


def _is_symbol(line: str, word: re.Match[str]) -> bool:
    """Whether it stands alone in quotes, as the values of a list do (`"nba" | "wnba"`): quoted sentences have more words."""
    before, after = line[word.start() - 1 : word.start()], line[word.end() : word.end() + 1]
    return before == after and before in {'"', "'", "`"}


def _between_capitals(found: list[re.Match[str]], at: int) -> bool:
    """Whether it joins two names: "Ludwig van Beethoven", "Maria de la Cruz"."""
    before = at == 0 or found[at - 1][1][0].isupper() or found[at - 1][1] in _PARTICLES
    after = at + 1 < len(found) and (found[at + 1][1][0].isupper() or found[at + 1][1] in _PARTICLES)
    return before and after


_OWN, _OTHER, _SHARED, _UNLISTED_WORD, _NEITHER = "own", "other", "shared", "unlisted", ""
_BORROWED: Final = frozenset({_OTHER, _SHARED})


def _weight(word: str) -> tuple[float, str]:
    """How much a word speaks for another language (below 0: for English), and what it is."""
    lower = word.lower().replace("’", "'")
    if lower in _ENGLISH:
        return -1.2, _OWN
    if lower in _quoted() or (len(word) > 1 and word.isupper()) or word in _DAYS:
        return 0.0, _NEITHER
    marks = lexicon.marks(lower.removesuffix("'s"))
    if lower in _others():
        if marks & (lexicon.ELSE | lexicon.GIVEN):
            return (0.4 if lexicon.ORDINARY in marks else 0.6), _SHARED
        return (1.5 if len(word) > 2 else 0.6 if len(word) > 1 else 0.25), _OTHER
    if lexicon.ORDINARY in marks:
        return (-1.0, _OWN) if len(word) > 2 else (-0.3, _NEITHER)
    if marks & lexicon.ELSE or len(word) < 2 or not word[1:].islower():  # words of medicine are alike in many languages
        return 0.0, _NEITHER
    if word[0].isupper():
        return (0.0 if marks & lexicon.NAMES else 0.4), _NEITHER
    if len(word) == 2:
        return 0.2, _NEITHER
    if _ENGLISH_ENDING.fullmatch(lower):
        return 0.0, _NEITHER
    return (1.0 if word.isascii() else 1.3), _UNLISTED_WORD


_DAYS: Final = frozenset("Mon Sat Sun Mar Apr Jun Jul Aug Sept Oct Nov Dec".split())
"""English where it is written so; without a capital, "mon" is French."""
_ENGLISH_ENDING: Final = re.compile(
    r"[a-z]{3,}(?:ness(?:es)?|[ai]zed|ised|ated|ously|ically|fully|lessly|ships?|wise|hydryl|amides?|azoles?|enyls?|ethers?|oxides?|chlorinated|brominated|oses|otomy|ectomy|emias?|aemias?|itis|osis)"
)
"""How words of English and of its science end, and few of another language do."""

_WEIGHTS: Final = dict[str, tuple[float, str]]()
_MOST_WEIGHTS: Final = 20_000


def _remembered(word: str) -> tuple[float, str]:
    """`_weight`, remembered for words that are in a list and mean something: no name or word of a caller is kept."""
    weight = _weight(word)
    lower = word.lower()
    if (lower in _meant() or lower in _ENGLISH or lower in _others()) and len(_WEIGHTS) < _MOST_WEIGHTS:
        _WEIGHTS[word] = weight
    return weight


@cache
def _meant() -> frozenset[str]:
    """Words of our lists that mean something, and are none of another language."""
    listed = lexicon.words().items()
    return frozenset([word for word, marks in listed if not lexicon.ELSE.isdisjoint(marks)]) - _others()


@cache
def _listed() -> dict[str, frozenset[str]]:
    lines = resources.files(lexicon.__name__).joinpath("languages.txt").read_text(encoding="utf-8").splitlines()
    return {line[:2]: frozenset(line.split()[1:]) for line in lines if line[:1] != "#"}


@cache
def _quoted() -> frozenset[str]:
    """What stands in English and in no list of its words: Latin, French, shorthand, chat."""
    return _listed()["la"] | _listed()["en"]


@cache
def _others() -> frozenset[str]:
    """The short words of other languages that are none of English."""
    words = frozenset[str]().union(*(words for name, words in _listed().items() if name not in {"la", "en"}))
    return words - _ENGLISH - _quoted()
