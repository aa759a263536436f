"""The contract as OpenAPI, for whoever writes the other side: ``python -m admin.api.published``.

docs/openapi.json is this, kept up to date by a test.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from fastapi import FastAPI

from admin.api import near_routes, routes
from kiosk.ledger_client import wire

_ABOUT = (
    "Terminal to section server. Every request is signed: RFC 9421, Ed25519, tag "
    f"`{wire.SIGNATURE_TAG}`, at most {wire.SIGNATURE_MAX_AGE} s old, covering "
    + ", ".join(f"`{name}`" for name in wire.SIGNED_COMPONENTS)
    + f". The key id is the terminal's name. `{wire.IDEMPOTENCY_KEY}` is new for every request but "
    f"a retry; `{wire.TERMINAL_SESSION}` is what staff opened the terminal with, "
    f"`{wire.NO_SESSION}` before that. Every answer that is not 2xx is a Fault."
)


def contract_document() -> dict[str, Any]:
    """The OpenAPI document of the terminals' endpoints; the staff's pages are not in it."""
    app = FastAPI(
        title="台帳記載事項証明書 発行サーバー",
        version=str(wire.CONTRACT_VERSION),
        description=_ABOUT,
    )
    app.include_router(routes.router)
    app.include_router(near_routes.router)
    document = app.openapi()
    for path in document["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)  # a body that is wrong is a Fault, status 400
    for unused in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(unused, None)
    return document


def text() -> str:
    """As the file holds it: keys sorted, one change one line."""
    return json.dumps(contract_document(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
