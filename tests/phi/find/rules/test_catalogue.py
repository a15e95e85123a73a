from __future__ import annotations

import pytest

from gateway.domain import Kind, Passage
from gateway.phi.find.engine import Engine

ENGINE = Engine()


def found(text: str, cue: str = "") -> list[tuple[Kind, str, bool]]:
    detection = ENGINE.detect([Passage(text, cue)])[0]
    return [(one.kind, text[one.start : one.end], one.counts) for one in detection.findings]


def covered(text: str, value: str) -> bool:
    """Every letter and digit of `value` lies in a finding, and something counts."""
    detection = ENGINE.detect([Passage(text)])[0]
    inside = {at for one in detection.findings for at in range(one.start, one.end)}
    start = text.rindex(value)
    places = [at for at in range(start, start + len(value)) if text[at].isalnum()]
    return all(at in inside for at in places) and any(one.counts for one in detection.findings)


CUED = {
    Kind.MRN: """
        MRN: «8675309»|MRN 8675309 «8675309»|MRN#«12-34-56»|MRN # «00482913»|mrn=«448812»|MRN is «A1234567»|her MRN is «JH-998877».|medical record number «4455667»
        medical record number is «998-22-1»|Medical Record No. «H00213»|Med Rec #: «CMC-88213»|MedRec# «CM-1234»|med. rec. no. «77123»|M.R.N. «332211»
        MRN (hospital) «552211»|MRN on file: «1029384»|MRN of this patient is «77120»|MRN, «12345», was pulled|MR# «881233»|MR No: «5512309»
        Patient ID: «PT-00912»|Pt ID «4410092»|pt id# «88-1234»|Patient identifier: «ZX9912»|patient number «44910»|Patient No.: «120045»|Patient # «55102»
        Chart no. «88123»|chart #«4451»|Chart Number: «C-55120»|Hospital number: «Q123456»|Hospital No «A-99123»|unit number «0012345»|UR number «772134»
        EMR: «45612»|EHR ID: «E-551209»|EMPI: «10022933»|UHID «APJ1.0001234»|Record #: «123-45-6789»|record number «RN-20114»|file number «F2231»
        record 123-45-6789 for medical record «123-45-6789»|"mrn": "«8675309»"|mrn:«abc123»|MRN_«8675309»|MRN8675309 «MRN8675309»|MRN-«48213»|clinic number «7-123-456»
        MRN: «867 5309»|MRN ending in «5309»|Epic ID «E12345»|MRN\t«553312»|<b>MRN</b>: «553312»|**MRN:** «553312»|MRN: [«553312»]
        Patient 4471928 was seen, patient «4471928»|Patientennummer: «4711-22»|historia clínica «HC-99120»|numéro de dossier «D12345»|Health record number «HR-55120»
    """,
    Kind.SSN: """
        SSN 912-04-1234 «912-04-1234»|SSN: «123456789»|ssn# «123 45 6789»|Social Security Number: «000-12-3456»|social security no. «666-12-3456»|SS# «219099999»
        social is «219-09-9999»|SSN on file «219-09-9999»|S.S.N.: «219.09.9999»|Soc Sec #«219-09-9999»|SSN ending in «6789»|last four of SSN «6789»
        the number «219-09-9999» belongs|SSN: XXX-XX-«6789»|ssn=«219099999»|SSN (last 4): «4432»|Tax ID «219-09-9999»|ITIN: «912-78-1234»
    """,
    Kind.PLAN_MEMBER: """
        Member ID: «W123456789»|member id «ABC123456»|Member #«M-22918»|Policy number: «QW-987654»|policy no. «P2231900»|Policy # «4451-22-1»|Subscriber ID «SUB-22001»
        insurance ID is «ABC-987654»|Insurance: «HPB-654321»|insurance number «HP-678901»|Ins: «ZY-567890»|ins# «ZY567890»|insurance is «QX-789012»|insur ID «WX-987654»
        Health plan beneficiary number «HB-220019»|Medicare number «1EG4-TE5-MK73»|MBI «1EG4TE5MK73»|MBI: «9AB1CD2EF34»|Medicaid ID «MD99120031»|medicaid # «99120031»
        beneficiary ID «1EG4TE5MK72»|group number «GRP-88213»|HICN: «219-09-9999A»|plan ID: «TR-567899»|insurance plan «#DB-2345678»|Blue Cross ID «XYZ123456789»
        Aetna member ID «W2231 99201»|the card reads 1EG4-TE5-MK73 «1EG4-TE5-MK73»|health plan number «HP-987654»|Subscriber: «S-22190»|Enrollee ID «E-99120»|insurance policy «HZ-987654»
        Insured's ID: «INS-22190»|Coverage ID «COV-2219»|Medi-Cal ID «91234567A»|insurer ID «#CS-456789»|Insurance# «JP456789»|HPBN «889-12-33»
    """,
    Kind.ACCOUNT: """
        Account number: «9876543210»|acct «44119920»|Acct#: «GRM-998877»|Account No. «00-1299-1»|acct no «8823100»|bank account «1234567890»|billing account «BA-22190»
        A/C no: «55120099»|account # «AC-22190»|guarantor account «G-5512»|account is «7712230»|FIN: «88120399»|Acc# «991203»|patient account number «PA-991203»
        Invoice #: «INV-22190»|checking account «000123456789»|Routing number «021000021»|statement no. «ST-99120»
    """,
    Kind.LICENCE: """
        License No: «CLN-112233»|driver's license «D1234567»|Driver license number: «S530-4601-3019»|DL# «B1234567»|DL: «CA B1234567»|licence no. «MORGA753116SM9IJ»
        medical license «A123456»|license number is «RN-998812»|Lic# «G88123»|lic. no. «MD-22190»|state license «CA-A12345»|certificate number «CERT-88120»
        Certification #: «AB-99120»|drivers license D123-4567-8901 «D123-4567-8901»|nursing license «RN 998122»|driving licence «JONES 710238 HA9LC»|Board certificate no. «12-9912»
    """,
    Kind.DEA: "DEA: «AB1234563»|DEA number «BB1388568»|DEA # «FX9999999»|prescriber BB1388568 «BB1388568»|DEA registration: «MB-1234567»",
    Kind.NPI: "NPI: «1234567893»|NPI «1245319599»|NPI # «1999999999»|npi number is «1003000126»|Dr. Smith (1234567893) «1234567893»|National Provider Identifier: «1234567893»",
    Kind.VEHICLE: """
        VIN: «1HGCM82633A004352»|VIN 1M8GDM9AXKP042788 «1M8GDM9AXKP042788»|vehicle identification number «5YJSA1E26HF000001»|car (1HGCM82633A004352) «1HGCM82633A004352»
        VIN # «1FTFW1ET5DFC10312»|vin=«jh4ka7561pc008269»|Vehicle ID: «4T1BE46K57U123456»|chassis number «WDB1240501B123456»
    """,
    Kind.PLATE: """
        license plate «7ABC123»|License plate: «ABC 1234»|plate number «KXJ-482»|plate # «8XKM204»|licence plate «AB12 CDE»|vehicle plate «TX-4821»|plate: «LV 3320»
        tag number «HJK-332»|vehicle registration «AB12CDE»|car with plate «7XYZ890» left|license plate no. «ABC-1234»|license plate is «CA 7ABC123»|plates «KLM4821»|Kennzeichen «B-MW 1234»
    """,
    Kind.DEVICE: """
        serial number «SN-8821903»|S/N: «A4410992»|S/N «99120031»|SN: «PM-22190-X»|device serial «DX99120»|Serial No. «88-1203-A»|pacemaker serial number «PJN-882190»
        device ID: «DEV-99120»|pacemaker SN «BLK882190»|implant ID «IMP-22190»|UDI (01)00844588003288(17)141120(10)7654321D(21)«10987654d321»|UDI: «(01)00884838048898»
        IMEI «490154203237518»|MAC address «00:1A:2B:3C:4D:5E»|insulin pump serial «7712-AX-99»|device identifier «00844588003288»|ICD serial #«HX-22019»|Serial: «MDT-99120A»|CPAP serial no «CP-99120»
        SN«12345678»|stent serial «ST-9912»|Device #«44129»|hearing aid serial number: «HA-88129»
    """,
    Kind.BIOMETRIC: """
        fingerprint ID «FP-22019-AB»|fingerprint ID: «FPR-88213»|voiceprint «VP-99120»|retina scan ID «RET-44120»|retinal scan «RS-88123-A»|iris scan code: «IRX-99120»
        biometric ID: «BIO-88120»|biometric template hash «a8f3c2d19e77b0»|voice print ID «VPX99120»|face ID «FID-99120»|facial recognition ID «FR-8812»|palm print «PP-22190»
        fingerprint template «f3a9c1d2e8b7»|Fingerprint file finger_0012.wsq «finger_0012.wsq»|iris template #«7781-XZ»|fingerprint hash: «9f86d081884c7d65»|DNA profile «DNA-99120-7»
        thumbprint «TP-220193»|biometric record number «BR-2201»|voiceprint reference «VX-7712»|biometric identifier «BMX-22931»
    """,
    Kind.PHOTO: """
        photo IMG_1234.jpg «IMG_1234.jpg»|photo: «DSC00123.JPG»|face photo «patient_face_2231.png»|Photo ID: «PH-88120»|headshot «headshot_8832.jpeg»|full-face photograph: «face-22019.png»
        photograph file «DSCN4412.jpg»|photo on file: «smith_portrait.jpg»|image file «pt_8812_wound.jpg»|see IMG_20210304_1122.HEIC «IMG_20210304_1122.HEIC»|photo #«88120»|picture: «P1020993.JPG»
        stored as patient_photo_001.jpg «patient_photo_001.jpg»|Photo ref «PHT-4410»|image ID «IMG-88120»
    """,
    Kind.PHONE: """
        call 415-555-1234 «415-555-1234»|(415) 555-1234 «(415) 555-1234»|phone: «4155551234»|Phone «415.555.1234»|tel +1 415 555 1234 «+1 415 555 1234»|cell «555-1234»
        contact: «555-867-5309»|ph# «(212)555-0199»|reach her at «212 555 0199»|mobile «07700 900123»|+44 20 7946 0958 «+44 20 7946 0958»|+49 30 901820 «+49 30 901820»
        phone number is «415-555-1234 ext. 22»|pager «415-555-9911»|Tel.: «030 901820»|Call «1-415-555-1234»|home phone: «(555) 010-9988»|06 12 34 56 78 «06 12 34 56 78»
        P: «415-555-1234»|text «415-555-1234»|emergency contact number «415-555-1234»|(415)555-1234 «(415)555-1234»|+91 98765 43210 «+91 98765 43210»|phone no «98765 43210»
    """,
    Kind.FAX: "Fax: «650-123-4567»|fax «(650) 123-4567»|fax number is «650.123.4567»|Facsimile: «+1-650-123-4567»|fax no. «6501234567»|Fax # «650-123-4567»|faxed to «650-123-4567»|F: «650-123-4567»|efax «650 123 4567»",
    Kind.EMAIL: "john.doe@example.org «john.doe@example.org»|e-mail: «a_b+c@sub.host.co.uk»|contact j@x.io «j@x.io»|jane (at) mail (dot) com «jane (at) mail (dot) com»|jane.doe at gmail dot com «jane.doe at gmail dot com»|mailto:«x.y@z.edu»|JANE.DOE@HOSPITAL.ORG «JANE.DOE@HOSPITAL.ORG»|o'brien@x.com «o'brien@x.com»",
    Kind.URL: "patient portal https://portal.hosp.org/p/123?id=9 «https://portal.hosp.org/p/123?id=9»|her blog www.jane-doe.net «www.jane-doe.net»|the patient's page is facebook.com/jane.doe.77 «facebook.com/jane.doe.77»|patient record at http://10.0.0.5/rec/8812 «http://10.0.0.5/rec/8812»|Patient website: «linkedin.com/in/jdoe»",
    Kind.IP: "the patient logged in from 192.168.4.22 «192.168.4.22»|patient portal IP address: «10.22.3.4»|his IP 2001:db8::ff00:42:8329 «2001:db8::ff00:42:8329»|patient IP «203.0.113.77»|IP: «172.16.254.1» for patient",
    Kind.DATE: """
        DOB 03/12/1980 «03/12/1980»|DOB: «March 12, 1980»|born on «12 March 1980»|date of birth «1980-03-12»|D.O.B.: «3/12/80»|admitted on «March 3rd, 2021»|discharged «3-5-2021»
        seen on «03MAR2021»|DOB «19800312»|the patient was seen on «3 Mar 2021»|admitted «2021/03/05»|admission date: «05.03.2021»|died on the «5th of May, 2021»
        surgery on «2021-03-05T10:22:00Z» for the patient|pt seen «Mar 3, '21»|patient visit March 2021, seen «March 2021»|he was admitted on «Jan 9th '23»|geboren am «12.03.1980»
        she was seen on March third, two thousand twenty-one «March third, two thousand twenty-one»|patient seen on «3/14»|discharge date «Feb 29»|DOB: «01 02 1980»|born «Sept. 5, 1944»
        The patient underwent CABG on «11/02/2019».|LMP «4/5/2023»|date of service: «June 5»|she was admitted on the «23rd of November»|dob «031280»
    """,
    Kind.AGE: """
        a «92-year-old» man|«92 yo» female|«94 y/o» M|aged «93»|age «91»|Age: «95»|a «101 year old» woman|the patient is «97 years old»|«ninety-two-year-old» lady|a «94M» with CHF
        she is «99 years of age»|patient, age «90», with|a «90 y.o.» gentleman|a «one hundred and two year old» woman|patient turned «93» today|«91F» presents|«92-yr-old» male
    """,
    Kind.ZIP: "ZIP 02139 «02139»|zip code: «60614-1234»|lives in Boston, MA 02115 «02115»|postal code «K1A 0B1»|patient lives in postcode «SW1A 1AA»|patient's ZIP is «90210»|Springfield IL 62701 is where the patient lives «62701»|PLZ «10115»",
    Kind.ADDRESS: """
        lives at 12 Main St «12 Main St»|address: «1234 Elm Street, Springfield, IL 62701»|resides at «55 W 42nd Street, Apt 4B, New York, NY 10036»|«742 Evergreen Terrace»|P.O. Box 4412 «P.O. Box 4412»
        home address is «88 Oak Ridge Drive»|«1600 Pennsylvania Ave NW, Washington, DC 20500»|Hauptstraße 12, 10115 Berlin «Hauptstraße 12, 10115 Berlin»|12 rue de la Paix, 75002 Paris «12 rue de la Paix, 75002 Paris»
        Calle Mayor 5, 28013 Madrid «Calle Mayor 5, 28013 Madrid»|«221B Baker Street»|lives at «4410 county road 12»|«9 Elm Ct., Unit 7, Dover, DE 19901»|address 100 n main st, dayton, oh 45402 «100 n main st, dayton, oh 45402»
        Via Roma 12, 00184 Roma «Via Roma 12, 00184 Roma»|1200 County Road 5 «1200 County Road 5»|«15 MAPLE AVENUE, TULSA, OK 74103»
    """,
    Kind.CARD: "card 4111 1111 1111 1111 «4111 1111 1111 1111»|Visa «4111111111111112»|credit card number: «5500-0000-0000-0004»|4111111111111111 «4111111111111111»|card ending in «4242»|amex «3782 822463 10005»|4012 8888 8888 1882 «4012 8888 8888 1882»",
    Kind.IBAN: "IBAN: «DE89 3704 0044 0532 0130 00»|GB82WEST12345698765432 «GB82WEST12345698765432»|iban «FR7630006000011234567890189»|IBAN DE00 3704 0044 0532 0130 00 «DE00 3704 0044 0532 0130 00»",
    Kind.NATIONAL_ID: """
        NHS number 943 476 5919 «943 476 5919»|NHS No: «9434765919»|943 476 5919 «943 476 5919»|NHS «123 456 7890»|Medicare card 2123 45670 1 «2123 45670 1»|2123 45670 1 «2123 45670 1»
        SIN «046 454 286»|SIN: «123-456-789»|NIR «2 55 08 14 168 025 38»|255081416802538 «255081416802538»|KVNR «A123456780»|Versichertennummer: «A123456780»|codice fiscale «RSSMRA85T10A562S»
        BSN «111222333»|DNI 12345678Z «12345678Z»|Aadhaar «2341 2341 2346»|Aadhaar: «1234 5678 9012»|CPF 529.982.247-25 «529.982.247-25»|personnummer «811228-9874»|811228-9874 «811228-9874»
        PESEL «44051401359»|AHV 756.9217.0769.85 «756.9217.0769.85»|passport «X12345678»|Passport No: «533401882»|NI number «QQ 12 34 56 C»|CURP «GODE561231HDFRRN09»|national ID «8812-0912»
        NRIC S1234567D «S1234567D»|HETU 131052-308T «131052-308T»|OHIP «1234-567-890-AB»|CPR «010180-1234»|rijksregisternummer «85.07.30-033.28»
    """,
    Kind.OTHER_ID: """
        Encounter # «E-99120»|encounter ID: «88213009»|Accession number «A21-44120»|accession: «S-21-00912»|case #«JH-998877»|Case no. «2021-4412»|Site ID: «98765»|visit number «V0099120»
        order no. «881203»|specimen ID «SP-44120»|claim number «CLM-2021-99120»|claim # «44120-99»|referral number «REF-99120»|Prior auth #«PA99120»|Rx# «7712309»|Prescription number «RX-88120»
        employee ID «E44120»|badge number «B-9912»|student ID «S9912003»|subject ID «SUBJ-0042»|study participant ID: «P-00912»|ID#: «LUP-98765»|ID: «MTH-987654»|reference number «RF-99120»
        confirmation number «CNF88120»|unique identifier «UID-99120»|username: «jdoe1980»|incident report #«IR-2021-88»|requisition no. «RQ-99120»|transplant ID «TX-9912»|ref# «784-55-2943»|wristband ID «WB-44120»
        Specimen #«21-99120»|appointment ID «APT-99120»|Military ID «1234567890»|inmate number «A-99120»|tracking number «1Z999AA10123456784»|Case ID «C-2219»|encounter number «100239912»|visit ID «V-2210»
    """,
}
TABLE = [
    (kind, case.strip())
    for kind, block in CUED.items()
    for line in block.splitlines()
    for case in line.split("|")
    if case.strip()
]


@pytest.mark.parametrize(("kind", "case"), TABLE)
def test_what_a_hospital_writes_is_found(kind, case):
    """`text «value»` marks the value in place; where a text repeats it after itself, only the text is read."""
    head, _, rest = case.partition("«")
    value, _, tail = rest.partition("»")
    text = head.strip() if value in head else head + value + tail
    assert covered(text, value), (found(text), value)


QUIET = [
    "CHA2DS2-VASc 4, HAS-BLED 3, MELD 25, Apgar 8/9, GCS 15, pain 5/10, NIHSS 12",
    "BP 120/80, HR 72, SpO2 98%, Temp 98.6 F, RR 16, BMI 31.2, EF 30-35%",
    "HbA1c 7.5%, eGFR 45 mL/min/1.73 m2, Na 140, K 4.2, WBC 12,000, platelets 150,000, INR 2.0-3.0, troponin 0.04 ng/mL",
    "ICD-10 E11.65, CPT 99213, LOINC 4548-4, SNOMED 44054006, RxNorm 860975, HCPCS J1885, NDC 0002-8215-01",
    "BRCA1 c.68_69delAG, NM_007294.4, rs1801133, EGFR T790M, HLA-B*57:01, chr17:43044295",
    "NCT01234567, PMID: 12345678, PMC7156708, doi:10.1056/NEJMoa2034577, ISRCTN12345678",
    "metformin 500 mg PO BID, insulin 10 units, 0.9% NaCl 1000 mL, 5 mcg/kg/min, take 1-2 tablets every 4-6 hours",
    "According to the 2023 ACC/AHA guideline, what is first line for a 72-year-old?",
    "Version 3.11.7 of the software; see section 4.2.1 and table 3.",
    "trace 550e8400-e29b-41d4-a716-446655440000 and commit 71dbe90a1b2c3d4e5f60718293a4b5c6d7e8f901",
    "Patients aged 65 and over with a fall in the last 12 months; follow-up at 6 weeks, 3 months and 1 year.",
    "Stage IIIB, grade 2, T2N1M0, Gleason 3+4=7, Child-Pugh B, NYHA class III, ASA 3, Mallampati 2",
    "for i in range(10): total += items[i]  # O(n)",
    "What is the half-life of amiodarone? Compare 200 mg and 400 mg.",
    "He was diagnosed in 2015 and treated last year.",
    "A plate with 6 screws was used; agar plate 1 grew S. aureus.",
    "Give case 3 of the series; see figure2.png and logo.png.",
    "Return JSON with the keys name, dob, mrn, and ssn. Do not include the patient's MRN or SSN.",
    "The trial enrolled 1,245 patients in 2019 (hazard ratio 0.74, 95% CI 0.65-0.85, p<0.001).",
    "Ratio 3:1, titre 1:320, dilution 1/16, vision 20/20, grade 2/6 murmur, 4/5 strength.",
    "In order to code 99213 you need documentation. Order 2 units of PRBC. Rx 5 days.",
    "member of the team; policy of the hospital; group 1 versus group 2; plan: continue 40 mg",
    "The account of events in chapter 12; the bill of 1996; HIPAA 164.514(b)(2)(i).",
    "SSN and MRN are identifiers. A fax is not e-mail.",
    "QTc 450 ms, PR 160, QRS 90, axis 30, rate 60-100, FEV1 2.5 L, PaO2 60, pH 7.32, HCO3 18",
    "Dial 911 or 988; poison control is 1-800-222-1222.",
    "The 1990s; the year 2000; ages 18-65; 3 to 5 years; 24/7; 9 to 5; 2x daily",
    "UTF-8, ISO 8601, RFC 9110, TLS 1.3, HTTP 404, port 8080, 127.0.0.1, http://localhost:8080/v1",
    "vitamin B12 1000 mcg, B12 5MG, CD4 350, CA 19-9 37, CA-125, IL-6, TNF-α, HER2, PD-L1, COVID-19, H1N1",
    "upstream timed out, client: 10.8.0.23, server: api.test, request: GET /x",
    '{"feeds": [{"type": "mllp", "host": "10.20.4.11", "port": 6661}], "oncall": {"url": "https://oncall.example/r/x"}}',
    "Message: Certificate expired on 2025-11-28T21:13:51Z\nLast Transition Time: 2025-10-30T22:14:09Z",
    '{"name": "pkg", "license": "Apache-2.0", "contact": [{"name": "Interop WG"}]}',
    "Extract 1 (database, data lock 31-12-2024), our patients, reports 4,118",
    "recruited at the request of the Secretary at War. Mrs B kept the stores. In the winter it rose.",
    "Ticket RIS-4410 is in sprint 12; issue: CLN-884 blocks it; Jira ticket no. OPS-1182",
    "warn user='svc-mirth' route=POST:/v2/ingest operator=report_ro status=429",
    "owner is dag-team@datahub.example, rota swaps to reception@clinic.example",
    "Type 2 diabetes, grade 3 hypertension, factor V Leiden, Roux-en-Y, 5-FU, 6-MP, T4 N0",
]


@pytest.mark.parametrize("text", QUIET)
def test_medicine_and_code_are_left_alone(text):
    assert not [one for one in found(text) if one[2]], found(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ADEYEMI, Folashade MRN 8834-0992", "ADEYEMI, Folashade"), ("for BEAULIEU, Clementine A, account 7", "BEAULIEU, Clementine A"), ("trough 28, MCALLEN, D, wt 54 kg", "MCALLEN, D"), ("| PLUMMER,ODELIA | Medicare", "PLUMMER,ODELIA"),
        ("approved TARKOWSKA/J", "TARKOWSKA/J"), ("Surname PAPAS   Given Stavroula", "PAPAS"), ("Surname PAPAS   Given Stavroula", "Stavroula"), ("notes\n2) Desjardins, Alphonse rm 101", "Desjardins, Alphonse"),
        ("\n4) Haig rm 12 new", "Haig"), ('patient="Benedita Rocha"', "Benedita Rocha"), ('alias "Smoke"; court', "Smoke"), ("goes by Teddy.", "Teddy"), ('Trevor "Tez" Barraclough', 'Trevor "Tez" Barraclough'),
        ("plan as above.\n\nHenrik Ostergren, MD FAAP", "Henrik Ostergren"), ("mods on sheet\nmike d'amato dpm, npi", "mike d'amato"), ("Warm regards,\nPhilomena Adjei", "Philomena Adjei"), ("her stepfather Craig said", "Craig"),
        ("our little one, Mateo?", "Mateo"), ("a 3-year-old Wrenna got", "Wrenna"), ("Pastor Clemson visits", "Clemson"), ("last name de groot", "de groot"),
        ("her partner, Sam Okoro, drives", "Sam Okoro"), ("twins Esi and Kofi", "Esi and Kofi"), ("seen by mom (Ruth)", "Ruth"), ("reviewed. - K. Adjei RN.", "K. Adjei"), ("id Moreau^Jane^Q in", "Moreau^Jane^Q"),
        ("hi, my name is Wilma and", "Wilma"), ("| VAN DER BERG,ANNA |", "VAN DER BERG,ANNA"),
        ("Baby Girl Mensah, bili 14", "Baby Girl Mensah"), ("Baby Boy Twin A Mensah-Cole born", "Baby Boy Twin A Mensah-Cole"), ("BOARD\nB1 Lindqvist  NBM", "Lindqvist"), ("squeeze in wee Callum with croup", "Callum"),
        ("saw Martin Ashgrove today", "Martin Ashgrove"), ("spoke w/ Corinne: lasix", "Corinne"), ("meds of Martin T. Ashgrove III:", "Martin T. Ashgrove III"),
    ],
)  # fmt: skip
def test_a_name_is_told_by_its_layout_or_the_word_beside_it(text, name):
    assert (Kind.NAME, name) in {(kind, value) for kind, value, _ in found(text)}


@pytest.mark.parametrize(
    "text",
    [
        "HEART FAILURE, ACUTE on chronic", "LACTATE, CRP", "CBC,CMP,LFT", "COPD/CHF", "VITAMIN, D", "ASSESSMENT/PLAN", "ALLERGIES, Penicillin", "HTN, DM, CKD", "mother Denies", "year-old Hispanic male", "wife Dr.", "nurse Practitioner",
        "last name of the patient", "last name is missing", "aka Tylenol", "Given Vancomycin 1 g", "Diabetes, Type 2 bed", 'name="patient_id_2"', "Thanks,\nPlease advise", "Mother: HTN", "this is Great", "this is Metformin", "Epworth 9. BP-lowering MD visit", "x^2 + Y^2",
        "Baby Friendly hospitals", "in Ann Arbor Stage III disease", "1 Warfarin  5mg", "T4 Normal  alignment", "saw Mount Sinai in the news", "an old Swedish study",
    ],
)  # fmt: skip
def test_words_of_medicine_in_that_layout_are_no_name(text):
    assert not [value for kind, value, _ in found(text) if kind is Kind.NAME]


def test_values_of_one_build_after_one_cue_are_all_found():
    values = {value for _, value, _ in found("retina scan id RS_00071_OD and RS_00071_OS; MRN 88120, 88121 or 12")}
    assert {"RS_00071_OD", "RS_00071_OS", "88120", "88121"} <= values
    assert "12" not in values
