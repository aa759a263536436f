"""入金: who waits for the counter, what is owed, and the day's sums. Every deed is a row."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from starlette.responses import RedirectResponse

from admin.db.issue_tables import Terminal
from admin.services import fees, payment_list
from admin.services.authority import Deed
from admin.services.awaiting import is_silent
from admin.services.context import Services
from admin.services.fees import FeeRefusal
from admin.services.payment_ledger import entries
from admin.services.print_log import history
from admin.views import show
from admin.views.forms import Asked, IssueId, Text, lines, one_line
from admin.views.pages import render
from admin.views.reading import reading
from admin.views.visitor import Page, Visitor, doer, reader
from kiosk.domain.fees import FeeMode, Payment, PaymentState, Pot

router = APIRouter()

Reader = Annotated[Visitor, Depends(reader(Deed.TAKE_FEES))]
Doer = Annotated[Visitor, Depends(doer(Deed.TAKE_FEES))]


@router.get("/payments")
def show_payments(
    request: Request, services: Page, visitor: Reader, day: Asked = "", done: Asked = ""
) -> Response:
    """``day``: of the sums and the list; today when it cannot be read."""
    chosen = show.read_day(day) or services.today()
    with reading(services) as session:
        return render(
            request, "payments.html", visitor, done=done, day=chosen,
            rate=fees.rate_on(session, services.today()), off=FeeMode.OFF,
            awaiting=payment_list.in_state(session, PaymentState.AWAITING),
            owing=payment_list.in_state(session, PaymentState.OWING),
            sums=payment_list.day_sums(session, chosen),
            lines=payment_list.of_day(session, chosen),
        )  # fmt: skip


def _page(
    request: Request, services: Services, visitor: Visitor, payment_id: str, code: str = "",
    **more: Any,
) -> Response:  # fmt: skip
    with reading(services) as session:
        line = payment_list.line_of(session, payment_id)
        if line is None:
            raise HTTPException(404)
        values: dict[str, Any] = {"remark": "", "done": "", "amount": ""}
        terminal = session.get_one(Terminal, line.row.terminal)
        return render(
            request, "payment.html", visitor, refused=code, line=line,
            silent=is_silent(terminal, services.now()), last_seen=terminal.last_seen,
            rows=entries(session, payment_id), trail=history(session, payment_id),
            waiting=line.pots[Pot.DEPOSIT] + line.pots[Pot.MISSING], held=line.pots[Pot.HELD],
            **{**values, **more},
        )  # fmt: skip


@router.get("/payments/{payment_id}")
def show_payment(
    request: Request, services: Page, visitor: Reader, payment_id: IssueId, done: Asked = ""
) -> Response:
    return _page(request, services, visitor, payment_id, done=done)


def _after(
    request: Request, services: Services, visitor: Visitor, payment_id: str,
    answer: Payment | FeeRefusal, done: str, **typed: str,
) -> Response:  # fmt: skip
    if isinstance(answer, FeeRefusal):
        return _page(request, services, visitor, payment_id, answer.code, **typed)
    return RedirectResponse(f"/payments/{payment_id}?done={done}", 303)


def _yen(text: str) -> int:
    """``1,200円`` as it is typed, full-width digits too; -1 for what is no amount."""
    digits = one_line(text).replace(",", "").replace("，", "").removesuffix("円").strip()
    return int(digits) if digits.isdecimal() and len(digits) < 8 else -1


@router.post("/payments/{payment_id}/receive")
def receive(
    request: Request,
    services: Page,
    visitor: Doer,
    payment_id: IssueId,
    amount: Text = "",
    remark: Text = "",
) -> Response:
    """Staff took what is due; the terminal prints within seconds."""
    words = lines(remark)
    answer = fees.receive(services, payment_id, visitor.staff_id, _yen(amount), words)
    typed = {"amount": one_line(amount), "remark": words}
    return _after(request, services, visitor, payment_id, answer, "received", **typed)


@router.post("/payments/{payment_id}/cancel")
def cancel(
    request: Request, services: Page, visitor: Doer, payment_id: IssueId, reason: Text = ""
) -> Response:
    answer = fees.cancel(services, payment_id, visitor.staff_id, lines(reason))
    return _after(request, services, visitor, payment_id, answer, "payment_cancelled")


@router.post("/payments/{payment_id}/hand-out")
def hand_out(
    request: Request,
    services: Page,
    visitor: Doer,
    payment_id: IssueId,
    remark: Text = "",
    unclaimed: Text = "",
    looked: Text = "",
) -> Response:
    """What is owed goes to the person, or is kept as unclaimed."""
    words = lines(remark)
    answer = fees.hand_out(
        services, payment_id, visitor.staff_id, words,
        unclaimed=unclaimed == "yes", looked=looked == "yes",
    )  # fmt: skip
    return _after(request, services, visitor, payment_id, answer, "handed_out", remark=words)
