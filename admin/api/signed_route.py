"""The order in which a terminal's request is looked at: size, signature, and only then its words.

FastAPI parses a body before any dependency has run; here a stranger's bytes never reach the parser.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from admin.api.state import Refused, signed_caller, state_of

#: A body larger than this is nobody's request, in bytes.
MAX_BODY = 256 * 1024


async def whole_body(request: Request) -> bytes:
    """The body, bounded while it comes. Raises Refused(413)."""
    size = request.headers.get("content-length", "0")
    if not (size.isascii() and size.isdigit()) or int(size) > MAX_BODY:
        raise Refused(413, "too_large")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise Refused(413, "too_large")
    return bytes(body)


class SignedRoute(APIRoute):
    """A route of the contract; its caller is in ``request.state.caller``."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def signed(request: Request) -> Response:
            body = await whole_body(request)
            request._body = body  # the parser reads it again from here
            request.state.caller = await run_in_threadpool(
                signed_caller, request, state_of(request), body
            )
            return await handle(request)

        return signed
