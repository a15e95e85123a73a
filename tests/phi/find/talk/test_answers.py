from __future__ import annotations

import pytest

from gateway.domain import Kind
from gateway.phi.find.talk.answers import answers, called
from gateway.phi.find.talk.turns import labelled


def replied(question, reply):
    text = f"Doctor: {question}\nPatient: {reply}\n"
    talk = labelled(text)
    return {(hit.kind, text[hit.start : hit.end]) for hit in answers(text, talk, range(len(talk)))}


@pytest.mark.parametrize(
    ("question", "reply", "kind", "value"),
    [
        ("And your date of birth?", "six six eighteen", Kind.DATE, "six six eighteen"),
        ("What's the surname?", "okonkwo", Kind.NAME, "okonkwo"),
        ("How are you spelling that?", "M, double O, R, E", Kind.NAME, "M, double O, R, E"),
        ("Can I take your full name?", "Yeah, it's Siân ap Rhys.", Kind.NAME, "Siân ap Rhys"),
        ("Postcode?", "it's a 4 2 b c", Kind.ZIP, "a 4 2 b c"),
        ("And your zip code?", "nine one five seven nine", Kind.ZIP, "nine one five seven nine"),
        ("What's your address?", "ninety one ropewalk", Kind.ADDRESS, "ninety one ropewalk"),
        ("What's the member number on your card?", "B nine oh two", Kind.PLAN_MEMBER, "B nine oh two"),
        ("And the account number?", "It's on the letter, 7719-00-3364.", Kind.OTHER_ID, "7719-00-3364"),
        ("What's the member number on your card?", "P/161130/01, I think", Kind.PLAN_MEMBER, "P/161130/01"),
        ("Do you have an email?", "kit dot bell at example dot org", Kind.EMAIL, "kit dot bell at example dot org"),
        ("Which surgery are you with?", "it's St Botolph's, by the quay", Kind.FACILITY, "St Botolph's"),
    ],
)  # fmt: skip
def test_an_answer_is_of_the_kind_that_was_asked_for(question, reply, kind, value):
    assert (kind, value) in replied(question, reply)


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        ("And your date of birth?", "It's on the form."),
        ("What's your name?", "I'd rather not say."),
        ("Who's at home with you?", "Just me and the cat."),
        ("What's your address?", "Same as before."),
        ("How old are you?", "six six eighteen"),
    ],
)
def test_an_answer_without_a_value_holds_none(question, reply):
    assert replied(question, reply) == set()


def test_the_answer_may_come_after_a_word_back():
    text = "Doctor: Your date of birth?\nPatient: Sorry?\nPatient: Six six eighteen.\n"
    talk = labelled(text)
    assert "Six six eighteen" in {text[hit.start : hit.end] for hit in answers(text, talk, range(len(talk)))}


@pytest.mark.parametrize(
    "text",
    [
        "okay «judit» i will ring the clinic",
        "so «wiremu» tells me it hurts",
        "Morning «Soo-min».",
        "How's «Jae-won» getting on at school?",
        "that's my niece «oluchi»",
        "thanks dr «massey», bye",
    ],
)
def test_who_is_spoken_to_or_of_is_named(text):
    plain, who = text.replace("«", "").replace("»", ""), text[text.index("«") + 1 : text.index("»")]
    talk = f"Doctor: {plain}\nPatient: yes\n"
    assert who in {talk[hit.start : hit.end] for hit in called(talk, labelled(talk))}


@pytest.mark.parametrize(
    "text",
    [
        "okay wheezing again?",
        "so basically it aches",
        "morning all",
        "right knee or left?",
        "thanks very much",
        "hi there",
        "and the sheets",
        "with naproxen, yes",
    ],
)
def test_nobody_is_named_in_everyday_speech(text):
    talk = f"Doctor: {text}\nPatient: yes\n"
    assert list(called(talk, labelled(talk))) == []
