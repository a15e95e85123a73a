from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import Carrier, Finding, Kind, Passage
from gateway.phi.find.counting import excused
from gateway.phi.find.encoder.look import QUESTIONS, again
from gateway.phi.find.encoder.pieces import Segment
from gateway.phi.find.engine import Engine
from gateway.phi.find.hit import Evidence, Hit

HALF = (0.5, 0.5, 0.0, 0.0, 0.0)
NAME, NOTHING = (0.01, 0.99, 0.0, 0.0, 0.0), (0.99, 0.01, 0.0, 0.0, 0.0)


class Words:
    """Cuts into lines of words without pieces; `text` is what the segment given last is of."""

    text = ""

    def segments(self, text):
        for line in re.finditer(r"[^\n]+", text):
            spans = [word.span() for word in re.compile(r"\w+").finditer(text, *line.span())]
            if spans:
                starts, ends = zip(*spans, strict=True)
                self.text = text
                yield Segment((), (), tuple(range(len(spans))), starts, ends)


class Says:
    """An encoder that takes some words for names, and nothing else for anything."""

    def __init__(self, text: str, *names: str, odds: tuple[float, ...] = NAME) -> None:
        self.text, self.names, self.name, self.asked = text, names, odds, []
        self.cutter = Words()

    def odds(self, segment):
        words = [self.cutter.text[start:end] for start, end in zip(segment.starts, segment.ends, strict=True)]
        self.asked.append(" ".join(words))
        return [self.name if word in self.names else NOTHING for word in words]

    ready = True

    def wake(self) -> None: ...
    def rest(self) -> None: ...


class Tags:
    """A model that takes words for names, and doubts others."""

    def __init__(self, names: str = "$", doubtful: str = "$") -> None:
        self.names, self.doubtful, self.text = names, doubtful, ""

    def find(self, text: str) -> list[Finding]:
        self.text = text
        return [Finding(Kind.NAME, *found.span(), 0.8) for found in re.finditer(self.names, text) if found.group()]

    def doubts(self) -> list[tuple[int, int]]:
        return [found.span() for found in re.finditer(self.doubtful, self.text) if found.group()]


def found(text: str, model: Tags, encoder: Says | None, **passage: object) -> list[str]:
    (detection,) = Engine(model, encoder).detect([Passage(text, **passage)])
    return [text[one.start : one.end] for one in detection.findings]


def test_a_name_that_only_the_encoder_sees_is_added():
    text = "Refill for Olena Kovalchuk please"
    assert found(text, Tags(), Says(text, "Olena", "Kovalchuk")) == ["Olena Kovalchuk"]


def test_half_a_doubt_is_enough_in_a_message_of_a_sentence_and_nowhere_else():
    text = "Could Watson go to HDU?"
    assert found(text, Tags(), Says(text, "Watson", odds=HALF)) == ["Watson"]
    assert found(text, Tags(doubtful="Watson"), Says(text, "Watson", odds=HALF), carrier=Carrier.SYSTEM) == []
    longer = text + " We are full and short of beds." * 10
    assert found(longer, Tags(), Says(longer, "Watson", odds=HALF)) == []


def test_what_only_the_tagger_took_for_a_name_is_taken_back():
    text = "Restart Kafka tonight"
    assert found(text, Tags("Kafka"), None) == ["Kafka"]
    assert found(text, Tags("Kafka"), Says(text)) == []
    assert found(text, Tags("Kafka"), Says(text, "Kafka")) == ["Kafka"]


def test_a_name_that_was_taken_back_is_not_found_elsewhere_either():
    text = "Restart Kafka tonight\nKafka is a broker"
    assert found(text, Tags("^.*?\\bKafka(?= tonight)"), Says(text)) == []


@given(
    st.sampled_from(
        [
            "Patient: Olena Kovalchuk, MRN 8675309, DOB 03/04/1961",
            "ssn 912-04-1234 and card 4111 1111 1111 1111, Mr. Tolliver",
            "write to olena@example.org or call (202) 555-0142 on 3 May 2024",
        ]
    )
)
def test_nothing_that_rules_find_is_ever_taken_back(text):
    alone = found(text, Tags(), None)
    assert alone
    assert set(found(text, Tags("Kovalchuk|Tolliver"), Says(text))) >= set(alone)


@given(
    st.lists(
        st.builds(
            Hit,
            st.sampled_from(list(Kind)),
            st.integers(0, 8),
            st.integers(9, 20),
            st.just(0.9),
            st.sampled_from([Evidence.SHAPE, Evidence.CHECKED, Evidence.CUE]),
        )
    )
)
def test_a_shape_a_checksum_or_a_cue_stays_whatever_the_encoder_says(hits):
    text = "aaaa bbbb cccc dddd eeee"
    assert again(Passage(text), text, hits, Says(text), excused)[: len(hits)] == hits


@pytest.mark.parametrize(
    "text",
    [
        "MSH|^~\\&|A|B|C|D|20240101||ADT^A01|1|P|2.5\rPID|1||55||Kafka^Olena\rNTE|1||said Kafka",
        '{"resourceType": "Patient", "name": [{"family": "Kafka"}], "text": "said Kafka"}',
    ],
)
def test_a_record_is_not_looked_at_again(text):
    encoder = Says(text)
    assert "Kafka" in found(text, Tags("Kafka"), encoder)
    assert encoder.asked == []


def test_the_value_of_a_key_is_not_looked_at_again():
    encoder = Says("Kafka")
    assert found("Kafka", Tags("Kafka"), encoder, cue="name", carrier=Carrier.TOOL_ARGS) == ["Kafka"]
    assert encoder.asked == []


def test_of_a_long_text_that_nobody_typed_only_doubtful_parts_are_asked_about():
    lines = [f"then we walked {chr(97 + at % 26) * 8} for a while" for at in range(40)]
    lines[20] = "then Olena said so"
    text = "\n".join(lines)
    encoder = Says(text, "Olena")
    assert found(text, Tags(), encoder, carrier=Carrier.TOOL_RESULT) == []
    assert encoder.asked == []
    assert found(text, Tags(doubtful="Olena"), encoder, carrier=Carrier.TOOL_RESULT) == ["Olena"]
    assert encoder.asked == ["then Olena said so"]


def test_of_a_longer_message_five_sentences_with_a_likely_name_are_asked_about():
    names = ["Olena", "Orlowska", "Hedwig", "Quiterie", "Fehintola", "Zewditu"]
    said = [f"then {name} said so\nand then we walked on for a while, each to the same place" for name in names]
    text = "\n".join([*said, *["then we walked on for a while"] * 20])
    encoder = Says(text, "Olena")
    assert found(text, Tags(), encoder) == ["Olena"]
    assert encoder.asked == [f"then {name} said so" for name in names[:QUESTIONS]]
    assert found(text, Tags(), Says(text, "Olena"), carrier=Carrier.TOOL_RESULT) == []


def test_of_a_long_text_nothing_is_asked_where_a_number_says_that_it_is_about_somebody():
    text = "\n".join([f"then we walked {chr(97 + at % 26) * 8} for a while" for at in range(40)])
    named = f"then Olena said so\n{text}"
    encoder = Says(named, "Olena")
    assert found(named, Tags("Olena"), encoder) == ["Olena"]
    assert encoder.asked == ["then Olena said so"]
    encoder = Says(f"{named}\nMRN 8675309", "Olena")
    assert found(encoder.text, Tags("Olena"), encoder) == ["Olena", "8675309"]
    assert encoder.asked == []


def test_of_an_article_nothing_is_asked_about_whom_it_cites():
    article = [
        "Background: we assessed a cohort of patients (n = 214) at the Department of Medicine, University of Umea.",
        "Methods: a randomised trial, as Olena et al described; p < 0.05 was significant (Table 2).",
        "Results: the hazard ratio was 0.7 (95% CI 0.5 to 0.9). Conclusion: guidelines should not be changed.",
    ]
    text = "\n".join(article * 3)
    encoder = Says(text, "Olena")
    assert set(found(text, Tags("Olena"), encoder)) == {"Olena"}  # reported, and of no account
    assert not any("Olena" in asked for asked in encoder.asked)
    asked = f"{text}\nWhat should my patient Olena do?"
    encoder = Says(asked, "Olena")
    assert "Olena" in found(asked, Tags("Olena"), encoder)
    assert encoder.asked


def test_in_a_long_text_without_a_number_of_somebody_each_opinion_is_asked_about_alone():
    rest = "\n".join([f"then we walked {chr(97 + at % 26) * 8} for a while" for at in range(40)])
    text = f"Olena wrote Kafka\n{rest}"
    assert found(text, Tags("Olena|Kafka"), Says(text, "Olena")) == ["Olena"]
    text = f"Olena wrote Kafka\n{rest}\nDOB 8/12/1950"
    assert found(text, Tags("Olena|Kafka"), Says(text, "Olena")) == ["Olena", "Kafka", "8/12/1950"]


def test_what_the_tagger_doubts_is_nothing_by_itself():
    text = "Ask Olena about it"
    assert found(text, Tags(doubtful="Olena"), Says(text)) == []


def test_a_hit_that_reaches_beyond_what_was_asked_stays():
    text = "Kafka\nBroker"
    assert found(text, Tags("Kafka\nBroker"), Says(text)) == ["Kafka\nBroker"]


def test_nothing_is_taken_back_beside_somebody():
    text = "Olena came from Kafka"
    assert found(text, Tags("Kafka"), Says(text, "Olena")) == ["Olena", "Kafka"]


def test_nothing_is_taken_back_beside_what_a_rule_found_of_somebody():
    text = "note: >-\n  Kafka, MRN 8675309"
    assert found(text, Tags("Kafka"), Says(text)) == ["Kafka", "8675309"]


def test_a_place_that_the_tagger_saw_gives_way_to_a_person():
    text = "Florence slept well"
    hits = [Hit(Kind.PLACE, 0, 8, 0.7, Evidence.CONTEXT)]
    assert (Kind.NAME, 0, 8) in [hit[:3] for hit in again(Passage(text), text, hits, Says(text, "Florence"), excused)]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Zorblat called, (503) 555-0142", True),
        ("Zorblat called\nfrom (503) 555-0142", False),
        ("Zorblat called\nabout MRN 8675309", True),
        ("Zorblat, DOB 8/12/1950, called", True),
        ("Zorblat called\nDOB 8/12/1950", False),
        ("Zorblat called", False),
    ],
)
def test_no_name_is_taken_back_where_a_number_says_that_it_is_about_somebody(text, kept):
    assert ("Zorblat" in found(text, Tags("Zorblat"), Says(text))) == kept


class Drowned(Says):
    """An encoder that sees a name only where nothing else stands around its sentence."""

    def odds(self, segment):
        alone = len(segment.starts) < 6
        self.asked.append(len(segment.starts))
        return [NAME if alone else NOTHING for _ in segment.starts]


class Packed(Words):
    """Cuts into one segment."""

    def segments(self, text):
        spans = [word.span() for word in re.finditer(r"\w+", text)]
        starts, ends = zip(*spans, strict=True)
        yield Segment((), (), tuple(range(len(spans))), starts, ends)


def test_the_text_around_a_sentence_does_not_drown_its_name():
    text = "Keep the log for a year in the cold store. Box for Olena please. Check it twice a day, and sign for it."
    encoder = Drowned(text)
    encoder.cutter = Packed()
    assert found(text, Tags("Olena"), encoder) == ["Olena"]
    assert found(text, Tags("Olena"), Says(text)) == []


def test_a_name_that_is_one_in_its_sentence_only_is_added_and_only_strange_sentences_are_asked_about():
    text = "Keep the log for a year in the cold store. Box for Olena please. Check it twice a day, and sign for it."
    encoder = Drowned(text)
    encoder.cutter = Packed()
    assert found(text, Tags(), encoder) == ["Box for Olena please"]
    assert len(encoder.asked) == 2  # the whole, and the sentence with a word of no list
    assert found(text, Tags(), encoder, carrier=Carrier.SYSTEM) == []


def test_where_somebody_was_treated_is_not_taken_back():
    text = "Imaging was done at HMQM and pushed to our archive."
    (found_there,) = Engine(Places("HMQM"), Says(text)).detect([Passage(text)])
    assert [text[one.start : one.end] for one in found_there.findings] == ["HMQM"]
    (nothing,) = Engine(Places("PACS"), Says("Send it to PACS.")).detect([Passage("Send it to PACS.")])
    assert nothing.findings == ()


class Places(Tags):
    """A model that takes words for places."""

    def find(self, text: str) -> list[Finding]:
        return [Finding(Kind.PLACE, *found.span(), 0.8) for found in re.finditer(self.names, text)]


def test_where_a_record_number_stands_nobody_reads_what_stands_around():
    text = "Restart Kafka tonight, MRN 8675309. " + "The broker is slow and the queue is long. " * 20
    start = text.index("Kafka")
    hits = [Hit(Kind.NAME, start, start + 5, 0.8, Evidence.CONTEXT), Hit(Kind.MRN, 27, 34, 0.9, Evidence.CUE)]

    def read(*_: object) -> list[bool]:
        raise AssertionError("what stands around was read")

    encoder = Says(text)
    assert again(Passage(text), text, hits, encoder, read) == hits
    assert encoder.asked == []
