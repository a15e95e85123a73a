"""Invents places, facilities, dates and numbers as clinicians write them; nothing here is real."""

from __future__ import annotations

import random
from functools import cache

from bench.phi.corpus import people
from bench.phi.corpus.grammar import lists

_MONTHS = "January February March April May June July August September October November December".split()
_STATES = (
    "Alabama AL;Alaska AK;Arizona AZ;California CA;Colorado CO;Florida FL;Georgia GA;Idaho ID;Illinois IL;Indiana IN;Iowa IA;Kansas KS;"
    "Kentucky KY;Louisiana LA;Maine ME;Maryland MD;Michigan MI;Minnesota MN;Missouri MO;Montana MT;Nebraska NE;Nevada NV;New Jersey NJ;"
    "New Mexico NM;New York NY;North Carolina NC;Ohio OH;Oklahoma OK;Oregon OR;Pennsylvania PA;South Dakota SD;Tennessee TN;Texas TX;"
    "Utah UT;Vermont VT;Virginia VA;Washington WA;West Virginia WV;Wisconsin WI;Wyoming WY"
)
STATES = [tuple(state.rsplit(" ", 1)) for state in _STATES.split(";")]
_NATURE = (
    "Cedar Oak Maple Elm Pine Willow River Lake Spring Summit Valley Ridge Harbor Bay Canyon Mesa Prairie Grove Meadow Sun Silver Stone Eagle Fox "
    "Bear Deer Falcon Rock Clear Green Red Blue White Black Golden Sunset Sunrise North South East West Grand High Crystal Rose Laurel Magnolia Palm "
    "Cypress Juniper Aspen Birch Hazel Ivy Heron Swan Raven Mill Bridge Castle Liberty Union Pioneer Heritage Horizon Evergreen Seaside Coastal Desert"
).split()
_SECOND = (
    "view wood brook side field dale ton ville ford haven crest land mont hurst port bury ham ridge valley creek springs hills park point falls "
    "heights grove bend crossing landing pass run glen shore gate".split()
)
_SAINTS = (
    "Mary Joseph Luke John Vincent Francis Jude Anthony Elizabeth Agnes Rita Anne Michael Clare Bernard Barnabas Raphael Thomas Catherine Alphonsus "
    "Patrick Brigid Columba Camillus Dominic Edward Gabriel Helena Ignatius James Kateri Lawrence Margaret Nicholas Olaf Peter Paul Rose Stephen "
    "Theresa Ursula Cloud Charles David Peregrine Xavier Winifred Cuthbert Aloysius Mark Matthew Martin Teresa"
).split()
_VIRTUES = (
    "Mercy Providence Good Samaritan;Trinity;Holy Cross;Sacred Heart;Grace;Hope;Unity;Covenant;Redeemer;Emmanuel;Bethesda;Bethany;Good Shepherd;"
    "Beacon;Guardian;Compass;Harmony;Sacred Family;Our Lady of Lourdes;Our Lady of Fatima;Shriners;Baptist;Methodist;Presbyterian;Lutheran;Adventist;"
    "Deaconess;Mercy;Providence;Ascension;Allina;Northstar;Lakewood;Pinnacle;MedFirst;CareOne;Centura;Trillium;Vantage;Optima;Meridian;Paragon"
).split(";")
_HOUSES = (
    "Hospital;Hospital;Hospital;Medical Center;Medical Center;Clinic;Clinic;Clinic;General Hospital;Memorial Hospital;Regional Medical Center;"
    "Community Hospital;Health Center;Health;Healthcare;Health System;Family Practice;Family Medicine;Urgent Care;Children's Hospital;Cancer Center;"
    "Heart Institute;Surgery Center;Rehabilitation Center;Rehab;Nursing Home;Nursing and Rehab;Hospice;Dialysis Center;Dialysis;Imaging;Pediatrics;"
    "Orthopedics;Women's Health;Eye Institute;Behavioral Health;Pharmacy;Med Ctr;Med. Center;Hosp;Gen;General;VA;VA Medical Center;County Hospital;"
    "University Hospital;Infirmary;Physicians;Cardiology Associates;Oncology Group;Pain Clinic;Dental;Skilled Nursing Facility;Assisted Living;"
    "Senior Living;Medical Group;ER;Primary Care;Wound Care Center;Sleep Center;Birthing Center;Day Surgery;Fertility Clinic;Walk-in Clinic"
).split(";")
_BOUND_HOUSES = "clinic;hospital;office;campus;branch;ER;urgent care;site;facility;location;practice".split(";")
_STREETS = "Street St St. Avenue Ave Ave. Road Rd Drive Dr Lane Ln Boulevard Blvd Court Ct Way Place Circle Terrace Parkway Trail Loop Highway Hwy".split()
_SCHOOLS = "High School;Elementary;Middle School;Church;Shelter;Mosque;Temple;Correctional Facility;County Jail;Fire Department;Ranch;Mall;Warehouse".split(
    ";"
)
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


@cache
def _places(part: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    kept = [line for line in lists("places") if people.part_of(line) == part]
    return tuple(line for line in kept if ", " in line), tuple(line for line in kept if ", " not in line)


@cache
def _known_facilities(part: str) -> tuple[str, ...]:
    return tuple(line for line in lists("facilities") if people.part_of(line) == part)


_CITIES = (
    "New York;Los Angeles;Chicago;Houston;Phoenix;Philadelphia;San Antonio;San Diego;Dallas;Austin;San Jose;Columbus;Charlotte;Indianapolis;Seattle;"
    "Denver;Boston;Nashville;Detroit;Portland;Las Vegas;Memphis;Baltimore;Milwaukee;Albuquerque;Tucson;Fresno;Sacramento;Atlanta;Miami;Omaha;Raleigh;"
    "Oakland;Minneapolis;Tampa;New Orleans;Cleveland;Honolulu;Pittsburgh;St. Louis;Cincinnati;Anchorage;Buffalo;Salt Lake City;Boise;Brooklyn;Queens;"
    "the Bronx;Harlem;Staten Island;Long Beach;El Paso;Fort Worth;NYC;SF;LA;Toronto;Vancouver;London;Manchester;Glasgow;Dublin;Sydney;Mumbai;Lagos;"
    "Manila;Mexico City;Guadalajara;Seoul;Hanoi;Cairo;Beirut;Tehran;Karachi;Nairobi;Accra;Warsaw;Kyiv;Berlin;Paris;Madrid;Rome;Athens;Istanbul"
).split(";")


def city(rng: random.Random, part: str) -> str:
    american, world = _places(part)
    draw = rng.random()
    if draw < 0.35 and part == people.TRAINING:
        return rng.choice(_CITIES)
    if draw < 0.75:
        return rng.choice(american).rsplit(", ", 1)[0]
    if draw < 0.9:
        return rng.choice(world)
    return coined(rng)


def coined(rng: random.Random) -> str:
    """A place name that stands in no list."""
    draw = rng.random()
    if draw < 0.5:
        return (
            rng.choice(_NATURE) + rng.choice(["", "", " "]) + rng.choice(_SECOND).capitalize()
            if draw < 0.2
            else rng.choice(_NATURE) + rng.choice(_SECOND[:22])
        )
    if draw < 0.7:
        return f"{rng.choice(['Port', 'Fort', 'Mount', 'Lake', 'New', 'East', 'West', 'North', 'South', 'Glen', 'Point', 'San', 'Santa', 'El', 'La'])} {people.invented(rng)}"
    return people.invented(rng)


def city_state(rng: random.Random, part: str) -> str:
    if rng.random() < 0.5:
        town, state = rng.choice(_places(part)[0]).rsplit(", ", 1)
    else:
        town, state = city(rng, part), rng.choice(STATES)[rng.randint(0, 1)]
    return f"{town}{rng.choice([', ', ', ', ', ', ' '])}{state}"


def facility(rng: random.Random, part: str) -> str:
    draw = rng.random()
    if draw < 0.22:
        name = rng.choice(_known_facilities(part))
        return (
            f"{name} {rng.choice(['Clinic', 'Hospital', 'Medical Center', 'clinic', 'ED'])}"
            if rng.random() < 0.15 and " " not in name
            else name
        )
    if draw < 0.4:
        saint = f"{rng.choice(['St.', 'St.', 'St.', 'St', 'Saint', 'Sts.'])} {rng.choice(_SAINTS)}{rng.choice([chr(39) + 's', '’s', '', chr(39) + 's'])}"
        return saint if rng.random() < 0.3 else f"{saint} {rng.choice(_HOUSES)}"
    base = [
        rng.choice(_VIRTUES),
        city(rng, part),
        rng.choice(_NATURE),
        coined(rng),
        people.person(rng, part).family,
        f"{rng.choice(_NATURE)} {rng.choice(_SECOND[-16:]).capitalize()}",
    ]
    base += [
        f"{city(rng, part)} {rng.choice(_VIRTUES)}",
        f"{people.person(rng, part).family} {rng.choice(['Memorial', 'Family', 'County', 'Regional'])}",
        f"{rng.choice(['North', 'South', 'East', 'West', 'Upper', 'Greater', 'Mid'])} {city(rng, part)}",
    ]
    root = rng.choice(base).removeprefix("the ")
    if draw < 0.86:
        name = f"{root} {rng.choice(_HOUSES)}"
    elif draw < 0.9:
        name = f"{rng.choice(['University of', 'Hospital of', 'Medical Center of', 'Children’s Hospital of', 'Clinic of', 'Institute of', 'VA of'])} {city(rng, part)}"
    elif draw < 0.93:
        name = "".join(rng.choice(LETTERS) for _ in range(rng.choice([3, 3, 4]))) + rng.choice(
            ["", "", " Medical Center", " clinic", " Hospital"]
        )
    elif draw < 0.95:
        name = rng.choice(
            [
                "General Hospital",
                "Memorial Hospital",
                "City Hospital",
                "County General",
                "Mercy",
                "Children's Hospital",
                "the VA",
                "University Hospital",
            ]
        )
    else:
        name = f"{city(rng, part)} {rng.choice(_BOUND_HOUSES)}"
    if rng.random() < 0.06:
        name += rng.choice([", ", " in ", " "]) + (city(rng, part) if rng.random() < 0.5 else city_state(rng, part))
    return name


def employer(rng: random.Random, part: str) -> str:
    return f"{rng.choice([people.person(rng, part).family, coined(rng), city(rng, part)])} {rng.choice(_SCHOOLS)}"


def street(rng: random.Random, part: str) -> str:
    names = [
        rng.choice(_NATURE),
        people.person(rng, part).family,
        coined(rng),
        f"{rng.choice(['N', 'S', 'E', 'W', 'North', 'SW', 'NE'])} {rng.choice(_NATURE)}",
    ]
    names += [
        f"{rng.randint(1, 120)}{rng.choice(['th', 'st', 'nd', 'rd'])}",
        rng.choice(["Main", "Elm", "Oak", "Church", "2nd", "Martin Luther King Jr", "County Line"]),
    ]
    return f"{rng.choice(names)} {rng.choice(_STREETS)}"


def address(rng: random.Random, part: str) -> str:
    line = f"{rng.randint(1, 19999)} {street(rng, part)}"
    line += rng.choice(
        [
            "",
            "",
            "",
            f", Apt {rng.randint(1, 40)}{rng.choice(['', 'B', 'C'])}",
            f" #{rng.randint(1, 400)}",
            f", Unit {rng.randint(1, 99)}",
            f" Suite {rng.randint(100, 900)}",
        ]
    )
    if rng.random() < 0.75:
        line += f"{rng.choice([', ', ', ', chr(10), ' '])}{city_state(rng, part)}"
        line += rng.choice(
            [
                "",
                f" {rng.randint(10000, 99999)}",
                f" {rng.randint(10000, 99999)}",
                f" {rng.randint(10000, 99999)}-{rng.randint(1000, 9999)}",
            ]
        )
    return line


def zip_code(rng: random.Random) -> str:
    return f"{rng.randint(501, 99950):05d}" + rng.choice(["", "", f"-{rng.randint(1, 9999):04d}"])


def date(rng: random.Random, form: str = "") -> str:
    year, month, day = rng.randint(1928, 2026), rng.randint(1, 12), rng.randint(1, 28)
    if form != "dob":
        year = rng.randint(2012, 2026)
    name, short = _MONTHS[month - 1], _MONTHS[month - 1][:3] if month != 9 or rng.random() < 0.5 else "Sept"
    word = rng.choice([name, name, short, f"{short}."])
    suffix = "th" if day in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    full = [
        f"{word} {day}, {year}",
        f"{word} {day}{suffix}, {year}",
        f"{day} {word} {year}",
        f"{word} {day} {year}",
        f"{day}{suffix} {word} {year}",
        f"the {day}{suffix} of {name}, {year}",
    ]
    full += [
        f"{month:02d}/{day:02d}/{year}",
        f"{month}/{day}/{year}",
        f"{month}/{day}/{year % 100:02d}",
        f"{year}-{month:02d}-{day:02d}",
        f"{day:02d}-{short}-{year}",
        f"{month}-{day}-{year}",
        f"{day:02d}.{month:02d}.{year}",
        f"{year}/{month:02d}/{day:02d}",
        f"{day}{short.upper()}{year % 100:02d}",
        f"{month}.{day}.{year % 100:02d}",
    ]
    if form in {"dob", "full"}:
        return rng.choice(full)
    if form == "digits":
        return f"{year}{month:02d}{day:02d}" + rng.choice(
            [
                "",
                f"{rng.randint(0, 23):02d}{rng.randint(0, 59):02d}",
                f"{rng.randint(0, 23):02d}{rng.randint(0, 59):02d}00",
            ]
        )
    if form == "iso":
        return f"{year}-{month:02d}-{day:02d}"
    draw = rng.random()
    if draw < 0.72:
        return rng.choice(full)
    if draw < 0.9:
        return rng.choice(
            [
                f"{month}/{day}",
                f"{month:02d}/{day:02d}",
                f"{word} {day}",
                f"{word} {day}{suffix}",
                f"{day} {word}",
                f"the {day}{suffix} of {name}",
            ]
        )
    return rng.choice([f"{name} {year}", f"{short} {year}", f"{name} of {year}", f"{month:02d}/{year}"])


def digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def number(rng: random.Random) -> str:
    """A record or member number in one of many shapes."""
    a, b = (
        "".join(rng.choice(LETTERS) for _ in range(rng.choice([1, 2, 2, 3, 3, 4]))),
        digits(rng, rng.choice([4, 5, 6, 6, 7, 7, 8])),
    )
    shapes = [
        digits(rng, rng.choice([6, 7, 8, 8, 9, 10])),
        f"{a}-{b}",
        f"{a}{b}",
        f"{digits(rng, 3)}-{digits(rng, 2)}-{digits(rng, 3)}",
        f"{digits(rng, 5)}-{digits(rng, 3)}",
        f"{a}-{digits(rng, 3)}-{digits(rng, 4)}",
    ]
    shapes += [
        f"{digits(rng, 2)}-{digits(rng, 2)}-{digits(rng, 2)}",
        f"{b}-{a}",
        f"{digits(rng, 4)} {digits(rng, 4)}",
        f"{a}{digits(rng, 3)}{rng.choice(LETTERS)}{digits(rng, 3)}",
        f"{b}{a[:2]}",
        f"{digits(rng, 3)}-{digits(rng, 3)}-{digits(rng, 3)}",
        f"{a}-{rng.choice(LETTERS)}{digits(rng, 2)}-{digits(rng, 4)}",
        f"{digits(rng, 5)}-{digits(rng, 4)}",
    ]
    return rng.choice(shapes)


def phone(rng: random.Random) -> str:
    a, b, c = str(rng.randint(201, 989)), digits(rng, 3), digits(rng, 4)
    return rng.choice(
        [
            f"{a}-{b}-{c}",
            f"({a}) {b}-{c}",
            f"{a}.{b}.{c}",
            f"+1 {a} {b} {c}",
            f"{a} {b} {c}",
            f"{a}{b}{c}",
            f"+44 20 {digits(rng, 4)} {digits(rng, 4)}",
            f"{b}-{c}",
            f"1-{a}-{b}-{c}",
            f"{a}-{b}-{c} ext {digits(rng, 3)}",
        ]
    )


def ssn(rng: random.Random) -> str:
    return rng.choice(
        [f"{digits(rng, 3)}-{digits(rng, 2)}-{digits(rng, 4)}"] * 3
        + [f"{digits(rng, 3)} {digits(rng, 2)} {digits(rng, 4)}", digits(rng, 9), f"xxx-xx-{digits(rng, 4)}"]
    )


def email(rng: random.Random, who: people.Person) -> str:
    first, last = ascii_word(who.given), ascii_word(who.family)
    local = rng.choice(
        [f"{first}.{last}", f"{first[0]}{last}", f"{first}{digits(rng, 2)}", f"{last}.{first}", f"{first}_{last}"]
    )
    return f"{local}@{rng.choice(['example.com', 'example.org', 'mail.example', 'gmail.com', 'yahoo.com', 'hospital.org', 'clinic.example.net'])}"


def ascii_word(name: str) -> str:
    return "".join(char for char in name.lower() if char.isascii() and char.isalpha()) or "user"


def address_ip(rng: random.Random) -> str:
    return ".".join(str(rng.randint(1, 254)) for _ in range(4))


def link(rng: random.Random) -> str:
    return f"https://{rng.choice(['portal', 'my', 'chart', 'anna-and-joe', 'ourfamily'])}.example.{rng.choice(['org', 'com'])}/{rng.choice(['u', 'patient', 'profile', 'p'])}/{digits(rng, 6)}"


def _luhn(body: str) -> str:
    total = sum(sum(divmod(int(digit) * (2 if at % 2 == 0 else 1), 10)) for at, digit in enumerate(reversed(body)))
    return body + str(-total % 10)


def card(rng: random.Random) -> str:
    whole = _luhn("4" + digits(rng, 14))
    return rng.choice([whole, " ".join(whole[at : at + 4] for at in range(0, 16, 4))])


def npi(rng: random.Random) -> str:
    return _luhn("808401" + digits(rng, 8))[5:]


def dea(rng: random.Random) -> str:
    body = [int(digit) for digit in digits(rng, 6)]
    check = (body[0] + body[2] + body[4] + 2 * (body[1] + body[3] + body[5])) % 10
    return rng.choice("ABFM") + rng.choice(LETTERS) + "".join(map(str, body)) + str(check)


def nhs(rng: random.Random) -> str:
    while True:
        body = digits(rng, 9)
        check = 11 - sum(int(digit) * weight for digit, weight in zip(body, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            whole = body + str(check % 11)
            return rng.choice([whole, f"{whole[:3]} {whole[3:6]} {whole[6:]}"])


def iban(rng: random.Random) -> str:
    bank = digits(rng, 18)
    check = 98 - int(f"{bank}131400") % 97
    return f"DE{check:02d}{bank}"


def vehicle(rng: random.Random) -> str:
    """A vehicle number with its check digit."""
    worth = dict(
        zip(
            "ABCDEFGHJKLMNPRSTUVWXYZ0123456789",
            [*range(1, 9), *range(1, 6), 7, 9, *range(2, 10), *range(10)],
            strict=True,
        )
    )
    body = [rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ0123456789") for _ in range(17)]
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    rest = sum(worth[char] * weight for char, weight in zip(body, weights, strict=True)) % 11
    body[8] = "X" if rest == 10 else str(rest)
    return "".join(body)


def mbi(rng: random.Random) -> str:
    letters, both = "ACDEFGHJKMNPQRTUVWXY", "ACDEFGHJKMNPQRTUVWXY0123456789"
    return "".join(
        rng.choice(form)
        for form in (
            "123456789",
            letters,
            both,
            "0123456789",
            letters,
            both,
            "0123456789",
            letters,
            letters,
            "0123456789",
            "0123456789",
        )
    )


def photo(rng: random.Random) -> str:
    return f"{rng.choice(['IMG', 'DSC', 'PHOTO', 'face'])}_{digits(rng, 4)}.{rng.choice(['jpg', 'png', 'jpeg'])}"
