"""Japanese lines: nothing is lost, and no line begins or ends with what may not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kiosk.screens.wrapping import NOT_FIRST, NOT_LAST, balanced_lines, break_lines

TEXT = st.text(alphabet="建築主事。、（）「」ー12-3ABっ", min_size=1, max_size=60)


def _one(_glyph: str) -> float:
    return 1.0


@given(TEXT, st.integers(8, 30))
def test_nothing_is_lost_and_no_line_is_too_wide(text: str, width: int) -> None:
    lines = break_lines(list(text), width, _one)
    assert "".join(lines) == text
    assert all(len(line) <= width for line in lines)


def test_a_mark_takes_its_neighbour_down() -> None:
    assert break_lines(list("あいうえお。か"), 5, _one) == ["あいうえ", "お。か"]
    assert break_lines(list("あいうえ（か）"), 5, _one) == ["あいうえ", "（か）"]


def test_a_number_stays_whole() -> None:
    assert break_lines(list("番号2026-0001です"), 10, _one) == ["番号", "2026-0001", "です"]


def test_a_word_keeps_its_ending() -> None:
    text = "ほかの目的には使いません。"
    assert break_lines(list(text), 12, _one) == ["ほかの目的には", "使いません。"]


def test_a_polite_word_begins_with_its_prefix() -> None:
    text = "返却口へお返ししました。お取りください。"
    assert break_lines(list(text), 18, _one) == ["返却口へお返ししました。", "お取りください。"]
    text = "どうぞ窓口でのご案内です"
    assert break_lines(list(text), 11, _one) == ["どうぞ窓口での", "ご案内です"]


def test_centred_lines_break_between_phrases_too() -> None:
    text = "三百円を返却口へお返ししました。お取りください。"
    for width in range(17, 24):
        assert balanced_lines(list(text), width, _one) == [
            "三百円を返却口へお返ししました。", "お取りください。"
        ]  # fmt: skip


def test_own_line_breaks_stay() -> None:
    assert break_lines(list("あ\nい"), 10, _one) == ["あ", "い"]


@given(st.text(alphabet="建築主事です", min_size=30, max_size=90), st.integers(10, 25))
def test_centred_lines_are_of_about_one_length(text: str, width: int) -> None:
    lines = balanced_lines(list(text), width, _one)
    assert "".join(lines) == text
    assert len(lines) == len(break_lines(list(text), width, _one))
    assert max(map(len, lines)) <= max(map(len, break_lines(list(text), width, _one)))


def test_the_tables_do_not_contradict() -> None:
    assert not NOT_FIRST & NOT_LAST
