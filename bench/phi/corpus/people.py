"""Invents people of many cultures and the ways in which they are written down; no name is of a real patient."""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass
from functools import cache

from bench.phi.corpus.grammar import Piece, lists
from gateway.phi.find import lexicon

TRAINING, HELD_OUT = "training", "held out"
_HELD_OUT_SHARE = 4  # one name in four is never seen in training

_ONSETS = "b br c ch d dr f g gr h j k kl l m n p pr qu r s sh st t th tr v w y z zh ng mb nd kh ts sz".split()
_NUCLEI = "a e i o u ai au ea ee ei ia io oa oo ou y á é í ó ö ü".split()
_CODAS = ["", "", "", "n", "m", "r", "s", "l", "t", "k", "nd", "rt", "sh", "ck", "ng", "v", "ll", "x", "z"]
_ENDS = "son sen ez ian ski ska ov ova ini elli etti eau ard mann berg stein wala kar pur ssen dottir vich enko shvili oğlu poulos a o i e".split()


def part_of(name: str) -> str:
    """Which part of the corpus a name belongs to; the same in every run."""
    return HELD_OUT if zlib.crc32(name.casefold().encode()) % _HELD_OUT_SHARE == 0 else TRAINING


@cache
def _cultures(part: str) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for line in lists("people"):
        head, _, names = line.partition(": ")
        culture, kind = head.split()
        kept = [
            name.replace("-", " ") if name[:2].islower() else name for name in names.split() if part_of(name) == part
        ]
        if culture == "caribbean" or kept:
            found.setdefault(culture, {})[kind] = kept or names.split()
    return found


@cache
def _census(part: str) -> dict[str, list[str]]:
    given, frequent, rare = [], [], []
    for word, marks in lexicon.words().items():
        if part_of(word) != part or len(word) < 3 or not word.isascii():
            continue
        name = word.capitalize()
        if set(marks) & lexicon.GIVEN:
            given.append(name)
        if "F" in marks or "f" in marks:
            frequent.append(name)
        elif "r" in marks:
            rare.append(name)
    return {"given": given, "family": frequent, "rare": rare}


def invented(rng: random.Random) -> str:
    """A name that stands in no list."""
    syllables = [
        rng.choice(_ONSETS) + rng.choice(_NUCLEI) + rng.choice(_CODAS) for _ in range(rng.choice([1, 2, 2, 3]))
    ]
    return ("".join(syllables) + (rng.choice(_ENDS) if rng.random() < 0.5 else "")).capitalize()


@dataclass(frozen=True, slots=True)
class Person:
    """Given and family name; `middle` may be empty. Plain, as it would be signed."""

    given: str
    family: str
    middle: str = ""

    @property
    def initials(self) -> str:
        return "".join(part[0] for part in (self.given, self.family))


def person(rng: random.Random, part: str = TRAINING) -> Person:
    source = rng.random()
    if source < 0.3:
        pool = _census(part)
        given, family = rng.choice(pool["given"]), rng.choice(pool["family" if rng.random() < 0.6 else "rare"])
    elif source < 0.85:
        culture = rng.choice(list(_cultures(part).values()))
        other = culture if rng.random() < 0.85 else rng.choice(list(_cultures(part).values()))
        given, family = rng.choice(culture.get("given") or ["Ana"]), rng.choice(other.get("family") or ["Diaz"])
    else:
        given, family = invented(rng), invented(rng)
    if rng.random() < 0.07:
        family = f"{family}-{person(rng, part).family.split()[-1]}"
    elif rng.random() < 0.03:
        family = f"{family} {person(rng, part).family.split()[-1]}"
    if rng.random() < 0.02:
        given = f"{given}-{person(rng, part).given}"
    middle = rng.choice("ABCDEFGHJKLMNPRSTW") + "." if rng.random() < 0.12 else ""
    if rng.random() < 0.03:
        middle = person(rng, part).given
    return Person(given, family, middle)


def _name(text: str) -> list[Piece]:
    return [Piece(text, "NAME")]


def _titled(title: str, text: str) -> list[Piece]:
    return [Piece(f"{title} "), Piece(text, "NAME")]


def written(who: Person, form: str, rng: random.Random) -> list[Piece]:
    """`who` in one of the forms that notes and prompts use; "" picks one."""
    middle = f" {who.middle}" if who.middle else ""
    full = f"{who.given}{middle} {who.family}"
    match form:
        case "full":
            return _name(full)
        case "first":
            return _name(who.given)
        case "last":
            return _name(who.family)
        case "comma":
            return _name(f"{who.family}, {who.given}{middle}")
        case "initial":  # Anna S.
            return _name(f"{who.given} {who.family[0]}{rng.choice(['.', '.', '.', ''])}")
        case "abbreviated":  # A. Smith
            return _name(
                rng.choice(
                    [f"{who.given[0]}. {who.family}", f"{who.given[0]} {who.family}", f"{who.family} {who.given[0]}."]
                )
            )
        case "initials":
            return _name(
                rng.choice([f"{who.given[0]}.{who.family[0]}.", who.initials, f"{who.given[0]}. {who.family[0]}."])
            )
        case "user":
            digits = rng.choice(["", "", str(rng.randint(1, 99))])
            return _name(
                rng.choice([who.given[0] + who.family, f"{who.given}.{who.family}", who.family + who.given[0]])
                .lower()
                .replace(" ", "")
                + digits
            )
        case "mr":
            return _titled(rng.choice(["Mr.", "Mrs.", "Ms.", "Mr", "Mrs", "Ms", "Miss", "Mx."]), who.family)
        case "dr":
            title = rng.choice(["Dr.", "Dr.", "Dr.", "Dr", "Doctor", "Prof."])
            return _titled(
                title,
                rng.choice(
                    [who.family, who.family, full, f"{who.given} {who.family[0]}.", f"{who.given[0]}. {who.family}"]
                ),
            )
        case "md":
            return [
                *_name(rng.choice([full, f"{who.given[0]}. {who.family}"])),
                Piece(
                    rng.choice(
                        [", MD", " MD", ", DO", ", NP", ", RN", " RN", ", PA-C", ", M.D.", ", PhD", ", DPM", ", LCSW"]
                    )
                ),
            ]
        case _:
            forms = ["full"] * 7 + ["initial"] * 4 + ["comma", "mr", "abbreviated", "first", "last"]
            return written(who, rng.choice(forms), rng)
