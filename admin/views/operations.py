"""The operation log (操作記録): rows, filters, and the check of the whole chain."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from admin.services import operation_log, operation_rows, row_audit
from admin.services.authority import Deed
from admin.services.context import Services
from admin.services.operation_log import ChainReport
from admin.services.operation_rows import OperationPage, RowFilter
from admin.services.row_audit import RowFault
from admin.views.forms import one_line
from admin.views.pages import render
from admin.views.reading import reading
from admin.views.show import read_day
from admin.views.visitor import Page, Visitor, doer, reader
from kiosk.domain.events import EventCode

router = APIRouter()

Reader = Annotated[Visitor, Depends(reader(Deed.READ_OPERATIONS))]

#: What SQLite and PostgreSQL can both count to.
_MAX_SEQ = 2**62


def _said(wanted: RowFilter) -> list[str]:
    days = {"from": wanted.first_day, "to": wanted.last_day}
    said = [f"{key}={day.isoformat()}" for key, day in days.items() if day]
    if wanted.event:
        said.append(f"event={wanted.event.value}")
    return [*said, "actor"] if wanted.actor else said


def _shown(
    services: Services, visitor: Visitor, wanted: RowFilter, before: int | None
) -> OperationPage:
    """The page, and the row that says it was looked at."""
    with reading(services) as session:
        found = operation_rows.page(session, wanted, before)
    with services.database.write() as session:
        operation_log.append(
            session, EventCode.LOG_SEARCHED, visitor.actor, at=services.now(),
            subject="operation-log", data={"filters": _said(wanted), "count": len(found.rows)},
        )  # fmt: skip
    return found


def _page(
    request: Request,
    services: Services,
    visitor: Visitor,
    typed: dict[str, str],
    before: int | None = None,
    report: ChainReport | None = None,
    changed: RowFault | None = None,
) -> Response:
    code, found = "", None
    try:
        event = EventCode(typed["event"]) if typed["event"] else None
        wanted = RowFilter(read_day(typed["from"]), read_day(typed["to"]), event, typed["actor"])
    except ValueError:
        code = "bad_day"
    else:
        found = _shown(services, visitor, wanted, before)
    return render(
        request, "operations.html", visitor, refused=code, page=found,
        typed=typed, before=before, report=report, changed=changed,
        address=urlencode([pair for pair in typed.items() if pair[1]]),
        events=list(EventCode),
    )  # fmt: skip


@router.get("/operations")
def show_operations(
    request: Request,
    services: Page,
    visitor: Reader,
    first: Annotated[str, Query(alias="from", max_length=40)] = "",
    last: Annotated[str, Query(alias="to", max_length=40)] = "",
    event: Annotated[str, Query(max_length=40)] = "",
    actor: Annotated[str, Query(max_length=64)] = "",
    before: Annotated[int | None, Query(ge=1, le=_MAX_SEQ)] = None,
) -> Response:
    typed = {"from": one_line(first), "to": one_line(last), "event": one_line(event)}
    return _page(request, services, visitor, {**typed, "actor": one_line(actor)}, before)


@router.post("/operations/verify")
def verify(
    request: Request,
    services: Page,
    visitor: Annotated[Visitor, Depends(doer(Deed.READ_OPERATIONS))],
) -> Response:
    """Walk the chain from its first row; the check is itself a row."""
    with reading(services) as session:
        report = operation_log.verify(session)
        changed = row_audit.audit(session) if report.fault is None else None
    fault = report.fault or (changed and f"{changed.code} {changed.which}")
    with services.database.write() as session:
        operation_log.append(
            session, EventCode.LOG_VERIFIED, visitor.actor, at=services.now(),
            data={
                "rows": report.rows, "chain_head": report.head, "ok": fault is None,
                **({"fault": fault} if fault else {}),
            },
        )  # fmt: skip
    typed = dict.fromkeys(("from", "to", "event", "actor"), "")
    return _page(request, services, visitor, typed, report=report, changed=changed)
