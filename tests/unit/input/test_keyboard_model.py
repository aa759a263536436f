"""What is typed, as a value: kana in work, candidates, glyphs erased whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.graphemes import graphemes, without_last
from kiosk.input import keyboard_model as model
from kiosk.input.kana import COLUMNS, katakana, marked_kana
from kiosk.input.kanji import MozcKanaKanji, variants
from kiosk.input.keyboard_model import Typing

KATSURAGI = "葛\U000e0100"


class Fixed:
    """``ports.KanaKanji`` that knows one word."""

    def candidates(self, kana: str, limit: int) -> list[str]:
        return ["見本", kana][:limit]


def test_kana_wait_until_a_candidate_is_chosen() -> None:
    state = Typing("株式会社")
    for letter in "みほん":
        state = model.typed(state, letter)
    assert (state.fixed, state.kana, state.text) == ("株式会社", "みほん", "株式会社みほん")
    state = model.chosen(model.asked(state, Fixed()), "見本")
    assert (state.text, state.kana) == ("株式会社見本", "")


def test_another_letter_lets_the_kana_stand() -> None:
    state = model.typed(model.typed(Typing(), "あ"), "1")
    assert (state.fixed, state.kana) == ("あ1", "")


def test_a_candidate_that_was_not_offered_is_not_taken() -> None:
    state = model.asked(Typing("", "みほん"), Fixed())
    assert model.chosen(state, "別人") == state


def test_variants_replace_the_last_glyph_with_its_selector() -> None:
    state = model.asked(Typing("見" + KATSURAGI), Fixed())
    assert state.replaces == len(KATSURAGI)
    assert model.chosen(state, "葛").text == "見葛"


def test_a_glyph_without_variants_offers_none() -> None:
    assert model.asked(Typing("見"), Fixed()).candidates == ()
    assert model.asked(Typing(), Fixed()).candidates == ()


def test_settled_kana_stand_as_they_are() -> None:
    assert model.settled(Typing("見", "ほん")) == Typing("見ほん")


@given(st.text(alphabet="あか高髙葛\U000e0100\U000e0101が\u3099𠮷", max_size=12))
def test_erasing_ends_with_nothing_and_never_leaves_a_selector_alone(text: str) -> None:
    state, steps = Typing(text), 0
    while state.text:
        before = len(graphemes(state.text))
        state = model.erased(state)
        steps += 1
        assert len(graphemes(state.text)) == before - 1
    assert steps == len(graphemes(text))
    assert without_last("") == ""


def test_marks_go_round() -> None:
    assert [marked_kana(letter) for letter in "かがはばぱつっづまん"] == list(
        "がかばぱはっづつまん"
    )


def test_every_column_has_five_places() -> None:
    assert {len(column) for column in COLUMNS} == {5}


def test_katakana() -> None:
    assert katakana("みほん がっこう゛ー1") == "ミホン ガッコウ゛ー1"


def test_the_typed_text_is_not_in_the_repr() -> None:
    assert "花子" not in repr(Typing("花子", "はなこ", ("花子",)))


def test_names_are_found_and_junk_is_last() -> None:
    found = MozcKanaKanji().candidates("たなか", 18)
    assert found[0] == "田中"
    assert found[-2:] == ["たなか", "タナカ"]
    assert "た中" not in found[:3]


def test_digits_do_not_break_a_town_apart() -> None:
    assert "江戸川区中央1" in MozcKanaKanji().candidates("えどがわくちゅうおう1", 18)


def test_nothing_typed_has_no_candidates() -> None:
    assert MozcKanaKanji().candidates("", 18) == []


def test_the_limit_holds() -> None:
    assert len(MozcKanaKanji().candidates("こう", 6)) == 6


def test_variants_are_mutual() -> None:
    assert variants("高") == ["髙"]
    assert "斉" in variants("齋")
    assert variants("あ") == []
