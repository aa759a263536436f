"""An address without a number is asked about once, and then believed."""

from __future__ import annotations

from kiosk.session import effects as ef
from kiosk.session import events as ev
from kiosk.session.notices import Notice
from kiosk.session.state import Phase
from tests.flows.people import PERSON
from tests.unit.session.drive import Play


def test_asked_once() -> None:
    play = Play().to_applicant()
    for name, text in {**PERSON, "address": "東京都江戸川区中央"}.items():
        play.do(ev.FieldEdited, name=name, text=text)
    play.do(ev.ApplicantDone)
    assert play.at(Phase.APPLICANT, Notice.ADDRESS_NUMBER)
    assert play.session.visit is not None
    assert play.session.visit.focus == "address"
    assert play.count(ef.Apply) == 0
    play.do(ev.ApplicantDone)
    assert play.count(ef.Apply) == 1


def test_not_asked_where_there_is_one() -> None:
    play = Play().to_applicant()
    for name, text in PERSON.items():
        play.do(ev.FieldEdited, name=name, text=text)
    play.do(ev.ApplicantDone)
    assert play.count(ef.Apply) == 1
