"""An office whose section has a key for codes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from admin.services.qr_keys import PublicKey, QrKeys
from admin.settings import Settings
from kiosk.certificate.signed_code import (
    CONTENT_BYTES,
    Claims,
    code_text,
    payload,
    to_be_signed,
)
from tests.fixtures.browser import Browser
from tests.fixtures.section import World, world
from tests.integration.views.conftest import Office, quick_hashes

__all__ = ["quick_hashes", "world"]

YEAR = 2026


@dataclass
class Desk(Office):
    """``keys``: as the server keeps them; ``code`` signs what the log says of an issue."""

    keys: QrKeys = field(kw_only=True)

    def claims(self, issue_id: str) -> Claims:
        issue = self.world.issue(issue_id)
        assert issue.issued_on is not None
        return Claims(
            number=f"{issue.fiscal_year}-{issue.serial:06d}", issued_on=issue.issued_on,
            content=bytes.fromhex(issue.content_sha256)[:CONTENT_BYTES], form_id=issue.form_id,
            facts=(("地名地番", "見本一丁目1番"),), sample=True,
        )  # fmt: skip

    def sign(self, claims: Claims) -> str:
        key = self.keys.private(YEAR)
        named = PublicKey(YEAR, key.public_key().public_bytes_raw(), signs=True)
        raw = payload(claims)
        return code_text(named.key_id, raw, key.sign(to_be_signed(named.key_id, raw)))


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Desk:
    keys = QrKeys(tmp_path / "keys")
    world.services = replace(world.services, code_keys=keys.public_keys)
    return Desk(world, Settings(data_dir=tmp_path), keys=keys)


@pytest.fixture
def chief(desk: Desk) -> Browser:
    return desk.signed_in()
