"""Postal codes to addresses, from the terminal's own table."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from kiosk.input.postal import WardPostalCodes
from kiosk.input.towns import filled_rows, kana_row, town_choices


@pytest.fixture(scope="module")
def codes() -> WardPostalCodes:
    return WardPostalCodes()


@pytest.mark.parametrize(
    "typed", ["132-0021", "1320021", "１３２－００２１", "〒132ー0021", " 132‐0021 "]
)
def test_every_way_of_writing_a_code(codes: WardPostalCodes, typed: str) -> None:
    assert codes.addresses(typed) == ["東京都江戸川区中央"]


@pytest.mark.parametrize(
    "typed", ["", "132", "13200211", "132-002a", "999-9999", "0000000", "١٣٢٠٠٢١"]
)
def test_what_is_no_code_has_no_address(codes: WardPostalCodes, typed: str) -> None:
    assert codes.addresses(typed) == []


def test_first_and_last_line_of_the_table_are_found(tmp_path: Path) -> None:
    path = tmp_path / "codes.gz"
    path.write_bytes(
        gzip.compress(
            "甲県乙市\n丙県丁町\n\n0000001\t0 一\n5000000\t1 二\t0 三\n9999999\t1 四".encode()
        )
    )
    table = WardPostalCodes(path)
    assert table.addresses("000-0001") == ["甲県乙市一"]
    assert table.addresses("5000000") == ["丙県丁町二", "甲県乙市三"]
    assert table.addresses("9999999") == ["丙県丁町四"]
    assert table.addresses("9999998") == []


def test_every_town_can_be_reached_by_its_row() -> None:
    reached = [choice.base for row in filled_rows() for choice in kana_row(row)]
    assert sorted(reached) == sorted(choice.base for choice in town_choices())
    assert len(reached) == len(set(reached)) >= 40
