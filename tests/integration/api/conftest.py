"""The server over HTTP for these tests only: others need not import it."""

from __future__ import annotations

from tests.fixtures.http_section import cheap_hashes, http

__all__ = ["cheap_hashes", "http"]
