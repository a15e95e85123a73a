"""Text of machines and of libraries without anybody in care: code, changes, logs, listings, queries, labels, references; seeded."""

from __future__ import annotations

import random
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from bench.phi.corpus import values
from bench.phi.corpus.grammar import Document, Span
from bench.phi.encoder.telling import somebody, words

_SUFFIXES: Final = frozenset(
    ".py .md .rst .txt .toml .json .yaml .yml .cfg .ini .pyi .js .ts .css .html .c .h .hpp .cu .sh".split()
)
_MOST: Final = 4_000
"""Characters that are taken of a file."""


def installed(count: int, rng: random.Random) -> Iterator[Document]:
    """Parts of what is installed here anyway: the standard library, packages, their manuals and licences."""
    paths = sysconfig.get_paths()
    files = [
        file
        for root in (paths["stdlib"], paths["purelib"])
        for file in sorted(Path(root).rglob("*"))
        if (file.suffix in _SUFFIXES or file.name == "METADATA") and file.is_file() and file.stat().st_size > 300
    ]
    by_suffix: dict[str, list[Path]] = {}
    for file in files:
        by_suffix.setdefault(file.suffix, []).append(file)
    while count > 0:
        file = rng.choice(by_suffix[rng.choice([".py", ".py", *by_suffix])])
        text = file.read_text(encoding="utf-8", errors="ignore")
        if sum(map(ord, text[:2000])) > 110 * len(text[:2000]):
            continue  # a test of other scripts, or a list of numbers
        start = rng.randrange(max(1, len(text) - _MOST))
        start = text.rfind("\n", 0, start) + 1
        lines = text[start : start + rng.choice([300, 800, 2_000, _MOST])].split("\n")
        count -= 1
        yield Document(_dressed(lines, file.name, rng), (), file.suffix)


def _dressed(lines: list[str], name: str, rng: random.Random) -> str:
    """Lines as they stand, numbered, found by grep, in a change, or in a block."""
    match rng.randrange(8):
        case 0:
            head = f"--- a/{name}\n+++ b/{name}\n@@ -{rng.randrange(900)},{len(lines)} +{rng.randrange(900)},{len(lines)} @@\n"
            return head + "\n".join(rng.choice(["+", "-", " ", " "]) + line for line in lines)
        case 1:
            return "\n".join(f"{at:6}\t{line}" for at, line in enumerate(lines, rng.randrange(500)))
        case 2:
            return "\n".join(f"{name}:{rng.randrange(900)}:{line}" for line in lines if line.strip())
        case 3:
            return f"```{name.rpartition('.')[2]}\n" + "\n".join(lines) + "\n```"
        case _:
            return "\n".join(lines)


def _word(rng: random.Random) -> str:
    return rng.choice(words()["software"]).lower().replace(" ", rng.choice("-_"))


def _stamp(rng: random.Random) -> str:
    month, day = rng.randint(1, 12), rng.randint(1, 28)
    clock = f"{rng.randrange(24):02}:{rng.randrange(60):02}:{rng.randrange(60):02}"
    return rng.choice(
        [
            f"2026-{month:02}-{day:02}T{clock}Z",
            f"2025-{month:02}-{day:02} {clock},{rng.randrange(999):03}",
            f"{rng.choice(_MONTHS)} {day:2} {clock}",
            f"[{day:02}/{rng.choice(_MONTHS)}/2026:{clock} +0000]",
        ]
    )


_MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_NOUNS: Final = "bed claim order queue visit slot ward batch note report vital panel dose route score intake token bundle cohort index shard node pod job task cache model session".split()


def log(rng: random.Random) -> str:
    level = ["INFO", "WARN", "ERROR", "DEBUG", "info", "warning", "FATAL", "TRACE"]
    lines = []
    for _ in range(rng.randint(2, 9)):
        noun, other, number = rng.choice(_NOUNS), rng.choice(_NOUNS), rng.randrange(9000)
        said = rng.choice(
            [
                f"{noun} {number} not found in {other}_store",
                f"GET /api/v1/{noun}s/{number} 200 {rng.randrange(900)}ms",
                f"connection to {_word(rng)}-{rng.randrange(9)}.internal:{rng.randrange(9999)} refused, retry {rng.randrange(9)}",
                f"{noun.title()}{other.title()}Service started in {rng.randrange(99)}.{rng.randrange(999)} seconds",
                f'level=warn component={_word(rng)} msg="{noun} drained" took={number}ms',
                f"java.lang.IllegalStateException: {noun.title()} is closed\n\tat org.example.{other}.{noun.title()}Reader.read({noun.title()}Reader.java:{number})",
                f'  File "/srv/app/{noun}/{other}.py", line {number}, in load_{noun}\n    raise KeyError({other!r})',
                f"panic: runtime error: index out of range [{number % 9}] with length {number % 9}\ngoroutine {number} [running]:",
                f'Pulled image "registry.local/{_word(rng)}:{rng.randrange(9)}.{rng.randrange(30)}.{rng.randrange(9)}"',
                f"{_word(rng)}[{number}]: Accepted publickey for {rng.choice(['deploy', 'root', 'ci', 'postgres'])} port {number}",
                f"worker-{number} finished {noun}_{other} rows={number * 7} skipped={number % 13}",
                f"assert {noun}.{other} == {number}  # {_word(rng)}",
            ]
        )
        lines.append(f"{_stamp(rng)} {rng.choice(level)} {said}" if rng.random() < 0.8 else said)
    return "\n".join(lines)


def listing(rng: random.Random) -> str:
    owner = rng.choice(["root root", "node staff", "deploy www-data", "ubuntu ubuntu", "jenkins jenkins", "app app"])
    lines = []
    for _ in range(rng.randint(4, 14)):
        name = f"{rng.choice([rng.choice(_NOUNS), _word(rng)])}{rng.choice(['', '_test', '-v2', '.spec', 's'])}{rng.choice(['.go', '.rs', '.py', '.md', '.yaml', '', '.json', '.tsx', '.sql'])}"
        day = f"{rng.choice(_MONTHS)} {rng.randint(1, 28):2} {rng.choice(['2025', f'{rng.randrange(24):02}:{rng.randrange(60):02}'])}"
        lines.append(
            rng.choice(
                [
                    f"-rw-r--r--  1 {owner} {rng.randrange(90000):6} {day} {name}",
                    f"drwxr-xr-x  4 {owner} {rng.randrange(900) / 10}K {day} {name}",
                    f"├── {name}",
                    f"│   └── {name}",
                    f"./src/{_word(rng)}/{name}",
                    f" M {name}",
                    f"{rng.getrandbits(28):07x} {rng.choice(['fix', 'feat', 'docs', 'chore'])}: {rng.choice(['drop', 'add', 'rename', 'guard'])} {rng.choice(_NOUNS)} {rng.choice(_NOUNS)} (#{rng.randrange(999)})",
                    f"{_word(rng)}-{rng.getrandbits(20):05x}-{rng.getrandbits(20):05x}   {rng.randrange(3)}/2   {rng.choice(['Running', 'Pending', 'CrashLoopBackOff'])}   {rng.randrange(30)}   {rng.randrange(60)}d",
                ]
            )
        )
    return "\n".join(lines)


def commits(rng: random.Random) -> str:
    lines = []
    for _ in range(rng.randint(1, 4)):
        who = somebody(rng)
        mail = f"{who.given}.{who.family}@example.org".lower().replace(" ", "")
        lines.append(
            rng.choice(
                [
                    f"commit {rng.getrandbits(160):040x}\nAuthor: {who.given} {who.family} <{mail}>\nDate:   {rng.choice(['Mon', 'Tue', 'Fri'])} {rng.choice(_MONTHS)} {rng.randint(1, 28)} 10:22:31 2026 +0200\n\n    {rng.choice(_NOUNS)}: handle empty {rng.choice(_NOUNS)}",
                    f"Signed-off-by: {who.given} {who.family} <{mail}>",
                    f"Copyright (c) {rng.randint(1998, 2026)} {who.given} {who.family}. All rights reserved.",
                    f"# Author: {who.given} {who.family}, {_word(rng)} maintainers",
                    f'authors = [{{ name = "{who.given} {who.family}", email = "{mail}" }}]',
                    f"@{who.given.lower()}{who.family.lower()} reviewed your pull request #{rng.randrange(900)}: LGTM",
                    f"* {_word(rng)}: thanks to {who.given} {who.family} for the patch (#{rng.randrange(900)})",
                    f"Maintainer: {who.given} {who.family} <{mail}>",
                ]
            )
        )
    return "\n".join(lines)


def query(rng: random.Random) -> str:
    a, b, c = rng.sample(_NOUNS, 3)
    number = rng.randrange(90)
    return rng.choice(
        [
            f"SELECT {a}_id, COUNT(*) AS n, AVG({b}_hours) FROM {c} WHERE {b} IN ('{a}', '{c}') AND year = {2000 + number} GROUP BY 1 HAVING COUNT(*) > {number} ORDER BY n DESC;",
            f"with base as (select {a}, date_trunc('month', {b}_ts) m from {{{{ ref('stg_{c}') }}}}) select m, percentile_cont(0.5) within group (order by {a}) from base group by m",
            f"UPDATE {a} SET {b} = NULL WHERE {c}_code LIKE 'E11%' AND {b} < {number};",
            f"CREATE TABLE {a} ({a}_id BIGINT PRIMARY KEY, first_name VARCHAR(80), last_name VARCHAR(80), dob DATE, {b} NUMERIC(6,2), FOREIGN KEY ({c}_id) REFERENCES {c});",
            f"df.groupby(['{a}', '{b}']).agg(n=('{c}', 'size'), median=('{b}', 'median')).reset_index().query('n > {number}')",
            f"{a} %>% filter({b} > {number}) %>% group_by({c}) %>% summarise(m = mean({b}, na.rm = TRUE)) %>% ggplot(aes({c}, m)) + geom_col()",
            f"{a},{b},{c},rate_per_1000\nNorth,2025Q{number % 4 + 1},{number * 7},{number}.{number % 10}\nWest Midlands,2025Q1,{number * 3},8.{number % 10}\nSan Jose,2024Q3,{number},6.1",
            f"{a}\t{b}\tn\tpct\n{_word(rng)}\tmale\t{number}\t{number}.1\n{_word(rng)}\tfemale\t{number + 4}\t{100 - number}.9",
            f'{{"type": "object", "properties": {{"{a}": {{"type": "string", "description": "Full name of the {a}"}}, "{b}": {{"type": "integer", "minimum": {number}}}}}, "required": ["{a}"]}}',
            f'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {_word(rng)}\nspec:\n  replicas: {number % 9}\n  template:\n    spec:\n      containers:\n        - name: {a}\n          image: {_word(rng)}:{number % 9}.{number % 7}.1\n          env: [{{name: {b.upper()}_URL, value: "http://{_word(rng)}:8080"}}]',
            f"- [ ] {_word(rng)} rollout\n- [x] move {a} to {b}\n- [ ] {_word(rng)} dashboards\n> {c.title()} lead decides",
        ]
    )


def reference(rng: random.Random) -> str:
    """A list of works in one of the usual styles; authors are no patients."""
    style = rng.randrange(7)
    return "\n".join(_work(style, at, rng) for at in range(1, rng.randint(2, 5)))


_TOPICS: Final = (
    "sodium intake and stroke; machine learning in triage; frailty after hip surgery; the role of IL-6 in sepsis; home visits and readmission; tau imaging; "
    "sleep in shift workers; a trial of early mobilisation; coral reef decline; zebrafish fin regeneration; neural coding of odour; attention and working memory; "
    "antibiotic stewardship; maternal depression; maize yield under heat; graph networks for molecules; air pollution and asthma; parental leave; gut flora and mood"
).split("; ")
_JOURNALS: Final = (
    "Lancet; N Engl J Med; BMJ; JAMA; PLoS One; eLife; Nature; Cell; Ann Intern Med; J Clin Oncol; Brain; Chest; Gut; Neuron; J Exp Biol; Circulation; Bioinformatics; "
    "Journal of Theoretical Biology; American Journal of Public Health; Stroke; Pediatrics; Current Biology; Cochrane Database Syst Rev"
).split("; ")
_PRESSES: Final = "Springer; Wiley; Oxford University Press; CRC Press; Elsevier; MIT Press; Sage".split("; ")
_CITIES: Final = "New York; London; Berlin; Cambridge, MA; Amsterdam; Chichester; Boca Raton".split("; ")


def _work(style: int, at: int, rng: random.Random) -> str:
    team = [somebody(rng) for _ in range(rng.randint(1, 5))]
    title = rng.choice(_TOPICS)
    title = (
        title[0].upper()
        + title[1:]
        + rng.choice(["", ": a cohort study", ": a systematic review", " in older adults", ""])
    )
    journal, year = rng.choice(_JOURNALS), rng.randint(1962, 2026)
    volume, page = rng.randint(1, 390), rng.randint(1, 2400)
    doi = (
        f"doi:10.{rng.randint(1000, 9999)}/{journal.split()[0].lower()}.{rng.randrange(9999999)}"
        if rng.random() < 0.4
        else ""
    )
    short = [f"{one.family} {one.given[0]}{rng.choice(['', rng.choice('ABEJLMR')])}" for one in team]
    dotted = [f"{one.family}, {one.given[0]}.{rng.choice(['', ' ' + rng.choice('ABEJLMR') + '.'])}" for one in team]
    match style:
        case 0:
            return f"{at}. {', '.join(short)}{rng.choice([', et al', ''])}. {title}. {journal}. {year};{volume}({at}):{page}-{page + 9}. {doi}"
        case 1:
            joined = ", ".join(dotted[:-1]) + (", & " if len(dotted) > 1 else "") + dotted[-1]
            return f"{joined} ({year}). {title}. *{journal}*, {volume}({at}), {page}–{page + 11}. {doi}"
        case 2:
            return f'[{at}] {", ".join(f"{one.given[0]}. {one.family}" for one in team)}, "{title}," {journal}, vol. {volume}, pp. {page}-{page + 8}, {year}.'
        case 3:
            return f"@article{{{team[0].family.lower().replace(' ', '')}{year},\n  author = {{{' and '.join(f'{one.family}, {one.given}' for one in team)}}},\n  title = {{{title}}},\n  journal = {{{journal}}}, year = {{{year}}}, volume = {{{volume}}}\n}}"
        case 4:
            return f"{team[0].family}, {team[0].given}, and {team[-1].given} {team[-1].family}. {title}. {rng.choice(_CITIES)}: {rng.choice(_PRESSES)}, {year}."
        case 5:
            affiliations = rng.choice(
                [
                    "Department of Medicine, University of " + rng.choice(["Oslo", "Leeds", "Iowa"]),
                    "Institute of Genetics",
                    "School of Public Health",
                ]
            )
            return f"{', '.join(f'{one.given} {one.family}¹' for one in team)}\n¹ {affiliations}\n{title}\nEdited by {somebody(rng).given} {team[-1].family}; received {rng.choice(_MONTHS)} {year}"
        case _:
            return (
                f"{title} ({team[0].family} et al., {year}; {team[-1].family} and {somebody(rng).family}, {year - 3}). "
                f"{somebody(rng).family} ({year}) found the opposite{rng.choice([', as did ' + somebody(rng).family + ' and colleagues', ''])}."
            )


def label(rng: random.Random) -> str:
    """Parts of drug labels, leaflets and guidelines."""
    drug, other = (rng.choice(words()["drug"]).capitalize() for _ in range(2))
    number, month = rng.randint(1, 90), rng.choice(["January", "March", "May", "August", "November"])
    return rng.choice(
        [
            f"HIGHLIGHTS OF PRESCRIBING INFORMATION\nThese highlights do not include all the information needed to use {drug.upper()} safely.\nInitial U.S. Approval: {1930 + number}\nRevised: {number % 12 + 1}/20{number % 17 + 10}",
            f"{number % 17}.{number % 6} {rng.choice(['Pregnancy', 'Lactation', 'Pediatric Use', 'Geriatric Use', 'Hepatic Impairment'])}\nThere are no data with {drug} in humans. In a study of {number * 11} subjects, {other} raised its AUC by {number} %.",
            f"To report SUSPECTED ADVERSE REACTIONS, contact {rng.choice(words()['body']).capitalize()} Pharmaceuticals at 1-8{number % 6 + 4}{number % 6 + 4}-555-01{number:02} or FDA at 1-800-FDA-1088.",
            f"NDC {number:05}-{number * 9:03}-{number:02} {drug} tablets {number} mg, Rx only, {number} tablets. Store at 20 to 25 °C. Manufactured for {rng.choice(words()['body']).capitalize()}, Inc., {rng.choice(['Princeton, NJ', 'Cambridge, MA', 'Basel', 'Parsippany, NJ', 'Durham, NC'])}. Rev. {month} 20{number % 17 + 10}",
            f"## What is {drug}?\n{drug} is a medicine for {rng.choice(['gout', 'asthma', 'migraine', 'high blood pressure'])}. Take it {number % 3 + 1} times a day.\nPage last reviewed: {number % 28 + 1} {month} 2025. Next review due: {month} 2028",
            f"R{number % 30}. In adults with {rng.choice(['sepsis', 'croup', 'Crohn disease', 'Graves disease', 'Bell palsy'])} we suggest {drug} over {other} (conditional, low certainty; {number % 12} trials, n = {number * 37}, RR 0.{number:02}, 95% CI 0.{number % 50:02}–1.{number % 40:02}).",
            f"{number}.{number % 9} Offer {drug} to {rng.choice(['women who are pregnant', 'people with asthma', 'children under 5'])} if {other} is contraindicated. [{2004 + number % 20}, amended {2010 + number % 15}]",
            f"MECHANISM: {drug} inhibits the {rng.choice(['JAK', 'SGLT2', 'Ras', 'Wnt', 'Hedgehog'])} pathway. Half-life {number} h. Boxed warning: {other} overdose.",
        ]
    )


def tables(rng: random.Random) -> Document:
    """Rows of data in which people in care do stand: what a veto must never take back."""
    pieces: list[tuple[str, str]] = []
    shape = rng.randrange(6)
    for _ in range(rng.randint(1, 4)):
        who, number = somebody(rng), values.number(rng)
        day = f"{rng.randint(1930, 2022)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        name, family = f"{who.given} {who.family}", who.family
        match shape:
            case 0:
                pieces += [
                    ("INSERT INTO patients (name, dob, mrn) VALUES ('", ""),
                    (name, "NAME"),
                    ("', '", ""),
                    (day, "DATE"),
                    ("', '", ""),
                    (number, "MRN"),
                    ("');\n", ""),
                ]
            case 1:
                pieces += [
                    (f"{_stamp(rng)} INFO intake patient ", ""),
                    (name, "NAME"),
                    (" dob ", ""),
                    (day, "DATE"),
                    (" admitted to ward 4\n", ""),
                ]
            case 2:
                pieces += [
                    ("+  - patient: ", ""),
                    (name, "NAME"),
                    ("\n+    dob: ", ""),
                    (day, "DATE"),
                    ("\n+    allergy: penicillin\n", ""),
                ]
            case 3:
                pieces += [
                    ("# pt ", ""),
                    (name, "NAME"),
                    (rng.choice([", chest pain, see chart", " called again, refill due", ": no show"]), ""),
                    ("\n", ""),
                ]
            case 4:
                pieces += [
                    (family, "NAME"),
                    (",", ""),
                    (who.given, "NAME"),
                    (",", ""),
                    (day, "DATE"),
                    (",F,", ""),
                    (number, "MRN"),
                    (",asthma\n", ""),
                ]
            case _:
                pieces += [
                    ('{"patient": {"name": "', ""),
                    (name, "NAME"),
                    ('", "birthDate": "', ""),
                    (day, "DATE"),
                    ('"}, "note": "', ""),
                    (family, "NAME"),
                    (' is stable"}\n', ""),
                ]
    text, spans = "", []
    for part, kind in pieces:
        if kind:
            spans.append(Span(len(text), len(text) + len(part), kind))
        text += part
    return Document(text, tuple(spans), "tables")


_MAKERS: Final[tuple[Callable[[random.Random], str], ...]] = (
    log,
    listing,
    commits,
    query,
    reference,
    reference,
    label,
    label,
)


def made(count: int, seed: int) -> list[Document]:
    """Texts without anybody in care, of every kind here."""
    rng = random.Random(f"{seed}-technical")
    return [Document(maker(rng), (), maker.__name__) for maker in _MAKERS for _ in range(count // len(_MAKERS))]
