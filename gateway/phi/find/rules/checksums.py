"""Check digits of identifiers, as their issuers publish them; each takes the bare value and says whether it adds up."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

Check: TypeAlias = Callable[[str], bool]


def _digits(value: str) -> list[int]:
    return [int(char) for char in value if char.isdigit()]


def luhn(value: str) -> bool:
    """ISO/IEC 7812-1 annex B, over all digits of `value`."""
    total = 0
    for place, digit in enumerate(reversed(_digits(value))):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _weighted(digits: Sequence[int], weights: Sequence[int]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=False))


def npi(value: str) -> bool:
    """National Provider Identifier: Luhn with the prefix 80840 (CMS)."""
    return len(value) == 10 and value[0] in "12" and luhn("80840" + value)


def dea(value: str) -> bool:
    """DEA registration: two characters and seven digits, the last of them the check digit."""
    digits = _digits(value[2:])
    if len(digits) != 7:
        return False
    return (digits[0] + digits[2] + digits[4] + 2 * (digits[1] + digits[3] + digits[5])) % 10 == digits[6]


_VIN_VALUES: Final = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", [*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)], strict=True)
)
_VIN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def vin(value: str) -> bool:
    """Vehicle identification number, 49 CFR 565.15: seventeen characters, the ninth checks the others."""
    value = value.upper()
    if len(value) != 17 or not any(char.isdigit() for char in value):
        return False
    numbers = [int(char) if char.isdigit() else _VIN_VALUES.get(char, -1) for char in value]
    if -1 in numbers:
        return False
    rest = _weighted(numbers, _VIN_WEIGHTS) % 11
    return value[8] == ("X" if rest == 10 else str(rest))


def iban(value: str) -> bool:
    """ISO 13616: country and check digits moved to the end, letters as numbers, modulo 97 is 1."""
    bare = "".join(char for char in value.upper() if char.isalnum())
    if not 15 <= len(bare) <= 34 or not bare[2:4].isdigit():
        return False
    return int("".join(str(int(char, 36)) for char in bare[4:] + bare[:4])) % 97 == 1


def card(value: str) -> bool:
    """Payment card: 13 to 19 digits of a known issuer range that pass Luhn."""
    digits = "".join(char for char in value if char.isdigit())
    return 13 <= len(digits) <= 19 and digits[0] in "23456" and luhn(digits) and len(set(digits)) > 1


_ISSUERS: Final = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]|2[2-7]|35)\d{14}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}"
)
"""Prefixes and lengths that issuers use (ISO/IEC 7812): Visa, Mastercard, American Express, Diners, JCB, Discover."""


def issuer(value: str) -> bool:
    """Whether a card's number begins like one of the large issuers', and is as long as theirs are."""
    return _ISSUERS.fullmatch("".join(char for char in value if char.isdigit())) is not None


def ssn(value: str) -> bool:
    """A social security number that can have been issued (no area 000, 666 or 9xx, no empty group or serial)."""
    digits = "".join(char for char in value if char.isdigit())
    return (
        len(digits) == 9 and digits[:3] not in {"000", "666"} and digits[0] != "9" and digits[3:5] != "00" != digits[5:]
    )


def nhs(value: str) -> bool:
    """NHS number of England and Wales: ten digits, modulo 11."""
    digits = _digits(value)
    return (
        len(digits) == 10 and (11 - _weighted(digits, range(10, 1, -1)) % 11) % 11 == digits[9] and len(set(digits)) > 1
    )


def medicare_au(value: str) -> bool:
    """Australian Medicare card: 2 to 6 first, the ninth digit checks the eight before it."""
    digits = _digits(value)
    if len(digits) not in {10, 11} or not 2 <= digits[0] <= 6:
        return False
    return _weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == digits[8]


def nir(value: str) -> bool:
    """French social security number: thirteen places and a key of two, modulo 97 (Corsica 2A, 2B as 19, 18)."""
    bare = "".join(char for char in value.upper() if char.isalnum()).replace("2A", "19").replace("2B", "18")
    return len(bare) == 15 and bare.isdigit() and bare[0] in "12378" and 97 - int(bare[:13]) % 97 == int(bare[13:])


def kvnr(value: str) -> bool:
    """German health insurance number: a letter as two digits, eight digits, then Luhn with weights from the left."""
    if len(value) != 10 or not value[0].isalpha() or not value[1:].isdigit():
        return False
    digits = [int(char) for char in f"{ord(value[0].upper()) - 64:02d}{value[1:9]}"]
    products = (digit * (1 + place % 2) for place, digit in enumerate(digits))
    return sum(product - 9 if product > 9 else product for product in products) % 10 == int(value[9])


_CF_ODD: Final = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)


def codice_fiscale(value: str) -> bool:
    """Italian tax code: sixteen characters, odd places by table, even places by value, modulo 26."""
    value = value.upper()
    if len(value) != 16 or not value.isalnum():
        return False
    places = [int(char) if char.isdigit() else ord(char) - 65 for char in value[:15]]
    total = sum(place if index % 2 else _CF_ODD[place] for index, place in enumerate(places))
    return chr(65 + total % 26) == value[15]


def bsn(value: str) -> bool:
    """Dutch citizen service number: nine digits, the eleven test."""
    digits = _digits(value)
    return len(digits) == 9 and any(digits) and _weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0


def dni(value: str) -> bool:
    """Spanish DNI and NIE: the letter is the number modulo 23."""
    bare = "".join(char for char in value.upper() if char.isalnum())
    number = {"X": "0", "Y": "1", "Z": "2"}.get(bare[0], bare[0]) + bare[1:-1]
    return len(bare) == 9 and number.isdigit() and "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == bare[-1]


_VERHOEFF_D: Final = tuple(
    tuple(
        ((b + a) % 5 if b < 5 else 5 + (b + a) % 5) if a < 5 else (5 + (a - b) % 5 if b < 5 else (a - b) % 5)
        for b in range(10)
    )
    for a in range(10)
)
_VERHOEFF_P: Final = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def aadhaar(value: str) -> bool:
    """Indian Aadhaar: twelve digits, Verhoeff."""
    digits = _digits(value)
    check = 0
    for place, digit in enumerate(reversed(digits)):
        for _ in range(place % 8):
            digit = _VERHOEFF_P[digit]  # noqa: PLW2901
        check = _VERHOEFF_D[check][digit]
    return len(digits) == 12 and digits[0] > 1 and check == 0


def cpf(value: str) -> bool:
    """Brazilian CPF: eleven digits, the last two each modulo 11."""
    digits = _digits(value)
    if len(digits) != 11 or len(set(digits)) == 1:
        return False
    first = _weighted(digits, range(10, 1, -1)) * 10 % 11 % 10
    second = _weighted(digits, range(11, 1, -1)) * 10 % 11 % 10
    return [first, second] == digits[9:]


def personnummer(value: str) -> bool:
    """Swedish personal number: the last ten digits pass Luhn."""
    return luhn("".join(char for char in value if char.isdigit())[-10:])


def fodselsnummer(value: str) -> bool:
    """Norwegian birth number: eleven digits, two check digits modulo 11."""
    digits = _digits(value)
    if len(digits) != 11:
        return False
    first = _weighted(digits, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)) % 11
    return first == 0 and _weighted(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def hetu(value: str) -> bool:
    """Finnish identity code: the nine digits modulo 31 name the last character."""
    digits = "".join(char for char in value[:-1] if char.isdigit())
    return len(digits) == 9 and "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(digits) % 31] == value[-1].upper()


def pesel(value: str) -> bool:
    """Polish PESEL: eleven digits, weights 1 3 7 9."""
    digits = _digits(value)
    return len(digits) == 11 and (10 - _weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10) % 10 == digits[10]


def belgian(value: str) -> bool:
    """Belgian national register number: 97 minus the first nine digits modulo 97 (with a leading 2 from 2000 on)."""
    digits = "".join(char for char in value if char.isdigit())
    if len(digits) != 11:
        return False
    return int(digits[9:]) in {97 - int(digits[:9]) % 97, 97 - int("2" + digits[:9]) % 97}


def ahv(value: str) -> bool:
    """Swiss AHV number: thirteen digits from 756, EAN-13."""
    digits = _digits(value)
    return len(digits) == 13 and (10 - _weighted(digits, (1, 3) * 6) % 10) % 10 == digits[12]


def chinese(value: str) -> bool:
    """Chinese resident identity number: ISO 7064 modulo 11-2."""
    if len(value) != 18 or not value[:17].isdigit():
        return False
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[_weighted(_digits(value[:17]), weights) % 11] == value[17].upper()


def nric(value: str) -> bool:
    """Singapore NRIC and FIN: seven weighted digits choose the letter."""
    value = value.upper()
    digits = _digits(value[1:8])
    if len(value) != 9 or len(digits) != 7:
        return False
    total = _weighted(digits, (2, 7, 6, 5, 4, 3, 2)) + (4 if value[0] in "TG" else 3 if value[0] == "M" else 0)
    letters = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "F": "XWUTRQPNMLK", "G": "XWUTRQPNMLK", "M": "KLJNPQRTUWX"}
    return letters[value[0]][10 - total % 11 if value[0] == "M" else total % 11] == value[8]
