"""Confirmation numbers taken apart, and plan changes tied to their confirmation."""

from __future__ import annotations

from datetime import date

import pytest

from admin.ledger.number_fold import number_fold
from admin.ledger.numbers import plan_key, read_number, said_year
from admin.ledger.plan_changes import Change, Original, tie
from admin.ledger.plan_numbers import groups_follow


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("第H15確認建築江戸川00123号", "H15確認建築江戸川１２３"),
        ("第H13確済建築厚木 第00313号", "H13確済建築厚木第313号"),
        ("ERI-17051659", "ｅｒｉ１７０５１６５９"),
        ("第UHEC建確28737変1号", "UHEC建確28737号 計画変更第1回"),
        ("第123号", "123"),
        ("第百二十三号", "第123号"),
        ("第一二三号", "第123号"),
        ("第壱弐参号", "第123号"),
        ("平成十五年第百二十三号", "平成15年第123号"),
        ("昭和四二年 第一〇三号", "昭和42年第103号"),
        ("ﾍｲｾｲ１５年第１２３号", "平成15年第123号"),
        ("平成 15 年 123 号", "平成15年123号"),
        ("第H15確認建築江戸川区00123号", "第H15確認建築江戸川00123号"),
        ("建築第二十号", "建築第20号"),
    ],
)
def test_the_same_number(one: str, other: str) -> None:
    assert read_number(one).compact == read_number(other).compact


@pytest.mark.parametrize("text", ["三田建築", "第三者機関5号", "九条一級建築", "二宮"])
def test_numerals_in_a_name_are_no_number(text: str) -> None:
    assert number_fold(text) == text


def test_two_groups_of_digits_do_not_run_together() -> None:
    assert read_number("1-23").compact != read_number("12-3").compact


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("第H15確認建築江戸川00123号", 2003),
        ("昭和42年 第1号", 1967),
        ("令和元年第5号", 2019),
        ("2003-123", 2003),
        ("ERI-17051659", None),
        ("123", None),
    ],
)
def test_the_year_a_number_names(text: str, year: int | None) -> None:
    assert read_number(text).year == year


def test_a_year_said_before_a_number() -> None:
    assert said_year("平成十五年度 第123号") == (2003, "第123号")
    assert said_year("平成16年123号") == (2004, "123号")
    assert said_year("H16 123") == (2004, "123")
    assert said_year("2003-123") == (2003, "123")
    assert said_year("平成十六年百二十三号") == (2004, "123号")
    assert said_year("平15第123号") == (2003, "第123号")
    assert said_year("昭四二年一二三号") == (1967, "123号")
    assert said_year("H.15.123") == (2003, "123")
    assert said_year("二〇〇三年 百二十三号") == (2003, "123号")
    assert said_year("西暦2003年123") == (2003, "123")
    assert said_year("2003/123") == (2003, "123")
    assert said_year("平成15年6月1日 第123号") == (2003, "第123号")
    assert said_year("H15.6.1 123") == (2003, "123")
    assert said_year("第123号(平成15年)") == (2003, "第123号")
    assert said_year("123　H15") == (2003, "123")
    assert said_year("確認番号 平成15年 No.123") == (2003, "123")
    assert said_year("123-2003") is None
    assert said_year("H1612345") is None
    assert said_year("123") is None


@pytest.mark.parametrize(
    ("asked", "recorded", "follows"),
    [
        ("H15-123", "第H15確認建築江戸川00123号", True),
        ("江戸川123", "第H15確認建築江戸川00123号", True),
        ("H15-12", "第H15確認建築江戸川00123号", False),
        ("H16-123", "第H15確認建築江戸川00123号", False),
        ("厚木123", "第H15確認建築江戸川00123号", False),
    ],
)
def test_groups_asked_for_stand_in_the_number(asked: str, recorded: str, follows: bool) -> None:
    assert groups_follow(read_number(asked), read_number(recorded)) is follows


def test_a_change_has_the_key_of_its_confirmation() -> None:
    original = plan_key("第UHEC建確28737号", "", "新築", "中央/1/4")
    change = plan_key("第UHEC建確28737変1号", "", "新築", "平井/1/4")
    assert original == (change[0], False)
    assert change[1]
    other = plan_key("第R1確認建築江戸川5号", "計画変更。当初確認番号：第UHEC建確28737号", "", "")
    assert other == change


def test_a_plain_number_ties_only_on_its_lot() -> None:
    assert plan_key("123", "", "", "中央/1/4")[0] != plan_key("123", "", "", "平井/1/4")[0]
    assert plan_key("123", "", "", "")[0] == ""


def _change(number: str, latest: date | None) -> Change:
    return Change(number, number, "", "主事", "", latest)


def test_dates_decide_between_two_confirmations_of_one_number() -> None:
    originals = [Original("old", date(1970, 1, 1)), Original("new", date(1995, 1, 1))]
    tied = tie(originals, [_change("a", date(1971, 1, 1)), _change("b", date(1995, 6, 1))])
    assert {no: [one["number"] for one in found] for no, found in tied.items()} == {
        "old": ["a"],
        "new": ["b"],
    }


def test_without_dates_nothing_is_tied_to_two() -> None:
    originals = [Original("old", None), Original("new", date(1995, 1, 1))]
    assert tie(originals, [_change("a", date(1996, 1, 1))]) == {}
    assert tie(originals[:1], [_change("a", None)]).keys() == {"old"}


def test_a_change_before_its_confirmation_is_not_its_change() -> None:
    assert tie([Original("x", date(1995, 1, 1))], [_change("a", date(1990, 1, 1))]) == {}
