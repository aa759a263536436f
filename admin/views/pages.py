"""Drawing a page: Jinja2 with everything escaped, no script, and the headers that keep it so."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from admin.services.authority import Deed, may
from admin.views import log_words, sentences, show, words

if TYPE_CHECKING:
    from admin.views.visitor import Visitor

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
STATIC = Path(__file__).resolve().parents[1] / "static"

#: Nothing is loaded, run or embedded but our own style sheet and pictures.
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: browsers would then send ``Origin: null`` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), usb=()",
    "Cache-Control": "no-store",
}

_environment = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters.update(show.FILTERS)
_environment.globals.update(words=words, log_words=log_words, sentences=sentences, Deed=Deed)


def render(
    request: Request,
    template: str,
    visitor: Visitor | None = None,
    *,
    status: int = 200,
    refused: str = "",
    **values: Any,
) -> HTMLResponse:
    """A page as an answer. ``visitor`` fills the frame: name, menu, sign-out.

    ``refused`` is the code of why what was sent is not taken: the page says its sentence,
    with 422.
    """

    def allowed(deed: Deed) -> bool:
        return visitor is not None and not visitor.must_change and may(visitor.role, deed)

    if refused:
        status = 422
    said = {"refusal": sentences.refusal(refused) if refused else "", **values}
    text = _environment.get_template(template).render(
        visitor=visitor, allowed=allowed, path=request.url.path, **said
    )
    return HTMLResponse(text, status_code=status, headers=dict(HEADERS))
