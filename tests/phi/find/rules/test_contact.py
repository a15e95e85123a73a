from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.rules.contact import RULES
from gateway.phi.find.rules.rule import RuleSet

SET = RuleSet(RULES)


def found(text: str) -> dict[Kind, set[str]]:
    kinds: dict[Kind, set[str]] = {}
    for hit in SET.find(text.encode()):
        kinds.setdefault(hit.kind, set()).add(text[hit.start : hit.end])
    return kinds


@pytest.mark.parametrize(
    "number",
    [
        "415-555-0199",
        "(415) 555-0199",
        "415.555.0199",
        "+1 415 555 0199",
        "1-415-555-0199",
        "+44 20 7946 0958",
        "+4915123456789",
        "06 12 34 56 78",
        "020 7946 0958",
        "415-555-0199 x22",
    ],
)
def test_a_telephone_number_is_known_by_its_shape(number):
    assert number in found(f"at {number} please")[Kind.PHONE]


@pytest.mark.parametrize(
    "text",
    [
        "call 4155550199",
        "phone 555-0199",
        "tel: 30 901820 1",
        "Cell 98765 43210",
        "P: 415 5550199",
        "NOK tel. (home) (0)20 7946 0411",
        "Paged cardiology @ 555.0188 x2",
        "(Dempsey, pager 4-0188)",
        "reg bleep 4471",
        "secretary ext. 4471,",
    ],
)
def test_a_cue_reads_what_a_shape_would_not(text):
    assert found(text)[Kind.PHONE]


@pytest.mark.parametrize(
    "text",
    [
        "4155550199",
        "1-800-222-1222",
        "0002-8215-01",
        "NCT01234567",
        "2020-002641-42",
        "1.415.555.0199.2",
        "matches numbers such as (555) 555-5555",
        "call 911",
        "paged at 1430",
        "paged x3",
        "ext 0-120 degrees",
        "page 4012",
        "ext 2019",
        "phone 2021-03-04",
    ],
)
def test_what_is_no_telephone_number_is_left_alone(text):
    assert Kind.PHONE not in found(text)


def test_a_number_after_fax_is_one():
    assert found("Fax: 415-555-0199")[Kind.FAX] == {"415-555-0199"}


@pytest.mark.parametrize(
    "text",
    [
        "a@b.org",
        "o'brien+x@sub.host.co.uk",
        "jane (at) mail (dot) com",
        "jane at mail dot com",
        "j a n e dot doe at farmmail dot org",
        "o t t o at mail dot example",
    ],
)
def test_an_address_of_mail_is_found_written_out_too(text):
    assert found(f"to {text}")[Kind.EMAIL] == {text}


@pytest.mark.parametrize("text", ["look at me.com", "a@b", "@handle", "patient at risk. Com"])
def test_what_is_no_mail_address_is_left_alone(text):
    assert Kind.EMAIL not in found(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("https://x.org/p/1?q=2", Kind.URL), ("www.doe.net/~jane", Kind.URL), ("linkedin.com/in/doe", Kind.URL), ("203.0.113.5", Kind.IP), ("2001:db8::ff00:42:8329", Kind.IP),
        ("00:1A:2B:3C:4D:5E", Kind.DEVICE),
    ],
)  # fmt: skip
def test_addresses_of_networks_are_found(text, kind):
    assert text in found(f"see {text} there")[kind]


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1",
        "version 1.2.3.4",
        "256.1.1.1",
        "1.2.3.4.5",
        "std::vector",
        "12:30:45",
        "http://localhost:8080/v1",
        "::1",
        "https://json-schema.org/draft",
    ],
)
def test_versions_times_and_this_machine_are_not(text):
    assert {Kind.IP, Kind.URL}.isdisjoint(found(text))


def test_punctuation_after_a_link_is_not_part_of_it():
    assert found("(see https://x.org/a).")[Kind.URL] == {"https://x.org/a"}
