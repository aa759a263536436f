"""What every request to the pages passes first: size, where it comes from, headers of the answer.

Cross-site requests are refused by Fetch Metadata, with Origin against Host for a browser that does
not send it (W3C Fetch Metadata; the rules of Go's http.CrossOriginProtection). What sends neither
is no browser of today, but somebody's own program with an ID and a password of its own: it is
taken, unless its Referer says another place. The form's own token is checked where the form is
(visitor.py), for everybody.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from admin.services import operation_log
from admin.services.context import Services
from admin.views.errors import error_page
from admin.views.pages import HEADERS
from kiosk.domain.events import EventCode

#: Everything under it is the terminals' contract, of whatever version.
CONTRACT = "/api/"
#: A form of ours is never larger, in bytes.
MAX_FORM = 64 * 1024
#: But for the one that brings a ledger file to be looked at.
UPLOADS = {"/profiles/upload": 32 * 1024 * 1024}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
#: At most one log row about foreign requests in this many seconds: they must not fill the log.
REFUSED_EVERY_S = 60.0


def is_own(method: str, headers: Headers) -> bool:
    """Whether a request that may change something comes from our own pages."""
    if method in SAFE_METHODS:
        return True
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("origin", headers.get("referer"))
    return origin is None or urlsplit(origin).netloc == headers.get("host", "")


def size_fault(method: str, headers: Headers, path: str = "") -> bool:
    """A body without a length, or longer than any form."""
    if method in SAFE_METHODS:
        return False
    size = headers.get("content-length", "")
    return not (size.isascii() and size.isdigit()) or int(size) > UPLOADS.get(path, MAX_FORM)


class PageGuard:
    """ASGI middleware around the pages; the terminals' contract passes untouched."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app = app
        self._services = services
        self._noted_at = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(CONTRACT):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not is_own(scope["method"], headers):
            await run_in_threadpool(self._note_refusal)
            await error_page(Request(scope), 403)(scope, receive, send)
            return
        if size_fault(scope["method"], headers, scope["path"]):
            await error_page(Request(scope), 413)(scope, receive, send)
            return
        await self._app(scope, receive, with_headers(scope, send))

    def _note_refusal(self) -> None:
        now = self._services.now()
        if now.timestamp() - self._noted_at < REFUSED_EVERY_S:
            return
        self._noted_at = now.timestamp()
        with self._services.database.write() as session:
            operation_log.append(
                session, EventCode.ACCESS_REFUSED, operation_log.system_actor("pages"),
                at=now, data={"code": "cross_site"},
            )  # fmt: skip


def with_headers(scope: Scope, send: Send) -> Send:
    """``send`` that adds every header of ours that the answer has not set itself."""
    static = scope["path"].startswith("/static/")

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(
                    name, "no-cache" if static and name == "Cache-Control" else value
                )
            if scope.get("scheme") == "https":
                headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        await send(message)

    return sending
