"""The staff's pages on the server's application."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from admin.services.context import Services
from admin.views.pages import STATIC
from admin.views.security import PageGuard


def mount(app: FastAPI, services: Services) -> None:
    """Add pages, style sheets and the guard that every page request passes."""
    app.state.page_services = services
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(PageGuard, services=services)
