"""Near a hit: history, neighbours and the map, step by step."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.domain.ledger import NotCertifiable
from kiosk.domain.ports import ServerFault
from kiosk.domain.query import NoHits, Query, QueryKind
from kiosk.session import effects as ef
from kiosk.session import events as ev
from kiosk.session.state import Phase, Visit
from tests.flows.people import HOUSE, OTHER_HOUSE
from tests.unit.session.drive import OFFLINE, Play, beside, hits, past


def visit(play: Play) -> Visit:
    assert play.session.visit is not None
    return play.session.visit


def test_the_history_is_asked_once_and_shown() -> None:
    play = Play().to_entry()
    play.do(ev.HistoryPressed)
    assert play.asked(ef.AskHistory).entry_id == HOUSE.entry_id
    play.do(ev.HistoryPressed)
    play.do(ev.NeighboursPressed)
    play.do(ev.CertifyPressed)
    assert play.effects == ()
    play.answer(ev.HistoryAnswered, answer=past())
    assert play.at(Phase.HISTORY)
    assert visit(play).history == past()


def test_an_entry_of_the_history_is_opened_and_back_leads_there_but_not_in_a_circle() -> None:
    play = Play().to_history()
    play.do(ev.HitChosen, entry_id=999)
    assert play.effects == ()
    play.do(ev.HitChosen, entry_id=OTHER_HOUSE.entry_id)
    assert play.asked(ef.OpenEntry).entry_id == OTHER_HOUSE.entry_id
    play.answer(ev.EntryAnswered, answer=OTHER_HOUSE)
    assert play.at(Phase.ENTRY)
    assert visit(play).entry == OTHER_HOUSE
    for phase in (Phase.HISTORY, Phase.ENTRY, Phase.RESULTS, Phase.SEARCH):
        play.do(ev.BackPressed)
        assert play.at(phase)


def test_an_entry_opened_from_the_list_goes_back_to_the_list() -> None:
    play = Play().to_history()
    play.do(ev.BackPressed)
    play.do(ev.BackPressed)
    assert play.at(Phase.RESULTS)
    play.do(ev.HitChosen, entry_id=HOUSE.entry_id)
    play.answer(ev.EntryAnswered, answer=HOUSE)
    play.do(ev.BackPressed)
    assert play.at(Phase.RESULTS)


@pytest.mark.parametrize(
    ("fault", "notice"),
    [
        (OFFLINE, "near_unavailable"),
        (ServerFault("too_fast", sent=True), "search_too_fast"),
        (ServerFault("index_stale", sent=True), "near_unavailable"),
    ],
)
def test_what_cannot_be_asked_is_said_and_the_entry_stays(fault: ServerFault, notice: str) -> None:
    for press, answered in (
        (ev.HistoryPressed, ev.HistoryAnswered),
        (ev.NeighboursPressed, ev.NeighboursAnswered),
    ):
        play = Play().to_entry()
        play.do(press)
        play.answer(answered, answer=fault)
        assert play.at(Phase.ENTRY, notice)
        play.do(ev.CertifyPressed)
        assert play.asked(ef.MakePreview)


def test_an_answer_about_another_entry_is_not_shown() -> None:
    play = Play().to_entry()
    play.do(ev.HistoryPressed)
    play.answer(ev.HistoryAnswered, answer=replace(past(), entry_id=OTHER_HOUSE.entry_id))
    assert play.at(Phase.ENTRY, "near_unavailable")
    play.do(ev.NeighboursPressed)
    play.answer(ev.NeighboursAnswered, answer=replace(beside(), entry_id=OTHER_HOUSE.entry_id))
    assert play.at(Phase.ENTRY, "near_unavailable")


def test_a_history_that_comes_too_late_is_dropped() -> None:
    play = Play().to_entry()
    play.do(ev.HistoryPressed)
    asked = play.asked(ef.AskHistory).generation
    play.do(ev.BackPressed)
    play.answer(ev.HistoryAnswered, generation=asked, answer=past())
    assert play.at(Phase.RESULTS)
    assert visit(play).history is None


def test_a_lot_beside_is_the_search_that_typing_makes() -> None:
    play = Play().to_neighbours()
    query = beside().after[0].query
    play.do(ev.BesideChosen, query=Query(QueryKind.LOT, "999"))
    assert play.effects == ()
    play.do(ev.BesideChosen, query=query)
    assert play.asked(ef.Search).query == query
    play.answer(ev.SearchAnswered, result=hits())
    assert play.at(Phase.RESULTS)
    play.do(ev.BackPressed)
    draft = visit(play).search
    assert (draft.kind, draft.town, draft.text) == (QueryKind.LOT, "中央一丁目", "102")
    play.do(ev.SearchPressed)
    assert play.asked(ef.Search).query == query


def test_a_new_search_forgets_what_was_near_the_hit_before() -> None:
    play = Play().to_neighbours()
    play.do(ev.BesideChosen, query=beside().before[0].query)
    play.answer(ev.SearchAnswered, result=NoHits())
    assert (visit(play).neighbours, visit(play).history) == (None, None)
    play = Play().to_history()
    for _ in range(3):
        play.do(ev.BackPressed)
    play.do(ev.SearchPressed)
    play.answer(ev.SearchAnswered, result=NoHits())
    play.do(ev.HitChosen, entry_id=OTHER_HOUSE.entry_id)
    assert play.effects == ()  # known from that history only


def test_back_to_an_entry_that_cannot_be_certified_says_so_again() -> None:
    play = Play().to_history()
    play.do(ev.HitChosen, entry_id=OTHER_HOUSE.entry_id)
    withheld = replace(OTHER_HOUSE, not_certifiable=NotCertifiable.WITHHELD)
    play.answer(ev.EntryAnswered, answer=withheld)
    assert play.at(Phase.ENTRY, "not_certifiable.withheld")
    play.do(ev.BackPressed)
    play.do(ev.BackPressed)
    assert play.at(Phase.ENTRY, "not_certifiable.withheld")


# --- the map ------------------------------------------------------------------------------------


def drawn(play: Play) -> tuple[str | None, str, str]:
    draft = visit(play).search
    return draft.area, draft.town_base, draft.town


def test_the_map_ends_in_the_same_question_as_the_list() -> None:
    questions = []
    for on_the_map in (False, True):
        play = Play().to_search()
        if on_the_map:
            play.do(ev.MapOpened)
            play.do(ev.AreaChosen, area="葛西")
        play.do(ev.TownChosen, base="中葛西", town="")
        play.do(ev.TownChosen, base="中葛西", town="中葛西三丁目")
        play.do(ev.SearchTextEdited, text="12-3")
        play.do(ev.SearchPressed)
        questions.append(play.asked(ef.Search).query)
    assert questions[0] == questions[1] == Query(QueryKind.LOT, "12-3", "中葛西三丁目")


def test_back_on_the_map_is_one_step_of_the_map() -> None:
    play = Play().to_search()
    play.do(ev.MapOpened)
    play.do(ev.AreaChosen, area="葛西")
    play.do(ev.TownChosen, base="中葛西", town="")
    play.do(ev.TownChosen, base="中葛西", town="中葛西三丁目")
    play.do(ev.SearchTextEdited, text="12")
    ways = [("葛西", "中葛西", ""), ("葛西", "", ""), ("", "", ""), (None, "", "")]
    for way in ways:
        play.do(ev.BackPressed)
        assert (play.session.phase, drawn(play)) == (Phase.SEARCH, way)
    assert visit(play).search.text == "12"
    play.do(ev.BackPressed)
    assert play.at(Phase.APPLICANT)


def test_a_town_without_chome_goes_back_to_its_area() -> None:
    play = Play().to_search()
    play.do(ev.MapOpened)
    play.do(ev.AreaChosen, area="葛西")
    play.do(ev.TownChosen, base="宇喜田町", town="宇喜田町")
    play.do(ev.BackPressed)
    assert drawn(play) == ("葛西", "", "")


def test_the_map_can_be_closed_from_anywhere_on_it() -> None:
    play = Play().to_search()
    play.do(ev.AreaChosen, area="葛西")
    assert drawn(play) == (None, "", "")  # no map, no area
    play.do(ev.MapOpened)
    play.do(ev.AreaChosen, area="葛西")
    play.do(ev.MapClosed)
    assert drawn(play) == (None, "", "")


def test_what_was_awaited_is_given_up_when_the_map_is_opened() -> None:
    play = Play().to_search()
    play.do(ev.SearchTextEdited, text="見本")
    play.do(ev.SearchPressed)
    asked = play.asked(ef.Search).generation
    play.do(ev.MapOpened)
    play.answer(ev.SearchAnswered, generation=asked, result=hits())
    assert play.at(Phase.SEARCH)


def test_the_ledgers_day_is_taken_from_a_heartbeat_and_from_an_answer() -> None:
    """A load while the terminal runs: nobody has to start it again."""
    play = Play().to_attract()
    play.beat(data_as_of="2026-05-31")
    assert play.session.facts.data_as_of == "2026-05-31"
    play.beat()  # a section that says nothing takes nothing back
    assert play.session.facts.data_as_of == "2026-05-31"
    play = Play().to_search()
    play.do(ev.SearchTextEdited, text="101")
    play.do(ev.SearchPressed)
    play.answer(ev.SearchAnswered, result=NoHits((), "2026-06-01"))
    assert play.at(Phase.RESULTS)
    assert play.session.facts.data_as_of == "2026-06-01"
