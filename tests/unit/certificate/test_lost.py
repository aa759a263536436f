"""Nothing is lost: every character of every value comes out of the PDF, however it wraps."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.certificate.measure import Measure
from kiosk.certificate.wrap import NOT_FIRST, NOT_LAST, line_width, wrap
from kiosk.domain.graphemes import graphemes
from tests.unit.certificate.papers import content, entry, maker, plan_changes, said, sheet

#: Letters of every sort that a ledger holds, without blanks, which a reader may place elsewhere.
LETTERS = (
    "江戸川区中央一丁目番地号階年月日建築物木造鉄骨の及びガレージヴ髙﨑"
    "0123456789０１２３.,-、。（）「」・々ーＡＢabc㎡①Ⅲ"
)
PIECES = [*LETTERS, "葛\U000e0102", "辻\U000e0100", "\U00020bb7", "か\u3099", " ", "\u3000", "\n"]
#: Half at most of what is drawn is cut from one repeated piece: long words without a break too.
VALUES = st.lists(st.sampled_from(PIECES), max_size=160).map("".join) | st.builds(
    "".join, st.lists(st.sampled_from(["1234567890", "、", "江戸川", "a"]), max_size=60)
)


def bag(text: str) -> Counter[str]:
    return Counter(text.replace("\n", "").replace(" ", "").replace("\u3000", ""))


@settings(deadline=None, max_examples=40, derandomize=True)
@given(VALUES, VALUES, st.integers(0, 25))
def test_poppler_reads_every_character_back(one: str, other: str, changes: int) -> None:
    of = entry(owner=one, remarks=other, dispositions=plan_changes(changes))
    found = Counter("".join(said(sheet(of).pdf)))
    wanted: Counter[str] = Counter()
    for item in content(of).items:
        wanted += bag(item.text)
    assert not wanted - found


@settings(deadline=None, max_examples=200, derandomize=True)
@given(VALUES, st.floats(60, 400))
def test_wrapping_keeps_the_text_and_the_width(text: str, width: float) -> None:
    for part in text.split("\n"):
        glyphs = maker()._form.fonts.shape(part)[0]
        lines = wrap(glyphs, 10.5, width)
        assert [glyph for line in lines for glyph in line] == glyphs
        for line in lines:
            assert line_width(line, 10.5) <= width + 0.01


def lines_of(text: str, chars: int) -> list[str]:
    """``text`` in lines of at most ``chars`` full-width characters."""
    glyphs = maker()._form.fonts.shape(text)[0]
    return ["".join(g.sequence for g in line) for line in wrap(glyphs, 10, 10 * chars)]


def test_kinsoku() -> None:
    for text in ("あいうえお、かき", "あいうえ（かき）く", "あいうえおー。」か", "ああ第12条の2を"):
        for chars in range(4, 9):
            for line in lines_of(text, chars):
                assert line[0] not in NOT_FIRST or chars < 5, (text, chars, line)
                assert line[-1] not in NOT_LAST, (text, chars, line)


def test_numbers_keep_their_digits_and_counters_together() -> None:
    assert lines_of("江戸川区中央1234番5、1236番", 9) == ["江戸川区中央", "1234番5、1236番"]
    assert lines_of("検査済証の番号は12345678", 9) == ["検査済証の番号は", "12345678"]
    assert lines_of("1" * 30, 9) == ["1" * 18, "1" * 12]


def test_no_character_stands_alone_on_the_last_line() -> None:
    assert lines_of("あいうえおかきくけこ", 9) == ["あいうえおかき", "くけこ"]
    assert lines_of("見本建築確認検査株式会社", 10) == ["見本建築確認検査株", "式会社"]


def test_blanks_hang_and_open_no_line() -> None:
    assert lines_of("あいうえお\u3000\u3000かきくけこ", 5) == [
        "あいうえお\u3000\u3000",
        "かきくけこ",
    ]


@pytest.mark.parametrize(
    "text", ["abc-\ndef-\nghi", "ab-" * 80, "あ-\nい-", "ﬁ ﬂ", "x\u00a0y", "㍻㋿㈱½", " 先  頭 "]
)
def test_what_readers_write_otherwise_is_not_taken_for_lost(text: str) -> None:
    assert sheet(entry(remarks=text)).page_count == 1


def test_a_line_end_of_the_ledger_is_kept() -> None:
    measure = Measure(maker()._form)
    shaped = measure.wrapped("一行目\n\n三行目", 10, 200)
    assert ["".join(g.sequence for g in line) for line in shaped] == ["一行目", "", "三行目"]


def test_a_selector_never_parts_from_its_base() -> None:
    text = "葛\U000e0102" * 7
    for line in lines_of(text, 3):
        assert graphemes(line) == ["葛\U000e0102"] * (len(line) // 2)
