from __future__ import annotations

import time

import pytest

from gateway.domain import Kind
from gateway.phi.find.records import beside


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('object(P)#3 (2) {\n  ["surname"]=>\n  string(6) "Okafor"\n  ["mrn"]=>\n  int(7730021)\n}', {(Kind.NAME, "Okafor"), (Kind.MRN, "7730021")}),
        ('["ssn":protected]=>\n  string(9) "518229041"', {(Kind.SSN, "518229041")}),
        ("Array\n(\n    [firstName] => Ottilie\n    [nhs_number] => 9434765919\n)", {(Kind.NAME, "Ottilie"), (Kind.NATIONAL_ID, "9434765919")}),
        ("stdClass Object ( [patient] => stdClass Object ( [family] => Brandvold ) )", {(Kind.NAME, "Brandvold")}),
        ('row["maiden_name"] = "Achterberg"', {(Kind.NAME, "Achterberg")}),
        ("member.setPolicyNumber('KX4471902')", {(Kind.PLAN_MEMBER, "KX4471902")}),
        ('when(repo.findByMemberId("M55120933")).thenReturn(empty());', {(Kind.PLAN_MEMBER, "M55120933")}),
        ("svc.getChartNo('20417733')", {(Kind.MRN, "20417733")}),
        ('Builder().withSurname("Brandvold").build()', {(Kind.NAME, "Brandvold")}),
        ('person = Person("Ottilie", "Brandvold", 3)', {(Kind.NAME, "Ottilie"), (Kind.NAME, "Brandvold")}),
        ('Patient(given="Ottilie", active=True)', {(Kind.NAME, "Ottilie")}),
        ("cy.type('#patient-mrn', '7730021')", {(Kind.MRN, "7730021")}),
        ('driver.find_element(By.ID, "lastName").send_keys("Brandvold")', {(Kind.NAME, "Brandvold")}),
        ('Content-Disposition: form-data; name="surname"\r\n\r\nBrandvold\r\n'.replace("\r", ""), {(Kind.NAME, "Brandvold")}),
        ("<tr><th>Patient:</th><td>Brandvold, O.</td></tr>", {(Kind.NAME, "Brandvold, O.")}),
        ("<dt>Patient</dt>\n<dd>7730021</dd>", {(Kind.MRN, "7730021")}),
        ('<input type="text" id="surname" class="x" value="Brandvold"/>', {(Kind.NAME, "Brandvold")}),
        ("01380006301\n0173101Brandvold\n0163102Ottilie\n017310304031951\n", {(Kind.NAME, "Brandvold"), (Kind.NAME, "Ottilie"), (Kind.DATE, "04031951")}),
    ],
)  # fmt: skip
def test_a_value_is_known_by_the_name_that_stands_above_or_beside_it(text, found):
    assert {(hit.kind, text[hit.start : hit.end]) for hit in beside.find(text)} == found


@pytest.mark.parametrize(
    "text",
    [
        'config.setName("Default")\nconfig.setTimeout("30")',
        "$row['mrn'] = 'string';\n$row['first_name'] = '$first';",
        'page.fill("#search", "Brandvold")',
        'page.fill("input[name=mrn]", "{{ mrn }}")',
        'repo.findByStatus("OPEN2"); forLocale("en-GB"); getByTestId("save-2")',
        "<dt>Version</dt><dd>2.4.1</dd>",
        "<label>Surname</label><span>surname</span>",
        '<input name="csrf" value="Ab12Cd34">',
        "Array ( [status] => ok [count] => 14 )",
        'class Patient(Base):\n    """Somebody in care."""',
        'new PatientService("https://ehr.example", "v2")',
        "0173101Brandvold",
        "1234567\n2345678\n3456789\n",
    ],
)
def test_what_no_such_name_stands_beside_is_left_alone(text):
    assert beside.find(text) == []


@pytest.mark.parametrize(
    "piece",
    ['["a"]=>', "<dt>a</dt>", "[a] => ", 'set("', "<input name=a ", "Patient(", "0173101A\n", "a='", "a.b = ", "CN="],
)
def test_the_time_grows_with_the_text(piece):
    def seconds(times):
        text = piece * times
        began = time.process_time()
        beside.find(text)
        return time.process_time() - began

    assert seconds(16_000) < 40 * max(seconds(2_000), 0.02)  # a busy machine stops a test in between
