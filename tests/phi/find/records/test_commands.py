from __future__ import annotations

import pytest

from gateway.phi.find.records.commands import find


def found(text):
    return {text[hit.start : hit.end] for hit in find(text)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("export PATIENT=skarsgaardt; ./run.sh", "skarsgaardt"),
        ("PT_SURNAME='haddad' make letter", "haddad"),
        ("zgrep -i skarsgaardt /var/log/mirth/oru.log", "skarsgaardt"),
        ("rg skarsgaardt notes/", "skarsgaardt"),
        ("awk '/skarsgaardt/' adt.txt", "skarsgaardt"),
        ("curl localhost/patients?family=skarsgaardt", "skarsgaardt"),
        ("psql -c \"select * from pt where ln ilike '%skarsgaardt%'\"", "skarsgaardt"),
        ("rm charts/skarsgaardt_ulvhilde.pdf", "skarsgaardt_ulvhilde"),
        ("GET /api/people/skarsgaardt-ulvhilde-1951/labs 404", "skarsgaardt-ulvhilde"),
        ("please open garcia_maria.dcm", "garcia_maria"),
        ("scp skarsgaardt.pdf ward7:/charts/", "skarsgaardt"),
        ("KeyError: 'skarsgaardt_ulvhilde'", "skarsgaardt_ulvhilde"),
        ("python load.py --patient 'Maria Lopez'", "Maria Lopez"),
        ("python load.py --patient='Lopez, Maria' --dry-run", "Lopez, Maria"),
        ("load --surname skarsgaardt", "skarsgaardt"),
        ("PATIENT=odalys_quillfeather make report", "odalys_quillfeather"),
        ("docker run -e SUBJECT=maria_lopez pipeline:latest", "maria_lopez"),
        ("load --patient=UlvhildeSkarsgaardt", "UlvhildeSkarsgaardt"),
        ("s3://ward-exports/2026/11/maria_lopez/echo.mp4 is 403", "maria_lopez"),
        ("https://photos.example/u/ulvhilde-skarsgaardt/mammogram_left.jpg", "ulvhilde-skarsgaardt"),
    ],
)
def test_who_is_looked_for_or_kept_by_name_is_found(text, value):
    assert value in found(text)


@pytest.mark.parametrize(
    "text",
    [
        'export PATIENT=test; export PATIENT=$1; PATIENT="$(next)"',
        "grep -i timeout /var/log/mirth/adt.log; rg kubelet notes/; grep -rn skarsgaardt /etc/hosts",
        "helm install charts/ingress_nginx; cat charts/prometheus_grafana.yaml; src/people/list_view.py",
        "KeyError: 'access_token'; KeyError: 'hemoglobin_trend'",
        "annual_report.pdf, discharge_template.docx, thoracic_angiography.pdf, kubelet_milvus.png",
        "curl localhost/search?family=serif",
        "load --patient test_user --client webhook_proxy; git send-email --subject 'Weekly report'; load --patient all records",
        "docker run -e SUBJECT=release_notes x; /data/brats_training/mri.png; uploads/wpcontent_thumbs/ct.jpg; x/kubernetes_helm/chart.json",
    ],
)
def test_programs_and_what_they_keep_are_nobody(text):
    assert found(text) == set()
