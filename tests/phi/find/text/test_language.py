from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import UnknownReason
from gateway.phi.find.propagate import words
from gateway.phi.find.text import language

FOREIGN = [
    "Пациент 45 лет с болью в груди, что делать?",
    "患者は45歳の男性で、胸痛を訴えています。",
    "المريض رجل يبلغ من العمر خمسة وأربعين عاما",
    "मरीज़ को दो दिन से बुखार है",
    "환자는 45세 남성으로 흉통을 호소합니다",
    "Der Patient ist ein Mann mit Schmerzen in der Brust, und wir wissen nicht, was die Ursache ist.",
    "La paciente es una mujer con dolor en el pecho desde hace dos años, pero no tiene fiebre.",
    "Le patient est un homme qui a mal dans la poitrine depuis une semaine, avec de la fièvre.",
    "Il paziente è un uomo con dolore al petto che non risponde alla terapia della settimana.",
    "O paciente é um homem com dor no peito que não melhora com a medicação do hospital.",
]
SHORT = [
    "Ik heb hoofdpijn.",
    "Ich habe Kopfschmerzen.",
    "J'ai mal à la tête.",
    "Me duele la cabeza.",
    "Ho mal di testa.",
    "Tenho dor de cabeça.",
    "Jag har ont i huvudet.",
    "Jeg har hovedpine.",
    "Boli mnie głowa.",
    "Fáj a fejem.",
    "Mă doare capul.",
    "Saya sakit kepala.",
    "Tôi bị đau đầu.",
    "Masakit ang ulo ko.",
    "Pacijent ima bolove u prsima od jučer.",
    "Bolnik toži zaradi bolečin v trebuhu.",
    "Pacientas skundžiasi galvos skausmu.",
    "Pacientei ir sāpes vēderā kopš vakardienas.",
    "Patsiendil on valu rinnus.",
    "Sjúklingur með verk í kvið.",
    "La pacient té febre i mal de coll.",
    "Die pasiënt het koors en hoes.",
    "Bukaanku wuxuu qabaa qandho.",
    "Keine Allergien bekannt.",
    "Nessuna allergia nota.",
    "Aucune allergie connue.",
    "Yvonne Keller kommt morgen.",
    "Luca Rossi sta meglio.",
    "Carmen Ruiz necesita receta.",
    "Ayşe Yılmaz yarın gelecek.",
    "Budi Santoso minta resep.",
    "Olen Matti Virtanen, tarvitsen reseptin.",
]
ENGLISH = [
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
    "NKDA. Meds: metop 25 bid, lisin 10 qd, ASA 81",
    "abd soft NTND, +BS, no HSM; b/l LE edema 2+, JVD, bibasilar crackles",
    "s/p lap chole POD2, tol PO, amb ad lib, d/c home",
    "levofloxacin, ceftriaxone, vancomycin, piperacillin-tazobactam, meropenem",
    "umm idk lol",
    "wht r sx of dvt",
    "rash ddx",
    "kubectl get pods -n kube-system | grep nginx",
    "useState vs useReducer",
    "-rw-r--r--  4 jenkins jenkins 2.3K Jun  2  2025 default_validator.go",
    "Requires-Dist: adlfs; extra == 'abfs'",
    "const { promisify } = require('node:util')",
    "const comb = ranges.length && negs.length ? '(' + sranges + '|' + snegs + ')'",
    "int write_asn1(BIO *bio, ASN1_VALUE *val, BIO *data, int flags,",
    "    def _dispatch(self, tspan: Span) -> bool:",
    " -- Michiel van der Kolk <m@example.org>  Mon, 3 Oct 2022 16:43:00 +1100",
    "Polybrominated diphenyl ethers and polychlorinated biphenyls act on the thyroid.",
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit.",
    "hi",
    "flu shot?",
    "",
]


def _called(text: str) -> frozenset[UnknownReason]:
    return language.unknown(text, words(text))


@pytest.mark.parametrize("text", [*FOREIGN, *SHORT])
def test_a_language_the_engine_does_not_know_is_unknown(text):
    assert _called(text) == {UnknownReason.LANGUAGE}


@pytest.mark.parametrize("text", ENGLISH)
def test_english_names_code_and_medicine_are_known(text):
    assert _called(text) == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        'Translate: "Le patient Jean Dupont a mal au ventre depuis hier"',
        "Please translate this note into English: Frau Meier klagt über Schmerzen in der Brust.",
        'What does "El paciente refiere dolor abdominal desde hace tres días" mean?',
        "Summarise for the GP: Patiënt heeft sinds gisteren koorts en hoest. Thanks",
    ],
)
def test_a_sentence_that_is_quoted_in_english_is_seen(text):
    assert _called(text) == {UnknownReason.LANGUAGE}


@given(
    st.sampled_from(FOREIGN),
    st.lists(st.sampled_from([text for text in ENGLISH if text.isascii()]), max_size=12),
    st.data(),
)
def test_a_foreign_line_is_seen_wherever_it_stands(foreign, english, data):
    at = data.draw(st.integers(0, len(english)))
    assert _called("\n".join([*english[:at], foreign, *english[at:]])) == {UnknownReason.LANGUAGE}


@pytest.mark.parametrize("text", FOREIGN[5:])
@pytest.mark.parametrize(
    "code",
    [
        'const message = format("{}");',
        "raise ValueError('{}') if failed() else value;",
        "let n = rows.length; // {}",
        "    if (a && b) {{  /* {} */",
        '<p class="note">{}</p>;',
    ],
)
def test_a_sentence_in_a_line_of_a_program_is_seen(text, code):
    assert _called(code.format(text)) == {UnknownReason.LANGUAGE}


def test_the_rest_of_a_broken_sentence_is_of_its_language():
    assert (
        _called("An object is named by the numbers of all its indi-\nvidual subidentifiers codesetted.") == frozenset()
    )


def test_a_short_sentence_without_spaces_is_seen_in_english():
    text = "The family wrote 患者今天早上开始发烧并咳嗽 on the form; can you tell me what that means, and whether it is urgent for us?"
    assert _called(text) == {UnknownReason.LANGUAGE}


@given(st.lists(st.sampled_from(ENGLISH), max_size=12))
def test_known_lines_are_known_together(english):
    assert _called("\n".join(english)) == frozenset()


@pytest.mark.parametrize(
    "line",
    [
        '  league: "nba" | "wnba" | "nfl" | "nhl" | "mlb" | "epl" | "ncaamb" | "ipl";',
        "type Unit = 'mmol' | 'mcg' | 'fluidoz' | 'tbsp' | 'qty' | 'ampul';",
        "one of `stdin`, `tty`, `cwd`, `uid`, `gid`, `pty`",
    ],
)
def test_single_words_in_quotes_are_symbols_and_no_sentence(line):
    assert _called(line) == frozenset()


def test_a_sentence_in_quotes_is_one():
    assert _called('translate: "la paciente tiene dolor de pecho desde ayer"') == {UnknownReason.LANGUAGE}


@pytest.mark.parametrize(
    "text",
    [
        "Patient name: 陈丽华",
        "The patient 李强 was admitted with a stroke and is to be seen by the team of the third floor before she is discharged on Monday.",
        "佐藤健, diabetic",
        "The mother 박지영 called",
        "さくら",
        "鈴木 一郎",
        "Translate the note of the Chinese patient 欧阳娜",
    ],
)
def test_a_name_of_the_east_is_not_known(text):
    assert _called(text) == {UnknownReason.LANGUAGE}


@pytest.mark.parametrize(
    "text",
    [
        "The Japanese word for headache is 頭痛, which a form may ask for.",
        "What does the Chinese greeting 你好 mean?",
        "The character 水 stands for water.",
        "Which Korean term for fever is usual in forms, 발열 or something else altogether?",
    ],
)
def test_a_word_that_english_speaks_of_is_known(text):
    assert _called(text) == frozenset()
