"""Texts of every sort that requests bring, all invented: looking at them builds what the first requests would wait for."""

from __future__ import annotations

from typing import Final

from gateway.domain import Passage

_TEXTS: Final = (
    "Mr. Adalbert Quince, MRN 40291833, DOB 03/14/1957, was seen on 01/02/2023 at Larkhill General Hospital for chest pain.",
    "Patient Ottoline Brandt (SSN 912-33-4071, phone (202) 555-0147, ottoline.b@example.org) asks for a refill of lisinopril 10 mg.",
    "HPI: 72F with COPD, HTN, T2DM presents w/ 3 days of SOB. Lives at 4408 Tamarack Drive, Eastfield, OH 45011. SpO2 91% on RA.",
    "What is the first-line treatment of community-acquired pneumonia in a 45-year-old man who was admitted on April 12?",
    "Dear Dr. Vasquez-Lund,\n\nThank you for referring Ms. Imogen Tate, whom I reviewed in clinic on 9th March 2024.\n\nYours sincerely,",
    "Assessment:\n1. AKI on CKD 3b, creatinine 2.4 mg/dL (baseline 1.6)\n2. Hyperkalaemia, K 5.9 mmol/L\nPlan: IV fluids, hold ACEi.",
    "DOCTOR: What brings you in today?\nPATIENT: Um, my chest, it's been, uh, tight since the fourth of May, nineteen sixty-one was worse.",
    "MSH|^~\\&|LAB|LH|EHR|LH|202403041200||ORU^R01|7|P|2.5.1\rPID|1||40291833^^^LH^MR||QUINCE^ADALBERT||19570314|M\rOBX|1|NM|2345-7^GLU||98|mg/dL|70-99|N\r",
    '{"resourceType": "Patient", "id": "p-100", "name": [{"family": "Quince", "given": ["Adalbert"]}], "birthDate": "1957-03-14"}',
    "mrn,last_name,first_name,dob,ward\n40291833,Quince,Adalbert,1957-03-14,3B\n40291834,Brandt,Ottoline,1961-05-04,2A\n",
    "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *240304*1200*^*00501*000000001*0*P*:~NM1*IL*1*QUINCE*ADALBERT~",
    "def total(rows: list[Row]) -> Decimal:\n    # see https://example.org/docs/v2.1#rows\n    return sum((row.amount for row in rows if row.open), Decimal(0))\n",
    "2024-03-04T12:00:01.221Z ERROR api.billing req=7f3a9c12 user=svc-batch 10.20.30.40 Timeout after 30000 ms at Client.send (client.js:88:17)",
    "SELECT p.mrn, count(*) FROM admissions a JOIN patients p ON p.id = a.patient_id WHERE a.admitted >= '2024-01-01' GROUP BY 1;",
    "You are a careful assistant for clinicians. Answer in JSON with the keys `summary`, `codes` (ICD-10) and `follow_up`. Today is 2024-03-04.",
    "Smith J, Okafor C, et al. Outcomes after TAVI. N Engl J Med 2021;384:1145-56. doi:10.1056/example. PMID 33789009.",
    "Please email billing@example.org or fax 020 7946 0123 about invoice INV-20931 for member ID XQH778120045, group 77412, $1,204.50 due 30/06/2024.",
    "Her NHS number is 943 476 5919 and her passport 533401982; the VIN of the car is 1HGCM82633A004352 and its plate KT52 QZX.",
    "Take amoxicillin 500 mg three times daily for 7 days; warfarin 3 mg nocte, INR on Monday. NKDA. Follow up in two weeks.",
    "Please confirm the appointment of [NAME_k3xq7mabcd] on 03/04/2024 and write to [EMAIL_2fqmzs7ka5], as we discussed.",
    "diff --git a/app/models.py b/app/models.py\n@@ -12,7 +12,7 @@ class Visit:\n-    seen_by = None\n+    seen_by: Clinician | None = None\n",
)
VARIED: Final = tuple(Passage(text, "note") for text in _TEXTS)
"""As values of a key, about which the encoder is not asked: it is loaded when somebody needs it."""
