"""One issue: its state and history, its applicant, its sheet, and what staff decide about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from admin.db.issue_tables import ApplicationRow, Issue, Terminal
from admin.services import applications, issuing, operation_log, payment_list, print_log, sheets
from admin.services.authority import Deed, may
from admin.services.context import Services
from admin.services.field_cipher import CipherError
from admin.services.issuing import IssueRefusal
from admin.services.sheets import Redrawn
from admin.views import sentences
from admin.views.forms import Asked, IssueId, Text, lines
from admin.views.pages import render
from admin.views.reading import reading
from admin.views.visitor import (
    FormToken,
    Page,
    Visitor,
    check_token,
    doer,
    full_visitor,
    reader,
    refuse,
)
from kiosk.domain.events import EventCode
from kiosk.domain.issuance import OPEN_STATES, IssueState, may_move

router = APIRouter()

Reader = Annotated[Visitor, Depends(reader(Deed.READ_PRINT_LOG))]
Full = Annotated[Visitor, Depends(full_visitor)]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The three hashes of a sheet: as recorded, as kept, as drawn again."""

    recorded: str
    kept: str
    redrawn: Redrawn


def _page(
    request: Request, services: Services, visitor: Visitor, issue_id: str, status: int = 200,
    **more: Any,
) -> Response:  # fmt: skip
    """The page. ``more``: refusal, person, comparison, done."""
    with reading(services) as session:
        detail = print_log.detail(session, issue_id)
        if detail is None:
            raise HTTPException(404)
        entry = services.load_entry(session, detail.issue.entry_id)
        terminal = session.get(Terminal, detail.line.terminal)
        application = session.get_one(ApplicationRow, detail.line.application_id)
        money = payment_list.money_of(session, issue_id)
    values: dict[str, Any] = {"refusal": "", "person": None, "comparison": None, "done": ""}
    return render(
        request, "issue.html", visitor, status=status, detail=detail, entry=entry, money=money,
        label=terminal.label if terminal else detail.line.terminal, applied_at=application.at,
        choices=choices(visitor, detail.line.state), purposes=sentences.PURPOSES,
        **{**values, **more},
    )  # fmt: skip


def choices(visitor: Visitor, state: IssueState) -> list[IssueState]:
    """What this person may make of an issue in this state."""
    deed = Deed.DECIDE_UNKNOWN if state is IssueState.UNKNOWN else Deed.VOID_PRINTED
    if state in OPEN_STATES or not may(visitor.role, deed):
        return []
    return [new for new in (IssueState.PRINTED, IssueState.VOIDED) if may_move(state, new)]


@router.get("/issues/{issue_id}")
def show_issue(
    request: Request, services: Page, visitor: Reader, issue_id: IssueId, done: Asked = ""
) -> Response:
    return _page(request, services, visitor, issue_id, done=done)


# --- the applicant ------------------------------------------------------------------------------


@router.post("/issues/{issue_id}/applicant")
def show_applicant(
    request: Request,
    services: Page,
    visitor: Annotated[Visitor, Depends(doer(Deed.VIEW_PERSON))],
    issue_id: IssueId,
    purpose: Text = "",
) -> Response:
    """Opening a person's record asks the purpose, and is itself a row."""
    if purpose not in sentences.PURPOSES:
        said = sentences.refusal("purpose_needed")
        return _page(request, services, visitor, issue_id, 422, refusal=said)
    code, person = "", None
    with services.database.write() as session:
        issue = session.get(Issue, issue_id)
        if issue is None:
            raise HTTPException(404)
        try:
            person = applications.applicant_of(session, services.keys, issue.application_id)
        except CipherError:
            code = "person_damaged"
        operation_log.append(
            session, EventCode.PERSON_VIEWED, visitor.actor, at=services.now(), subject=issue_id,
            data={
                "application_id": issue.application_id, "number": sheets.number_of(issue),
                "purpose": purpose, "ok": person is not None,
            },
        )  # fmt: skip
    if person is None:
        said = sentences.refusal(code or "no_person")
        return _page(request, services, visitor, issue_id, 409, refusal=said)
    return _page(request, services, visitor, issue_id, person=person)


# --- the sheet ----------------------------------------------------------------------------------


@router.get("/issues/{issue_id}/sheet.pdf")
def show_sheet(
    request: Request,
    services: Page,
    visitor: Annotated[Visitor, Depends(reader(Deed.VIEW_SHEET))],
    issue_id: IssueId,
) -> Response:
    """The sheet as it was released; looking at it is a row."""
    try:
        with services.database.write() as session:
            issue = session.get(Issue, issue_id)
            if issue is None:
                raise HTTPException(404)
            number, pdf = sheets.number_of(issue), sheets.stored_sheet(services.keys, issue)
            if pdf is not None:
                _note_sheet(session, services, visitor, issue)
    except ValueError:  # CipherError is one: no row, no sheet
        said = sentences.refusal("sheet_damaged")
        return _page(request, services, visitor, issue_id, 409, refusal=said)
    if pdf is None:
        said = sentences.refusal("no_sheet")
        return _page(request, services, visitor, issue_id, 409, refusal=said)
    headers = {
        "Content-Disposition": f'inline; filename="{number}.pdf"',
        # A browser's own PDF viewer is not a page of ours: only framing is forbidden.
        "Content-Security-Policy": "frame-ancestors 'none'",
    }
    return Response(pdf, media_type="application/pdf", headers=headers)


def _note_sheet(
    session: Session, services: Services, visitor: Visitor, issue: Issue, result: str = ""
) -> None:
    operation_log.append(
        session, EventCode.SHEET_VIEWED, visitor.actor, at=services.now(), subject=issue.id,
        data={"number": sheets.number_of(issue), **({"result": result} if result else {})},
    )  # fmt: skip


@router.post("/issues/{issue_id}/redraw")
def redraw(
    request: Request,
    services: Page,
    visitor: Annotated[Visitor, Depends(doer(Deed.VIEW_SHEET))],
    issue_id: IssueId,
) -> Response:
    """Draw the sheet again and compare three hashes."""
    with reading(services) as session:
        issue = session.get(Issue, issue_id)
        if issue is None:
            raise HTTPException(404)
        result = sheets.redraw(services, session, issue)
        kept = "same" if _kept_is_sound(services, issue) else "damaged"
    with services.database.write() as session:
        _note_sheet(session, services, visitor, issue, result.value)
    comparison = Comparison(issue.pdf_sha256 or "", kept, result)
    return _page(request, services, visitor, issue_id, comparison=comparison)


def _kept_is_sound(services: Services, issue: Issue) -> bool:
    try:
        return sheets.stored_sheet(services.keys, issue) is not None
    except ValueError:
        return False


# --- the decision -------------------------------------------------------------------------------


def _decide_page(
    request: Request, services: Services, visitor: Visitor, issue_id: str, code: str = "",
    reason: str = "", new: str = "",
) -> Response:  # fmt: skip
    with reading(services) as session:
        detail = print_log.detail(session, issue_id)
        if detail is None:
            raise HTTPException(404)
        terminal = session.get(Terminal, detail.line.terminal)
        money = payment_list.money_of(session, issue_id)
    offered = choices(visitor, detail.line.state)
    if not offered:
        code = code or "not_allowed"
    return render(
        request, "decide.html", visitor, refused=code, detail=detail, money=money,
        label=terminal.label if terminal else detail.line.terminal, choices=offered,
        reason=reason, new=new,
    )  # fmt: skip


def _allowed(services: Services, visitor: Visitor, issue_id: str) -> IssueState:
    """The issue's state, if this person may decide about it. Raises Denied, HTTPException."""
    with reading(services) as session:
        issue = session.get(Issue, issue_id)
        if issue is None:
            raise HTTPException(404)
        state = IssueState(issue.state)
    deed = Deed.VOID_PRINTED if state is IssueState.PRINTED else Deed.DECIDE_UNKNOWN
    if not may(visitor.role, deed):
        raise refuse(services, visitor, deed.value)
    return state


@router.get("/issues/{issue_id}/decide")
def decide_form(request: Request, services: Page, visitor: Full, issue_id: IssueId) -> Response:
    _allowed(services, visitor, issue_id)
    return _decide_page(request, services, visitor, issue_id)


@router.post("/issues/{issue_id}/decide")
def decide(
    request: Request,
    services: Page,
    visitor: Full,
    issue_id: IssueId,
    new: Text = "",
    reason: Text = "",
    seen: Text = "",
    refunded: Text = "",
    form_token: FormToken = "",
) -> Response:
    """UNKNOWN -> PRINTED or VOIDED, PRINTED -> VOIDED; the service writes row and reason."""
    check_token(services, visitor, form_token)
    state = _allowed(services, visitor, issue_id)
    words = lines(reason)
    code = ""
    if new not in {IssueState.PRINTED.value, IssueState.VOIDED.value}:
        code = "result_needed"
    elif state is IssueState.UNKNOWN and seen != "yes":
        code = "seen_needed"
    else:
        answer = issuing.decide(
            services, issue_id, visitor.staff_id, IssueState(new), words,
            refunded=refunded == "yes",
        )  # fmt: skip
        code = answer.code if isinstance(answer, IssueRefusal) else ""
    if code:
        return _decide_page(request, services, visitor, issue_id, code, words, new)
    return RedirectResponse(f"/issues/{issue_id}?done=decided", 303)
