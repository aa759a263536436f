"""Cheap hashes for every test here."""

from __future__ import annotations

import pytest

from tests.fixtures.http_section import cheap_hashes

__all__ = ["cheap_hashes"]


@pytest.fixture(autouse=True)
def _always_cheap(cheap_hashes: None) -> None:
    """Many passwords, none of them anybody's."""
