"""Staff IDs: given, changed and ended by the 統括管理者 (運用規程 第6条, 第9条)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response
from starlette.responses import RedirectResponse

from admin.db.card_tables import StaffCard
from admin.db.staff_tables import StaffAccount
from admin.services import accounts, authority_period, operation_log, print_log, staff_cards
from admin.services.accounts import AccountRefusal, Role
from admin.services.authority import Deed
from admin.services.context import Services
from admin.services.print_log import day_start
from admin.views.forms import Asked, CardId, Pem, Secret, StaffId, Text, lines, one_line
from admin.views.pages import render
from admin.views.reading import reading
from admin.views.show import last_day, local_day, read_day
from admin.views.visitor import Page, Visitor, doer, reader
from kiosk.domain.eras import wareki

router = APIRouter()

Reader = Annotated[Visitor, Depends(reader(Deed.READ_ACCOUNTS))]
Keeper = Annotated[Visitor, Depends(reader(Deed.KEEP_ACCOUNTS))]
Doer = Annotated[Visitor, Depends(doer(Deed.KEEP_ACCOUNTS))]

#: Rows of a person's own history on their page.
HISTORY_ROWS = 30

First = Annotated[str, Form(alias="from", max_length=40)]
Last = Annotated[str, Form(alias="to", max_length=40)]


def read_days(first: str, last: str) -> tuple[datetime, datetime] | str:
    """Midnight before the first day and after the last one, Japan time; or a refusal's code."""
    try:
        begin, end = read_day(one_line(first)), read_day(one_line(last))
    except ValueError:
        return "bad_day"
    if begin is None or end is None:
        return "period_needed"
    return day_start(begin), day_start(end + timedelta(days=1))


@router.get("/accounts")
def list_accounts(request: Request, services: Page, visitor: Reader) -> Response:
    now = services.now()
    with reading(services) as session:
        rows = accounts.every_account(session)
    states = {row.staff_id: account_state(row, now) for row in rows}
    return render(request, "accounts.html", visitor, rows=rows, states=states)


def account_state(row: StaffAccount, now: datetime) -> str:
    """``disabled``, ``early``, ``over``, ``first_password``, ``expired`` or ``in_force``."""
    if row.disabled_at is not None:
        return "disabled"
    if now < row.valid_from:
        return "early"
    if now >= row.valid_to:
        return "over"
    if row.must_change:
        return "first_password"
    return "expired" if accounts.password_expired(row, now) else "in_force"


# --- a new person -------------------------------------------------------------------------------


def _new_page(
    request: Request, visitor: Visitor, typed: dict[str, str], code: str = ""
) -> Response:
    return render(
        request, "account_new.html", visitor, refused=code, typed=typed,
        roles=list(Role),
    )  # fmt: skip


@router.get("/accounts/new")
def new_form(request: Request, services: Page, visitor: Keeper) -> Response:
    today = services.today()
    # To the end of the fiscal year, unless another day is typed.
    end = today.replace(year=today.year + (today.month >= 4), month=3, day=31)
    typed = {
        "staff_id": "", "display_name": "", "role": Role.USER.value,
        "from": wareki(today), "to": wareki(end),
    }  # fmt: skip
    return _new_page(request, visitor, typed)


@router.post("/accounts/new")
def create(
    request: Request,
    services: Page,
    visitor: Doer,
    staff_id: Text = "",
    display_name: Text = "",
    role: Text = "",
    first: First = "",
    last: Last = "",
) -> Response:
    """The first password is on the answer, once, and nowhere else."""
    typed = {
        "staff_id": one_line(staff_id), "display_name": one_line(display_name), "role": role,
        "from": one_line(first), "to": one_line(last),
    }  # fmt: skip
    days = read_days(first, last)
    if isinstance(days, str) or role not in set(Role):
        code = days if isinstance(days, str) else "role"
        return _new_page(request, visitor, typed, code)
    with services.database.write() as session:
        made = accounts.create_account(
            session, staff_id=typed["staff_id"], display_name=typed["display_name"],
            role=Role(role), valid_from=days[0], valid_to=days[1], now=services.now(),
            actor=visitor.actor,
        )  # fmt: skip
    if isinstance(made, AccountRefusal):
        return _new_page(request, visitor, typed, made.code)
    return render(
        request, "account_password.html", visitor, account=made[0], password=made[1], again=False
    )


# --- a known person -----------------------------------------------------------------------------


def _page(
    request: Request, services: Services, visitor: Visitor, staff_id: str, code: str = "",
    done: str = "",
) -> Response:  # fmt: skip
    now = services.now()
    with reading(services) as session:
        row = session.get(StaffAccount, staff_id)
        if row is None:
            raise HTTPException(404)
        happened = print_log.history(session, staff_id)[-HISTORY_ROWS:][::-1]
        cards = [shown_card(card, now) for card in staff_cards.cards_of(session, staff_id)]
    return render(
        request, "account.html", visitor, refused=code, row=row, done=done,
        state=account_state(row, now), history=happened,
        days_left=accounts.password_days_left(row, now),
        first=local_day(row.valid_from), last=last_day(row.valid_to), cards=cards,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShownCard:
    """One line of the page. ``mark`` tells cards apart; nothing of the card can be got from it."""

    id: str
    kind: str
    mark: str
    state: str  # live, revoked, over
    registered_at: datetime
    registered_by: str
    key_not_after: datetime | None


def shown_card(card: StaffCard, now: datetime) -> ShownCard:
    state = "revoked" if card.revoked_at else "over" if staff_cards.is_over(card, now) else "live"
    return ShownCard(
        card.id, card.kind, staff_cards.mark(card), state, card.registered_at,
        card.registered_by, card.key_not_after,
    )  # fmt: skip


@router.get("/accounts/{staff_id}")
def show_account(
    request: Request, services: Page, visitor: Reader, staff_id: StaffId, done: Asked = ""
) -> Response:
    return _page(request, services, visitor, staff_id, done=done)


@router.post("/accounts/{staff_id}/reset")
def reset(request: Request, services: Page, visitor: Doer, staff_id: StaffId) -> Response:
    """A new first password, shown once; every session of that ID ends."""
    with services.database.write() as session:
        made = accounts.reset_password(session, staff_id, visitor.actor, services.now())
        account = session.get(StaffAccount, staff_id)
    if isinstance(made, AccountRefusal) or account is None:
        raise HTTPException(404)
    return render(
        request, "account_password.html", visitor, account=account, password=made, again=True
    )


@router.post("/accounts/{staff_id}/disable")
def disable(request: Request, services: Page, visitor: Doer, staff_id: StaffId) -> Response:
    with services.database.write() as session:
        operation_log.lock(session)
        refusal = accounts.disable(session, staff_id, visitor.actor, services.now())
    return _changed(request, services, visitor, staff_id, refusal, "disabled")


@router.post("/accounts/{staff_id}/pin")
def set_pin(
    request: Request, services: Page, visitor: Doer, staff_id: StaffId, pin: Secret = ""
) -> Response:
    with services.database.write() as session:
        now = services.now()
        refusal = accounts.set_pin(session, staff_id, pin.strip(), visitor.actor, now)
    return _changed(request, services, visitor, staff_id, refusal, "pin")


@router.post("/accounts/{staff_id}/period")
def set_period(
    request: Request,
    services: Page,
    visitor: Doer,
    staff_id: StaffId,
    first: First = "",
    last: Last = "",
) -> Response:
    days = read_days(first, last)
    if isinstance(days, str):
        return _page(request, services, visitor, staff_id, days)
    with services.database.write() as session:
        refusal = authority_period.set_period(
            session, staff_id, *days, visitor.actor, services.now()
        )
    return _changed(request, services, visitor, staff_id, refusal, "period")


# --- IC cards -----------------------------------------------------------------------------------


@router.post("/accounts/{staff_id}/cards/felica")
def add_felica(
    request: Request, services: Page, visitor: Doer, staff_id: StaffId, idm: Secret = ""
) -> Response:
    with services.database.write() as session:
        made = staff_cards.register_felica(
            session, services.keys, staff_id, one_line(idm), visitor.actor, services.now()
        )
    return _changed(request, services, visitor, staff_id, _refused(made), "card")


@router.post("/accounts/{staff_id}/cards/piv")
def add_piv(
    request: Request, services: Page, visitor: Doer, staff_id: StaffId, pem: Pem = ""
) -> Response:
    with services.database.write() as session:
        made = staff_cards.register_piv(
            session, services.keys, staff_id, lines(pem), visitor.actor, services.now()
        )
    return _changed(request, services, visitor, staff_id, _refused(made), "card")


def _refused(made: StaffCard | AccountRefusal) -> AccountRefusal | None:
    return made if isinstance(made, AccountRefusal) else None


@router.post("/accounts/{staff_id}/cards/{card_id}/revoke")
def revoke_card(
    request: Request, services: Page, visitor: Doer, staff_id: StaffId, card_id: CardId
) -> Response:
    with services.database.write() as session:
        refusal = staff_cards.revoke(session, staff_id, card_id, visitor.actor, services.now())
    return _changed(request, services, visitor, staff_id, refusal, "card_revoked")


def _changed(
    request: Request, services: Services, visitor: Visitor, staff_id: str,
    refusal: AccountRefusal | None, done: str,
) -> Response:  # fmt: skip
    if refusal is not None:
        return _page(request, services, visitor, staff_id, refusal.code)
    return RedirectResponse(f"/accounts/{staff_id}?done={done}", 303)
