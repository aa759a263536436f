"""The staff's pages on the server's application."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from starlette.responses import RedirectResponse
from starlette.staticfiles import StaticFiles

from admin.services.context import Services
from admin.views import (
    accounts,
    export,
    home,
    issue,
    lookup,
    operations,
    payments,
    print_log,
    profiles,
    reviews,
    sign_in,
    terminals,
)
from admin.views.errors import error_page
from admin.views.pages import STATIC
from admin.views.security import PageGuard
from admin.views.visitor import Denied, SendTo

PAGES = (
    sign_in,
    home,
    print_log,
    issue,
    payments,
    lookup,
    reviews,
    export,
    terminals,
    profiles,
    operations,
    accounts,
)


def _send(_request: Request, answer: Exception) -> Response:
    return RedirectResponse(answer.location if isinstance(answer, SendTo) else "/", 303)


def _deny(request: Request, _answer: Exception) -> Response:
    return error_page(request, 403)


def mount(app: FastAPI, services: Services) -> None:
    """Add pages, style sheets and the guard that every page request passes."""
    app.state.page_services = services
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for page in PAGES:
        app.include_router(page.router)
    app.add_exception_handler(SendTo, _send)
    app.add_exception_handler(Denied, _deny)
    app.add_middleware(PageGuard, services=services)
