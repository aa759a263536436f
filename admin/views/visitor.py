"""Who is at the browser: the cookie, the session behind it, and what each route asks of them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Form, Request
from starlette.responses import Response

from admin.services import accounts, operation_log, sessions
from admin.services.accounts import Role
from admin.services.authority import Deed, may
from admin.services.context import Services
from admin.views.reading import reading
from kiosk.domain.events import EventCode

COOKIE = "daicho-staff"


class SendTo(Exception):  # noqa: N818 - an answer, not an error
    """Becomes a redirect (303) to ``location``."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


class Denied(Exception):  # noqa: N818 - an answer, not an error
    """Becomes the page 403; whoever raises it has written the log row."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """The signed-in member of staff for this one request."""

    staff_id: str
    display_name: str
    role: Role
    must_change: bool
    days_left: int
    valid_to: datetime
    form_token: str = field(repr=False)
    token: str = field(repr=False)

    @property
    def actor(self) -> operation_log.Actor:
        return operation_log.staff_actor(self.staff_id)


def services_of(request: Request) -> Services:
    services: Services = request.app.state.page_services
    return services


Page = Annotated[Services, Depends(services_of)]


# --- the cookie ---------------------------------------------------------------------------------


def is_https(request: Request) -> bool:
    """By the request itself, or by the setting when a proxy in front speaks TLS."""
    state = getattr(request.app.state, "server", None)
    return request.url.scheme == "https" or bool(state is not None and state.settings.https)


def cookie_name(request: Request) -> str:
    """``__Host-`` binds the cookie to this host and to TLS (RFC 6265bis, section 4.1.3.2)."""
    return f"__Host-{COOKIE}" if is_https(request) else COOKIE


def set_cookie(request: Request, response: Response, token: str) -> None:
    response.set_cookie(
        cookie_name(request), token, path="/", httponly=True, samesite="strict",
        secure=is_https(request),
    )  # fmt: skip


def drop_cookie(request: Request, response: Response) -> None:
    response.delete_cookie(
        cookie_name(request), path="/", httponly=True, samesite="strict", secure=is_https(request)
    )


# --- who ----------------------------------------------------------------------------------------


def visitor_of(request: Request, services: Services) -> Visitor | None:
    """Who holds the cookie, if session and authority are in force at this moment."""
    token = request.cookies.get(cookie_name(request), "")
    if not token:
        return None
    now = services.now()
    with reading(services) as session:
        found = sessions.whose(session, token, now)
        stale = found is not None and sessions.needs_touch(session, token, now)
    if found is None:
        return None
    if stale:
        with services.database.write() as session:
            sessions.touch(session, token, now)
    account = found.account
    return Visitor(
        staff_id=account.staff_id,
        display_name=account.display_name,
        role=Role(account.role),
        must_change=found.must_change,
        days_left=accounts.password_days_left(account, now),
        valid_to=account.valid_to,
        form_token=found.form_token,
        token=token,
    )


def sign_in_address(request: Request) -> str:
    """The sign-in page, with the way back when it was only being read."""
    if request.method != "GET" or request.url.path == "/":
        back = ""
    else:
        query = f"?{request.url.query}" if request.url.query else ""
        back = f"?next={quote(request.url.path + query, safe='')}"
    if request.cookies.get(cookie_name(request)):
        back = f"{back}&done=expired" if back else "?done=expired"
    return f"/sign-in{back}"


def any_visitor(request: Request, services: Page) -> Visitor:
    """Signed in; the password may still have to be changed. Raises SendTo."""
    found = visitor_of(request, services)
    if found is None:
        raise SendTo(sign_in_address(request))
    return found


def full_visitor(visitor: Annotated[Visitor, Depends(any_visitor)]) -> Visitor:
    """Signed in with a password that is in force. Raises SendTo."""
    if visitor.must_change:
        raise SendTo("/password")
    return visitor


def refuse(services: Services, visitor: Visitor, code: str) -> Denied:
    """Record a refusal; the caller raises what comes back."""
    with services.database.write() as session:
        operation_log.append(
            session, EventCode.ACCESS_REFUSED, visitor.actor, at=services.now(),
            data={"code": code},
        )  # fmt: skip
    return Denied(code)


def check_token(services: Services, visitor: Visitor, form_token: str) -> None:
    """The form is one that this session was given. Raises Denied."""
    if not secrets.compare_digest(form_token.encode(), visitor.form_token.encode()):
        raise refuse(services, visitor, "form_token")


FormToken = Annotated[str, Form(alias="form_token")]


def _check_deed(services: Services, visitor: Visitor, deed: Deed) -> None:
    if not may(visitor.role, deed):
        raise refuse(services, visitor, deed.value)


# The inner functions' annotations must name nothing local: FastAPI reads them from the module.


def reader(deed: Deed) -> Callable[..., Visitor]:
    """A dependency for pages: signed in, and the table allows ``deed``. Raises Denied, SendTo."""

    def wanted(services: Page, visitor: Annotated[Visitor, Depends(full_visitor)]) -> Visitor:
        _check_deed(services, visitor, deed)
        return visitor

    return wanted


def doer(deed: Deed) -> Callable[..., Visitor]:
    """A dependency for forms: what :func:`reader` asks, and the form's own token."""

    def wanted(
        services: Page,
        visitor: Annotated[Visitor, Depends(full_visitor)],
        form_token: FormToken = "",
    ) -> Visitor:
        _check_deed(services, visitor, deed)
        check_token(services, visitor, form_token)
        return visitor

    return wanted


AnyVisitor = Annotated[Visitor, Depends(any_visitor)]
FullVisitor = Annotated[Visitor, Depends(full_visitor)]
