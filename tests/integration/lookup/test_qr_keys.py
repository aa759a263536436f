"""The keys of the codes: one a year, never lost when replaced, and on a real release."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from admin.__main__ import main
from admin.db.issue_tables import Issue
from admin.services import issuing, sheets
from admin.services.qr_keys import QrKeys, by_key_id, signer
from admin.services.sheets import Redrawn
from kiosk.certificate.signed_code import read_code, verified
from kiosk.domain.certificate import CertificateContent, DrawnCertificate, Stamp
from kiosk.domain.issuance import IssueState
from kiosk.ledger_client import wire
from tests.fixtures.section import World
from tests.unit.certificate.codes import with_code
from tests.unit.certificate.papers import DAY, NUMBER, content, maker, stamp


def test_a_key_a_year_for_its_owner_only(tmp_path: Path) -> None:
    keys = QrKeys(tmp_path / "keys")
    with ThreadPoolExecutor(8) as pool:
        made = {key.private_bytes_raw() for key in pool.map(keys.private, [2026] * 16)}
    assert len(made) == 1
    keys.private(2027)
    assert [key.fiscal_year for key in keys.public_keys()] == [2026, 2027]
    for path in (tmp_path / "keys").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = QrKeys(tmp_path / "keys")
    assert {again.private(2026).private_bytes_raw()} == made


def test_a_replaced_key_still_tells_what_it_signed(tmp_path: Path) -> None:
    keys, by = QrKeys(tmp_path), with_code(tmp_path)
    old = signer(by, keys)(content(by=by), NUMBER, DAY)
    keys.make(2026)
    new = signer(by, keys)(content(by=by), NUMBER, DAY)
    assert old != new
    known = by_key_id(keys.public_keys())
    raw = {name: key.public for name, key in known.items()}
    for text, signs in ((old, False), (new, True)):
        code = read_code(text)
        assert verified(code, raw)
        assert known[code.key_id].signs is signs


def test_the_day_chooses_the_key(tmp_path: Path) -> None:
    keys, by = QrKeys(tmp_path), with_code(tmp_path)
    sign = signer(by, keys)
    last, first = (read_code(sign(content(by=by), NUMBER, day)) for day in DAYS)
    years = {key.key_id: key.fiscal_year for key in keys.public_keys()}
    assert (years[last.key_id], years[first.key_id]) == (2025, 2026)


DAYS = (date(2026, 3, 31), date(2026, 4, 1))


def test_both_sides_draw_the_same_bytes_with_the_code(tmp_path: Path) -> None:
    """Release gives the code; the terminal, without any key, draws what the server drew."""
    by = with_code(tmp_path)
    code = signer(by, QrKeys(tmp_path))(content(by=by), NUMBER, DAY)
    drawn = [
        side.draw(content(by=side), stamp(side, code=code)) for side in (by, with_code(tmp_path))
    ]
    assert all(isinstance(one, DrawnCertificate) for one in drawn)
    assert drawn[0] == drawn[1]
    assert signer(maker(), QrKeys(tmp_path / "none"))(content(), NUMBER, DAY) == ""
    assert not (tmp_path / "none").exists()  # no key is made where nothing is signed
    assert Stamp.__dataclass_fields__["code"].repr is False


def test_release_hands_the_code_over_and_redrawing_signs_again(world: World) -> None:
    seen: list[str] = []

    def code(_content: CertificateContent, number: str, day: date) -> str:
        seen.append(f"{number} {day}")
        return "D1CODE"

    world.services = replace(world.services, code=code)
    released = world.released()
    assert released.code == "D1CODE"
    assert wire.released(wire.release_answer(released)) == released
    with world.database.read() as session:
        issue = session.get_one(Issue, released.issue_id)
        assert sheets.redraw(world.services, session, issue) is Redrawn.SAME
    assert seen == [f"{released.number} {released.issued_on}"] * 2


def test_a_code_that_cannot_be_signed_ends_the_issue_without_paper(world: World) -> None:
    def code(*_: object) -> str:
        raise OSError("the key is not readable")

    world.services = replace(world.services, code=code)
    order = world.order()
    issue_id = world.reserved(order)
    answer = issuing.release(world.services, issue_id, order.terminal)
    assert answer == issuing.IssueRefusal("code_unsigned")
    assert world.state(issue_id) is IssueState.FAILED


def test_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = ["--data-dir", str(tmp_path)]
    out = tmp_path / "page.html"
    assert main(["qr-keys", "export", *place, str(out)]) == 1
    assert "鍵がまだありません" in capsys.readouterr().err
    assert main(["qr-keys", "make", *place, "--year", "2027"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert main(["qr-keys", "make", *place, "--year", "2027"]) == 1
    assert "--replace" in capsys.readouterr().err
    assert main(["qr-keys", "make", *place, "--year", "2027", "--replace"]) == 0
    capsys.readouterr()
    assert main(["qr-keys", "list", *place]) == 0
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(key["year"], key["signs"]) for key in listed] == [(2027, True), (2027, False)]
    assert listed[1]["public"] == made["public"]
    assert main(["qr-keys", "export", *place, str(out)]) == 0
    assert made["public"] in out.read_text("utf-8")
    secret = QrKeys(tmp_path / "keys").private(2027).private_bytes_raw().hex()
    assert secret not in out.read_text("utf-8")
    assert main(["qr-keys", "make", *place, "--year", "8"]) == 1
