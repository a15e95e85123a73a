from __future__ import annotations

import pytest

from gateway.phi.find.rules import checksums

VALID = [
    (checksums.luhn, "79927398713"),
    (checksums.npi, "1234567893"),
    (checksums.dea, "BB1388568"),
    (checksums.vin, "1HGCM82633A004352"),
    (checksums.vin, "1M8GDM9AXKP042788"),
    (checksums.iban, "DE89 3704 0044 0532 0130 00"),
    (checksums.iban, "GB82WEST12345698765432"),
    (checksums.card, "4111 1111 1111 1111"),
    (checksums.ssn, "123-45-6789"),
    (checksums.nhs, "943 476 5919"),
    (checksums.medicare_au, "2123 45670 1"),
    (checksums.nir, "2 55 08 14 168 025 38"),
    (checksums.kvnr, "A123456780"),
    (checksums.codice_fiscale, "RSSMRA85T10A562S"),
    (checksums.bsn, "111222333"),
    (checksums.dni, "12345678Z"),
    (checksums.dni, "X1234567L"),
    (checksums.aadhaar, "2341 2341 2346"),
    (checksums.cpf, "529.982.247-25"),
    (checksums.personnummer, "811228-9874"),
    (checksums.fodselsnummer, "01010012356"),
    (checksums.hetu, "131052-308T"),
    (checksums.pesel, "44051401359"),
    (checksums.belgian, "85.07.30-033.28"),
    (checksums.ahv, "756.9217.0769.85"),
    (checksums.chinese, "11010519491231002X"),
    (checksums.nric, "S1234567D"),
]


@pytest.mark.parametrize(("check", "value"), VALID)
def test_a_published_example_adds_up(check, value):
    assert check(value)


@pytest.mark.parametrize(("check", "value"), VALID)
def test_one_wrong_digit_does_not(check, value):
    if check is checksums.ssn:
        assert not check("666-45-6789")
        return
    place = next(index for index, char in enumerate(value) if char.isdigit() and index > 3)
    wrong = value[:place] + str((int(value[place]) + 1) % 10) + value[place + 1 :]
    assert not check(wrong)


@pytest.mark.parametrize("check", [check for check, _ in VALID])
def test_a_wrong_length_never_adds_up(check):
    if check is not checksums.luhn and check is not checksums.personnummer:
        assert not check("12")


@pytest.mark.parametrize(
    ("value", "known"),
    [
        ("4111 1111 1111 1111", True),
        ("4222222222222", True),
        ("5555555555554444", True),
        ("2223003122003222", True),
        ("378282246310005", True),
        ("30569309025904", True),
        ("3530111333300000", True),
        ("6011111111111117", True),
        ("411111111111111", False),
        ("2123456789012", False),
        ("6123456789012345", False),
        ("5900000000000000", False),
    ],
)
def test_an_issuer_is_known_by_prefix_and_length(value, known):
    assert checksums.issuer(value) is known
