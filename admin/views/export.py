"""The print log as a file: the count first, then the purpose, then XLSX or CSV."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import Response as PlainResponse

from admin.services import exports, print_log
from admin.services.authority import Deed, may
from admin.services.context import Services
from admin.services.exports import ExportOrder, ExportRefusal, Format
from admin.services.field_cipher import CipherError
from admin.views import sentences
from admin.views.forms import Text
from admin.views.log_filter import TypedFilter, asked_filter, sent_filter
from admin.views.pages import render
from admin.views.reading import reading
from admin.views.visitor import Page, Visitor, doer, reader, refuse
from kiosk.domain.issuance import IssueState

router = APIRouter()


def _page(
    request: Request, services: Services, visitor: Visitor, typed: TypedFilter, code: str = ""
) -> Response:
    total = 0
    try:
        wanted = typed.meant()
    except ValueError:
        code = code or "bad_day"
    else:
        with reading(services) as session:
            total = print_log.page(session, services.keys, wanted, size=1).total
    return render(
        request, "export.html", visitor, refused=code, typed=typed, total=total,
        purposes=sentences.PURPOSES, states=list(IssueState), max_rows=exports.MAX_ROWS,
    )  # fmt: skip


@router.get("/exports")
def export_form(
    request: Request,
    services: Page,
    visitor: Annotated[Visitor, Depends(reader(Deed.EXPORT))],
    typed: Annotated[TypedFilter, Depends(asked_filter)],
) -> Response:
    return _page(request, services, visitor, typed)


@router.post("/exports")
def export(
    request: Request,
    services: Page,
    visitor: Annotated[Visitor, Depends(doer(Deed.EXPORT))],
    typed: Annotated[TypedFilter, Depends(sent_filter)],
    purpose: Text = "",
    kind: Text = "",
    persons: Text = "",
) -> Response:
    with_persons = persons == "yes"
    if with_persons and not may(visitor.role, Deed.VIEW_PERSON):
        raise refuse(services, visitor, Deed.VIEW_PERSON.value)
    try:
        wanted, form = typed.meant(), Format(kind) if kind else None
    except ValueError:
        return _page(request, services, visitor, typed, "bad_day")
    if form is None or purpose not in sentences.PURPOSES:
        code = "format_needed" if form is None else "purpose_needed"
        return _page(request, services, visitor, typed, code)
    try:
        made = exports.export(
            services, visitor.staff_id, ExportOrder(wanted, form, purpose, with_persons)
        )
    except CipherError:
        return _page(request, services, visitor, typed, "person_damaged")
    if isinstance(made, ExportRefusal):
        return _page(request, services, visitor, typed, made.code)
    return _file(services, made.content, form)


def _file(services: Services, content: bytes, form: Format) -> Response:
    name = f"print-log-{services.today():%Y%m%d}.{form.value}"
    return PlainResponse(
        content, media_type=exports.MEDIA_TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip
