"""照合: is this sheet ours, and does it still count? Every question is a row of the log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from admin.services import applications, lookup, operation_log
from admin.services.authority import Deed
from admin.services.context import Services
from admin.services.lookup import Answer, FoundApplication
from admin.views.forms import Text
from admin.views.pages import render
from admin.views.reading import reading
from admin.views.visitor import Page, Visitor, doer, reader
from kiosk.domain.events import EventCode

router = APIRouter()

Reader = Annotated[Visitor, Depends(reader(Deed.READ_PRINT_LOG))]
Asker = Annotated[Visitor, Depends(doer(Deed.READ_PRINT_LOG))]


def _page(
    request: Request, visitor: Visitor, typed: str = "", answer: Answer | None = None,
    code: str = "", found: Sequence[FoundApplication] = (),
) -> Response:  # fmt: skip
    return render(
        request, "lookup.html", visitor, refused=code, typed=typed, answer=answer, found=found,
    )  # fmt: skip


def _note(services: Services, visitor: Visitor, answer: Answer) -> None:
    said = {
        "number": answer.number,
        "result": answer.standing.value if answer.standing else "",
        "code": answer.verdict.value if answer.verdict else "",
    }
    with services.database.write() as session:
        operation_log.append(
            session, EventCode.SHEET_LOOKED_UP, visitor.actor, at=services.now(),
            subject=answer.issue_id or "lookup", data={k: v for k, v in said.items() if v},
        )  # fmt: skip


def _note_applications(
    services: Services, visitor: Visitor, found: Sequence[FoundApplication]
) -> None:
    with services.database.write() as session:
        for one in found:
            operation_log.append(
                session, EventCode.SHEET_LOOKED_UP, visitor.actor, at=services.now(),
                subject=one.application_id, data={"user_id": one.user_id},
            )  # fmt: skip


@router.get("/lookup")
def ask(request: Request, visitor: Reader) -> Response:
    return _page(request, visitor)


@router.post("/lookup")
def look_up(request: Request, services: Page, visitor: Asker, typed: Text = "") -> Response:
    """Answered here and not at an address: a code repeats what stands on somebody's sheet."""
    keys = services.code_keys()
    with reading(services) as session:
        answer = lookup.look_up(session, keys, typed)
        found = () if answer else lookup.find_applications(session, services.load_entry, typed)
    if found:
        _note_applications(services, visitor, found)
        return _page(request, visitor, typed.strip(), found=found)
    if answer is None:
        code = "no_such_application" if applications.names_one(typed) else "number_or_code"
        return _page(request, visitor, typed[: lookup.MAX_TYPED], code=code)
    _note(services, visitor, answer)
    return _page(request, visitor, typed.strip(), answer)
