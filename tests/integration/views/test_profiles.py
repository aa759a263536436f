"""The profile wizard: bring, match, try, save; nothing of the file is left, every deed is a row."""

from __future__ import annotations

import io
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from admin.db.ledger_tables import LedgerEntryRow
from admin.ledger.entries import count_entries
from admin.ledger.importer import import_ledger
from admin.services import operation_log
from admin.services.held_samples import HELD, KEPT, HeldSamples, Sample, take_sample
from tests.fixtures.browser import Browser
from tests.integration.views.conftest import Office

HEADINGS = [
    "整理番号",
    "種別",
    "確認済証番号",
    "確認日",
    "建築主氏名",
    "地名地番1",
    "地名地番2",
    "階数",
    "担当",
]
ROWS = [
    ["K-1", "1", "第1号", "4150601", "見本 太郎", "中央一丁目4番1", "中央一丁目4番2", "2.0", "甲"],
    ["K-2", "EV", "第2号", "昭和42年 月不明", "見本 花子", "平井二丁目3番4", "", "", ""],
    ["K-3", "橋", "第3号", "4150601", "見本 三郎", "平井二丁目3番5", "", "", ""],
]  # fmt: skip


def book(headings: list[str] = HEADINGS, rows: list[list[str]] = ROWS) -> bytes:
    lines = [",".join(row) for row in [headings, *rows]]
    return "\r\n".join(lines).encode("cp932")


def bring(browser: Browser, content: bytes, name: str = "秘密.csv") -> None:
    browser.get("/profiles")
    token = browser.form("/profiles/upload").fields["form_token"][0]
    browser.request(
        "POST", "/profiles/upload", data={"form_token": token}, files={"file": (name, content)}
    )


def fields(browser: Browser, **changed: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: values[0] for name, values in browser.form("/profiles/try").fields.items()
    }
    return found | {name.replace("_", "-"): value for name, value in changed.items()}


GOOD = {"name": "見本の読み方", "categories": "1=建築物\nEV=昇降機"}


def choose(browser: Browser, path: str, **changed: str) -> None:
    browser.request("POST", path, data=fields(browser) | GOOD | {
        "convert-3": "era_code", "convert-7": "whole_number", "field-7": "storeys_above",
        "field-5": "lot", "field-6": "lot", **{k.replace("_", "-"): v for k, v in changed.items()},
    })  # fmt: skip


def test_columns_are_guessed_and_shown_with_examples(chief: Browser) -> None:
    bring(chief, book())
    assert chief.page.status_code == 200
    guessed = fields(chief)
    assert [guessed[f"field-{at}"] for at in range(9)] == [
        "ledger_no", "category", "confirmation_no", "confirmation_date", "owner", "lot", "lot",
        "keep", "keep",
    ]  # fmt: skip
    assert "4150601 ／ 昭和42年 月不明" in chief.words


def test_match_try_save_load(office: Office, chief: Browser, tmp_path: Path) -> None:
    bring(chief, book())
    choose(chief, "/profiles/try")
    assert chief.page.status_code == 200
    assert "3 行を試しました。受け付けられない行 1、注意のある行 0" in chief.words
    assert "4 「区分」は 建築物" in chief.words
    assert "平成15年6月1日" in chief.words
    choose(chief, "/profiles/save")
    assert chief.page.status_code == 303
    chief.get("/profiles?done=profile_saved")
    assert "読み方を保存しました" in chief.words
    assert "見本の読み方" in chief.words
    path = tmp_path / "x.csv"
    path.write_bytes(book())
    database = office.world.database
    report = import_ledger(
        database, path, "見本の読み方", now=office.world.services.now(),
        actor=operation_log.system_actor("test"),
    )  # fmt: skip
    assert [row.line for row in report.refused] == [4]
    with database.read() as session:
        assert count_entries(session) == 2
    assert office.world.chain().fault is None
    events = office.world.events()
    assert [one for one in events if one.startswith("profile.")] == [
        "profile.tried", "profile.tried", "profile.saved",
    ]  # fmt: skip


def test_a_workbook_is_taken_too(chief: Browser) -> None:
    workbook, out = openpyxl.Workbook(), io.BytesIO()
    sheet = workbook.active
    assert sheet is not None
    for row in [HEADINGS, *ROWS]:
        sheet.append(row)
    workbook.save(out)
    bring(chief, out.getvalue(), "a.xlsx")
    assert fields(chief)["field-0"] == "ledger_no"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": ""}, "読み方の名前"),
        ({"name": "../x"}, "読み方の名前"),
        ({"name": "standard"}, "はじめからある"),
        ({"field_0": "keep"}, "「台帳番号」にする列"),
        ({"field_1": "ignore"}, "「区分」にする列"),
        ({"categories": "1=橋"}, "区分の読み替え"),
    ],
)
def test_what_is_missing_is_said(chief: Browser, changed: dict[str, str], words: str) -> None:
    bring(chief, book())
    for path in ("/profiles/try", "/profiles/save"):
        choose(chief, path, **changed)
        assert chief.page.status_code == 422
        assert words in chief.words


def test_a_category_for_every_row(chief: Browser) -> None:
    bring(chief, book())
    choose(chief, "/profiles/try", field_1="keep", fixed="工作物")
    assert "受け付けられない行 0" in chief.words


@pytest.mark.parametrize(
    "content", [b"", b"\x81\xff\xfd\xff", b"PK\x03\x04half", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
                b'"a\n' * 3, ("," * 300 + "x").encode()],
)  # fmt: skip
def test_files_that_are_none_get_a_sentence(chief: Browser, content: bytes) -> None:
    bring(chief, content)
    assert chief.page.status_code == 422
    assert "確かめてください" in chief.words


def test_without_a_file_there_is_nothing_to_try(chief: Browser) -> None:
    chief.get("/profiles")
    token = chief.form("/profiles/upload").fields["form_token"][0]
    for path in ("/profiles/upload", "/profiles/try", "/profiles/save"):
        chief.request("POST", path, data={"form_token": token})
        assert chief.page.status_code == 422
        assert "ファイルを選んでください" in chief.words


def test_hostile_words_of_a_file_are_text_on_the_page(chief: Browser) -> None:
    bring(chief, book(["<script>x</script>", "種別"], [["<b>1</b>", "1"]]))
    assert "<script>x" not in chief.page.text
    assert "<b>1</b>" not in chief.page.text
    assert "&lt;script&gt;" in chief.page.text


def test_a_form_as_large_as_a_file_goes_to_the_upload_only(chief: Browser) -> None:
    bring(chief, book(rows=ROWS * 2000))
    assert chief.page.status_code == 200
    token = fields(chief)["form_token"]
    chief.request("POST", "/profiles/try", data={"form_token": token, "name": "x" * 200_000})
    assert chief.page.status_code == 413


def test_nothing_of_the_file_is_left(
    office: Office, chief: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    rows = [[f"K-{n}", "1", *ROWS[0][2:]] for n in range(20_000)]
    bring(chief, book(rows=rows))
    assert chief.page.status_code == 200
    assert list(tmp_path.iterdir()) == []
    with office.world.database.read() as session:
        said = session.connection().exec_driver_sql("SELECT canonical FROM operation_log").all()
    assert not any("秘密".encode() in bytes(row[0]) for row in said)


# --- what is held -------------------------------------------------------------------------------


def _sample(office: Office) -> Sample:
    sample = take_sample(io.BytesIO(book()), office.world.services.now())
    assert isinstance(sample, Sample)
    return sample


def test_a_sample_is_the_persons_own_and_is_forgotten(office: Office) -> None:
    held, sample = HeldSamples(), _sample(office)
    held.put("a", sample)
    assert held.get("b", sample.at) is None
    assert held.get("a", sample.at + KEPT) is sample
    assert held.get("a", sample.at + KEPT + timedelta(seconds=1)) is None
    assert held.get("a", sample.at) is None
    for number in range(HELD + 1):
        held.put(str(number), sample)
    assert (held.get("0", sample.at), held.get("1", sample.at)) == (None, sample)


def test_a_sample_is_the_head_of_the_file_only(office: Office) -> None:
    rows = [[f"K-{n}", *ROWS[0][1:]] for n in range(500)]
    sample = take_sample(io.BytesIO(book(rows=rows)), office.world.services.now())
    assert isinstance(sample, Sample)
    assert (len(sample.rows), sample.encoding) == (101, "cp932")
    assert sample.examples()[0] == ["K-0", "K-1", "K-2"]


def workbook(**sheets: list[list[Any]]) -> bytes:
    made, out = openpyxl.Workbook(), io.BytesIO()
    made.remove(made.worksheets[0])
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    made.save(out)
    return out.getvalue()


INSPECTED = ["整理番号", "種別", "確認済証", "", "中間検査済証", "", "中間検査済証", "", "備考"]
BELOW = ["", "", "番号", "年月日", "番号", "年月日", "番号", "年月日", ""]
BUILT = [
    ["K-1", "建築物", "第1号", "平成15年6月1日", "中1", "H15.7.1", "中2", "H15.8.1", ""],
    ["K-2", "建築物", "第2号", "平成15年6月1日", "", "", "", "", ""],
]


def test_a_table_below_titles_on_another_sheet_with_headings_in_two_rows(
    office: Office, chief: Browser, tmp_path: Path
) -> None:
    """The place of the table is found, and the saved profile finds it again in the whole file."""
    content = workbook(
        表紙=[["見本の台帳", "令和8年"]],
        台帳=[["確認台帳", "その1"], [], INSPECTED, BELOW, *BUILT],
    )
    bring(chief, content, "a.xlsx")
    guessed = fields(chief)
    assert [guessed[f"field-{at}"] for at in range(9)] == [
        "ledger_no", "category", "confirmation_no", "confirmation_date",
        "intermediate_inspection.number", "intermediate_inspection.date",
        "intermediate_inspection.number", "intermediate_inspection.date", "remarks",
    ]  # fmt: skip
    typed = fields(chief) | {"name": "二段の見本"}
    chief.request("POST", "/profiles/try", data=typed)
    assert "2 行を試しました。受け付けられない行 0" in chief.words
    assert "中間検査 H15.8.1 中2" in chief.words
    chief.request("POST", "/profiles/save", data=typed)
    assert chief.page.status_code == 303
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    report = import_ledger(
        office.world.database, path, "二段の見本", now=office.world.services.now(),
        actor=operation_log.system_actor("test"),
    )  # fmt: skip
    assert (report.created, report.refused) == (2, [])
    with office.world.database.read() as session:
        row = session.scalars(select(LedgerEntryRow).order_by(LedgerEntryRow.id)).first()
        assert row is not None
        said = [(one["kind"], one["number"], one["date"]) for one in row.dispositions]
    assert said == [
        ("intermediate_inspection", "中1", "H15.7.1"), ("intermediate_inspection", "中2", "H15.8.1")
    ]  # fmt: skip


def test_another_sheet_or_line_can_be_chosen(chief: Browser) -> None:
    other = ["K-9", "建築物", "第9号"]
    content = workbook(甲=[HEADINGS, *ROWS], 乙=[["K-8", "工作物", "第8号"], other])
    bring(chief, content, "a.xlsx")
    assert fields(chief)["field-3"] == "confirmation_date"
    token = fields(chief)["form_token"]
    sent = {"form_token": token, "sheet": "乙", "header_row": "0", "double": "1"}
    chief.request("POST", "/profiles/shape", data=sent)
    assert "@1" in chief.words
    assert "K-8 ／ K-9" in chief.words
    typed = fields(chief) | {
        "field-0": "ledger_no", "field-1": "category", "field-2": "confirmation_no", "name": "無題",
    }  # fmt: skip
    chief.request("POST", "/profiles/try", data=typed)
    assert "2 行を試しました。受け付けられない行 0" in chief.words


def test_a_file_with_tabs_and_the_same_heading_twice(chief: Browser) -> None:
    headings = ["整理番号", "種別", "備考", "備考", ""]
    rows = [["K-1", "建築物", "上", "下", "見出しなし"]]
    content = "\r\n".join("\t".join(row) for row in [headings, *rows]).encode("cp932")
    bring(chief, content)
    assert [word in chief.words for word in ("備考#1", "備考#2", "@5")] == [True] * 3
    chief.request("POST", "/profiles/try", data=fields(chief) | {"name": "組"})
    assert "1 行を試しました。受け付けられない行 0" in chief.words
    assert "上 下" in chief.words
