"""Reviews (点検): a period is looked at, counted, and marked with a remark."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from starlette.responses import RedirectResponse

from admin.services import awaiting, print_log
from admin.services.authority import Deed
from admin.services.context import Services
from admin.services.print_log import ReviewRefusal
from admin.views.forms import Asked, Text, lines, one_line
from admin.views.pages import render
from admin.views.reading import reading
from admin.views.show import read_day
from admin.views.visitor import Page, Visitor, doer, reader
from kiosk.domain.issuance import IssueState

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Period:
    """A period as typed and as meant; ``code`` says what is wrong with it."""

    first: date
    last: date
    code: str = ""


def read_period(first: str, last: str, services: Services) -> Period:
    """The period typed; yesterday (or what has waited longest) where nothing is typed."""
    today = services.today()
    yesterday = today - timedelta(days=1)
    try:
        begin, end = read_day(one_line(first)), read_day(one_line(last))
    except ValueError:
        return Period(yesterday, yesterday, "bad_day")
    if begin is None or end is None:
        with reading(services) as session:
            waiting = [d.day for d in awaiting.unreviewed_days(session, today) if d.day < today]
        begin = begin or (waiting[0] if waiting else yesterday)
        end = end or max(begin, yesterday)
    return Period(begin, end, "bad_period" if begin > end else "")


def _page(
    request: Request, services: Services, visitor: Visitor, period: Period, done: str = "",
    code: str = "", detail: str = "", remark: str = "",
) -> Response:  # fmt: skip
    code = code or period.code
    with reading(services) as session:
        counts = {} if period.code else print_log.counts(session, period.first, period.last)
        done_reviews = print_log.reviews(session)
        open_days = awaiting.unreviewed_days(session, services.today())
    return render(
        request, "reviews.html", visitor, refused=code, period=period,
        counts=counts, total=sum(counts.values()), states=list(IssueState),
        reviews=done_reviews, open_days=open_days, today=services.today(), remark=remark,
        refusal_detail=detail, done=done,
    )  # fmt: skip


@router.get("/reviews")
def show_reviews(
    request: Request,
    services: Page,
    visitor: Annotated[Visitor, Depends(reader(Deed.REVIEW))],
    first: Annotated[str, Query(alias="from", max_length=40)] = "",
    last: Annotated[str, Query(alias="to", max_length=40)] = "",
    done: Asked = "",
) -> Response:
    return _page(request, services, visitor, read_period(first, last, services), done)


@router.post("/reviews")
def review(
    request: Request,
    services: Page,
    visitor: Annotated[Visitor, Depends(doer(Deed.REVIEW))],
    first: Annotated[str, Form(alias="from", max_length=40)] = "",
    last: Annotated[str, Form(alias="to", max_length=40)] = "",
    remark: Text = "",
) -> Response:
    """Mark the period; the service checks the whole chain first and writes the row."""
    period, words = read_period(first, last, services), lines(remark)
    if not (first.strip() and last.strip()):
        return _page(request, services, visitor, period, code="period_needed", remark=words)
    if period.code:
        return _page(request, services, visitor, period, remark=words)
    made = print_log.review_period(services, visitor.staff_id, period.first, period.last, words)
    if isinstance(made, ReviewRefusal):
        return _page(
            request, services, visitor, period, code=made.code, detail=made.detail, remark=words
        )
    return RedirectResponse("/reviews?done=reviewed", 303)
