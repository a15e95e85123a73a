from __future__ import annotations

import pytest

from gateway.domain import UnknownReason
from gateway.phi.find.propagate import words
from gateway.phi.find.text import language


@pytest.mark.parametrize(
    "text",
    [
        "Пациент 45 лет с болью в груди, что делать?",
        "患者は45歳の男性で、胸痛を訴えています。",
        "المريض رجل يبلغ من العمر خمسة وأربعين عاما",
        "मरीज़ को दो दिन से बुखार है",
        "환자는 45세 남성으로 흉통을 호소합니다",
        "Der Patient ist ein Mann mit Schmerzen in der Brust, und wir wissen nicht, was die Ursache ist.",
        "La paciente es una mujer con dolor en el pecho desde hace dos años, pero no tiene fiebre.",
        "Le patient est un homme qui a mal dans la poitrine depuis une semaine, avec de la fièvre.",
        "Il paziente è un uomo con dolore al petto che non risponde alla terapia della settimana.",
        "Please summarise.\n\nO paciente é um homem com dor no peito que não melhora com a medicação do hospital.",
    ],
)
def test_a_language_the_engine_does_not_know_is_unknown(text):
    assert language.unknown(text, words(text)) == {UnknownReason.LANGUAGE}


@pytest.mark.parametrize(
    "text",
    [
        "What is the dose of metformin for a patient with renal failure?",
        "α-synuclein, β-blockers, μ-opioid, Δ, 5 µg, ≥ 3, ½",
        "in vitro, in vivo, per os, ad libitum, status post, Staphylococcus aureus, os calcis, de novo, la belle indifference",
        "José Núñez, Zoë Müller, François Lefèvre, Đorđe Đorđević, Łukasz Wójcik",
        "def read(path):\n    return json.load(open(path))  # a list of rows\nfor row in read(path): print(row)",
        "SELECT id, day FROM visits WHERE ward = 12 ORDER BY day LIMIT 10",
        "Maria de la Cruz and Juan del Rio were seen; Ludwig van Beethoven was not.",
        "Translate 'Guten Tag' into English.",
        "Tell me about das Ding an sich and le petit mal.",
        "mRNA 5' UTR; HLA-DRB1*04:01; c.68_69delAG; p.Val600Glu",
        "WBC 12 Hb 13 Plt 250 Na 140 K 4.2",
        "😀 👍🏽 ✅ → ★",
        "",
    ],
)
def test_english_names_code_and_medicine_are_known(text):
    assert language.unknown(text, words(text)) == frozenset()
