from __future__ import annotations

import pytest

from gateway.domain import Kind, Passage
from gateway.phi.find import addresses
from gateway.phi.find.engine import load_engine
from gateway.phi.find.text.normalise import normalise


def found(text):
    return [(hit.kind, text[hit.start : hit.end]) for hit in addresses.find(normalise(text))]


MAILS = {
    "https://letters.example/?u=ann.tveit@hospital.example": "ann.tveit@hospital.example",
    "https://letters.example/off/ann.tveit%40gmail.com/now": "ann.tveit%40gmail.com",
    "https://mail.example/compose?view=cm&to=b.okafor@inbox.example&su=x": "b.okafor@inbox.example",
    "[write](https://mail.example/c#to=b.okafor%40inbox.example)": "b.okafor%40inbox.example",
    '<a href="http://a.example/b.okafor@inbox.example">': "b.okafor@inbox.example",
    '{"link": "https://a.example/b?x=1&who=b_okafor%40inbox.example"}': "b_okafor%40inbox.example",
    "https://a.example/go?to=https%3A%2F%2Fb.example%2F%3Fe%3Dann%40inbox.example": "ann%40inbox.example",
    "https://ann.tveit@gmail.com/": "ann.tveit@gmail.com",
}


@pytest.mark.parametrize("text", MAILS)
def test_an_address_of_mail_in_a_url_counts_as_itself(text):
    [detection] = load_engine().detect([Passage(text)])
    mails = [finding for finding in detection.findings if finding.kind is Kind.EMAIL]
    assert len(mails) == 1
    assert mails[0].counts
    assert MAILS[text] in text[mails[0].start : mails[0].end]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("https://ehr.example/Patient?family=Okafor&gender=male", Kind.NAME, "Okafor"),
        ("https://ehr.example/Patient?name=Okafor", Kind.NAME, "Okafor"),
        ("https://ehr.example/visits?patient=Okafor", Kind.NAME, "Okafor"),
        ("https://ehr.example/x?fullname=Ingeborg%20Tveit", Kind.NAME, "Ingeborg%20Tveit"),
        ("https://ehr.example/x?full_name=Ingeborg+Tveit", Kind.NAME, "Ingeborg+Tveit"),
        ("https://wa.me/447700900123?text=hi", Kind.PHONE, "447700900123"),
        ("https://sms.example/send?to=%2B447700900123", Kind.PHONE, "%2B447700900123"),
        ("https://sms.example/send?to=12025550142", Kind.PHONE, "12025550142"),
        ("https://sms.example/send?phone=2025550142", Kind.PHONE, "2025550142"),
        ("https://plan.example/y?member_id=QRS20198844", Kind.PLAN_MEMBER, "QRS20198844"),
        ("https://plan.example/y/518-22-9041/z", Kind.SSN, "518-22-9041"),
        ("Her chart: https://portal.example/p?id=5520917", Kind.OTHER_ID, "5520917"),
        ("the patient's https://portal.example/members/QRS20198844/claims", Kind.OTHER_ID, "QRS20198844"),
        ("The patient writes at https://talk.example/u/ingeborg-okafor", Kind.NAME, "ingeborg-okafor"),
        ("file:///Volumes/share/Ingeborg%20Okafor.docx", Kind.NAME, "Ingeborg%20Okafor.docx"),
    ],
)
def test_values_of_people_in_a_url_are_found(text, kind, value):
    assert (kind, value) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://fonts.example/css2?family=Roboto:wght@400;700&family=Lato",
        "https://graphs.example/d/abc?from=1700000000000&to=1700003600000",
        "https://graphs.example/d/abc?from=1700000000&to=1700003600",
        "https://lore.example.org/r/20200101120000.12345-1-foo@bar.com/",
        "https://unpkg.com/vue@3.2.1-beta.min.js",
        "https://a.example/logo@2x.png",
        "https://git@github.com/org/repo.git",
        "https://oauth2:token@gitlab.com/x/y.git",
        "https://packages.example/@types/node",
        "https://maps.example/@40.7,-73.9,15z",
        "https://code.example/browse/ABC-123456?name=Default&limit=10000",
        "https://hub.example/r/library/postgres?name=Alpine&page=2",
        "See https://papers.example/34567890/ for this patient",
        "The patient portal docs: https://docs.example/fhir/patient-search",
        "file:///etc/nginx/nginx.conf",
        "file:///Volumes/share/Project%20Report.docx",
    ],
)
def test_ordinary_urls_hold_nobody(text):
    assert found(text) == []
