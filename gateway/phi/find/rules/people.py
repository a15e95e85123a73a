"""Names that the layout or a word beside them tells: `SURNAME, Given` at a bed, a signature, an alias, `pt="..."`; never prose."""

from __future__ import annotations

from typing import Final

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence
from gateway.phi.find.rules.persons import (
    alias,
    barrelled,
    bedded,
    christened,
    filed,
    given,
    in_care,
    joined,
    kin,
    known,
    listed,
    newborn,
    owner,
    quoted,
    signed,
    surname,
    told,
)
from gateway.phi.find.rules.rule import Rule
from gateway.phi.find.text.ways import one_of

_CAPS: Final = r"[A-Z][A-Z'-]{1,24}[A-Z](?: [A-Z][A-Z'-]{1,24}[A-Z]){0,2}"
_TITLE: Final = r"[A-Z][a-z]{1,24}(?:[-'][A-Z]?[a-z]{1,24})?"
_ANY: Final = r"[A-Z][A-Za-z'-]{1,30}"
_FIRST: Final = rf"{_ANY}(?: {_TITLE})?(?: [A-Z]\b\.?)?"
_CREDENTIAL: Final = (
    "(?:"
    + one_of(
        *(
            r"M\.?D D\.?O R\.?N N\.?P PA(?:-C)? MBBS MBChB MRCP FRCS FRCP FACP FAAP FACS FACC FACOG DPM DDS DMD OD "
            "PharmD RPh PhD PsyD LCSW LMSW MSW LPN LVN BSN MSN DNP APRN ARNP FNP(?:-C)? CNM CRNA PT DPT OT "
            "OTR(?:/L)? SLP CCC-SLP CPSP RD RDN CGC RRT RT CWOCN EMT(?:-P)? CNA MA CMA LMFT LPC AuD FRANZCP FRACP "
            "RMN RGN"
        ).split()
    )
    + ")"
)
_CREDENTIAL_ALONE: Final = r"MD|DO|RN|NP|PA-C|MBBS|MBChB|FRCS|FRCP|FACP|FAAP|FACS|FACC|DPM|DDS|PharmD|RPh|PsyD|LCSW|LMSW|LPN|LVN|DNP|APRN|ARNP|FNP(?:-C)?|CNM|CRNA|DPT|LMFT"
"""Those that are no state and no other word."""
_KINSHIP: Final = (
    "(?:"
    + one_of(
        "(?:step|grand|god|foster |half-)?(?:mother|father|son|daughter|brother|sister|mum|mom|dad|(?-i:[Mm]a|[Pp]a)|child|parents?)",
        *(
            "wife husband spouse partner girlfriend boyfriend fianc[e]{1,2} aunt uncle niece nephew cousin "
            "twin neighbou?r carer caregiver guardian roommate dtr hubby nanny babysitter twins kids children "
            "step-?dad step-?mom bf gf ex-(?:husband|wife)"
        ).split(),
        "(?:brother|sister|mother|father|son|daughter)[- ]in[- ]law",
        "little one",
        *"year-old yr-old month-old newborn".split(),
    )
    + ")"
)
_MEASURED: Final = one_of(
    *(
        "inr potassium sodium creatinine egfr gfr urea bun hb hgb haemoglobin hemoglobin hba1c a1c crp esr wbc wcc neutrophils platelets plts troponin lactate "
        "d-?dimer bnp psa tsh ferritin bilirubin alt ast albumin calcium magnesium phosphate glucose sugars? sats spo2 bp bps pulse gcs news2? ecg ekg echo mri cxr "
        "x-?ray ultrasound biopsy bloods labs culture cultures dressings? cannula catheter drain stoma wound warfarin insulin metformin apixaban chemo dialysis "
        "meds medications? tablets prescription prescriptions allerg(?:y|ies) tumou?r fracture hernia seizures? wheeze"
    ).split()
)
"""What somebody in care has, and hardly anybody else."""
_ROLE: Final = (
    "(?:"
    + one_of(
        *(
            r"pastor chaplain rabbi imam deacon reverend rev\. fr\. officer detective deputy sheriff sgt\.? "
            "sergeant constable trooper judge magistrate attorney"
        ).split(),
        "case ?(?:worker|manager)",
        "social worker",
        *"interpreter caseworker dietitian midwife paramedic RN LPN CNA NP".split(),
        "sister in charge",
        "charge nurse",
        "nurse",
    )
    + ")"
)

RULES: Final[tuple[Rule, ...]] = (
    Rule(
        Kind.NAME,
        rf"(?:^|[\s|\"'=(>])({_CAPS}, {{0,2}}(?:{_FIRST}|[A-Z]\b\.?))(?:$|[^\w-])",
        judge=filed,
        patient=True,
        hits=("«ADEGOKE, Rasheed Kolawole» MRN 8834-0992",),
        misses=("ALLERGIES, Penicillin",),
    ),
    Rule(
        Kind.NAME,
        r"(?:^|\n)[ \t]*(?:[-*] )?([A-Z][a-z]{2,20}-[A-Z][a-z]{2,20}),? \d{2}(?:,|\+|y\b| ?(?:yo|y/o|YO|M|F)\b)",
        judge=barrelled,
        patient=True,
        hits=("«Abernethy-Quaye», 90+ (says 94), off legs",),
        misses=("Post-Op 12, stable", "Parkinson-White, 12, p=0.3"),
    ),
    Rule(
        Kind.NAME,
        rf"(?:^|\n)[ \t]*\d{{1,2}}[:.]\d\d[ \t]+({_CAPS} {_FIRST})[ \t]{{1,12}}(?:\t|[ ]|[A-Z]*\d)",
        judge=signed,
        patient=True,
        hits=("09:20  «BLENKINSOP Ron»   D110945",),
        misses=("10:00 BREAK Tea   room 3",),
    ),
    Rule(
        Kind.NAME,
        rf"[\"'](?i:to|nm|nme|who|whom|recipient|attn|addressee|called|for|re|about|guest|requester|holder)[\"']\s?:\s?[\"']({_TITLE}(?: [A-Z]\.)? {_TITLE})[\"']",
        judge=told,
        patient=True,
        hits=('{"to":"«Marisela Cantu»","re":"colonoscopy prep"}', '{"nm": "«Harlan Whitcombe»"}'),
        misses=('{"to": "Order Intake"}', '{"for": "Blood Pressure"}', '{"title": "Marisela Cantu"}'),
    ),
    Rule(
        Kind.NAME,
        rf"[,.;!?] ({_TITLE}(?: {_TITLE})?) (?i:speaking)(?:[.,!?\n]|$)",
        judge=told,
        patient=True,
        hits=("Harbour Lane Surgery, «Bev» speaking.",),
        misses=("Sorry, English speaking doctors",),
    ),
    Rule(
        Kind.NAME,
        rf"(?:^|[\s|\"'=(>])({_CAPS}, {_ANY} {_CAPS}(?: [A-Z]\b\.?)?)(?:$|[^\w-])",
        judge=filed,
        patient=True,
        hits=("«HALVERSON, DEAN ROY»",),
        misses=("ADEYEMI, Folashade MRN 8834-0992",),
    ),
    Rule(
        Kind.NAME,
        rf"(?:^|\n)[ \t|*-]{{0,4}}(?:(?i:bed|rm|room|bay|cubicle|cub|side ?room|sr)[ \t]?[A-Z]?\d{{1,3}}[A-F]?|[A-Z]?\d{{1,2}}[A-F])[ \t]{{0,3}}[-:|.)]?[ \t]{{1,3}}({_TITLE})(?:$|[\s,;:|(-])",
        judge=bedded,
        patient=True,
        hits=("12B «Tveit» for CT", "Rm 5 - «Skarsgaard» - COPD", "Bed 3: «Okafor», NBM"),
        misses=("Bed 1 Empty\n", "3D Printing at home", "Bay 2: Closed"),
    ),
    Rule(
        Kind.NAME,
        rf"(?:^|[^\w'])([A-Za-z][a-z]{{2,24}})'s (?i:(?:last|latest|repeat|recent|most recent|morning|current|new|next|first|serum|urine|blood) ){{0,2}}(?i:{_MEASURED})(?:$|[^\w-])",
        judge=owner,
        patient=True,
        hits=("«Ottilie»'s INR was 3.1", "Check «Quill»'s creatinine", "«ottilie»'s last inr"),
        misses=("Crohn's CT findings", "today's INR list", "Let's check INR", "Women's HbA1c"),
    ),
    Rule(
        Kind.NAME,
        rf"(?:^|[\n|]|\d[.)])[ \t*_-]{{0,4}}({_TITLE}, {_FIRST})(?:$|[^\w-])",
        judge=listed,
        patient=True,
        hits=("«Fairweather, Leonard»\nH0447182", "«Tuttle, Margot Q»  #SLP-0733", "«Brandvold, Ottilie»"),
        misses=("Diabetes, Type 2 bed", "Paris, France", "Hello, World", "Apples, Pears"),
    ),
    Rule(
        Kind.NAME,
        r"(?:^|[\s|\"'=(:])((?:(?:VAN|VON|DE|DER|DEN|LA|LE|DEL|DOS|DA|DI|ST|MC|MAC|AL|EL|BIN|TEN|TER) ){0,3}[A-Z][A-Z'-]{2,24},[A-Z][A-Z'-]{1,24}(?: [A-Z]\b)?)(?:$|[\s|\"'<)\]^.;])",
        judge=joined,
        patient=True,
        hits=("«ARCHULETA,BENITO J»", "«VAN DER BERG,ANNA»"),
        misses=("PLUMMER,ODELIA",),
    ),
    Rule(
        Kind.NAME,
        r"(?:^|[\s|\"'=(:])([A-Z]{3,24}/[A-Z](?:[A-Z]{2,20})?(?: ?M[RS]S?)?)(?:$|[\s|\"'<)])",
        judge=joined,
        patient=True,
        hits=("«EVANGELISTA/CORAZON»", "«TARKOWSKA/J»"),
        misses=("ASSESSMENT/PLAN",),
    ),
    Rule(
        Kind.NAME,
        rf"(?i:\b(?:surname|family name|last name|nachname|apellidos?|cognome|achternaam|sobrenome))[ \t]*[:.]?[ \t]{{1,3}}({_ANY})\b",
        0.9,
        Evidence.CUE,
        surname,
        patient=True,
        hits=("surname     «Hettiarachchi»", "(family name «Shimabukuro»"),
        misses=("surname     unknown",),
    ),
    Rule(
        Kind.NAME,
        rf"(?i:\b(?:given(?: names?)?|first name|forenames?|christian name|vorname|nombres?|prenom|voornaam))[ \t]*[:.]?[ \t]{{1,3}}({_FIRST})\b",
        0.9,
        Evidence.CUE,
        given,
        patient=True,
        hits=("Surname PAPAS   Given «Stavroula»", "Surname: Dalgleish  Forename: «Morag»"),
        misses=("Given Vancomycin 1 g",),
    ),
    Rule(
        Kind.NAME,
        rf"(?:^|\n)[ \t]*(?:\d{{1,2}}[.)]|[A-Z]?\d{{1,2}}[a-z]?:?|[*-])[ \t]+({_TITLE}(?: {_TITLE})?),?[ \t]+(?i:rm|room|bed|bay|ward)\b",
        judge=kin,
        patient=True,
        hits=("4) «Haig» rm",),
        misses=("4) unknown rm",),
    ),
    Rule(
        Kind.NAME,
        r"(?i:\b(?:last|first|middle|maiden|sur) ?name(?: is)? )((?:(?:de|van|von|der|den|la|el|al|bin|o|mc|mac) ){0,2}[a-z][a-z'-]{2,24})\b",
        0.8,
        judge=told,
        patient=True,
        hits=("last name «de groot»",),
        misses=("last name is missing",),
    ),
    Rule(
        Kind.NAME,
        r"(?i:(?:\b|_)(?:pt|patient|pat|subject|client|customer|member|guarantor|caller|resident|nok|next_of_kin|provider|prescriber|doctor|physician|nurse|name|owner|author|signer|contact)(?:_?(?:name|nm))?)"
        r"\s?=\s?[\"']([^\"'\n=<>{}$%]{3,40})[\"']",
        0.95,
        Evidence.CUE,
        quoted,
        patient=True,
        hits=('patient = "«Amara Lindgren»";', 'patient="«Benedita Rocha»"'),
        misses=('name="patient_id_2"',),
    ),
    Rule(
        Kind.NAME,
        rf"(?i:\b(?:alias|a\.?k\.?a\.?|nick ?named?|goes by|street name|maiden name|formerly(?: known as)?|(?:prefers|likes|wants|asks) to be called|preferred name|nee|f/k/a))[\s:=,]{{1,3}}[\"']?({_ANY}(?: {_ANY})?)\b",
        0.85,
        judge=alias,
        patient=True,
        hits=("Likes to be called «Sparky»", "goes by «Teddy»"),
        misses=("aka Tylenol",),
    ),
    Rule(
        Kind.NAME,
        rf"\b((?i:baby|newborn|infant) (?i:boy|girl|twin|male|female)(?: (?i:boy|girl|twin|triplet))?(?: [A-D1-4])? (?:of )?{_TITLE})\b",
        judge=newborn,
        patient=True,
        hits=("«Baby Boy Twin A Mensah-Cole»", "«Baby Girl B Rasmussen»"),
        misses=("Baby Boy Denies",),
    ),
    Rule(
        Kind.NAME,
        rf"(?:^|\n)[ \t]*(?:(?i:bed|bay|rm|room) ?)?[A-Z]{{0,2}}\d{{1,2}}[A-Za-z]?[:.)]?[ \t]+({_TITLE})(?:  |[ ]?\t|[ ]?\|| - )",
        judge=told,
        patient=True,
        hits=("B1 «Lindqvist»  NBM", "01 «Pruitt»   tele"),
        misses=("T4 Normal  alignment",),
    ),
    Rule(
        Kind.NAME,
        rf"\b(?:wee|little|old|auld|young) ({_TITLE})\b",
        judge=known,
        patient=True,
        hits=("71-year-old «Vashti»", "wee «Callum»"),
        misses=("an old Swedish study",),
    ),
    Rule(
        Kind.NAME,
        rf"\b({_TITLE}(?: [A-Z]\.?)? {_TITLE},? (?:Jr|Sr|II|III|IV)\b\.?)",
        judge=christened,
        patient=True,
        hits=("«Martin T. Ashgrove III»", "«Ezekiel Montrose III»"),
        misses=("in Ann Arbor Stage III disease",),
    ),
    Rule(
        Kind.NAME,
        rf"\b(?i:saw|seen|met|examined|reviewed) ({_TITLE}(?: [A-Z]\.?)? {_TITLE}) (?:today|yesterday|this|with|and|for|in|on|at)\b",
        judge=christened,
        patient=True,
        hits=("saw «Martin Ashgrove» today",),
        misses=("saw Mount Sinai in the news",),
    ),
    Rule(
        Kind.NAME,
        rf"\b(?i:patient|pt\.?) ({_TITLE}(?: [A-Z]\b\.?)? {_TITLE})\b",
        judge=in_care,
        patient=True,
        hits=('Patient «John Smith» {"a": 1}', "Patient «John Smith» #123"),
        misses=('Patient Portal Smith {"a": 1}', "patient Grace Period", "Patient Abraham Lincoln Hospital"),
    ),
    Rule(
        Kind.NAME,
        rf"\b({_TITLE} [\"']{_TITLE}[\"'] {_TITLE})\b",
        judge=signed,
        patient=True,
        hits=('met «Ezekiel "Zeke" Oppong-Larsen»',),
        misses=('Vitamin "D" Level',),
    ),
    Rule(
        Kind.NAME,
        rf"\b{_TITLE} {_TITLE} \([\"']({_TITLE})[\"']\)",
        0.85,
        judge=alias,
        patient=True,
        hits=('Martin Ashgrove ("«Marty»")',),
        misses=("Martin Ashgrove (Marty)",),
    ),
    Rule(
        Kind.NAME,
        rf"(?:^|\n)[ \t/*_-]{{0,6}}((?:{_ANY}|[A-Z]\.)(?: [A-Z]\.?)?(?: {_ANY}){{1,2}}),? (?:(?i:{_CREDENTIAL})\b|[A-Z]{{2,6}}\s*$)",
        judge=signed,
        patient=True,
        hits=("«Maile Yoshikawa-Brandt», APRN-Rx",),
        misses=("Fluid Restriction, RN",),
    ),
    Rule(
        Kind.NAME,
        rf"(?:^|\n)[ \t/*_-]{{0,6}}([a-z]{{2,14}} [a-z][a-z'-]{{2,20}}),? (?i:{_CREDENTIAL})\b",
        judge=signed,
        patient=True,
        hits=("«mike d'amato» dpm,",),
        misses=("unknown dpm,",),
    ),
    Rule(
        Kind.NAME,
        rf"(?i:(?:^|\n)(?:(?:kind|best|warm|many) )?(?:regards|sincerely|yours (?:sincerely|faithfully|truly)|thanks|thank you|cheers|respectfully),?)\s{{0,2}}\n\s{{0,4}}((?:Dr\.? )?{_ANY}(?: [A-Z]\.)?(?: {_ANY}){{0,2}})",
        judge=signed,
        patient=True,
        hits=("Sincerely,\n«Anselm R. Okpara»", "regards,\n«Philomena Adjei»"),
        misses=("Thanks,\nPlease advise",),
    ),
    Rule(
        Kind.NAME,
        rf"\b(?i:{_KINSHIP}|{_ROLE})(?:,? | \(|, \()({_TITLE}(?:(?: and | & | ){_TITLE})?)\b",
        judge=kin,
        patient=True,
        hits=("father «Horatio Lumumba-Jones»", "Daughter «Yvette Quant-Oliver»"),
        misses=("mother Denies",),
    ),
    Rule(
        Kind.NAME,
        rf"(?:^|[^\w^$])({_ANY}\^{_ANY}(?:\^[A-Z][A-Za-z]*)?)(?:$|[^\w^])",
        judge=signed,
        patient=True,
        hits=("PID «VANDERPLOEG^HENDRIKA^J»",),
        misses=("GLUCOSE^FASTING", "$$FMTE^XLFDT(Y,2)"),
    ),
    Rule(
        Kind.NAME,
        rf"\b((?:{_TITLE}|[A-Z]\.)(?: [A-Z]\.)? {_TITLE}),? (?:{_CREDENTIAL_ALONE})\b",
        judge=signed,
        patient=True,
        hits=("seen by «Blessing Iwu-Thornton», CRNA",),
        misses=("See Attached, RN",),
    ),
    Rule(
        Kind.NAME,
        rf"\b(?i:(?:my|her|his|their|the patient's|pt's|whose) name(?: is|'s| was)|call me|spoke (?:to|with|w/)|ask for|i'm|this is|signed,) ({_TITLE}(?: {_TITLE})?)\b",
        judge=known,
        patient=True,
        hits=("this is «Marguerite»", "my name is «Hashim»"),
        misses=("this is Metformin",),
    ),
    Rule(
        Kind.NAME,
        r"(?:^|[\n.;*-] ?)(?i:bed|bay|cubicle|room|rm|chair) ?\d{1,3}[A-Za-z]?,? ([^\W\d_]{3,}(?:[ -][^\W\d_]{2,})?): ",
        judge=told,
        patient=True,
        hits=("Bed 12 «maryam»: K 6.4", "bay 3 «Nasrin Yating»: for CT"),
        misses=("Bed 12 empty: clean it", "Room 4 sepsis: second dose given"),
    ),
    Rule(
        Kind.NAME,
        r"\b[Cc]ounsel ([^\W\d_]{3,}(?: [^\W\d_]{2,})?) (?:on|about|regarding|before) ",
        judge=told,
        patient=True,
        hits=("Counsel «Saveta» on methotrexate",),
        misses=("Counsel patients on sun exposure", "counsel women about folate now"),
    ),
)
