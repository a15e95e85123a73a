"""Numbers that a word announces (MRN, account, member ...): tables of the words people use for them."""

from __future__ import annotations

from typing import Final

from gateway.domain import Kind
from gateway.phi.find import processes
from gateway.phi.find.rules.cue import STRICT, TAIL, VALUE, announced, cued, identifies
from gateway.phi.find.rules.rule import Rule
from gateway.phi.find.text.ways import one_of

_NUMBER: Final = r"(?:(?:numbers?|num|nbr|no|nr|ids?|identifier)(?:\b|_)|#)"


def plain(value: str, before: str, after: str) -> float:
    return 0.93 if identifies(value, before, after, digits=3, weak=True) else 0.0


def _of_a_chart(value: str, before: str, after: str) -> float:
    """A PID of a patient, and not of a process."""
    if processes.numbered(before, after):
        return 0.0
    return 0.98 if identifies(value, before, after, digits=5, weak=True) else 0.0


def _of_no_process(value: str, before: str, after: str) -> float:  # noqa: ARG001
    """A pid above the highest number that Linux gives a process (`PID_MAX_LIMIT`, 2^22)."""
    return 0.95 if int(value) > _LAST_PROCESS else 0.0


def _of_somebody(value: str, before: str, after: str) -> float:
    """A number that a sentence says to be of one patient: five digits, and no date or dose."""
    return 0.9 if identifies(value, before, after, digits=5, weak=True) else 0.0


_LAST_PROCESS: Final = 1 << 22
_MRN: Final = (
    cued(
        Kind.MRN,
        r"m\.?r\.?n\.?s?",
        value=VALUE,
        dated=True,
        hits=("MRN of this patient is «12345»", "survivor_mrn = «4410029»"),
        misses=("MRN 1 CSN: 2",),
    ),
    cued(
        Kind.MRN,
        one_of(
            r"(?-i:URN)\b",
            "hospital ref",
            "tube label+ed",
            "specimen label+ed",
            "label+ed as",
            "mrnumber",
            r"med(?:ical|\.)?[\s._-]{0,2}(?:hx )?rec(?:ord)?s?\b\.?",
            r"med[\s_-]?rec",
            "(?:health|hospital|patient) records?",
            *r"mr[\s_-]?(?:#|no\b|num\b|number|id\b) e\.?mpi uhid hrn nhc".split(),
            "historia clinica",
            "n[ou]m?(?:ero)? de (?:dossier|historia)",
            "ipp",
            "cartella clinica",
            r"patient(?:en)?[\s-]?(?:nummer|nr)",
            r"fall[\s-]?(?:nummer|nr)",
            "krankenblatt(?:nummer)?",
            "numero de expediente",
            "expediente",
        ),
        hits=("MEDICAL RECORD:  «10-55-83-02»", "tube labelled «7712-22-9»"),
        misses=("MEDICAL RECORD:  unknown",),
    ),
    cued(
        Kind.MRN,
        rf"(?:patient|pt|pat|client|chart|hospital|hosp|clinic|unit|u\.?r|facility|record|file|folder|opd|ipd|epic|cerner|emr|ehr"
        rf"|health system|inpatient|outpatient|resident|person|case record)['s]{{0,2}}[\s._-]{{0,2}}{_NUMBER}",
        hits=("hosp. no. «RX-40-9921»", "Clinic no: «A-0419-K»"),
        misses=('name="patient_id_2"',),
    ),
    cued(
        Kind.MRN,
        r"h0sp[a-z]{0,5}\.?[\s._-]{0,2}n[o0]\b\.?|hosp[a-z]{0,5}\.?[\s._-]{0,2}n0\b\.?|(?:patient|pt|chart|nhs|unit|mrn|m\.r\.n)\.?[\s._-]{0,2}n0\b\.?",
        digits=3,
        hits=("H0sp N0: «B2O4471»", "HOSP N0. «44O1827»"),
        misses=("hosp n0: unknown",),
    ),
    announced(
        Kind.MRN,
        r"(?:hosp(?:ital)?|patient|pt|chart|unit)\.? (?:no|number|num)\b\.?",
        r"(?-i:[A-Z]{1,2} )?\d{2,4}(?: \d{1,4}){1,3}\b",
        _of_somebody,
        tail=r"[\s:.]{1,3}",
        hits=("Hosp No «K 00 4417 2»", "Hospital number: «44 1720 91»"),
        misses=("hospital no 2 and 3",),
    ),
    cued(
        Kind.MRN,
        r"(?-i:UR|U\.R\.|HN|AN)",
        r"[\s:#.]{1,3}(?:no\.?\s)?",
        digits=5,
        hits=("HN «55102881»", "UR «2098817»"),
        misses=("HN unknown",),
    ),
    announced(
        Kind.MRN,
        r"(?-i:PID)",
        VALUE,
        _of_a_chart,
        tail=r"[\s:#.]{1,3}(?:no\.?\s)?",
        hits=("PID «48213» seen in clinic", "PID: «4821399»"),
        misses=(
            "Port 8080 is in use by PID 48213",
            "Main PID: 48213 (nginx)",
            "killed PID 48213",
            "process exited, PID 482134",
        ),
    ),
    announced(
        Kind.MRN,
        r"(?-i:pid)",
        r"\d{7,12}\b",
        _of_no_process,
        tail=r"[\"']?\s?[:=]\s?[\"']?",
        hits=("no match for pid=«7741209» visit", '{"pid":"«7741209»","scope":"all"}'),
        misses=("worker pid=2210 exited", "pid=4194303"),
    ),
    Rule(
        Kind.MRN,
        r"\b((?:MR|MRN|HN|UHID)-?\d{6,10}(?:-\d{1,2})?)\b",
        0.9,
        patient=True,
        hits=("ids like «MR-0044821-7» from these lines", "the merge of «MR0044821»"),
        misses=("merge request MR-4471",),
    ),
    Rule(
        Kind.MRN,
        r"\b([A-Z]{0,4}-?\d[\dA-Z]*(?:[-/.]\d+){0,3}) (?:for|of|belongs to|belonging to) (?i:pt|patient|resident|member|client)\b\.? [A-Z]",
        judge=_of_somebody,
        patient=True,
        hits=("why does «4471-883-2» for pt Okafor fail",),
        misses=("dose of 500 for patient A", "45 for pt Okafor"),
    ),
    Rule(
        Kind.MRN,
        r"\b\d{1,3}\s?(?:y/?o )?[MF] ([A-Z]{1,3}\d{5,8})\b",  # Okafor 52M RX448120
        0.9,
        patient=True,
        hits=("52M «RX448120»",),
        misses=("52M unknown",),
    ),
    Rule(
        Kind.OTHER_ID,
        r"\b[A-Z][a-z]+(?: [A-Z]\.?)?\s{1,6}#([A-Z]{1,4}-?\d{3,})\b",
        0.85,
        patient=True,
        hits=("Margot Q  #«SLP-0733»",),
        misses=("Margot Q  #unknown",),
    ),
    cued(
        Kind.MRN,
        r"(?-i:MR|M\.R\.)",
        r"\s#?",
        digits=5,
        value=r"[a-z]{0,2}\d{5,}",
        hits=("MR «77120564»", "MR «4471180»"),
        misses=("MR unknown",),
    ),
    cued(
        Kind.MRN,
        r"chart|emr|ehr|medical chart|hospital file|pt|patient",
        STRICT,
        digits=4,
        hits=("PATIENT: «4417 206 993»", "patient: «555-010-2000»"),
        misses=('name="patient_id_2"',),
    ),
    cued(
        Kind.MRN,
        r"patient|pt|chart|client",
        r"\s",
        digits=5,
        hits=("client «0440118201»", "chart «E-2209183»"),
        misses=("patient 45 years old",),
    ),
)
_ACCOUNT: Final = (
    cued(
        Kind.ACCOUNT,
        r"(?:bank |billing |hospital |guarantor |checking |savings |financial |patient |payment )?"
        r"(?:account|acct|acnt)s?\b\.?|a/c|routing|sort code|\baba\b|konto(?:nummer)?|bank",
        digits=4,
        hits=("Acct no..: «V00417723918»", "Acct #: «V4410098213»"),
        misses=("account of 3 cases",),
    ),
    cued(
        Kind.ACCOUNT,
        r"account|acct|acnt|acc|a/c|bill|billing|invoice|statement|receipt|payment|guarantor",
        STRICT,
        digits=3,
        hits=("Acct no..: «V00417723918»", "Acct #: «V4410098213»"),
        misses=("billing: 11721 x4, 97597 x1", "loss=0.031 acc=0.9921"),
    ),
    announced(
        Kind.ACCOUNT,
        r"(?-i:FIN|HAR|CSN|csn|HSP|PB|HB)",
        r"(?-i:[A-Z]{0,2}\d{5,})",
        hits=("CSN: «40099127731»", "e.csn = «200481937»", "FIN «88120399»"),
        misses=("CSN: unknown",),
    ),
    announced(
        Kind.ACCOUNT,
        r"invoice|inv|receipt|statement|estimate|quote|remit(?:tance)?|bill",
        r"(?-i:[A-Z]{1,5}[-/]?\d{3,}[A-Z0-9]*(?:[-/][A-Z0-9]+){0,4})",
        tail=r"\s",
        judge=plain,
        hits=("invoice «INV20230411-19»", "invoice «INV2208841»"),
        misses=("invoice unknown",),
    ),
)
_PLAN: Final = (
    cued(
        Kind.PLAN_MEMBER,
        "(?:"
        + one_of(
            "health ?plan",
            *(
                r"insurance insurer? insur ins\.? medicaid medicare beneficiary subscriber member(?:ship)? "
                "enrollee insured payer payor plan policy coverage tricare champva medi-cal (?-i:MediCal) hmo ppo "
                "group bcbs"
            ).split(),
            "blue cross(?: blue shield)?",
            "aetna",
            "cigna",
            "humana",
            "united ?health(?:care)?",
            "kaiser",
            "anthem",
            "benefits?",
            "rx ?(?:bin|pcn|grp|group)",
            "certificate",
        )
        + rf")['s]{{0,2}}[\s._-]{{0,2}}(?:card |plan |policy )?{_NUMBER}",
        digits=3,
        value=rf"(?:[a-z]{{3}} )?{VALUE}",
        hits=('"subscriberId «XQH 9920 1187»', "Medicare number: «7YA1-PM3-XX09»"),
        misses=('"subscriberId unknown',),
    ),
    cued(
        Kind.PLAN_MEMBER,
        one_of(
            "hicn?",
            "mbi",
            "pm-?jay",
            "ayushman(?: bharat)?(?: card)?",
            "abha",
            "gms(?: card)?",
            "(?:medi-cal|(?-i:MediCal))(?: bic)?",
            "lwc",
            "ghic",
            "ehic",
            "european health insurance",
            *r"mutuelle hbn hpn hpb hpbn \bcin\b".split(),
            "health plan beneficiary",
            "versicherten-?n(?:ummer|r)",
            "health insurance claim",
            "polici?y holder",
        ),
        hits=("Versichertennummer «M482095117»", "Medi-Cal BIC «72740183D30127»"),
        misses=("Versichertennummer unknown", "Medical (non-training) 402 / 33"),
    ),
    cued(
        Kind.PLAN_MEMBER,
        r"(?:health |medical |dental )?(?:insurance|insur|ins|plan|policy|member|subscriber|medicaid|medicare|beneficiary|group|coverage|"
        r"insured|bcbs|aetna|cigna|humana|enrollee)(?: (?:plan|policy|card|is|info))?",
        TAIL,
        digits=5,
        hits=("Medicare number: «7YA1-PM3-XX09»", "Insurance card «M310884217»"),
        misses=("insurance policy 2023",),
    ),
    cued(
        Kind.PLAN_MEMBER,
        r"insurance|insur|ins|policy|member|subscriber|medicaid|medicare|beneficiary|coverage|insured|enrollee|health plan",
        STRICT,
        digits=3,
        hits=("Medicare number: «7YA1-PM3-XX09»", "Policy: «P/161130/01/2024/009318»"),
        misses=("Medicare number: unknown",),
    ),
)
RULES: Final[tuple[Rule, ...]] = (*_MRN, *_ACCOUNT, *_PLAN)
