"""Near a hit: the history of its site, the lots beside it, and the map as a way to a town."""

from __future__ import annotations

from dataclasses import replace

from kiosk.domain.ports import ServerFault
from kiosk.domain.towns import chomes_by_base
from kiosk.session.effects import AskHistory, AskNeighbours
from kiosk.session.events import (
    AreaChosen,
    BackPressed,
    BesideChosen,
    HistoryAnswered,
    HistoryPressed,
    MapClosed,
    MapOpened,
    NeighboursAnswered,
    NeighboursPressed,
)
from kiosk.session.machine_visit import ask_for, back_pressed
from kiosk.session.moves import Step, give_up_waiting, go, say, stay, visit_of, wait_for
from kiosk.session.notices import Notice, not_certifiable_notice
from kiosk.session.state import Phase, SearchDraft, Session

# --- the history of a site ----------------------------------------------------------------------


def history_pressed(session: Session, _: HistoryPressed) -> Step:
    visit = visit_of(session)
    if session.waiting or visit.entry is None or visit.application is None:
        return stay(session)
    application = visit.application.application_id
    return wait_for(session, AskHistory(session.generation, application, visit.entry.entry_id))


def _refused(session: Session, fault: ServerFault) -> Step:
    slowed = fault.code == "too_fast"
    return say(session, Notice.SEARCH_TOO_FAST if slowed else Notice.NEAR_UNAVAILABLE, fault.code)


def history_answered(session: Session, event: HistoryAnswered) -> Step:
    visit = visit_of(session)
    if session.waiting != "AskHistory" or visit.entry is None:
        return stay(session)
    if isinstance(event.answer, ServerFault):
        return _refused(session, event.answer)
    if event.answer.entry_id != visit.entry.entry_id:
        return say(session, Notice.NEAR_UNAVAILABLE, "other_entry")
    return go(replace(session, visit=replace(visit, history=event.answer)), Phase.HISTORY), ()


def back_from_history(session: Session, _: BackPressed) -> Step:
    """To the entry looked at last; from there 戻る leads to the list, not in a circle."""
    return _to_entry(replace(session, visit=replace(visit_of(session), from_history=False)))


def back_from_neighbours(session: Session, _: BackPressed) -> Step:
    return _to_entry(session)


def _to_entry(session: Session) -> Step:
    """The entry again, with the sentence that goes with it."""
    entry = visit_of(session).entry
    refused = entry.not_certifiable if entry else None
    notice = not_certifiable_notice(refused.value) if refused else ""
    return go(give_up_waiting(session), Phase.ENTRY, notice), ()


# --- the lots beside it -------------------------------------------------------------------------


def neighbours_pressed(session: Session, _: NeighboursPressed) -> Step:
    visit = visit_of(session)
    if session.waiting or visit.entry is None or visit.application is None:
        return stay(session)
    application = visit.application.application_id
    return wait_for(session, AskNeighbours(session.generation, application, visit.entry.entry_id))


def neighbours_answered(session: Session, event: NeighboursAnswered) -> Step:
    visit = visit_of(session)
    if session.waiting != "AskNeighbours" or visit.entry is None:
        return stay(session)
    if isinstance(event.answer, ServerFault):
        return _refused(session, event.answer)
    if event.answer.entry_id != visit.entry.entry_id:
        return say(session, Notice.NEAR_UNAVAILABLE, "other_entry")
    known = replace(visit, neighbours=event.answer)
    return go(replace(session, visit=known), Phase.NEIGHBOURS), ()


def beside_chosen(session: Session, event: BesideChosen) -> Step:
    found = visit_of(session).neighbours
    if session.waiting or found is None:
        return stay(session)
    lots = (*found.before, *found.after, *((found.whole,) if found.whole else ()))
    if event.query not in [lot.query for lot in lots]:
        return stay(session)
    return ask_for(session, event.query)


# --- the map ------------------------------------------------------------------------------------


def _with_draft(session: Session, draft: SearchDraft) -> Step:
    visit = replace(visit_of(session), search=draft)
    given_up = give_up_waiting(session)
    return replace(given_up, visit=visit, notice="", notice_detail=""), ()


def map_opened(session: Session, _: MapOpened) -> Step:
    draft = visit_of(session).search
    return _with_draft(session, replace(draft, town_base="", town="", area=""))


def area_chosen(session: Session, event: AreaChosen) -> Step:
    draft = visit_of(session).search
    if draft.area is None:
        return stay(session)
    return _with_draft(session, replace(draft, town_base="", town="", area=event.area))


def map_closed(session: Session, _: MapClosed) -> Step:
    draft = visit_of(session).search
    return _with_draft(session, replace(draft, town_base="", town="", area=None))


def back_in_search(session: Session, event: BackPressed) -> Step:
    """On the map one step back on the map; from the list of towns to the applicant."""
    draft = visit_of(session).search
    if draft.area is None:
        return back_pressed(session, event)
    if draft.town and chomes_by_base().get(draft.town_base):
        return _with_draft(session, replace(draft, town=""))
    if draft.town_base:
        return _with_draft(session, replace(draft, town_base="", town=""))
    return _with_draft(session, replace(draft, area="" if draft.area else None))
