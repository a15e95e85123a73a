"""Talks as they are written down, in words of their own: speakers, pauses, values said aloud; and talks that name nobody. Seeded."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Final

from bench.phi.corpus import people, values
from bench.phi.corpus.grammar import Document, Piece, Span, document, expand, templates
from bench.phi.corpus.noise import lowered
from bench.phi.corpus.telling import Telling
from bench.phi.held_out.sets import HERE, SEED

_ONES: Final = "zero one two three four five six seven eight nine".split()
_TEENS: Final = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_DAYS: Final = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth "
    "twentieth twenty-first twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth"
).split()
_MONTHS: Final = "January February March April May June July August September October November December".split()
_STREETS: Final = (
    "Thistle Brae; Cooper's Yard; Station Approach; Marl Pit Lane; Old Foundry Road; Weir Close; Chandler Mews; Larch Avenue; St Botolph's Terrace; Ropewalk; Sorrel Crescent; "
    "Tollgate Drive; Abbot's Walk; Kiln Gardens; Ferry Road; Bramble Way; Upper Dock Street; Peel Court; Mafeking Street; Beacon Hill; The Paddocks; Juniper Grove; Nelson Parade"
).split("; ")
_SHOWN: Final = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        "apple ball cat dog egg fox goat hat ink jam king lemon mother nut orange pig queen robert sugar tea umbrella van water xylophone yellow zebra".split(),
        strict=True,
    )
)
_NATO: Final = (
    "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu"
).split()
_PAIRS: Final = (
    ("Clinician", "Pt"), ("GP", "Patient"), ("Ward clerk", "Relative"), ("Operator", "Caller"), ("Dentist", "Patient"), ("SPEAKER_02", "SPEAKER_07"), ("Dr", "Pt"),
    ("Counsellor", "Client"), ("Registrar", "Father"), ("Pharmacist", "Customer"), ("Provider", "Patient"), ("A", "B"), ("Physio", "Patient"), ("assistant", "user"),
)  # fmt: skip
_PAUSES: Final = ("er, ", "um, ", "well, ", "let me see, ", "mm, ", "oh, ", "ah, ")


def _pair(number: int) -> str:
    if number < 10:
        return _ONES[number]
    return (
        _TEENS[number - 10]
        if number < 20
        else _TENS[number // 10 - 2] + (f" {_ONES[number % 10]}" if number % 10 else "")
    )


def _digits(digits: str, rng: random.Random) -> str:
    """Digits aloud: singly, doubled, now and then in pairs, with a pause within."""
    nought, said, at = rng.choice(["oh", "zero", "nought"]), list[str](), 0
    while at < len(digits):
        run = len(digits[at:]) - len(digits[at:].lstrip(digits[at]))
        if run in (2, 3) and rng.random() < 0.6:
            said.append(
                f"{'double' if run == 2 else 'treble'} {nought if digits[at] == '0' else _ONES[int(digits[at])]}"
            )
            at += run
        elif digits[at] != "0" and at + 1 < len(digits) and rng.random() < 0.08:
            said.append(
                _pair(int(digits[at : at + 2]))
                if digits[at] != "1" or rng.random() < 0.5
                else _ONES[1] + " " + _ONES[int(digits[at + 1])]
            )
            at += 2
        else:
            said.append(nought if digits[at] == "0" else _ONES[int(digits[at])])
            at += 1
    if rng.random() < 0.3 and len(said) > 4:
        said[len(said) // 2] = rng.choice(["er, ", "um ", ", "]).lstrip() + said[len(said) // 2]
    return (", " if rng.random() < 0.15 else " ").join(said)


def _year(year: int, rng: random.Random) -> str:
    if year >= 2000:
        return (
            rng.choice([f"two thousand and {_pair(year % 100)}", f"twenty {_pair(year % 100)}"])
            if year > 2009
            else f"two thousand and {_pair(year % 100)}"
            if year > 2000
            else "two thousand"
        )
    return (
        rng.choice([f"nineteen {_pair(year % 100)}", _pair(year % 100)])
        if year % 100 > 9
        else f"nineteen oh {_ONES[year % 100]}"
    )


def date(rng: random.Random) -> str:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1928, 2022)
    ordinal = _DAYS[day - 1].replace("-", rng.choice(["-", " "]))
    pause = rng.choice(["", "", "", ", er,", ", um,"])
    return rng.choice(
        [
            f"{ordinal} of {_MONTHS[month - 1]}{pause} {_year(year, rng)}",
            f"{ordinal} of the {_DAYS[month - 1]}{pause} {_year(year, rng)}",
            f"{_MONTHS[month - 1]} the {ordinal}{pause} {_year(year, rng)}",
            f"{_MONTHS[month - 1]} {ordinal} {_year(year, rng)}",
            f"{_pair(day)} slash {_pair(month)} slash {_pair(year % 100) if year % 100 > 9 else 'oh ' + _ONES[year % 100]}",
            f"{day} {_MONTHS[month - 1]} {_year(year, rng)}",
            f"{_pair(day)}, {_pair(month)}{pause or ','} {_year(year, rng)}"
            if year % 100 > 9
            else f"{ordinal} of the {_DAYS[month - 1]}, {_year(year, rng)}",
        ]
    )


def postcode(rng: random.Random) -> str:
    area = "".join(rng.choice("ABCDEGHKLMNPRSTW") for _ in range(rng.randint(1, 2)))
    district, sector, unit = (
        rng.randint(1, 29),
        rng.randint(0, 9),
        "".join(rng.choice("ABDEFGHJLNPQRSTUWXYZ") for _ in range(2)),
    )
    spoken = rng.choice(["letters", "letters", "tight", "nato", "shown", "canada"])
    numbers = f"{_pair(district)} {rng.choice(['oh', 'zero']) if sector == 0 else _ONES[sector]}"
    match spoken:
        case "letters":
            return f"{' '.join(area)} {numbers} {' '.join(unit) if unit[0] != unit[1] else 'double ' + unit[0]}"
        case "tight":
            return f"{area} {numbers} {unit}"
        case "nato":
            return f"{' '.join(_NATO[ord(one) - 65] for one in area)} {numbers} {' '.join(_NATO[ord(one) - 65] for one in unit)}"
        case "shown":
            return f"{' '.join(f'{one} for {_SHOWN[one.lower()]}' for one in area)}, {numbers} {' '.join(unit)}"
        case _:
            a, b, c = (rng.choice("ABCEGHJKLMNPRSTVXY") for _ in range(3))
            d, e, f = (_ONES[rng.randint(1, 9)] for _ in range(3))
            return f"{a} {d} {b} {e} {c} {f}"


def spelled(name: str, rng: random.Random) -> str:
    letters = [char for char in values.ascii_word(name) if char.isalpha()]
    said, at = list[str](), 0
    while at < len(letters):
        if at + 1 < len(letters) and letters[at] == letters[at + 1] and rng.random() < 0.6:
            said.append(f"double {letters[at].upper()}")
            at += 2
        else:
            said.append(
                f"{letters[at].upper()} for {_SHOWN[letters[at]]}" if rng.random() < 0.06 else letters[at].upper()
            )
            at += 1
    return rng.choice([" ", "-", ", ", ". "]).join(said)


class Speaking(Telling):
    """Answers `say.…`: a value as somebody says it."""

    def say(self, slot: str, form: str) -> Iterable[Piece]:
        rng = self._rng
        if slot != "say":
            return super().say(slot, form)
        match form:
            case "date" | "born":
                return [Piece("on the " if form == "born" else ""), Piece(date(rng), "DATE")]
            case "spelled" | "spelledlast":
                return [Piece(spelled(self._person("p").family, rng), "NAME")]
            case "address":
                number = rng.choice(
                    [
                        _pair(rng.randint(1, 99)),
                        str(rng.randint(1, 240)),
                        f"flat {_ONES[rng.randint(1, 9)]}, {_pair(rng.randint(11, 99))}",
                        f"number {_pair(rng.randint(1, 60))}",
                    ]
                )
                return [Piece(f"{number}{rng.choice([' ', ' ', ', '])}{rng.choice(_STREETS)}", "ADDRESS")]
            case "postcode":
                return [Piece(postcode(rng), "ZIP")]
            case "zip":
                return [Piece(" ".join(rng.choice(_ONES) for _ in range(5)), "ZIP")]
            case "phone":
                digits = rng.choice(["07", "01", "02", "6", "4"]) + values.digits(rng, 9)
                return [
                    Piece(
                        rng.choice(
                            [_digits(digits, rng), _digits(digits, rng), f"{digits[:4]} {_digits(digits[4:], rng)}"]
                        ),
                        "PHONE",
                    )
                ]
            case "mail":
                who = people.person(rng, people.HELD_OUT)
                mark, host = (
                    rng.choice([" dot ", " underscore ", " dash "]),
                    rng.choice(["gmail", "outlook", "proton mail", "bt internet", "icloud"]),
                )
                tail = rng.choice(["", f" {_pair(rng.randint(2, 99))}"])
                return [
                    Piece(
                        f"{values.ascii_word(who.given)}{mark}{values.ascii_word(who.family)}{tail} at {host} dot {rng.choice(['com', 'co dot uk'])}",
                        "EMAIL",
                    )
                ]
            case "number":
                return [Piece(_digits(values.digits(rng, rng.choice([7, 8, 10])), rng), "MRN")]
            case "policy":
                return [
                    Piece(f"{rng.choice('ABHKLPWX')} {_digits(values.digits(rng, rng.randint(6, 9)), rng)}", "PLAN")
                ]
            case _:
                return [Piece(" ".join(rng.choice(_ONES[1:]) for _ in range(4)), "SSN")]


def _pieces(exchanges: list[str], rng: random.Random) -> list[Piece]:
    speaker, labels, style = Speaking(rng, people.HELD_OUT), rng.choice(_PAIRS), rng.randrange(9)
    pieces, second = [Piece("WEBVTT\n\n")] if style == 5 else list[Piece](), rng.randrange(40)
    for exchange in exchanges:
        for label, template in zip(labels, exchange.split(" ~~ "), strict=True):
            second += rng.randint(2, 12)
            clock = f"{second // 60:02}:{second % 60:02}"
            head = {
                0: f"{label}: ", 1: f"[{label}] ", 2: f"{label.upper()}: ", 3: f"({clock}) {label}: ", 4: "", 5: f"00:{clock}.000 --> 00:{clock}.900\n{label}: ",
                6: f"**{label}**: ", 7: "- ", 8: f"[00:{clock}] ",
            }[style]  # fmt: skip
            pause = rng.choice(_PAUSES) if rng.random() < 0.1 else ""
            pieces += [Piece(head + pause), *expand(template, speaker, rng), Piece("\n")]
    return pieces


def _unpointed(doc: Document) -> Document:
    """Small letters without points, as a recogniser writes; a blank keeps every place."""
    plain = lowered(doc)
    text = "".join(
        " " if char in ".,?!" and plain.text[at + 1 : at + 2] in {" ", "\n", ""} else char
        for at, char in enumerate(plain.text)
    )
    return Document(text, tuple(Span(one.start, one.end, one.type) for one in doc.spans), doc.family)


def talks(count: int = 240, seed: int = SEED) -> list[Document]:
    """Talks, a third of which name nobody (`free`); a third is in small letters without points."""
    rng = random.Random(f"{seed}-talk")
    exchanges = [template for _, template in templates("talk", HERE)]
    nobody = [template for template in exchanges if "{" not in template]
    found = []
    for at in range(count):
        few = [rng.choice(nobody) for _ in range(rng.randint(4, 10))]
        told = [rng.choice(exchanges) for _ in range(rng.randint(2, 5))] if at % 3 else []
        mixed = [*few, *told]
        rng.shuffle(mixed)
        doc = document(_pieces(mixed, rng), "talk" if at % 3 else "free")
        found.append(_unpointed(doc) if rng.random() < 0.33 else doc)
    return found
