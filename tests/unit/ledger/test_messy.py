"""Files as offices really have them: what is read of each, and what is said of the rest."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from admin.ledger.csv_source import SourceFault
from admin.ledger.judging import ImportReport, Judged, judge
from admin.ledger.profile import Profile, load_profile
from admin.ledger.report_file import write_report
from admin.ledger.table import open_table
from kiosk.domain.ledger import STANDARD_HEADINGS

HEADINGS = [heading for heading, _ in STANDARD_HEADINGS]
_PLAIN = {"区分": "建築物", "確認番号": "第1号", "確認年月日": "平成15年6月1日",
          "建築主": "見本 太郎", "地名地番": "中央一丁目4番1", "延べ面積": "99.50"}  # fmt: skip


def row(number: Any, **said: Any) -> list[Any]:
    values = dict.fromkeys(HEADINGS, "") | _PLAIN | {"台帳番号": number} | said
    return [values[heading] for heading in HEADINGS]


def text(*rows: list[Any], delimiter: str = ",", headings: list[str] = HEADINGS) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([headings, *rows])
    return out.getvalue()


def sheet_file(**pages: Callable[[Worksheet], None]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.worksheets[0])
    for title, fill in pages.items():
        fill(book.create_sheet(title))
    book.save(out)
    return out.getvalue()


def filled(*rows: list[Any]) -> Callable[[Worksheet], None]:
    def fill(sheet: Worksheet) -> None:
        for one in [HEADINGS, *rows]:
            sheet.append(one)

    return fill


class Reading:
    """A file judged without a database."""

    def __init__(self, path: Path, content: bytes, **changed: Any) -> None:
        profile = load_profile("standard")
        assert isinstance(profile, Profile)
        self.report, judged = ImportReport(), Judged()
        path.write_bytes(content)
        source = open_table(path)
        if isinstance(source, SourceFault):
            self.fault = source
            judged.close()
            return
        self.encoding = source.encoding
        chosen = profile.model_copy(update=changed)
        self.whole = judge(source, chosen, date(2026, 6, 15), self.report, judged, None)
        self.rows = [one.values for batch in judged.spool.batches() for one in batch]
        judged.close()

    @property
    def refused(self) -> list[tuple[int, str]]:
        return [(one.line, one.reason) for one in self.report.refused]

    def numbers(self) -> list[str]:
        return [one["ledger_no"] for one in self.rows]


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Reading]:
    def reading(content: bytes | str, **changed: Any) -> Reading:
        raw = content.encode() if isinstance(content, str) else content
        return Reading(tmp_path / "file", raw, **changed)

    return reading


# --- where the table is -------------------------------------------------------------------------


def test_titles_above_the_headings_and_lines_as_an_editor_counts_them(read: Any) -> None:
    titles = "建築確認台帳,,\r\n作成,令和8年\r\n\r\n"
    done = read(titles + text(row("K-1", 備考="一\r\n二\r\n三"), row("K-2", 区分="船"), row("K-3")))
    assert done.numbers() == ["K-1", "K-3"]
    assert [line for line, _ in done.refused] == [8]


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_another_delimiter_is_found_by_the_headings(read: Any, delimiter: str) -> None:
    done = read(text(row("K-1", 備考="一,二"), delimiter=delimiter))
    assert [(one["ledger_no"], one["remarks"]) for one in done.rows] == [("K-1", "一,二")]


def test_the_line_that_lacks_least_is_named_with_what_it_lacks(read: Any) -> None:
    short = [one for one in HEADINGS if one != "備考"]
    done = read("台帳\r\n" + text(headings=short))
    assert not done.whole
    assert done.refused == [(2, "見出しが足りません: 備考")]


def test_a_sheet_behind_a_cover_and_other_sheets_named(read: Any) -> None:
    book = sheet_file(
        表紙=lambda sheet: sheet.append(["建築確認台帳"]),
        H14=filled(row("K-1")), H15=filled(row("K-2"), row("K-1")),
    )  # fmt: skip
    done = read(book)
    assert done.numbers() == ["K-1"]
    assert "シート「H15」" in done.report.noted[0].reason
    every = read(book, sheet="*")
    assert every.numbers() == ["K-1", "K-2"]
    assert every.report.refused[0].said == (
        "シート「H15」の 3 行目: 「台帳番号」が、シート「H14」の 2 行目と同じです。"
    )
    assert read(book, sheet="H15").numbers() == ["K-2", "K-1"]


def test_headings_in_two_rows_and_none_at_all(read: Any) -> None:
    above = ["番号", "種別", "確認", "", *[""] * 16]
    below = ["", "", "番号", "日", *[""] * 16]
    columns = {"ledger_no": ["番号"], "category": ["種別"], "confirmation_no": ["確認 番号"],
               "confirmation_date": ["確認日"]}  # fmt: skip
    book = sheet_file(台帳=lambda s: [s.append(one) for one in (above, below, row("K-1"))])
    done = read(book, columns=columns, header_rows=2, ignored=[f"@{n}" for n in range(5, 21)])
    assert [(one["ledger_no"], one["confirmation_no"]) for one in done.rows] == [("K-1", "第1号")]
    places = {"ledger_no": ["@1"], "category": ["@2"], "lot": ["@3"]}
    bare = read("K-1,建築物,中央一丁目4番1\n", columns=places, header_row=0)
    assert [(one["ledger_no"], one["lot"]) for one in bare.rows] == [("K-1", "中央一丁目4番1")]


def test_the_same_heading_twice_is_told_apart_by_its_place(read: Any) -> None:
    content = text([*row("K-1", 備考="上"), "下"], headings=[*HEADINGS, "備考"])
    assert "見出し#2" in read(content).refused[0][1]
    profile = load_profile("standard")
    assert isinstance(profile, Profile)
    columns = {**profile.columns, "remarks": ["備考#2"]}
    done = read(content, columns=columns, extra=["備考#1"])
    assert (done.rows[0]["remarks"], done.rows[0]["extra"]) == ("下", {"備考#1": "上"})


def test_text_under_no_heading_is_not_lost_without_a_word(read: Any) -> None:
    headings = [*HEADINGS[:10], "", *HEADINGS[10:]]
    first, second = row("K-1"), row("K-2")
    done = read(text([*first[:10], "枝1", *first[10:]], [*second[:10], "", *second[10:]],
                     headings=headings))  # fmt: skip
    assert done.numbers() == ["K-2"]
    assert done.refused == [
        (2, "見出しのない列（11 列目・K）に値があります。見出しを付けてください。")
    ]


# --- what the file does not hold ----------------------------------------------------------------


def test_a_few_broken_bytes_refuse_their_lines_only(read: Any) -> None:
    good = [row(f"K-{number}") for number in range(1, 5)]
    for encoding, half in (("utf-8", b"\xe8\xa6\xff"), ("cp932", b"\x8c"), ("cp932", b"\xff")):
        lines = text(*good).encode(encoding).split(b"\r\n")
        lines[2] = lines[2].replace("見本".encode(encoding), half)
        done = read(b"\r\n".join(lines))
        assert done.numbers() == ["K-1", "K-3", "K-4"]
        assert [(line, "建築主" in why) for line, why in done.refused] == [(3, True)]
        assert done.encoding == encoding


def test_another_encoding_is_named_with_its_first_line(read: Any) -> None:
    done = read(text(row("K-1"), row("K-2")).encode("euc-jp"))
    assert (done.fault.line, "UTF-8 でも CP932" in done.fault.sentence) == (1, True)


@pytest.mark.parametrize(
    ("heading", "said", "word"),
    [
        ("台帳番号", "2.00301E+11", "指数"),
        ("延べ面積", "#N/A", "#N/A"),
        ("備考", "#REF!", "#REF!"),
        ("検査済年月日", "########", "########"),
        ("確認年月日", "37773", "平成15年6月1日"),
        ("確認年月日", "4150601", "era_code"),
    ],
)
def test_what_excel_left_in_place_of_a_text(read: Any, heading: str, said: str, word: str) -> None:
    done = read(text(row("K-1") if heading == "台帳番号" else row("K-2"),
                     row("K-3", **{heading: said})))  # fmt: skip
    assert len(done.rows) == 1
    ((line, why),) = done.refused
    assert (line, heading in why, word in why) == (3, True, True)


@pytest.mark.parametrize("said", ["#5 棟", "E+ 住宅", "第3E+号", "1E5"])
def test_text_that_only_looks_like_it_is_taken(read: Any, said: str) -> None:
    assert read(text(row("K-1", 備考=said))).rows[0]["remarks"] == said


def test_a_formula_without_its_result_is_not_blank(read: Any) -> None:
    done = read(sheet_file(台帳=filled(row("K-1", 延べ面積="=1+2"), row("K-2"))))
    assert done.numbers() == ["K-2"]
    assert done.refused == [
        (2, "「延べ面積」: 式の計算結果が保存されていません。Excel で開いて保存し直してください。")
    ]


def test_cells_below_a_merged_one_are_not_blank(read: Any) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["A1"] = "建築確認台帳"
        sheet.merge_cells("A1:T1")
        for one in [HEADINGS, row("K-1"), row("K-2"), row("K-3")]:
            sheet.append(one)
        sheet.merge_cells("J3:J4")

    done = read(sheet_file(台帳=fill))
    assert done.numbers() == ["K-1", "K-3"]
    ((line, why),) = done.refused
    assert (line, "「地名地番」: 結合したセル（J3:J4）" in why) == (4, True)


def test_numbers_and_days_as_the_sheet_shows_them(read: Any) -> None:
    def fill(sheet: Worksheet) -> None:
        filled(
            row(12, 確認年月日=datetime(2003, 6, 1), 延べ面積=0.1 + 0.2, 敷地面積=120.5,  # noqa: DTZ001
                建築面積=50.125, 地上階数=2.0, 備考="一_x000D_\n二"),
        )(sheet)  # fmt: skip
        sheet["A2"].number_format = "000000"
        sheet["Q2"].number_format = sheet["R2"].number_format = "#,##0.00"
        sheet["D2"].number_format = '[$-411]ggge"年"m"月"d"日"'

    said = read(sheet_file(台帳=fill)).rows[0]
    assert [said[name] for name in (
        "ledger_no", "confirmation_date", "total_floor_area", "site_area", "building_area",
        "storeys_above", "remarks",
    )] == ["000012", "平成15年6月1日", "0.3", "120.50", "50.125", "2", "一\r\n二"]  # fmt: skip


def test_broken_quotes_are_named_in_japanese(read: Any) -> None:
    assert read(text(row("K-1")) + 'K-2,"開いたまま\r\n').refused == [
        (3, "この行で始まる引用符が、ファイルの終わりまで閉じていません。")
    ]
    assert "2つ重ねて" in read(text(row("K-1")) + 'K-2,"第"3号"\r\n').refused[0][1]


def test_a_row_that_may_be_any_entry_is_counted(tmp_path: Path) -> None:
    """Rows of which no number can be read keep a file from being the whole ledger."""
    path = tmp_path / "a.csv"
    path.write_text(text(row("K-1"), row(""), row("K-3")[:5], row("\ufffd")), encoding="utf-8")
    profile, judged = load_profile("standard"), Judged()
    source = open_table(path)
    assert isinstance(profile, Profile)
    assert not isinstance(source, SourceFault)
    judge(source, profile, date(2026, 6, 15), ImportReport(), judged, None)
    named = judged.seen.named(["K-1", "K-2", "K-3", "\ufffd"])
    judged.close()
    assert (judged.nameless, named) == (3, {"K-1"})


def test_the_report_names_the_sheet(tmp_path: Path) -> None:
    report = Reading(
        tmp_path / "a", sheet_file(甲=filled(row("K-1", 区分="船")), 乙=filled()), sheet="*"
    ).report
    write_report(tmp_path / "r.xlsx", report)
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert [cell.value for cell in book["受け付けられない行"][2]][::2] == [2, "甲"]
