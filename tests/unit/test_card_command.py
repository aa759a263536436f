"""``python -m kiosk card``: what it says of a card, and its exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from kiosk.cards.command import show
from kiosk.domain.card import PivCard, PivKey
from tests.fakes.card_reader import IDM, FakeReader
from tests.fakes.soft_key import SoftKey


class Certified(FakeReader):
    """A card that shows its certificate, as real ones do."""

    def piv_key(self, card: PivCard) -> PivKey:
        return PivKey(0x9A, 0x11, self.key.public_key, self.key.certificate_der())


def test_an_idm_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    reader = FakeReader()
    reader.felica()
    assert show(reader, 0, None) == 0
    assert capsys.readouterr().out == f"FeliCa IDm {IDM.hex().upper()}\n"


def test_a_certificate_is_written_for_the_staff_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reader = Certified(SoftKey.ec())
    reader.piv()
    assert show(reader, 0, tmp_path / "card.pem") == 0
    pem = (tmp_path / "card.pem").read_bytes()
    assert x509.load_pem_x509_certificate(pem).public_key() == reader.key.key.public_key()
    assert show(reader, 0, tmp_path) == 1
    assert "書けません" in capsys.readouterr().err


def test_a_card_without_a_certificate_shows_its_key(capsys: pytest.CaptureFixture[str]) -> None:
    reader = FakeReader()
    reader.piv()
    assert show(reader, 0, None) == 0
    shown = load_pem_public_key(capsys.readouterr().out.encode())
    assert shown == reader.key.key.public_key()


def test_what_cannot_be_registered(capsys: pytest.CaptureFixture[str]) -> None:
    reader = FakeReader()
    assert show(reader, 0, None) == 1
    reader.other()
    assert show(reader, 0.3, None) == 1
    assert "登録できるカードがありません" in capsys.readouterr().err
    reader.unplug()
    assert show(reader, 0, None) == 2
    assert "つながっていません" in capsys.readouterr().err
