"""What the header of a column says that its cells hold, in the words that people use for it; cells it does not know."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.records import keys


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its header. Without a kind it holds codes, numbers or what codes are called.

    `weak`: its values say nothing of a person by themselves. `doubtful`: its cells must agree. `person`: an identifier or
    a name, as the cell shows.
    """

    kind: Kind | None
    weak: bool = False
    doubtful: bool = False
    person: bool = False
    birth: bool = False

    @property
    def personal(self) -> bool:
        """Whether only people have such a column."""
        return self.birth or (self.kind in _PERSONAL and not self.doubtful and not self.weak)


_PERSONAL: Final = frozenset({Kind.NAME, Kind.MRN, Kind.SSN, Kind.NATIONAL_ID, Kind.PLAN_MEMBER})


_PEOPLE: Final = (
    "patient|pt|pat|consultant|clinician|gp|doctor|dr|physician|nurse|attending|provider|seen by|subscriber|member|insured|guarantor|client|resident|next of kin|"
    "nok|contact|emergency contact|mother|father|spouse|carer|caregiver|guardian|referrer|referred by|referring|requested by|requester|ordered by|ordering|reported by|reporter|"
    "radiologist|surgeon|anaesthetist|anesthesiologist|operator|therapist|case manager|key worker|social worker|midwife|surname|forename|forenames|first|last|middle|"
    "last name|first name|family name|given name|christian name|full name|patient name|pt name|pat name|name of patient|member name|subscriber name|client name|"
    "nachname|vorname|familienname|geburtsname|patientin|arzt|hausarzt|behandler|zuweiser|versicherter|name patient|"
    "nom|prenom|prenoms|nom patient|nom de famille|nom de naissance|nom usuel|nom et prenom|medecin|medecin traitant|assure|"
    "nombre|apellido|apellidos|paciente|medico|nome|cognome|paziente|sobrenome|paciente nome|naam|achternaam|voornaam|arts|huisarts|fornavn|etternavn|efternavn|fornamn|efternamn|"
    "assigned to|responsible|deceased|participant|donor|recipient|beneficiary|dependent|policyholder|policy holder|cardholder|employee|staff member|staff|student|author of note|signed by|witness|interpreter|prescriber|pharmacist"
)
_BIRTH: Final = (
    "dob|d o b|date of birth|birth date|birthdate|birthday|born|born on|birth|geburtsdatum|geb datum|geb|gebdat|geboren|geboren am|date de naissance|naissance|ddn|ne le|nee le|ne e le|"
    "fecha de nacimiento|fecha nacimiento|nacimiento|data di nascita|data nascita|nato il|data de nascimento|geboortedatum|fodselsdato|fodelsedatum|dod|date of death|death date"
)
_MORE: Final[tuple[tuple[Kind, str], ...]] = (
    (Kind.ADDRESS, "address|addr|street|street address|home address|residence|address 1|address 2|address line 1|address line 2|adresse|anschrift|strasse|strasse nr|rue|direccion|domicilio|indirizzo|adres|straat|adress|gata"),
    (Kind.PLACE, "city|town|town city|suburb|county|village|ort|wohnort|stadt|ville|commune|ciudad|localidad|citta|comune|cidade|woonplaats|plaats|birthplace|place of birth|geburtsort|municipality"),
    (Kind.ZIP, "zip|zip code|zipcode|postcode|post code|postal code|postal|plz|postleitzahl|code postal|cp|codigo postal|cap|cep|postnummer|pin code"),
    (Kind.PHONE, "phone|phone no|phone number|telephone|tel|tel no|mobile|mobile no|cell|home phone|work phone|contact no|contact number|telefon|handy|mobil|telephone no|telefono|movil|cellulare|telefone|telefoon|portable|phone 1|phone 2"),
    (Kind.FAX, "fax|fax no"),
    (Kind.EMAIL, "email|e mail|mail|email address|courriel|correo|posta"),
    (Kind.MRN, "mrn|mrn no|hospital no|hospital number|hosp no|patient id|pt id|pat id|patient no|patient number|patient ref|chart|chart no|chart number|unit number|medical record no|record no|urn|ur no|pid|patnr|pat nr|patientennummer|patienten id|patienten nr|"
        "ipp|nip|no dossier|numero dossier|numero de dossier|n dossier|historia clinica|nhc|cartella|patientnummer|patient identifier"),
    (Kind.NATIONAL_ID, "nhs|nhs no|nhs number|nhs num|chi|chi number|health card|hcn|nss|numero de securite sociale|num secu|insee|ahv|ahv nr|dni|nif|cpf|codice fiscale|bsn|pesel|personnummer|aadhaar|medicare no|ihi|national id"),
    (Kind.SSN, "ssn|social security|social security no|social security number|soc sec no|ss number"),
    (Kind.PLAN_MEMBER, "member id|member no|member number|subscriber id|subscriber no|policy|policy no|policy number|policy id|insurance id|insurance no|insurance number|medicaid id|medicare id|mbi|hicn|beneficiary id|group no|group number|group id|versichertennummer|"
        "versicherten nr|kvnr|krankenkassen nr|numero assure|no assure|numero de mutuelle|tarjeta sanitaria"),
    (Kind.ACCOUNT, "account|account no|account number|acct|acct no|acct number|invoice no|invoice number|billing account|guarantor account|konto|kontonummer"),
    (Kind.OTHER_ID, "accession|accession no|accession number|encounter|encounter id|encounter no|visit id|visit no|visit number|csn|fin|case no|case number|case id|fallnummer|fall nr|fallnr|claim no|claim number|claim id|order no|specimen id|specimen no|sample id|"
        "lab no|referral no|rx no|prescription no|episode id|study id|subject id|participant id|person id|badge no|staff id|employee id|numero sejour|no sejour|iep|enrolment no|enrollment id|ubrn"),
    (Kind.NPI, "npi|provider npi"),
    (Kind.LICENCE, "license|licence|license no|licence no|license number|drivers license|driver license|gmc|gmc no|dl no"),
    (Kind.DEVICE, "serial|serial no|serial number|device serial|device id|udi|imei|implant serial"),
    (Kind.VEHICLE, "vin"),
    (Kind.PLATE, "plate|license plate|number plate|kennzeichen"),
    (Kind.IBAN, "iban"),
    (Kind.CARD, "card number|card no|credit card"),
    (Kind.IP, "ip|ip address"),
    (Kind.FACILITY, "hospital|facility|clinic|practice|surgery name|hospital name|facility name|krankenhaus|klinik|hopital|etablissement|school|employer"),
    (Kind.AGE, "age|age yrs|age years|alter|edad|eta|leeftijd|patient age"),
    (Kind.DATE, "admitted|discharged|admission date|discharge date|date of admission|date of discharge|visit date|last visit|next visit|last seen|appointment|appt|appt date|date of service|service date|dos|seen on|effective|effective date|date|datum|fecha|data|"
        "aufnahmedatum|entlassdatum|aufnahme|entlassung|date entree|date sortie|date d entree|date de sortie|collected|collected on|reported on|surgery date|op date|op datum"),
)  # fmt: skip
_QUIET: Final = frozenset(
    (
        "code codes display unit units system sex gender n count counts total mean median avg average sd min max pct percent percentage share rate ratio los admissions discharges "
        "beds bed occupied occupancy ward unit department dept speciality specialty type description column field variable label attribute parameter item test analyte assay marker parameter measure metric low high result results value values range flag status "
        "diagnosis diagnoses dx icd icd10 icd9 icd cpt hcpcs drg loinc snomed rxnorm ndc drug drugs medication dose route frequency freq quantity qty month year quarter week weekday day hour period category class "
        "level stage grade score bmi hba1c a1c sodium potassium creatinine glucose hemoglobin weight height temp temperature bp sbp dbp hr pulse spo2 wbc rating price cost costs amount copay charge charges paid "
        "balance currency plan payer insurer language race ethnicity band bucket group arm cohort site sites region state country version key default nullable required length format example severity priority outcome disposition "
        "reason procedure modality exam study protocol finding findings risk target actual budget revenue staffed fte visits patients cases deaths births readmissions wait minutes hours days rows table schema segment element "
        "seq usage cardinality opt rep datatype tbl comp p95 p50 ci lower upper hazard or rr p pvalue coefficient std err se var variance cumulative number_of geschlecht diagnose anzahl station bett befund sexe diagnostic nombre_de service lit "
        "name_of age_group age_band agegroup shift"
    ).split()
)
"""Words of a header under which there are numbers, codes and names of things."""
_EITHER: Final = frozenset(
    ("patient", "pt", "pat", "member", "subscriber", "client", "insured", "participant", "employee", "student", "staff")
)
"""Headers of names as well as of numbers."""
_COLUMNS: Final = {
    **{phrase: Column(kind) for kind, phrases in _MORE for phrase in phrases.split("|")},
    **{phrase: Column(Kind.NAME, person=phrase in _EITHER) for phrase in _PEOPLE.split("|")},
    **dict.fromkeys(_BIRTH.split("|"), Column(Kind.DATE, birth=True)),
    **dict.fromkeys(("name", "names", "first", "last", "middle", "contact"), Column(Kind.NAME, doubtful=True)),
    **dict.fromkeys(
        ("id", "no", "nr", "ref", "reference", "number", "identifier", "key"), Column(Kind.OTHER_ID, weak=True)
    ),
    **dict.fromkeys(("patients", "members", "clients", "visits", "providers"), Column(None)),
}
_LONGEST: Final = 48


@lru_cache(maxsize=1024)
def column(name: str) -> Column | None:
    """What stands under a header, or None where nothing says it."""
    if len(name) > _LONGEST or _HEADING.fullmatch(name) is None or not any(map(str.isalpha, name)):
        return None
    words = keys.words(_plain(name))
    known = _COLUMNS.get(" ".join(words))
    if known is not None or not words:
        return known
    kind = keys.kind_of(name)
    if kind is None and (words[0] in _DAYS or words[-1] in _DAYS):
        kind = Kind.DATE
    if kind is None and words[-1] == "name" and (before := _COLUMNS.get(" ".join(words[:-1]))) is not None:
        kind = before.kind
    if kind is not None:
        return Column(kind)
    return Column(None) if any(word in _QUIET for word in (*words, name.casefold())) else None


_HEADING: Final = re.compile(r"[\w .,#/()&'’:?°-]+")
"""What the name of a column is written with; a line of a program has other signs."""
PARTS_OF_NAMES: Final = frozenset({"mi", "m.i.", "suffix", "prefix", "title", "nick", "aka", "initials", "m", "init"})
"""Columns that hold a part of a name where other columns hold names."""
_DAYS: Final = frozenset({"date", "datum", "dt"})


def _plain(name: str) -> str:
    """Without accents, since headers are written with and without."""
    return "".join(
        char for char in unicodedata.normalize("NFD", name.replace("ß", "ss")) if not unicodedata.combining(char)
    )


def is_header(columns: Sequence[Column | None], names: Sequence[str]) -> bool:
    """Whether a row names columns: two known words, or one in a narrow table, and no cell that is a value."""
    if any(len(name) > _LONGEST or name[:1].isdigit() or _SAID.search(name) for name in names):
        return False
    known = [one for one in columns if one is not None]
    return len(known) > 1 or (
        len(known) == 1 and len(columns) <= _NARROW and known[0].kind is not None and not known[0].doubtful
    )


VALUES: Final = [
    [word]
    for word in (
        "value",
        "values",
        "data",
        "content",
        "entry",
        "answer",
        "details",
        "wert",
        "valeur",
        "valor",
        "valore",
    )
]
"""What stands over the second of two columns, where the first names what is beside it."""
_NARROW: Final = 3
_SAID: Final = re.compile(r":\s+\S|\d{4}|(?:\S+\s+){6}|[a-z]{3}[.!]$")
"""What no header holds: a label with its value, a number, a sentence."""
