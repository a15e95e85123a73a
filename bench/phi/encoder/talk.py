"""Talk of a clinician and a patient, as it is written down: speakers, fillers, spoken dates, addresses, spelled names; seeded."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from typing import Final

from bench.phi.corpus import values
from bench.phi.corpus.grammar import Document, Piece, Span, document, expand, templates
from bench.phi.corpus.noise import lowered
from bench.phi.encoder.telling import HERE, OneName, somebody

_DIGITS: Final = "oh one two three four five six seven eight nine".split()
_TEENS: Final = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS: Final = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth "
    "eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth"
).split()
_MONTHS: Final = "January February March April May June July August September October November December".split()
_FILLERS: Final = ("um, ", "uh, ", "erm, ", "you know, ", "like, ", "well, ", "I mean, ")
_LABELS: Final = (
    ("Doctor", "Patient"), ("DOCTOR", "PATIENT"), ("Dr", "Pt"), ("D", "P"), ("Clinician", "Patient"), ("Nurse", "Patient"), ("GP", "Pt"),
    ("Physician", "Mother"), ("Speaker 1", "Speaker 2"), ("SPK_0", "SPK_1"), ("Agent", "Caller"), ("Interviewer", "Participant"), ("Therapist", "Client"),
    ("assistant", "user"), ("Midwife", "Woman"), ("Receptionist", "Caller"), ("Provider", "Member"), ("A", "B"), ("Q", "A"), ("Paramedic", "Wife"),
)  # fmt: skip


def _number(number: int) -> str:
    if number < 10:
        return _DIGITS[number]
    if number < 20:
        return _TEENS[number - 10]
    return _TENS[number // 10 - 2] + (f"-{_DIGITS[number % 10]}" if number % 10 else "")


def _date(rng: random.Random) -> str:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1925, 2024)
    century = rng.choice(["nineteen ", ""]) if year < 2000 else "two thousand and "
    spoken_year = century + (_number(year % 100) if year % 100 else "hundred")
    numeric = rng.choice(
        [f"{day}/{month}/{year}", f"{month}/{day}/{year % 100:02}", f"{day} {_MONTHS[month - 1]} {year}"]
    )
    return rng.choice(
        [
            f"the {_ORDINALS[day - 1]} of {_MONTHS[month - 1]}, {spoken_year}",
            f"{_MONTHS[month - 1]} {_ORDINALS[day - 1]}, {spoken_year}",
            f"{_ORDINALS[day - 1]} of the {_ORDINALS[month - 1]}, {spoken_year}",
            f"the {_ORDINALS[day - 1]} of the {_ORDINALS[month - 1]}, uh, {_number(year % 100) if year % 100 > 9 else spoken_year}",
            numeric,
        ]
    )


def _spelled(name: str, rng: random.Random) -> str:
    mark = rng.choice(["-", " ", ", ", ". "])
    return mark.join(char.upper() for char in name if char.isalpha())


class Speaker(OneName):
    """Answers `said.…`: a value as it is said aloud."""

    def say(self, slot: str, form: str) -> Iterable[Piece]:
        rng = self._rng
        if slot != "said":
            return super().say(slot, form)
        match form:
            case "date":
                return [Piece(_date(rng), "DATE")]
            case "spelled":
                who = self._who.setdefault("who", somebody(rng))
                return [
                    Piece(rng.choice(["that's ", "spelled ", ""])),
                    Piece(_spelled(rng.choice([who.given, who.family]), rng), "NAME"),
                ]
            case "address":
                return [
                    Piece(
                        f"{rng.choice([_number(rng.randint(1, 99)), str(rng.randint(1, 999)), 'flat two, ' + _number(rng.randint(1, 99))])} {values.street(rng, 'training')}",
                        "ADDRESS",
                    )
                ]
            case "postcode":
                return [Piece(_postcode(rng), "ZIP")]
            case "phone":
                digits = "".join(rng.choice("0123456789") for _ in range(10))
                return [
                    Piece(
                        rng.choice(
                            [
                                " ".join(_DIGITS[int(one)] for one in digits),
                                f"{digits[:5]} {digits[5:]}",
                                values.phone(rng),
                            ]
                        ),
                        "PHONE",
                    )
                ]
            case "mail":
                who = somebody(rng)
                host = rng.choice(["gmail", "outlook", "yahoo", "hotmail"])
                return [
                    Piece(
                        f"{who.given.lower()} {rng.choice(['dot', 'underscore'])} {who.family.lower()} at {host} dot com",
                        "EMAIL",
                    )
                ]
            case "number":
                digits = "".join(rng.choice("0123456789") for _ in range(rng.randint(6, 10)))
                return [
                    Piece(
                        rng.choice(
                            [
                                digits,
                                " ".join(_DIGITS[int(one)] for one in digits),
                                f"{digits[:3]} {digits[3:6]} {digits[6:]}".strip(),
                            ]
                        ),
                        "MRN",
                    )
                ]
            case _:
                return [Piece(rng.choice([values.city(rng, "training"), values.facility(rng, "training")]), "PLACE")]


def _postcode(rng: random.Random) -> str:
    letter = "ABCDEFGHKLMNPRSTW"
    numbers = _DIGITS if rng.random() < 0.6 else list("0123456789")
    return rng.choice(
        [
            f"{rng.choice(letter)}{rng.choice(letter)} {rng.choice(numbers[1:])} {rng.choice(numbers)} {rng.choice(letter)}{rng.choice(letter)}",
            f"{rng.choice(letter)}{rng.choice(letter)}{rng.randint(1, 29)} {rng.randint(1, 9)}{rng.choice(letter)}{rng.choice(letter)}",
            " ".join(rng.choice(_DIGITS) for _ in range(5)),
            f"{rng.randint(10000, 99999)}",
        ]
    )


def _turn(text: str, rng: random.Random) -> str:
    """A template with a filler in front of it now and then."""
    return rng.choice(_FILLERS) + text[0].lower() + text[1:] if rng.random() < 0.12 and text[:1].isalpha() else text


def _pieces(exchanges: list[str], rng: random.Random) -> list[Piece]:
    speaker = Speaker(rng)
    labels = rng.choice(_LABELS)
    style, second, pieces = rng.randrange(7), rng.randrange(60), list[Piece]()
    for exchange in exchanges:
        for label, template in zip(labels, exchange.split(" ~~ "), strict=True):
            second += rng.randint(2, 9)
            clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
            head = {
                0: f"{label}: ", 1: f"[{label}] ", 2: f"{label} - ", 3: f"[{clock}] {label}: ", 4: "",
                5: f"{clock}.000 --> {clock}.900\n<v {label}>", 6: f"**{label}:** ",
            }[style]  # fmt: skip
            pieces += [
                Piece(head),
                *expand(_turn(template, rng), speaker, rng),
                Piece("\n" if style != 4 or rng.random() < 0.5 else " "),
            ]
    return pieces


def told(count: int, seed: int) -> list[Document]:
    """Talks, a third of them without anybody in them, a quarter in small letters without points."""
    rng = random.Random(f"{seed}-talk")
    exchanges = [template for _, template in templates("talk", HERE)]
    nobody = [template for template in exchanges if not re.search(r"\{(?:who|said)", template)]
    found = []
    for at in range(count):
        pool = nobody if at % 3 == 0 else exchanges
        pieces = _pieces([rng.choice(pool) for _ in range(rng.randint(2, 9))], rng)
        doc = document(pieces, "talk")
        if rng.random() < 0.25:
            doc = _plain(lowered(doc))
        found.append(doc)
    return found


def _plain(doc: Document) -> Document:
    """Without points and commas, as a recogniser of speech writes; a space keeps every place."""
    text = re.sub(r"[.,?!](?=\s|$)", " ", doc.text)
    return Document(text, tuple(Span(span.start, span.end, span.type) for span in doc.spans), doc.family)
