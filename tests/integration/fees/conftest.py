"""A section that takes fees, on both databases."""

from __future__ import annotations

from tests.fixtures.section import world

__all__ = ["world"]
