"""The staff's pages on the real application, on both databases."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from admin.app import create_app
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

    def browser(self, origin: str = "http://127.0.0.1:8600") -> Browser:
        return Browser(create_app(self.settings, self.world.services), origin)

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


@pytest.fixture
def office(world: World, tmp_path: Path) -> Office:
    return Office(world, Settings(data_dir=tmp_path))


@pytest.fixture
def chief(office: Office) -> Browser:
    """The 統括管理者, signed in."""
    return office.signed_in()
