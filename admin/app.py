"""The section's server put together: the only place that picks its real parts."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from admin.api import near_routes, routes
from admin.api.state import (
    HistoryFunction,
    NeighboursFunction,
    Refused,
    SearchFunction,
    ServerState,
)
from admin.ledger.entries import data_as_of
from admin.ledger.history import history
from admin.ledger.neighbours import neighbours
from admin.ledger.search import get_ready, search
from admin.parts import make_services
from admin.services.context import Services
from admin.settings import Settings
from admin.views.errors import error_page
from admin.views.routes import mount
from kiosk.domain.near import Neighbours, SiteHistory
from kiosk.domain.query import Query, SearchResult, SearchUnavailable
from kiosk.ledger_client import wire

log = logging.getLogger(__name__)

#: Seconds after which a terminal may try again when the database is busy.
RETRY_AFTER_S = 1


_HTTP_CODES = {404: "not_found", 405: "not_found", 413: "too_large"}


#: Every version of the contract is below this.
_API = "/api/"
#: Faults whose last place is a name that the caller chose.
_NAMED_BY_CALLER = frozenset({"extra_forbidden", "unexpected_keyword_argument"})


def _search_of(settings: Settings, services: Services) -> SearchFunction:
    def ask(session: Session, query: Query, today: date) -> SearchResult:
        return search(
            session, query, today=today, data_as_of=data_as_of(session),
            owner_needs_place=settings.owner_needs_place, listed=services.sheets.listed,
        )  # fmt: skip

    return ask


def _near(services: Services) -> tuple[HistoryFunction, NeighboursFunction]:
    def past(session: Session, entry_id: int) -> SiteHistory | SearchUnavailable:
        return history(
            session, entry_id, data_as_of=data_as_of(session), listed=services.sheets.past
        )

    def beside(session: Session, entry_id: int, today: date) -> Neighbours | SearchUnavailable:
        return neighbours(
            session, entry_id, today=today, data_as_of=data_as_of(session),
            listed=services.sheets.listed,
        )  # fmt: skip

    return past, beside


def _fault(status: int, code: str, detail: str = "") -> JSONResponse:
    headers = {"Retry-After": str(RETRY_AFTER_S)} if status == 503 else {}
    return JSONResponse(
        wire.Fault(code=code, detail=detail).model_dump(), status_code=status, headers=headers
    )


def _place(part: dict[str, Any]) -> str:
    """Where a body is wrong, in our own names only: never what was sent."""
    loc = part["loc"][:-1] if part["type"] in _NAMED_BY_CALLER else part["loc"]
    return ".".join(map(str, loc[:3]))


def _add_faults(app: FastAPI) -> None:
    """Every answer of the contract that is not 2xx is a ``wire.Fault`` and echoes nothing."""

    @app.exception_handler(Refused)
    def refused(_request: Request, error: Refused) -> Response:
        return _fault(error.status, error.code, error.detail)

    @app.exception_handler(RequestValidationError)
    def bad_request(request: Request, error: RequestValidationError) -> Response:
        if not request.url.path.startswith(wire.PREFIX):
            return error_page(request, 400)
        places = ",".join(_place(part) for part in error.errors())
        return _fault(400, "bad_request", places[:200])

    @app.exception_handler(HTTPException)
    def http_fault(request: Request, error: HTTPException) -> Response:
        if not request.url.path.startswith(_API):
            return error_page(request, error.status_code)
        if not request.url.path.startswith(wire.PREFIX):
            return _fault(404, "contract")  # a terminal of another version of the contract
        return _fault(error.status_code, _HTTP_CODES.get(error.status_code, "bad_request"))


def _of_database(request: Request, error: DBAPIError | PoolTimeoutError) -> Response:
    busy = isinstance(error, OperationalError | PoolTimeoutError)
    # The statement's values may be personal: only the kind of fault is logged.
    log.error("database %s: %s", "busy" if busy else "fault", type(error).__name__)
    if not request.url.path.startswith(wire.PREFIX):
        return error_page(request, 503 if busy else 500)
    return _fault(503, "busy") if busy else _fault(500, "internal")


def _internal(request: Request, error: Exception) -> Response:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    log.error("fault in %s: %s at %s", request.url.path, type(error).__name__, place)
    if not request.url.path.startswith(wire.PREFIX):
        return error_page(request, 500)
    return _fault(500, "internal")


class AnswerEveryFault:
    """What nobody caught is answered here, not by the server around us: its trace would quote what
    was said. As plain ASGI: Starlette's own middleware costs every request a task of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def sent(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, sent)
        except Exception as error:
            if scope["type"] != "http":
                raise
            request = Request(scope)
            if isinstance(error, DBAPIError | PoolTimeoutError):
                answer = _of_database(request, error)
            else:
                answer = _internal(request, error)
            if begun:  # too late for an answer; the caller sees the connection break
                raise RuntimeError("an answer was broken off") from None
            await answer(scope, receive, send)


def create_app(settings: Settings, services: Services | None = None) -> FastAPI:
    """The application: the terminals' contract under /api, the staff's pages elsewhere."""
    services = services or make_services(settings)
    app = FastAPI(
        title="台帳記載事項証明書 発行サーバー",
        version=str(wire.CONTRACT_VERSION),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    past, beside = _near(services)
    app.state.server = ServerState(
        settings=settings,
        services=services,
        search=_search_of(settings, services),
        history=past,
        neighbours=beside,
        data_as_of=data_as_of,
        started_at=datetime.now(UTC),
    )
    get_ready()
    _add_faults(app)
    app.add_middleware(AnswerEveryFault)
    app.include_router(routes.router)
    app.include_router(near_routes.router)
    mount(app, services)
    return app
