"""Numbers with a grammar or check digits of their own: NPI, DEA, cards, IBAN, vehicles, biometrics, photographs, tokens."""

from __future__ import annotations

import re
from typing import Final

from gateway.domain import Kind
from gateway.phi.find.hit import Evidence
from gateway.phi.find.rules import checksums
from gateway.phi.find.rules.cue import STRICT, TAIL, VALUE, announced, cued, identifies
from gateway.phi.find.rules.rule import Judge, Rule
from gateway.phi.find.text.ways import one_of


def checked(check: checksums.Check, *, otherwise: float = 0.0, valid: float = 0.97) -> Judge:
    """Confidence `valid` when the check digits agree, else `otherwise`."""

    def judge(value: str, before: str, after: str) -> float:
        if re.match(r"[-./]?\d", after) or (before[-1:] in {".", "-", "/"} and before[-2:-1].isalnum()):
            return 0.0
        return valid if check(value) else otherwise

    return judge


_FRACTION: Final = re.compile(r"\.\d{1,3}(?![\d.])")


def _registered(value: str, before: str, after: str) -> float:
    """A registration with the DEA; `KB` and seven digits are an article where the text says that it has such."""
    if value.startswith("KB") and _ARTICLE.search(f"{before[-80:]} {after[:40]}"):
        return 0.0
    return _dea(value, before, after)


_dea: Final = checked(checksums.dea)
_ARTICLE: Final = re.compile(
    r"(?i)knowledge|\barticles?\b|(?:service|help) ?desk|\b(?:hotfix|patch|windows|wiki)\b|\bkb\b"
)


def _card(value: str, before: str, after: str) -> float:
    """A card's number, also where software wrote it as a fraction (`4111111111111111.0`): there its issuer must be known."""
    if _FRACTION.match(after):
        return 0.97 if checksums.card(value) and checksums.issuer(value) else 0.0
    return checked(checksums.card)(value, before, after)


def _cued_number(value: str, before: str, after: str) -> float:
    return 0.98 if identifies(value, before, after, digits=3) else 0.0


def _provider(value: str, before: str, after: str) -> float:
    near = re.search(
        r"(?i)(?:\bdr\b|doctor|provider|physician|prescrib\w*|\bmd\b|\bdo\b|\bnp\b|\bpa\b|attending|referring|rendering|surgeon|nppes)",
        before,
    )
    return 0.9 if near and checksums.npi(value) and not after[:1].isalnum() else 0.0


def _plate(value: str, before: str, after: str) -> float:  # noqa: ARG001
    bare = re.sub(r"[^A-Za-z0-9]", "", value)
    digits = sum(char.isdigit() for char in bare)
    if not 2 <= len(bare) <= 10 or re.match(r"(?i)\s?(?:mm|cm|mg|screws?|holes?|weeks?|days?|years?|x)\b", after):
        return 0.0
    return 0.96 if digits or bare.isupper() else 0.0


def _biometric(value: str, before: str, after: str) -> float:
    digits = sum(char.isdigit() for char in value)
    if digits == 0 and len(value) < 12:
        return 0.0
    return 0.96 if identifies(value, before, after, digits=0) and (digits >= 3 or len(value) >= 8) else 0.0


_BODILY: Final = re.compile(r"(?i)\b(?:palm|finger|thumb|iris|retina|voice ?|face|facial|vein|biometric)")


def _enrolled(value: str, before: str, after: str) -> float:
    """`template id PV-8B2C`, where what was enrolled stands shortly before; a template of letters has another."""
    return 0.96 if _BODILY.search(before) and identifies(value, before, after, digits=3) else 0.0


_ASSETS: Final = re.compile(
    r"(?i)(?:^|[/_.])(?:images?|imgs?|assets|static|docs?|media|figures?|public|resources)(?:/|$)"
)
_EMBEDDED: Final = re.compile(r"(?i)(?:\]\(|src=[\"']?|\bimage [\"']|url\([\"']?)$")
"""A picture that a page of a manual shows: in its folder of assets, and embedded."""
_DRAWN: Final = re.compile(
    r"(?i)(?:fig(?:ure)?|logo|icon|banner|screen ?shot|chart|plot|diagram|image|bg|sprite|table|slide)[-_ ]?\d{0,2}\."
)
_TAKEN: Final = re.compile(
    r"(?i)img|dsc|dcim|pxl|photo|face|facial|portrait|head_?shot|patient|pt[-_]|selfie|wound|profile|mug|passport|scan|avatar|pic|\d{4}"
)


_CONTAINER: Final = re.compile(r"[\w.-]+(?:/[\w.-]+)*:[\w.-]+")
"""`postgres:16.4-alpine`: the image of a container, and no picture."""


def _picture(value: str, before: str, after: str) -> float:  # noqa: ARG001
    if _CONTAINER.fullmatch(value):
        return 0.0
    folder, _, value = value.rpartition("/")
    if _ASSETS.search(folder) and _EMBEDDED.search(before):
        return 0.0
    if _DRAWN.match(value):
        return 0.6 if re.search(r"(?i)(?:photo\w*|picture|portrait|face|headshot|patient)\W", before) else 0.0
    named = _TAKEN.search(value)
    announced_before = re.search(
        r"(?i)photo\w*|picture|image|portrait|face|headshot|snapshot|selfie|\bpic\b|attached|jpe?g", before
    )
    return 0.93 if named or announced_before else 0.0


_BIO: Final = one_of(
    "hand-?writing",
    "finger ?prints?",
    "thumb ?prints?",
    "palm ?(?:print|vein)",
    "voice ?prints?",
    "voice ?id",
    "face ?id",
    "face ?prints?",
    "retina(?:l)?(?: scan)?",
    "iris(?: scan)?",
    "dna profile",
    "genetic profile",
    "biometrics?",
    "facial recognition",
    r"(?:retinal?|iris|face|facial|hand|palm|vein|ear|voice|finger|fingerprint|gait|biometric|signature|keystroke)[\s_-]?(?:scan|recognition|geometry|template|hash|token|profile|pattern|map|code|signature|identifier|enrol?lment|sample|file|data|record|key|vector|id)s?",
)
_BIO_NOUN: Final = r"(?:[\s_-](?:login|sign-?in|scan|template|hash|token|profile|pattern|map|code|signature|enrol?lment|image|sample|file|data|record|key|vector|id|identifier|reference|ref|exemplar|specimen)s?){0,3}"
_PICTURE_FILE: Final = r"[A-Za-z0-9][A-Za-z0-9_.()*-]{0,80}\.(?:jpe?g|png|heic|heif|tiff?|bmp|gif|webp|dcm|dicom|raw|cr2|nef|mp4|mov|JPE?G|PNG|HEIC|TIFF?|BMP|GIF|DCM|MP4|MOV)"
_BIO_FILE: Final = r"[A-Za-z0-9_-]{0,60}(?i:finger|thumb|voice|retina|iris|palm|biometric|face)[A-Za-z0-9_-]{0,60}\.(?i:wsq|wav|mp3|iso|an2|eft|bin|dat|tmpl|fir|fmr|iris)"
_KIND_NAMES: Final = "|".join(kind.name for kind in Kind)

RULES: Final[tuple[Rule, ...]] = (
    announced(
        Kind.NPI,
        r"n\.?p\.?i\.?|national provider id\w*",
        r"\d{10}|" + VALUE,
        _cued_number,
        hits=('"npi": "«1770093344»', "NPI «1992846605»"),
        misses=('"npi": "unknown',),
    ),
    Rule(
        Kind.NPI,
        r"(?:^|[^\w.-])([12]\d{9})",
        evidence=Evidence.CHECKED,
        judge=_provider,
        hits=("Dr. Reyes «1234567893»",),
        misses=("11010519491231002X",),
    ),
    announced(
        Kind.DEA,
        r"d\.?e\.?a\.?|drug enforcement(?: (?:administration|agency))?",
        r"[a-z][a-z9]-?\d{7}|" + VALUE,
        _cued_number,
        hits=("DEA# «BM3188038»", "DEA «BN4418203»"),
        misses=("DEA# unknown",),
    ),
    Rule(
        Kind.DEA,
        r"\b([ABCDEFGHJKLMPRSTUX][A-Z9]\d{7})\b",
        evidence=Evidence.CHECKED,
        judge=_registered,
        hits=("«BX0772841»", "«BB1388568»"),
        misses=("(Lab RQ RQ5518820,",),
    ),
    Rule(
        Kind.PLAN_MEMBER,
        r"\b([1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y]{2}\d{2})\b",
        0.96,
        Evidence.CHECKED,
        hits=("«1EG4-TE5-MK73»", "«4TE5-GK7-MK31»"),
    ),
    Rule(
        Kind.CARD,
        r"(?:^|[^\w.-])((?:\d[ -]?){12,18}\d)\b",
        evidence=Evidence.CHECKED,
        judge=_card,
        hits=("Visa «4111 1111 1111 1111» exp 04/27", "«4111111111111111».0", "[«378282246310005».5]"),
        misses=("4111111111111112", "0.378282246310005", "4111111111111111.1234", "2123456789012.5"),
    ),
    Rule(
        Kind.CARD,
        r"(?:^|[^\w.-])([3-6]\d{3}[ -]\d{4}[ -]\d{4}[ -]\d{4})\b",
        0.7,
        hits=("«4471-0093-8817-2209»", "«3704 0044 0532 0130»"),
    ),
    announced(
        Kind.CARD,
        one_of(
            r"(?:credit|debit|payment|bank|hsa|fsa|atm)?\s?card(?:holder)?(?: ending)?",
            "cc ?#",
            *r"\bcc\b visa".split(),
            "master ?card",
            "amex",
            "american express",
            "discover",
        ),
        r"(?:[\dx*]{4}[ -]?){3}\d{1,7}|\d{13,19}|[\dx*]{4}[ -][\dx*]{6}[ -]\d{5}",
        hits=("card «1234 5678 9012 3456»", "VISA ***«*********4492»"),
        misses=("card unknown",),
    ),
    announced(
        Kind.CARD,
        r"(?:credit|debit) card(?: ending(?: in)?)?|card ending(?: in)?|\bcvv",
        r"\d{3,4}\b",
        _cued_number,
        hits=("card ending in «4417»",),
        misses=("card ending unknown",),
    ),
    Rule(
        Kind.IBAN,
        r"(?i:\b([a-z]{2}\d{2}(?:[ -]?[a-z0-9]{4}){2,7}(?:[ -]?[a-z0-9]{1,4})?))\b",
        evidence=Evidence.CHECKED,
        judge=checked(checksums.iban),
        hits=("«DE89 3704 0044 0532 0130 00»", "«GB82WEST12345698765432»"),
        misses=("GB00WEST12345698765432",),
    ),
    announced(
        Kind.IBAN,
        r"iban",
        r"[a-z]{2}\d{2}(?:[ -]?[a-z0-9]{4}){2,7}(?:[ -]?[a-z0-9]{1,4})?\b|" + VALUE,
        hits=("IBAN «GB00WEST12345698765432»",),
        misses=("IBAN unknown",),
    ),
    announced(
        Kind.ACCOUNT,
        r"swift|bic",
        r"[A-Za-z]{6}[A-Za-z0-9]{2}(?:[A-Za-z0-9]{3})?\b",
        tail=STRICT,
        hits=("SWIFT code «DEUTDEFF500»",),
        misses=("swift recovery after surgery",),
    ),
    Rule(
        Kind.VEHICLE,
        r"(?i:\b([a-hj-npr-z0-9]{17}))\b",
        evidence=Evidence.CHECKED,
        judge=checked(checksums.vin),
        hits=("«1HGCM82633A004352»", "«1FTEW1E50KFA00000»"),
        misses=("VIN 1HGCM82633A004353",),
    ),
    announced(
        Kind.VEHICLE,
        r"v\.?i\.?n\.?|vehicle (?:id\w*|ident\w+(?: number)?|serial|number|no)|chassis(?: number| no)?",
        r"[a-hj-npr-z0-9]{11,17}\b|" + VALUE,
        _cued_number,
        hits=('{"vin":"«1FDXE45P44HA99021»', "VIN «1HGCM82633A004352»"),
        misses=('{"vin":"unknown',),
    ),
    announced(
        Kind.PLATE,
        one_of(
            r"(?:licen[cs]e|number|registration|vehicle|car|truck|auto|state|temporary|[A-Z]{2}) ?(?:plates?|tags?)\b",
            r"plate (?:number\b|num\b|no\b|nr\b|#|id\b)",
            r"(?:vehicle|car) (?:reg|registration|tag|lic(?:ense)?)\b",
            r"lic(?:ense)? ?plt\b",
            *r"kennzeichen\b matricula\b targa\b".split(),
            "tag (?:number|no|#)",
        ),
        r"(?:[a-z]{2}[ -])?[a-z0-9]{1,8}(?:[ -][a-z0-9]{1,5}){0,2}",
        _plate,
        tail=TAIL.replace("{0,6}", "{0,5}"),
        hits=("license plate «ABC 123»",),
        misses=("Kennzeichen HH-AB 123 blockiert die Zufahrt",),
    ),
    announced(
        Kind.PLATE,
        r"rego|(?:motor ?(?:bike|cycle)|scooter|moped|car|van|truck|lorry|taxi|cab|bus|ute|suv|vehicle|bike|auto ?rickshaw|tractor) (?:reg(?:istration)?|rego|no|number)\b\.?",
        r"(?:[a-z]{1,3}[ -]?)?\d[a-z0-9]{0,4}(?:[ -][a-z0-9]{1,5}){0,3}",
        _plate,
        tail=r"[\s:#.]{1,3}(?:is |was )?",
        hits=("scooter number «KA 07 EX 5517»", "Rego «2HK-8QD»"),
        misses=("scooter number unknown",),
    ),
    Rule(
        Kind.PLATE,
        r"\b(?i:"
        + one_of(
            *(
                "vehicle car truck van suv sedan pick-?up motor(?:cycle|bike) scooter lorry ute honda toyota ford "
                "chevy chevrolet nissan hyundai kia subaru mazda bmw audi mercedes volkswagen vw tesla jeep dodge "
                "volvo renault peugeot fiat opel skoda suzuki lexus reg"
            ).split(),
            "registration(?: mark)?",
        )
        + r")\b(?: [A-Za-z]{2,12}){0,4}(?:, |: | \(| )(?i:reg )?([A-Z]{2,3}[ -]?\d{3,4}|[A-Z]{2}\d{2} ?[A-Z]{3}|\d[A-Z]{3}\d{3}|\d{3}[ -]?[A-Z]{3}|[A-Z]{2}[ -]?\d{1,2}[ -]?[A-Z]{1,3}[ -]?\d{4})\b",
        0.85,
        Evidence.CUE,
        hits=("vehicle grey Golf «MT15 HGK»",),
        misses=("drives a Toyota Corolla",),
    ),
    announced(
        Kind.PLATE,
        one_of("kennzeichen", r"kennz\.?", "kfz", "pkw", "auto", "wagen"),
        r"(?-i:[A-Z]{1,3}[- ][A-Z]{1,2}[ -]?\d{1,4}[EH]?)\b",
        _plate,
        tail=r"[\s:(,]{1,3}(?:ist |lautet |mit )?",
        hits=("Kennzeichen «HH-AB 123»",),
        misses=("Kennzeichen unknown",),
    ),
    Rule(
        Kind.PLATE,
        r"\b(?i:plates?|tag)(?i:\s(?:is|was|reads?|reading))?[\s:#]{1,3}((?:[A-Z]{2}[ -])?(?:[A-Z]{1,4}[- ]?\d{1,5}[A-Z]{0,3}|\d{1,4}[- ]?[A-Z]{2,4}[- ]?\d{0,4}))\b",
        0.9,
        Evidence.CUE,
        hits=("plate «KJ-448-PX»",),
        misses=("plate unknown",),
    ),
    announced(
        Kind.BIOMETRIC,
        rf"(?:{_BIO}){_BIO_NOUN}\b",
        r"[a-z0-9][a-z0-9+/=_.:#-]{3,120}",
        _biometric,
        hits=("handwriting exemplar «HWX-314»", "retina scan id «RS_00071_OD»"),
        misses=("fingerprint whorls",),
    ),
    announced(
        Kind.BIOMETRIC,
        r"(?:template|enrol?lment|exemplar|scan|record) (?:id|no\.?|number|#|ref|code)",
        r"[a-z0-9][a-z0-9_.:#-]{4,60}",
        _enrolled,
        tail=r"[\s:#]{1,3}(?:is )?",
        hits=("retina scan id «RS_00071_OD»", "Palm-vein enrollment done, template id «PV-8B2C-0011»"),
        misses=("email template id 12345",),
    ),
    Rule(
        Kind.BIOMETRIC,
        rf"\b({_BIO_FILE})\b",
        0.93,
        Evidence.CUE,
        hits=("see «left_thumb_scan_0441.wsq»",),
        misses=("thumb.png",),
    ),
    Rule(
        Kind.BIOMETRIC,
        r"\b((?:FP|FPR|VP|VPR|RET|RTN|IRIS|BIO|FACE|PALM)-[A-Z0-9]*\d[A-Z0-9-]{2,40})\b",
        0.85,
        hits=("«FP-R2-00A7C41F»", "«BIO-244471»"),
    ),
    cued(
        Kind.PHOTO,
        r"(?:photo(?:graph(?:ic)?)?|picture|headshot|portrait|face photo)[\s_-](?:image|file|ref|reference|asset|record|archive)",
        digits=3,
        hits=("photo ref: «PH-88120»",),
        misses=("photo ref: unknown",),
    ),
    cued(
        Kind.PHOTO,
        r"(?:photo(?:graph)?|picture|headshot|portrait|selfie|mug ?shot|snapshot|image|face)(?:[\s_-](?:file|image|ref|reference|asset))?",
        STRICT,
        digits=3,
        hits=("photo: «ins_front_88213.heic»", "photo on file: «PHO_88120447.jpg»"),
        misses=("photo: unknown",),
    ),
    Rule(
        Kind.PHOTO,
        rf"(?:^|[^\w./-])((?:[A-Za-z0-9_./-]*/)?{_PICTURE_FILE})\b",
        judge=_picture,
        hits=("attached «/media/ent/obi_postop.png»", "«/media/x/full-face_Obi.tif»"),
        misses=("assets/img/logo.png",),
    ),
    Rule(Kind.PHOTO, r"\b((?:IMG|DSC[FN]?|DCIM|PXL|PHOTO)[_-]?\d{3,}(?:[_-]\d+)?)\b", 0.9, hits=("«IMG_2031»",)),
    Rule(
        Kind.DEVICE,
        r"(\(01\)\s?\d{14}(?:\s?\(\d{2}\)\s?[A-Za-z0-9/-]{1,20}){0,5})",
        0.96,
        hits=("«(01)00844588003288(21)A99»",),
    ),
    Rule(
        Kind.TOKEN,
        rf"(?i:(\[(?:{_KIND_NAMES})_[a-z2-7]{{10}}\]))",
        0.99,
        Evidence.CUE,
        hits=("write to «[NAME_abcdefgh23]»",),
        misses=("the field [date_format]",),
    ),
)
