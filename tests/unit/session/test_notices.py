"""Every notice has its sentence, and no sentence is left without a notice."""

from __future__ import annotations

import pytest
import yaml

from kiosk.domain.assets import asset_path
from kiosk.domain.certificate import DrawRefusal
from kiosk.domain.ledger import NotCertifiable
from kiosk.domain.printer import HARMLESS, PrinterReason, PrinterState, PrinterStatus
from kiosk.session.notices import (
    Notice,
    not_certifiable_notice,
    printer_notice,
    refusal_notice,
)


def sentences() -> dict[str, str]:
    text = asset_path("strings", "session.ja.yaml").read_text(encoding="utf-8")
    found: dict[str, str] = yaml.safe_load(text)["notice"]
    return found


def test_notices_and_sentences_are_the_same_set() -> None:
    assert set(sentences()) == {notice.value for notice in Notice}


@pytest.mark.parametrize("notice", Notice)
def test_a_sentence_is_japanese_and_complete(notice: Notice) -> None:
    sentence = sentences()[notice.value]
    assert sentence.endswith("。")
    assert any("\u3040" <= ch <= "\u30ff" for ch in sentence)


@pytest.mark.parametrize("reason", sorted(set(PrinterReason) - HARMLESS))
def test_every_reason_that_stops_a_printer_has_a_sentence_of_its_own(reason: PrinterReason) -> None:
    status = PrinterStatus(PrinterState.STOPPED, frozenset({reason}))
    assert printer_notice(status).value == f"printer.{reason.value}"


def test_what_a_hand_can_do_next_is_told_first() -> None:
    reasons = frozenset({PrinterReason.CUTTER_ERROR, PrinterReason.COVER_OPEN})
    assert printer_notice(PrinterStatus(PrinterState.STOPPED, reasons)) is Notice.PRINTER_COVER_OPEN


def test_a_printer_without_a_reason_is_not_ready() -> None:
    assert printer_notice(None) is Notice.PRINTER_NOT_READY
    assert printer_notice(PrinterStatus(PrinterState.STOPPED)) is Notice.PRINTER_NOT_READY
    assert printer_notice(PrinterStatus(PrinterState.BUSY)) is Notice.PRINTER_BUSY


@pytest.mark.parametrize("reason", NotCertifiable)
def test_every_reason_not_to_certify_has_a_sentence_of_its_own(reason: NotCertifiable) -> None:
    assert not_certifiable_notice(reason.value).value == f"not_certifiable.{reason.value}"


@pytest.mark.parametrize("code", ["missing_glyph", "not_certifiable", "form_invalid"])
def test_every_refusal_to_draw_has_a_sentence_of_its_own(code: str) -> None:
    assert refusal_notice(DrawRefusal(code).code).value == f"refusal.{code}"


def test_an_unheard_of_refusal_still_has_a_sentence() -> None:
    assert refusal_notice("from_the_future") is Notice.REFUSAL_OTHER
