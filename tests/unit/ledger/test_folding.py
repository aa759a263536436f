"""Folding names, and what the list shows of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.ledger.folding import grams, owner_key, owner_plain, query_grams, term
from admin.ledger.masking import listed_owner


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙橋　見本太郎", "高橋見本太郎"),
        ("山﨑", "山崎"),
        ("渡邊", "渡辺"),
        ("渡邉", "渡辺"),
        ("齋藤", "斎藤"),
        ("葛\U000e0100西", "葛西"),
        ("𠮷田", "吉田"),
        ("㈱見本", "見本株式会社"),
        ("ﾐﾎﾝ･ﾄﾚｰﾃﾞｨﾝｸﾞ", "みほんとれーでぃんぐ"),
        ("Sample Ｃｏ", "ＳＡＭＰＬＥ co"),
    ],
)
def test_names_searched_as_one(one: str, other: str) -> None:
    assert owner_key(one) == owner_key(other) != ""


def test_a_variant_stays_itself_in_the_plain_key() -> None:
    assert owner_plain("髙橋") == "髙橋"
    assert owner_plain("葛\U000e0100西") == "葛西"


def test_names_that_are_not_one() -> None:
    assert owner_key("佐藤") != owner_key("左藤")
    assert owner_key("斎藤") != owner_key("済藤")


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_piece_of_a_name_has_only_terms_that_the_name_has(before: str, after: str) -> None:
    piece = owner_key(after)
    whole = owner_key(before + after)
    if piece and piece in whole:
        assert set(query_grams("o", piece)) <= set(grams("o", whole))


@given(st.text(max_size=60))
def test_a_term_is_one_word_to_every_index(text: str) -> None:
    word = term("x", text)
    assert len(word.split()) == 1
    assert not set(word) & set("\"'*()-^:\0")


@pytest.mark.parametrize(
    ("owner", "shown"),
    [
        ("山田　見本太郎", "山田　＊＊"),
        ("山田見本太郎", "山＊＊"),
        ("株式会社見本不動産", "株式会社見本不動産"),
        ("㈱見本地所", "㈱見本地所"),
        ("", ""),
    ],
)
def test_the_list_masks_persons(owner: str, shown: str) -> None:
    assert listed_owner(owner) == shown
