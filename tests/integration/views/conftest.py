"""The staff's pages on the real application, on both databases."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from admin.app import create_app
from admin.services import accounts
from admin.services.accounts import Role
from admin.settings import Settings
from tests.fixtures.browser import Browser
from tests.fixtures.section import World, world

__all__ = ["world"]

NEW_PASSWORD = "Mihon-2026-hana"


@dataclass
class Office:
    """The section's office: a world to look at, and browsers to look with."""

    world: World
    settings: Settings

    @cached_property
    def app(self) -> FastAPI:
        return create_app(self.settings, self.world.services)

    def browser(self, origin: str = "http://127.0.0.1:8600") -> Browser:
        return Browser(self.app, origin)

    def signed_in(
        self, role: Role = Role.GENERAL_MANAGER, staff_id: str = "chief", days: int = 365
    ) -> Browser:
        """A browser whose person has changed their first password."""
        password = self.world.staff(staff_id, role, days=days)
        browser = self.browser()
        browser.sign_in(staff_id, password)
        browser.send("/password", old=password, new=NEW_PASSWORD, again=NEW_PASSWORD)
        assert browser.page.status_code == 200, browser.words
        return browser


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real argon2, but of the smallest size: these tests are about pages."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "_hasher", quick)
    monkeypatch.setattr(accounts, "_DECOY", quick.hash("nobody's"))


@pytest.fixture
def office(world: World, tmp_path: Path) -> Office:
    return Office(world, Settings(data_dir=tmp_path))


@pytest.fixture
def chief(office: Office) -> Browser:
    """The 統括管理者, signed in."""
    return office.signed_in()
