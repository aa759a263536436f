"""The first page: what awaits the person who signed in, and nothing that is not theirs."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from admin.services import accounts, awaiting, print_log, sheets
from admin.services.authority import Deed, may
from admin.views.forms import Asked
from admin.views.pages import render
from admin.views.reading import reading
from admin.views.visitor import FullVisitor, Page
from kiosk.domain.issuance import IssueState

router = APIRouter()

#: A password or an authority that ends within this time is announced.
WARN = accounts.PASSWORD_WARN


@router.get("/")
def home(request: Request, services: Page, visitor: FullVisitor, done: Asked = "") -> Response:
    now, today = services.now(), services.today()
    reads = may(visitor.role, Deed.READ_PRINT_LOG)
    with reading(services) as session:
        unknown = awaiting.unknown_issues(session) if reads else []
        unknown_count = awaiting.unknown_count(session) if reads else 0
        open_days = (
            [one for one in awaiting.unreviewed_days(session, today) if one.day < today]
            if may(visitor.role, Deed.REVIEW)
            else []
        )
        terminals = awaiting.terminal_states(session, now)
        counts = print_log.counts(session, today, today) if reads else {}
    return render(
        request, "home.html", visitor, done=done, now=now, today=today,
        unknown=[(issue.id, sheets.number_of(issue), issue) for issue in unknown],
        unknown_count=unknown_count, open_days=open_days,
        terminals=terminals, troubled=[one for one in terminals if one.faults],
        counts=counts, states=list(IssueState),
        password_warning=bool(accounts.PASSWORD_MAX_AGE) and visitor.days_left <= WARN.days,
        authority_warning=visitor.valid_to - now <= WARN,
    )  # fmt: skip
