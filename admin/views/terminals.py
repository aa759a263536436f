"""Terminals: state, self-tests, the stop order and its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from admin.db.issue_tables import Terminal
from admin.services import awaiting, print_log, terminals
from admin.services.authority import Deed
from admin.services.context import Services
from admin.views.forms import Asked, TerminalId, Text, one_line
from admin.views.pages import render
from admin.views.reading import reading
from admin.views.visitor import Page, Visitor, doer, reader
from kiosk.domain.events import EventCode

router = APIRouter()

Reader = Annotated[Visitor, Depends(reader(Deed.VIEW_TERMINALS))]

MIN_REASON = 2
MAX_REASON = 200
#: Rows of a terminal's own history on its page.
HISTORY_ROWS = 30
_OF_INTEREST = frozenset(
    {
        EventCode.TERMINAL_REGISTERED, EventCode.TERMINAL_OPENED, EventCode.TERMINAL_OPEN_REFUSED,
        EventCode.TERMINAL_STOPPED, EventCode.TERMINAL_REOPENED, EventCode.TERMINAL_RECOVERED,
    }
)  # fmt: skip


@router.get("/terminals")
def list_terminals(request: Request, services: Page, visitor: Reader) -> Response:
    now = services.now()
    with reading(services) as session:
        states = awaiting.terminal_states(session, now)
    return render(request, "terminals.html", visitor, terminals=states, now=now)


def _page(
    request: Request, services: Services, visitor: Visitor, terminal: str, code: str = "",
    done: str = "", reason: str = "",
) -> Response:  # fmt: skip
    now = services.now()
    with reading(services) as session:
        row = session.get(Terminal, terminal)
        if row is None:
            raise HTTPException(404)
        tests = awaiting.self_tests(session, terminal)
        faults = awaiting.terminal_faults(row, tests[0] if tests else None, now)
        happened = [
            one for one in print_log.history(session, terminal) if one.event in _OF_INTEREST
        ]
    return render(
        request, "terminal.html", visitor, refused=code, row=row, tests=tests,
        faults=faults, history=happened[-HISTORY_ROWS:][::-1], reason=reason, done=done,
    )  # fmt: skip


@router.get("/terminals/{terminal}")
def show_terminal(
    request: Request, services: Page, visitor: Reader, terminal: TerminalId, done: Asked = ""
) -> Response:
    return _page(request, services, visitor, terminal, done=done)


def _ordered(
    request: Request, services: Services, visitor: Visitor, terminal: str, reason: str,
    order: Callable[[Session, str], bool], done: str,
) -> Response:  # fmt: skip
    """Stop or reopen with a good reason; an order that changes nothing is said so."""
    words = one_line(reason)
    if not MIN_REASON <= len(words) <= MAX_REASON:
        return _page(request, services, visitor, terminal, "stop_reason", reason=words)
    with services.database.write() as session:
        changed = order(session, words)
    if not changed:
        return _page(request, services, visitor, terminal, "already", reason=words)
    return RedirectResponse(f"/terminals/{terminal}?done={done}", 303)


@router.post("/terminals/{terminal}/stop")
def stop(
    request: Request,
    services: Page,
    visitor: Annotated[Visitor, Depends(doer(Deed.STOP_TERMINAL))],
    terminal: TerminalId,
    reason: Text = "",
) -> Response:
    """The stop order: no number is reserved or released after this transaction."""

    def order(session: Session, words: str) -> bool:
        return terminals.stop(session, terminal, visitor.staff_id, words, services.now())

    return _ordered(request, services, visitor, terminal, reason, order, "stopped")


@router.post("/terminals/{terminal}/reopen")
def reopen(
    request: Request,
    services: Page,
    visitor: Annotated[Visitor, Depends(doer(Deed.REOPEN_TERMINAL))],
    terminal: TerminalId,
    reason: Text = "",
) -> Response:
    """Issues are taken again from this transaction on."""

    def order(session: Session, words: str) -> bool:
        return terminals.reopen(session, terminal, visitor.staff_id, services.now(), words)

    return _ordered(request, services, visitor, terminal, reason, order, "reopened")
