"""Pictures of 照合 and of the offline page, for a person to look at."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from admin.cli.qr_commands import page_with
from kiosk.domain.issuance import IssueState
from tests.fixtures.browser import Browser
from tests.integration.lookup.conftest import Desk
from tests.integration.lookup.test_lookup import asked
from tests.integration.views.test_pictures import CHROMIUM, FLAGS, LIMIT_S, OUT, Album

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: no pictures"),
    pytest.mark.parametrize("database_kind", ["sqlite"]),
]


def test_pictures_of_looking_up(desk: Desk, chief: Browser, tmp_path: Path) -> None:
    album = Album(tmp_path / "album")
    code = desk.sign(desk.claims(desk.world.in_state(IssueState.PRINTED)))
    voided = desk.world.in_state(IssueState.VOIDED)
    chief.get("/lookup")
    album.add("20-lookup", chief, 700)
    asked(chief, code)
    album.add("21-lookup-genuine", chief, 1100)
    asked(chief, desk.sign(desk.claims(voided)))
    album.add("22-lookup-voided", chief, 1100)
    asked(chief, "2026-000999")
    album.add("23-lookup-no-such-number", chief, 900)


def test_picture_of_the_offline_page(desk: Desk, tmp_path: Path) -> None:
    code = desk.sign(desk.claims(desk.world.in_state(IssueState.PRINTED)))
    typed = f"<script>document.getElementById('code').value = '{code}'; run();</script></body>"
    page = tmp_path / "verify.html"
    page.write_text(page_with(desk.keys.public_keys()).replace("</body>", typed), "utf-8")
    picture = OUT / "verify-page.png"
    picture.unlink(missing_ok=True)
    subprocess.run(
        [str(CHROMIUM), *FLAGS, f"--user-data-dir={tmp_path / 'profile'}",
         "--virtual-time-budget=5000", "--window-size=900,1100", f"--screenshot={picture}",
         page.as_uri()],
        check=True, capture_output=True, timeout=LIMIT_S,
    )  # fmt: skip
    assert picture.read_bytes().startswith(b"\x89PNG")
