"""Every check has its label, every code its sentence, every direction its words; none is left."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from kiosk.domain.assets import asset_path
from kiosk.domain.checks import PRINTER_CODES, CheckCode, CheckName, Direction, direction_of
from kiosk.domain.printer import PrinterReason
from kiosk.screens.strings import has, tr


def catalogue() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(
        asset_path("strings", "session.ja.yaml").read_text(encoding="utf-8")
    )
    return found


def test_codes_and_sentences_are_the_same_set() -> None:
    assert set(catalogue()["check"]) == {code.value for code in CheckCode}


def test_directions_and_sentences_are_the_same_set() -> None:
    assert set(catalogue()["direction"]) == {direction.value for direction in Direction}


def test_the_catalogue_has_nothing_else() -> None:
    assert set(catalogue()) == {"notice", "check", "direction"}


@pytest.mark.parametrize("code", CheckCode)
def test_a_sentence_for_staff_says_what_to_do(code: CheckCode) -> None:
    sentence = tr(f"check.{code.value}")
    assert sentence.endswith("ください。")
    assert sentence.count("。") >= 2  # what is, and what to do


@pytest.mark.parametrize("direction", Direction)
def test_the_public_is_always_told_of_the_counter(direction: Direction) -> None:
    assert "受付" in tr(f"direction.{direction.value}")


@pytest.mark.parametrize("name", CheckName)
def test_every_check_has_a_label(name: CheckName) -> None:
    assert has(f"screen.check.{name.value}")


def test_every_reason_of_a_printer_is_a_code_or_the_papers() -> None:
    papers = {PrinterReason.MEDIA_EMPTY, PrinterReason.MEDIA_LOW}
    assert set(PRINTER_CODES) == set(PrinterReason) - papers


@pytest.mark.parametrize(
    ("codes", "direction"),
    [
        ((), Direction.COUNTER),
        (("printer_other_job",), Direction.WAIT),
        (("printer_other_job", "clock_wrong"), Direction.COUNTER),
        (("a code of tomorrow",), Direction.COUNTER),
    ],
)
def test_only_what_passes_by_itself_is_waited_for(
    codes: tuple[str, ...], direction: Direction
) -> None:
    assert direction_of(codes) is direction
