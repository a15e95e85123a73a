"""One telling of a template: who the patient, the doctors and the family are, and what each slot says."""

from __future__ import annotations

import random
from collections.abc import Iterable
from functools import cache

from bench.phi.corpus import people, values
from bench.phi.corpus.grammar import Document, Piece, document, expand, lists

_LOC, _DATE = "PLACE", "DATE"


_SHAPED = {
    "card": values.card,
    "npi": values.npi,
    "dea": values.dea,
    "nhs": values.nhs,
    "iban": values.iban,
    "mbi": values.mbi,
    "photo": values.photo,
}


@cache
def _terms() -> dict[str, list[str]]:
    return {head: tail.split("; ") for head, _, tail in (line.partition(": ") for line in lists("terms"))}


class Telling:
    """Answers slots. Within one document a role (p patient, d, e doctors, r relative, n nurse) stays the same person."""

    def __init__(self, rng: random.Random, part: str = people.TRAINING) -> None:
        self._rng, self._part = rng, part
        self._roles: dict[str, people.Person] = {}
        self._fixed: dict[str, str] = {}

    def say(self, slot: str, form: str) -> Iterable[Piece]:
        if slot in {"p", "d", "e", "r", "n", "q", "x"}:
            return people.written(self._person(slot), form or ("dr" if slot in "de" else ""), self._rng)
        if slot in _terms():
            return [Piece(self._rng.choice(_terms()[slot]))]
        return [self._value(slot, form)]

    def _person(self, role: str) -> people.Person:
        if role == "x":
            return people.person(self._rng, self._part)
        if role == "r" and role not in self._roles and self._rng.random() < 0.5:
            kin = people.person(self._rng, self._part)
            self._roles[role] = people.Person(kin.given, self._person("p").family)
        return self._roles.setdefault(role, people.person(self._rng, self._part))

    def _value(self, slot: str, form: str) -> Piece:
        rng, part = self._rng, self._part
        match slot:
            case "city":
                return Piece(values.city(rng, part), _LOC)
            case "citystate":
                return Piece(values.city_state(rng, part), _LOC)
            case "facility":
                return Piece(
                    self._fixed.setdefault("facility", values.facility(rng, part))
                    if form == "same"
                    else values.facility(rng, part),
                    "FACILITY",
                )
            case "address":
                return Piece(values.address(rng, part), "ADDRESS")
            case "street":
                return Piece(values.street(rng, part), "ADDRESS")
            case "zip":
                return Piece(values.zip_code(rng), "ZIP")
            case "employer":
                return Piece(values.employer(rng, part), "FACILITY")
            case "date":
                return Piece(values.date(rng, form), _DATE)
            case "ssn":
                return Piece(values.ssn(rng), "SSN")
            case "phone":
                return Piece(values.phone(rng), "PHONE")
            case "fax":
                return Piece(values.phone(rng), "FAX")
            case "email":
                return Piece(values.email(rng, self._person(form or "p")), "EMAIL")
            case "vin":
                return Piece(values.vehicle(rng), "VEHICLE")
            case "card" | "npi" | "dea" | "nhs" | "iban" | "mbi" | "photo":
                return Piece(_SHAPED[slot](rng), slot.upper())
            case "udi":
                return Piece(f"(01)00{values.digits(rng, 12)}(21){values.number(rng)}", "DEVICE")
            case "passport":
                return Piece(
                    rng.choice([values.digits(rng, 9), rng.choice(values.LETTERS) + values.digits(rng, 8)]), "NUMBER"
                )
            case "old":
                return Piece(str(rng.randint(90, 104)), "AGE")
            case "ip":
                return Piece(values.address_ip(rng), "IP")
            case "url":
                return Piece(values.link(rng), "URL")
            case "mrn" | "plan" | "account" | "license" | "device" | "plate" | "number":
                kind = {"mrn": "MRN", "plan": "PLAN_MEMBER", "license": "LICENCE"}.get(slot, slot.upper())
                return Piece(values.number(rng), kind)
            case "coin":
                return Piece(people.invented(rng))
            case "surname":
                return Piece(people.person(rng, part).family)
            case "thinker":
                who = people.person(rng, part)
                return Piece(f"{who.given} {who.family}")
            case "state":
                return Piece(rng.choice(values.STATES)[0])
            case "year":
                return Piece(str(rng.randint(1995, 2026)))
            case "int":
                return Piece(str(rng.randint(1, int(form or 9))))
            case "month":
                return Piece(rng.choice(["January", "March", "April", "June", "September", "October", "December"]))
        raise ValueError(f"no such slot: {slot}")


def tell(template: str, rng: random.Random, *, family: str = "", part: str = people.TRAINING) -> Document:
    return document(expand(template, Telling(rng, part), rng), family)
