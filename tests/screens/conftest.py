"""One window for all tests of a process: Kivy opens it once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from kiosk.screens.window import WindowSettings, configure

if TYPE_CHECKING:
    from tests.screens.glass import Glass

# Before any test module: whichever comes first brings Kivy, which reads its settings at import.
configure(WindowSettings(headless=True))


@pytest.fixture(scope="session")
def _one_glass() -> Iterator[Glass]:
    from tests.screens.glass import Glass  # opens the window

    glass = Glass()
    yield glass
    glass.close()


@pytest.fixture
def glass(_one_glass: Glass) -> Glass:
    """The glass, with nothing heard yet and nobody following."""
    _one_glass.events.clear()
    _one_glass.follow = None
    return _one_glass
