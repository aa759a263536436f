"""What the endpoints share, and who calls them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from admin.api.signature import SignatureCheck
from admin.services import operation_log, terminals
from admin.services.context import Services
from admin.services.search_guard import SearchGuard
from admin.settings import Settings
from kiosk.domain.build import build_id
from kiosk.domain.events import EventCode
from kiosk.domain.near import Neighbours, SiteHistory
from kiosk.domain.query import Query, SearchResult, SearchUnavailable
from kiosk.ledger_client.wire import TERMINAL_SESSION

log = logging.getLogger(__name__)

#: At most one log row per terminal and code in this many seconds: an attack must not fill the log.
REFUSED_EVERY_S = 60.0

SearchFunction = Callable[[Session, Query, date], SearchResult]
HistoryFunction = Callable[[Session, int], SiteHistory | SearchUnavailable]
NeighboursFunction = Callable[[Session, int, date], Neighbours | SearchUnavailable]


class Refused(Exception):  # noqa: N818 - an answer, not an error
    """Becomes a ``wire.Fault`` with its status."""

    def __init__(self, status: int, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.detail = status, code, detail


@dataclass
class ServerState:
    """One per process."""

    settings: Settings
    services: Services
    search: SearchFunction
    history: HistoryFunction
    neighbours: NeighboursFunction
    data_as_of: Callable[[Session], str]
    started_at: datetime
    refused_at: dict[tuple[str, str], float] = field(default_factory=dict)

    @cached_property
    def guard(self) -> SearchGuard:
        return SearchGuard(self.settings.search_free_entries, self.settings.search_terminal_entries)

    @cached_property
    def signatures(self) -> SignatureCheck:
        return SignatureCheck(self.services.database, self.started_at)

    @cached_property
    def build(self) -> str:
        return build_id()


def state_of(request: Request) -> ServerState:
    state: ServerState = request.app.state.server
    return state


State = Annotated[ServerState, Depends(state_of)]


@dataclass(frozen=True, slots=True)
class Caller:
    """A registered terminal; ``live`` when staff have opened it."""

    terminal: str
    live: bool


def _joined_headers(request: Request) -> dict[str, str]:
    """Field lines of one name joined as RFC 9421 section 2.1 says: none of them goes unsigned."""
    joined: dict[str, str] = {}
    for name, value in request.headers.items():
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _note_refusal(state: ServerState, terminal: str, code: str) -> None:
    now = state.services.now()
    key, stamp = (terminal, code), now.timestamp()
    if stamp - state.refused_at.get(key, 0.0) < REFUSED_EVERY_S:
        return
    state.refused_at[key] = stamp
    with state.services.database.write() as session:
        operation_log.append(
            session, EventCode.TERMINAL_REFUSED, operation_log.system_actor("signature"),
            at=now, data={"code": code},
        )  # fmt: skip


def signed_caller(request: Request, state: ServerState, body: bytes) -> Caller:
    """The terminal that signed this request. Raises Refused(401)."""
    headers = _joined_headers(request)
    path = request.scope["raw_path"].decode("latin-1")
    query = request.scope["query_string"].decode("latin-1")
    url = f"http://terminal{path}?{query}" if query else f"http://terminal{path}"
    terminal, code = state.signatures.whose(request.method, url, headers, body)
    if terminal is None:
        _note_refusal(state, "", code)
        raise Refused(401, code)
    with state.services.database.read() as session:
        token = headers.get(TERMINAL_SESSION.lower(), "")
        return Caller(terminal, terminals.session_is_live(session, terminal, token))


def caller_of(request: Request) -> Caller:
    """Who the signature says it is (signed_route.py)."""
    caller: Caller = request.state.caller
    return caller


def open_caller(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
    """A terminal that staff have opened. Raises Refused(403)."""
    if not caller.live:
        raise Refused(403, "not_open")
    return caller


AnyTerminal = Annotated[Caller, Depends(caller_of)]
OpenTerminal = Annotated[Caller, Depends(open_caller)]
