"""Sign in, sign out, and the change of one's own password (運用規程 第9条)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from starlette.responses import RedirectResponse

from admin.services import accounts, sessions
from admin.services.accounts import AccountRefusal
from admin.views import sentences
from admin.views.forms import Asked, Secret, Text, way_back
from admin.views.pages import render
from admin.views.visitor import (
    AnyVisitor,
    FormToken,
    Page,
    Visitor,
    check_token,
    drop_cookie,
    set_cookie,
    visitor_of,
)

router = APIRouter()


def _seen(request: Request) -> str:
    return request.client.host if request.client else "unknown"


@router.get("/sign-in")
def sign_in_form(
    request: Request,
    services: Page,
    next_page: Annotated[str, Query(alias="next", max_length=2000)] = "/",
    done: Asked = "",
) -> Response:
    back = way_back(next_page)
    if visitor_of(request, services) is not None:
        return RedirectResponse(back, 303)
    return render(request, "sign_in.html", next_page=back, refusal="", done=done)


@router.post("/sign-in")
def sign_in(
    request: Request,
    services: Page,
    staff_id: Text = "",
    password: Secret = "",
    next_page: Annotated[str, Form(alias="next", max_length=2000)] = "/",
) -> Response:
    now = services.now()
    with services.database.write() as session:
        account = accounts.check_password(session, staff_id.strip(), password, _seen(request), now)
        token = ""
        if not isinstance(account, AccountRefusal):
            sessions.purge(session, now)
            token = sessions.begin(session, account.staff_id, now)
    if isinstance(account, AccountRefusal):
        # Answered after the commit: a failed attempt must be counted and logged.
        return render(
            request, "sign_in.html", status=403, next_page=way_back(next_page), done="",
            refusal=sentences.refusal(account.code),
        )  # fmt: skip
    answer = RedirectResponse(way_back(next_page), 303)
    set_cookie(request, answer, token)
    return answer


@router.post("/sign-out")
def sign_out(
    request: Request, services: Page, visitor: AnyVisitor, form_token: FormToken = ""
) -> Response:
    check_token(services, visitor, form_token)
    with services.database.write() as session:
        sessions.end(session, visitor.token, visitor.staff_id, services.now())
    answer = RedirectResponse("/sign-in?done=signed_out", 303)
    drop_cookie(request, answer)
    return answer


def _password_page(request: Request, visitor: Visitor, code: str = "") -> Response:
    return render(
        request, "password.html", visitor, refused=code,
    )  # fmt: skip


@router.get("/password")
def password_form(request: Request, visitor: AnyVisitor) -> Response:
    return _password_page(request, visitor)


@router.post("/password")
def change_password(
    request: Request,
    services: Page,
    visitor: AnyVisitor,
    old: Secret = "",
    new: Secret = "",
    again: Secret = "",
    form_token: FormToken = "",
) -> Response:
    check_token(services, visitor, form_token)
    if new != again:
        return _password_page(request, visitor, "password_differs")
    now = services.now()
    with services.database.write() as session:
        refusal = accounts.change_password(session, visitor.staff_id, old, new, now)
        if refusal is None:
            # Every session of this ID ends, here too; whoever knew the old one is out.
            accounts.end_sessions(session, visitor.staff_id)
            token = sessions.begin(session, visitor.staff_id, now)
    if refusal is not None:
        code = "old_password" if refusal.code == "sign_in_refused" else refusal.code
        return _password_page(request, visitor, code)
    answer = RedirectResponse("/?done=password", 303)
    set_cookie(request, answer, token)
    return answer
