from __future__ import annotations

import pytest

from gateway.phi.find.records.paths import find


def found(text):
    return [text[hit.start : hit.end] for hit in find(text)]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("ls /data/patients\norlowska_hedwig  quince_adalbert\n", ["orlowska_hedwig", "quince_adalbert"]),
        ("$ ls -1 /data/patients/\nGonzalez-Maria.pdf\nREADME.md\n", ["Gonzalez-Maria"]),
        ("cp ~/patients/OrlowskaHedwig/ct.dcm .", ["OrlowskaHedwig"]),
        ("/srv/patients/Quince_Adalbert_19571114/x.txt", ["Quince_Adalbert", "19571114"]),
        ("C:\\Data\\Patients\\Quince Adalbert\\x.pdf", ["Quince Adalbert"]),
        ("GET https://ehr.example.org/patients?id=8675309", ["8675309"]),
        ("/api/patients/search?sort=asc&q=MRN-8675309", ["MRN-8675309"]),
        ("curl 'https://ehr/api/person?ids=8675309,5512098'", ["8675309,5512098"]),
        ("src/patients/views.py, app/patients/jordan_chase.ts and app/patients/test_data.json", []),
        ("ls src/patients\n__init__.py  models.py  views.py\n", []),
        ("/api/patients?limit=10000&offset=20000&page=12345", []),
        ("https://shop.example.org/items?id=8675309", []),
        ("helm install charts/jackson-harbor", []),
        ("ls /data/patients\n", []),
        ("open /charts/88213047?tab=labs please", ["88213047"]),
        ("open /api/v1/patients/88213047 please", ["88213047"]),
        ("/patient/88213047.json and /pt/id/AB-88213047", ["88213047", "AB-88213047"]),
        ("https://emr.example.org/app/#/patient-chart/88213047", ["88213047"]),
        ("GET /members/88213047 and /records/88213047?x=1", ["88213047", "88213047"]),
        ("https://ehr.example.org/records/88213047", ["88213047"]),
        ("zenodo.org/records/10012345 and https://shop.example.org/p/88213047", []),
        ("/charts/2024/q3, /charts/20240115/x, /charts/helm-4.2.1 and /members/8821", []),
        ('"GET /api/v1/encounters/99120387/notes HTTP/1.1" 500', ["99120387"]),
        ("/static/visits/2024-05/report.csv and /encounters/12", []),
        ("cat /srv/patients/8675309/x.txt and /api/v1/patients/PT-40291833/notes", ["8675309", "PT-40291833"]),
    ],
)
def test_people_are_known_by_the_folder_that_they_stand_in(text, values):
    assert sorted(found(text)) == sorted(values)
