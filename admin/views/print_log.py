"""The print log (印刷記録): the list, its filter, its pages. Each time it is shown is a row."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from sqlalchemy import select
from starlette.responses import RedirectResponse

from admin.db.issue_tables import Terminal
from admin.services import exports, operation_log, print_log
from admin.services.authority import Deed
from admin.services.context import Services
from admin.services.print_log import LogPage
from admin.views import sentences
from admin.views.log_filter import TypedFilter, asked_filter, sent_filter
from admin.views.pages import render
from admin.views.reading import reading
from admin.views.visitor import Page, Visitor, doer, reader
from kiosk.domain.events import EventCode
from kiosk.domain.issuance import IssueNumber, IssueState

router = APIRouter()

Reader = Annotated[Visitor, Depends(reader(Deed.READ_PRINT_LOG))]
Searcher = Annotated[Visitor, Depends(doer(Deed.READ_PRINT_LOG))]


def _after(text: str) -> str | None:
    """The key of the page before, or None for the first page."""
    try:
        return str(IssueNumber.parse(text)) if text else None
    except ValueError:
        return None


def _searched(
    services: Services, visitor: Visitor, typed: TypedFilter, after: str
) -> LogPage | str:
    """The page and its log row, or the code of what is wrong with the filter."""
    try:
        wanted = typed.meant()
    except ValueError:
        return "bad_day"
    if wanted.first_day and wanted.last_day and wanted.first_day > wanted.last_day:
        return "bad_period"
    # Read first, so that the log is locked for its row only; nothing is shown without that row.
    with reading(services) as session:
        found = print_log.page(session, services.keys, wanted, _after(after))
    with services.database.write() as session:
        operation_log.append(
            session, EventCode.LOG_SEARCHED, visitor.actor, at=services.now(),
            subject="print-log",
            data={"filters": exports.filters_said(wanted), "count": found.total},
        )  # fmt: skip
    return found


def _list(
    request: Request, services: Services, visitor: Visitor, typed: TypedFilter, after: str
) -> Response:
    found = _searched(services, visitor, typed, after)
    refusal = sentences.refusal(found) if isinstance(found, str) else ""
    with reading(services) as session:
        labels = {row.id: row.label for row in session.scalars(select(Terminal))}
    return render(
        request, "print_log.html", visitor, status=422 if refusal else 200, refusal=refusal,
        page=None if isinstance(found, str) else found, typed=typed, after=after,
        states=list(IssueState), terminals=sorted(labels), labels=labels, now=services.now(),
    )  # fmt: skip


@router.get("/print-log")
def show_list(
    request: Request,
    services: Page,
    visitor: Reader,
    typed: Annotated[TypedFilter, Depends(asked_filter)],
    after: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    return _list(request, services, visitor, typed, after)


@router.post("/print-log")
def search(
    request: Request,
    services: Page,
    visitor: Searcher,
    typed: Annotated[TypedFilter, Depends(sent_filter)],
    after: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """A name is answered here, so that it stands in no address; all else gets an address."""
    if typed.name:
        return _list(request, services, visitor, typed, after)
    address = typed.address()
    return RedirectResponse(f"/print-log?{address}" if address else "/print-log", 303)
