"""Judging rows, headings and files before any of it reaches the ledger."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from admin.ledger.csv_source import BrokenCsvError, Source, SourceFault, open_source, rows
from admin.ledger.layout import Layout, Row, lay_out
from admin.ledger.profile import Profile, ProfileFault, load_profile
from admin.ledger.reading import Read
from admin.ledger.row_check import RowCheck
from kiosk.domain.ledger import STANDARD_HEADINGS, NotCertifiable

HEADINGS = [heading for heading, _ in STANDARD_HEADINGS]
GOOD = {field: "" for _, field in STANDARD_HEADINGS} | {
    "ledger_no": "A-1",
    "category": "建築物",
    "confirmation_no": "第1号",
    "confirmation_date": "昭和42年 月不明",
    "lot": "中央一丁目4番1",
    "total_floor_area": "123.45㎡",
}


@pytest.fixture(scope="module")
def profile() -> Profile:
    loaded = load_profile("standard")
    assert isinstance(loaded, Profile)
    return loaded


def judge(profile: Profile, **other: str) -> Read | list[str]:
    return RowCheck(profile, date(2026, 6, 15)).read(Row(GOOD | other))


def test_a_good_row_keeps_its_text(profile: Profile) -> None:
    read = judge(profile)
    assert isinstance(read, Read)
    assert read.fields["confirmation_date"] == "昭和42年 月不明"
    assert read.confirmation is not None
    assert (read.confirmation.earliest, read.confirmation.latest) == (
        date(1967, 1, 1),
        date(1967, 12, 31),
    )


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("ledger_no", "", "台帳番号"),
        ("ledger_no", "x" * 101, "台帳番号"),
        ("category", "橋", "区分"),
        ("category", "", "区分"),
        ("confirmation_date", "平成15年13月1日", "確認年月日"),
        ("confirmation_date", "昭和64年2月1日", "確認年月日"),
        ("confirmation_date", "令和80年4月1日", "確認年月日"),
        ("confirmation_date", "平成元年1月7日", "確認年月日"),
        ("inspection_date", "慶応三年五月一日", "検査済年月日"),
        ("inspection_date", "20030231", "検査済年月日"),
        ("inspection_date", "S65.1.1", "検査済年月日"),
        ("owner", "見本\ufffd太郎", "建築主"),
        ("remarks", "a\x00b", "備考"),
        ("remarks", "字" * 10_001, "備考"),
    ],
)
def test_refused_and_why(profile: Profile, field: str, value: str, named: str) -> None:
    reasons = judge(profile, **{field: value})
    assert isinstance(reasons, list)
    assert len(reasons) == 1
    assert f"「{named}」" in reasons[0]
    assert reasons[0].endswith("。")


def test_every_reason_is_given_at_once(profile: Profile) -> None:
    reasons = judge(profile, ledger_no="", category="橋", confirmation_date="昭和99年")
    assert isinstance(reasons, list)
    assert len(reasons) == 3


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("confirmation_date", "不明"),
        ("confirmation_date", ""),
        ("storeys_above", "平屋建"),
        ("storeys_below", "－"),
        ("site_area", "百二十坪"),
        ("site_area", "約１２０"),
        ("remarks", "一行目\n二行目\t終わり"),
        ("remarks", "一頁目\f二頁目\v終わり\x85"),
        ("owner", "\U00030edd見本"),  # assigned after this Python's Unicode tables
        ("owner", "\ue000見本"),  # 外字
    ],
)
def test_what_old_ledgers_hold_is_taken(profile: Profile, field: str, value: str) -> None:
    assert isinstance(judge(profile, **{field: value}), Read)


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("inspection_date", "きのう", "検査済年月日"),
        ("confirmation_date", "昭和4?年5月 台帳汚損", "確認年月日"),
        ("lot", "", "地名地番"),
        ("storeys_above", "木造", "地上階数"),
        ("storeys_below", "-1", "地下階数"),
        ("site_area", "？", "敷地面積"),
        ("total_floor_area", "広い", "延べ面積"),
        ("remarks", "左\t右", "備考"),
        ("owner", "見本\u2009太郎", "建築主"),
    ],
)
def test_what_is_odd_is_taken_as_written_and_noted(
    profile: Profile, field: str, value: str, named: str
) -> None:
    read = judge(profile, **{field: value})
    assert isinstance(read, Read)
    assert read.fields[field] == value
    assert [f"「{named}」" in note for note in read.notes] == [True]
    assert read.notes[0].endswith("。")


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("site_area", "-5", "敷地面積"),
        ("site_area", "－５．２", "敷地面積"),
        ("total_floor_area", "abc", "延べ面積"),
        ("building_area", "N/A", "建築面積"),
        ("storeys_above", "three", "地上階数"),
        ("storeys_below", "x", "地下階数"),
    ],
)
def test_what_no_book_says_for_a_number_is_refused(
    profile: Profile, field: str, value: str, named: str
) -> None:
    reasons = judge(profile, **{field: value})
    assert isinstance(reasons, list)
    assert [f"「{named}」" in reason for reason in reasons] == [True]


def test_a_plain_row_has_no_note(profile: Profile) -> None:
    read = judge(profile)
    assert isinstance(read, Read)
    assert read.notes == ()


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"remarks": "工事取り止め届 受理"}, NotCertifiable.CANCELLED),
        ({"remarks": "台帳は原本画像のみ"}, NotCertifiable.SCAN_ONLY),
        ({"confirmation_no": "", "confirmation_date": ""}, NotCertifiable.NOT_RECORDED),
        ({}, None),
    ],
)
def test_what_is_not_certified_here(
    profile: Profile, other: dict[str, str], reason: NotCertifiable | None
) -> None:
    read = judge(profile, **other)
    assert isinstance(read, Read)
    assert read.not_certifiable is reason


# --- headings -----------------------------------------------------------------------------------


def test_headings_in_any_order_and_width(profile: Profile) -> None:
    layout = lay_out(profile, [*reversed(HEADINGS[1:]), " 台帳番号　", ""])
    assert isinstance(layout, Layout)
    places = dict(layout.single)
    assert (places["ledger_no"], places["remarks"], layout.width) == (19, 0, 21)
    assert layout.read([str(n) for n in range(21)]).fields["ledger_no"] == "19"


@pytest.mark.parametrize(
    ("headings", "named"),
    [
        (HEADINGS[:-1], "備考"),
        ([*HEADINGS, "謎"], "謎"),
        ([*HEADINGS, "建築主"], "建築主"),
        ([], "台帳番号"),
    ],
)
def test_wrong_headings_are_named(profile: Profile, headings: list[str], named: str) -> None:
    fault = lay_out(profile, headings)
    assert isinstance(fault, ProfileFault)
    assert named in fault.sentence


def test_a_profile_that_is_not_there() -> None:
    fault = load_profile("nothing")
    assert isinstance(fault, ProfileFault)
    assert "standard" in fault.sentence


def test_a_profile_that_forgets_a_column(tmp_path: Path) -> None:
    path = tmp_path / "short.yaml"
    path.write_text("name: short\ncolumns: {owner: [建築主]}\ncategories: {}\n", encoding="utf-8")
    assert isinstance(load_profile(str(path)), ProfileFault)
    path.write_text("{", encoding="utf-8")
    assert isinstance(load_profile(str(path)), ProfileFault)


# --- files --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("cp932", "cp932")],
)
def test_encodings(tmp_path: Path, encoding: str, found: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text('見出し\r\n"髙﨑①\r\n㈱",2\r\n\r\n値\r\n', encoding=encoding, newline="")
    source = open_source(path)
    assert isinstance(source, Source)
    assert source.encoding == found
    assert list(rows(source, ",")) == [
        (1, ["見出し"]),
        (2, ["髙﨑①\r\n㈱", "2"]),
        (5, ["値"]),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xef\xbb\xbf\r\n",
        b"\xff\xfea\x00",
        b"\x81\xff\xfd\xff",
        "日本".encode("euc-jp") + b"\xff",
    ],
)
def test_files_that_are_no_ledger(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    fault = open_source(path)
    assert isinstance(fault, SourceFault)
    assert fault.sentence.endswith("。")


def test_files_that_are_not_there(tmp_path: Path) -> None:
    assert isinstance(open_source(tmp_path / "none.csv"), SourceFault)
    assert isinstance(open_source(tmp_path), SourceFault)


def test_an_open_quotation_mark_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('a,b\n1,2\n"3,4\n5,6\n', encoding="utf-8")
    source = open_source(path)
    assert isinstance(source, Source)
    with pytest.raises(BrokenCsvError) as error:
        list(rows(source, ","))
    assert error.value.line == 3
