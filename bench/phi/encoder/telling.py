"""One telling of a pattern of ours: who the one person in it is and how the name is written; the words around come from the corpus."""

from __future__ import annotations

import random
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from faker import Faker

from bench.phi.corpus import people
from bench.phi.corpus.grammar import Document, Piece, document, expand, templates
from bench.phi.corpus.noise import lowered, raised
from bench.phi.corpus.telling import Telling
from gateway.phi.find import lexicon

HERE: Final = Path(__file__).parent / "patterns"
FORMS: Final = {
    "full": 36,
    "first": 20,
    "last": 19,
    "title": 5,
    "comma": 4,
    "initial": 5,
    "abbreviated": 5,
    "particle": 6,
    "three": 3,
    "hyphen": 3,
    "short": 3,
}
_LOCALES: Final = (
    "cs_CZ da_DK de_AT de_CH de_DE en_AU en_CA en_GB en_IE en_IN en_NG en_NZ en_PH en_US es_AR es_CL es_CO es_ES es_MX et_EE fi_FI "
    "fr_BE fr_CA fr_CH fr_FR ga_IE hr_HR hu_HU id_ID it_IT lt_LT lv_LV ng_NG nl_BE nl_NL no_NO pl_PL pt_BR pt_PT ro_RO sk_SK sl_SI "
    "sq_AL sv_SE sw tr_TR tw_GH vi_VN yo_NG zu_ZA ha_NG ig_NG uz_UZ az_AZ"
).split()
_PARTICLES: Final = (
    "de;de la;del;de los;dos;da;di;della;van;van der;van den;von;von der;ter;ten;al-;el-;bin;bint;ibn;abu;Ben ;Mac;Mc;O';St. ;Le ;La ;Du ;Ní ;Ó ;Ter-"
).split(";")
_TITLES: Final = "Mr Mrs Ms Miss Mx Dr Prof Mr. Mrs. Ms. Dr. Prof. Sister Nurse Father Rev. Sgt. Sr. Sra. Herr Frau Mme Uncle Aunt".split()


@cache
def _pool() -> list[tuple[list[str], list[str]]]:
    """Given and family names of each locale of Faker (MIT) that is written in Latin letters."""
    pools = []
    for locale in _LOCALES:
        try:
            faker = Faker(locale)
        except AttributeError:
            continue
        faker.seed_instance(len(locale) + ord(locale[0]))
        given = sorted({faker.first_name() for _ in range(700)})
        family = sorted({faker.last_name() for _ in range(700)})
        if all(ord(char) < 0x250 or ord(char) > 0x1E00 for name in given[:40] for char in name):
            pools.append((given, family))
    return pools


def somebody(rng: random.Random) -> people.Person:
    """A person of the corpus or of a locale of Faker; sometimes one whose names no list has, or is a plain word."""
    draw = rng.random()
    if draw < 0.4:
        return people.person(rng)
    if draw < 0.9:
        pool = rng.choice(_pool())
        other = pool if rng.random() < 0.85 else rng.choice(_pool())
        return people.Person(rng.choice(pool[0]), rng.choice(other[1]))
    if draw < 0.95:
        return people.Person(people.invented(rng), people.invented(rng))
    return people.Person(rng.choice(_WORDS_AS_GIVEN), rng.choice([*_WORDS_AS_FAMILY, people.person(rng).family]))


_WORDS_AS_GIVEN: Final = (
    "Rose Ruby Jade Hope Faith Grace Penny Will Mark Bill Frank Grant Pat Sue Rob Chase Hunter Art Dawn Summer Autumn Melody Joy Crystal "
    "Amber Ivy Brook Cliff Dale Forest Rich Max Angel Sunny Precious Gift Blessing Patience Prudence April May June August Jordan Chelsea Paris "
    "Savannah Austin Dakota Florence Sydney Victoria India Asia Ray Gene Drew Skip Jack Nick Jay Rusty Sandy Ginger Pepper Basil Olive"
).split()
_WORDS_AS_FAMILY: Final = (
    "Young Long Short Brown Green Black White Stone Wood Field Rivers Banks Bush Cook Baker Price Day Love Bliss Sharp Strong Noble Major King "
    "Queen Bishop Pope Abbot Hill Lane Street Church Castle Bridge Marsh Moore Winter Frost Snow Rain Parker Carter Mason Fisher Hunter Miller "
    "Taylor Cooper Foster Porter Butler Page Knight Bell Rose May Small Little Good Best Swift Wise Gay Savage Paine Looney Moody Hand Foot Head Legg"
).split()


def written(who: people.Person, form: str, rng: random.Random) -> list[Piece]:
    """`who` in one of `FORMS`, or in any of them."""
    match form or rng.choices(list(FORMS), list(FORMS.values()))[0]:
        case "title":
            return [Piece(rng.choice(_TITLES) + " "), *people.written(who, rng.choice(["last", "last", "full"]), rng)]
        case "particle":
            particle = rng.choice(_PARTICLES)
            joined = "" if particle[-1] in "-' " or particle in {"Mac", "Mc"} else " "
            given = f"{who.given} " if rng.random() < 0.8 else ""
            return [Piece(f"{given}{particle}{joined}{who.family}", "NAME")]
        case "three":
            middle = somebody(rng)
            return [Piece(f"{who.given} {rng.choice([middle.given, middle.family])} {who.family}", "NAME")]
        case "hyphen":
            other = somebody(rng)
            return [
                Piece(
                    rng.choice([f"{who.given}-{other.given} {who.family}", f"{who.given} {who.family}-{other.family}"]),
                    "NAME",
                )
            ]
        case "short":
            return [Piece(who.given[: rng.choice([3, 4, 5])] + rng.choice(["", "y", "ie", "a", "i", "o"]), "NAME")]
        case chosen:
            return people.written(who, chosen, rng)


@cache
def words() -> dict[str, list[str]]:
    """Words for slots: ours, and those of the lexicon of medicine."""
    lines = (HERE / "words.txt").read_text(encoding="utf-8").splitlines()
    found = {head: tail.split("; ") for head, _, tail in (line.partition(": ") for line in lines if line[:1] != "#")}
    for slot, mark in (("drug", lexicon.DRUG), ("eponym", lexicon.EPONYM), ("body", lexicon.BODY)):
        found[slot] = sorted(word for word, marks in lexicon.words().items() if mark in marks)
    return found


class OneName(Telling):
    """Answers the slots of our patterns, and leaves the others to the corpus."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng)
        self._who: dict[str, people.Person] = {}
        self._brands = rng.random()

    def say(self, slot: str, form: str) -> Iterable[Piece]:
        rng = self._rng
        if slot in {"who", "who2", "who3"}:
            return written(self._who.setdefault(slot, somebody(rng)), form, rng)
        if slot == "drug" and rng.random() < 0.5:
            word = rng.choice(words()["drug"])
            return [Piece(word.capitalize() if self._brands < 0.4 else word)]
        if slot == "eponym" and rng.random() < 0.5:
            return [Piece(rng.choice(words()["eponym"]).capitalize())]
        if slot in {"software", "device", "study", "book", "given"}:
            return [Piece(rng.choice(words()[slot]))]
        if slot == "surname":
            return [Piece(somebody(rng).family)]
        if slot == "thinker":
            return [Piece(f"{(who := somebody(rng)).given} {who.family}")]
        return super().say(slot, form)


def tell(template: str, rng: random.Random, family: str = "") -> Document:
    """One telling, sometimes in small letters or capitals, or without the last point, as people type."""
    doc = document(expand(template, OneName(rng), rng), family)
    doc = Document(doc.text.rstrip(), doc.spans, family)
    draw = rng.random()
    if draw < 0.16:
        doc = lowered(doc)
    elif draw < 0.18:
        doc = raised(doc)
    if rng.random() < 0.15 and doc.text[-1:] == "." and (not doc.spans or doc.spans[-1].end < len(doc.text)):
        doc = Document(doc.text[:-1], doc.spans, family)
    return doc


def told(name: str, times: int, seed: int) -> list[Document]:
    """Every pattern of a file, `times` over."""
    return [
        tell(template, random.Random(f"{seed}-{family}-{at}"), family)
        for family, template in templates(name, HERE)
        for at in range(times)
    ]
