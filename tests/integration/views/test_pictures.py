"""A picture of every staff page, made by Chromium from what the server answered.

They go to out/pictures/staff-*.png for a person to look at; the test itself asserts that each page
answered and was drawn.
"""

from __future__ import annotations

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from admin.services.accounts import Role
from admin.views.pages import STATIC
from tests.fakes.soft_key import SoftKey
from tests.fixtures.browser import Browser
from tests.integration.views.busy import make_busy
from tests.integration.views.conftest import NEW_PASSWORD, Office

OUT = Path(__file__).resolve().parents[3] / "out" / "pictures"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
#: Chromium takes seconds; a machine under load takes more.
LIMIT_S = 120
WIDTH = 1366

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars", "--force-device-scale-factor=1",
)  # fmt: skip


def _draw(page: Path, picture: Path, height: int, profile: Path) -> None:
    assert CHROMIUM is not None
    subprocess.run(
        [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", f"--window-size={WIDTH},{height}",
         f"--screenshot={picture}", page.as_uri()],
        check=True, capture_output=True, timeout=LIMIT_S,
    )  # fmt: skip


class Album:
    """Saves pages beside the style sheets and draws them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        shutil.copytree(STATIC, folder / "static")
        OUT.mkdir(parents=True, exist_ok=True)

    def add(self, name: str, browser: Browser, height: int, status: int = 200) -> None:
        assert browser.page.status_code == status, browser.words
        page = self._folder / f"{name}.html"
        page.write_text(browser.page.text.replace('"/static/', '"static/'), encoding="utf-8")
        picture = OUT / f"staff-{name}.png"
        picture.unlink(missing_ok=True)
        _draw(page, picture, height, self._folder / "profile")
        assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: no pictures of the pages")
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_picture_of_every_page(office: Office, tmp_path: Path) -> None:
    album, world = Album(tmp_path / "album"), office.world
    stranger = office.browser()
    stranger.get("/sign-in")
    album.add("01-sign-in", stranger, 760)
    browser = office.browser()
    browser.sign_in("newcomer", world.staff("newcomer", Role.USER))
    album.add("02-first-password", browser, 900)
    office.signed_in()
    world.staff("opener", Role.USER, pin="271828")
    world.felica("opener", b"MIHON\x00\x00\x01")
    world.piv("opener", SoftKey.ec())
    found = make_busy(world)
    chief = _again(office)
    for name, path, height in (
        ("03-home", "/", 1250),
        ("04-print-log", "/print-log", 1250),
        ("05-print-log-none", "/print-log?number=2026-999999", 900),
        ("06-issue-unknown", f"/issues/{found['UNKNOWN']}", 1500),
        ("08-decide", f"/issues/{found['UNKNOWN']}/decide", 1250),
        ("09-void", f"/issues/{found['PRINTED']}/decide", 950),
        ("10-reviews", "/reviews", 1450),
        ("11-export", "/exports", 1350),
        ("12-terminals", "/terminals", 650),
        ("13-terminal-stopped", "/terminals/terminal-2", 1650),
        ("15-accounts", "/accounts", 650),
        ("16-account-new", "/accounts/new", 1050),
        ("18-account", "/accounts/opener", 2100),
    ):
        chief.get(path)
        album.add(name, chief, height)
    issue = f"/issues/{found['PRINTED']}"
    chief.get(issue)
    chief.send(f"{issue}/redraw")
    chief.get(issue)
    chief.send(f"{issue}/applicant", purpose="inquiry")
    album.add("07-issue-applicant", chief, 1700)
    chief.get(issue)
    chief.send(f"{issue}/redraw")
    album.add("07-issue-redrawn", chief, 1700)
    chief.get("/operations")
    chief.send("/operations/verify")
    album.add("14-operations", chief, 1400)
    chief.get("/accounts/new")
    chief.send("/accounts/new", staff_id="hanako", display_name="見本 花子")
    album.add("17-account-password", chief, 800)
    chief.get("/nowhere")
    album.add("19-not-found", chief, 600, status=404)
    chief.get("/print-log?from=2026-13-45")
    album.add("20-print-log-refused", chief, 800, status=422)


def _again(office: Office) -> Browser:
    """Two days have passed: the session is over, the person signs in again."""
    office.world.clock.advance(timedelta(seconds=1))
    browser = office.browser()
    browser.sign_in("chief", NEW_PASSWORD)
    return browser
