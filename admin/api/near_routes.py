"""The contract's endpoints for what lies near an entry: its site's history, and the lots beside it.

The rules are the search's: only an entry that this application was shown, the same patience asked
of whoever is shown very many, and one row in the log when the answer is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import APIRouter, Path
from sqlalchemy.orm import Session

from admin.api.signed_route import SignedRoute
from admin.api.state import OpenTerminal, Refused, ServerState, State
from admin.services import applications, search_guard
from admin.services.shown import note_shown, note_slowed
from kiosk.domain.events import EventCode
from kiosk.domain.near import Neighbours, SiteHistory
from kiosk.domain.query import SearchUnavailable
from kiosk.ledger_client import wire

router = APIRouter(
    prefix=wire.PREFIX, route_class=SignedRoute, responses={"default": {"model": wire.Fault}}
)

EntryId = Annotated[int, Path(ge=0, le=wire.MAX_INT)]
Answer = TypeVar("Answer", SiteHistory, Neighbours)

#: Too Many Requests (RFC 6585); the search says the same in an answer of its own.
_STATUS = {search_guard.TOO_FAST: 429, "unknown_entry": 404}


def _asked(
    state: ServerState,
    terminal: str,
    application_id: str,
    entry_id: int,
    ask: Callable[[Session], Answer | SearchUnavailable],
) -> Answer:
    """The answer, or Refused: not its application, not an entry it was shown, too fast."""
    now = state.services.now()
    with state.services.database.read() as session:
        if applications.application_of(session, application_id, terminal) is None:
            raise Refused(404, "unknown_application")
        if not applications.was_found(session, application_id, entry_id):
            raise Refused(404, "unknown_entry")
        wait = state.guard.must_wait(terminal, application_id, now.timestamp())
        answer = SearchUnavailable(search_guard.TOO_FAST) if wait else ask(session)
    if wait and state.guard.to_log(application_id, now.timestamp()):
        with state.services.database.write() as session:
            note_slowed(session, terminal, application_id, now)
    if isinstance(answer, SearchUnavailable):
        raise Refused(_STATUS.get(answer.code, 409), answer.code)
    return answer


def _show(
    state: ServerState, event: EventCode, terminal: str, application_id: str, entry_id: int,
    shown: list[int], count: int,
) -> None:  # fmt: skip
    now = state.services.now()
    state.guard.note(terminal, application_id, shown, now.timestamp())
    with state.services.database.write() as session:
        note_shown(
            session, event, terminal, application_id, now, shown,
            {"entry_id": entry_id, "count": count},
        )  # fmt: skip


@router.post("/applications/{application_id}/entries/{entry_id}/history")
def history(
    state: State, caller: OpenTerminal, application_id: wire.Identifier, entry_id: EntryId
) -> wire.HistoryAnswer:
    answer: SiteHistory = _asked(
        state, caller.terminal, application_id, entry_id, lambda s: state.history(s, entry_id)
    )
    shown = [one.hit.entry_id for one in answer.entries]
    _show(
        state, EventCode.HISTORY_SHOWN, caller.terminal, application_id, entry_id, shown, len(shown)
    )
    return wire.HistoryAnswer(history=answer)


@router.post("/applications/{application_id}/entries/{entry_id}/neighbours")
def neighbours(
    state: State, caller: OpenTerminal, application_id: wire.Identifier, entry_id: EntryId
) -> wire.NeighboursAnswer:
    today = state.services.today()
    answer: Neighbours = _asked(
        state, caller.terminal, application_id, entry_id,
        lambda s: state.neighbours(s, entry_id, today),
    )  # fmt: skip
    count = len(answer.before) + len(answer.after)
    _show(state, EventCode.NEIGHBOURS_SHOWN, caller.terminal, application_id, entry_id, [], count)
    return wire.NeighboursAnswer(neighbours=answer)
