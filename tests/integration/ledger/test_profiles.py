"""Other layouts than the standard one: XLSX, several columns for one field, further rows, codes."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from admin.db.engine import Database
from admin.db.ledger_tables import LedgerEntryRow
from admin.ledger.entries import count_entries, load_entry
from admin.ledger.importer import import_ledger
from admin.ledger.profile import Profile, ProfileFault, load_profile, profile_text, read_profile
from admin.ledger.report_file import write_report
from admin.ledger.saved_profiles import find_profile, save_profile
from kiosk.domain.ledger import Category, DispositionKind, LedgerEntry, NotCertifiable
from kiosk.domain.query import QueryKind
from tests.integration.ledger.books import (
    ACTOR,
    FIELDS,
    HEADINGS,
    NOW,
    ask,
    entry,
    load,
    numbers,
    write_book,
)


@pytest.fixture(scope="module")
def detailed() -> Profile:
    loaded = load_profile("detailed")
    assert isinstance(loaded, Profile)
    return loaded


def headings(profile: Profile) -> list[str]:
    found = [names[0] for names in profile.columns.values()]
    found += [one for parts in profile.several.values() for one in parts.headings]
    found += [*profile.source_page, *profile.extra]
    for group in profile.dispositions:
        found += [one for one in (group.number, group.date, group.issuer, group.detail) if one]
    if profile.further_rows:
        found.append(profile.further_rows.heading)
    return found


def write(path: Path, profile: Profile, rows: Sequence[Mapping[str, str]]) -> Path:
    names = headings(profile)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


HOUSE = {
    "台帳番号": "A-1", "区分": "建築物", "確認番号": "第1号", "確認年月日": "4150601",
    "建築主1": "見本　太郎", "建築主2": "見本　花子", "地名地番1": "中央一丁目4番1",
    "地名地番2": "中央一丁目4番2", "住居表示2": "平井二丁目3番4号", "構造": "1",
    "地上階数": "2.0", "延べ面積": "98.76㎡", "簿冊・頁": "平成15年 第2冊 31頁",
    "中間検査番号1": "第中1号", "中間検査年月日1": "4150801", "特定工程1": "基礎",
    "軽微な変更年月日": "平成15年9月 日不明", "軽微な変更内容": "窓の位置",
}  # fmt: skip


def _first(database: Database) -> LedgerEntry:
    with database.read() as session:
        found = load_entry(session, 1)
    assert found is not None
    return found


def test_a_detailed_row_comes_back_whole(
    database: Database, tmp_path: Path, detailed: Profile
) -> None:
    report = load(database, write(tmp_path / "a.csv", detailed, [HOUSE]), profile="detailed")
    assert (report.created, report.refused, report.noted) == (1, [], [])
    found = _first(database)
    assert found.owner == "見本　太郎\n見本　花子"
    assert found.lot == "中央一丁目4番1\n中央一丁目4番2"
    assert found.residential_address == "平井二丁目3番4号"
    assert found.confirmation_date is not None
    assert found.confirmation_date.text == "平成15年6月1日"
    assert (found.structure, found.storeys_above, found.total_floor_area) == ("木造", "2", "98.76")
    assert found.source_page == "平成15年 第2冊 31頁"
    inspection, minor = found.dispositions
    assert (inspection.kind, inspection.number, inspection.detail) == (
        DispositionKind.INTERMEDIATE, "第中1号", "基礎",
    )  # fmt: skip
    assert inspection.date is not None
    assert inspection.date.earliest == date(2003, 8, 1)
    assert (minor.kind, minor.date_said) == (DispositionKind.MINOR_CHANGE, "平成15年9月 日不明")
    assert minor.date is not None
    assert not minor.date.exact
    assert found.certifiable


def test_what_a_cell_said_before_its_converter_is_kept(
    database: Database, tmp_path: Path, detailed: Profile
) -> None:
    row = HOUSE | {"昇降機の種類": "乗用"}
    load(database, write(tmp_path / "a.csv", detailed, [row]), profile="detailed")
    with database.read() as session:
        extra = session.scalar(select(LedgerEntryRow.extra))
    assert extra == {
        "昇降機の種類": "乗用", "確認年月日": "4150601", "構造": "1", "地上階数": "2.0",
        "延べ面積": "98.76㎡", "中間検査年月日1": "4150801",
    }  # fmt: skip


def test_each_of_several_lots_and_owners_finds_the_entry(
    database: Database, tmp_path: Path, detailed: Profile
) -> None:
    load(database, write(tmp_path / "a.csv", detailed, [HOUSE]), profile="detailed")
    for words, kind in (
        ("中央1-4-1", QueryKind.LOT), ("中央1-4-2", QueryKind.LOT),
        ("平井2-3-4", QueryKind.RESIDENTIAL), ("見本花子", QueryKind.OWNER),
    ):  # fmt: skip
        assert numbers(ask(database, words, kind)) == ["A-1"], words


def test_the_same_detailed_file_again_changes_nothing_and_a_detail_changed_is_a_version(
    database: Database, tmp_path: Path, detailed: Profile
) -> None:
    path = write(tmp_path / "a.csv", detailed, [HOUSE])
    load(database, path, profile="detailed")
    again = load(database, path, profile="detailed")
    assert (again.created, again.changed, again.unchanged) == (0, 0, 1)
    other = write(tmp_path / "b.csv", detailed, [HOUSE | {"特定工程1": "屋根"}])
    assert load(database, other, profile="detailed").changed == 1
    found = _first(database)
    assert (found.version, found.dispositions[0].detail) == (2, "屋根")


def test_further_rows_belong_to_the_row_above(
    database: Database, tmp_path: Path, detailed: Profile
) -> None:
    rows = [
        HOUSE,
        {
            "台帳番号": "A-1",
            "行の種別": "計画変更",
            "確認番号": "第1号の変更",
            "確認年月日": "4151001",
        },
        {"台帳番号": "A-9", "行の種別": "計画変更", "確認番号": "第9号の変更"},
        {"台帳番号": "A-1", "行の種別": "中間検査", "確認年月日": "平成15年2月30日"},
        {"台帳番号": "A-1", "行の種別": "中間検査", "確認番号": "第中9号", "備考": "二回目"},
        HOUSE | {"台帳番号": "A-2", "取りやめ年月日": "平成16年1月5日"},
    ]
    report = load(database, write(tmp_path / "a.csv", detailed, rows), profile="detailed")
    assert [row.line for row in report.refused] == [4, 5]
    assert (report.rows, report.created) == (6, 2)
    assert [(one.kind, one.number) for one in _first(database).dispositions] == [
        (DispositionKind.INTERMEDIATE, "第中1号"), (DispositionKind.MINOR_CHANGE, ""),
        (DispositionKind.PLAN_CHANGE, "第1号の変更"), (DispositionKind.INTERMEDIATE, "第中9号"),
    ]  # fmt: skip
    with database.read() as session:
        second = load_entry(session, 2)
    assert second is not None
    assert second.not_certifiable is NotCertifiable.CANCELLED


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("手書き台帳のみ", NotCertifiable.HANDWRITTEN),
        ("東京都所管（1万㎡超）", NotCertifiable.OTHER_AUTHORITY),
        ("年度不明", NotCertifiable.YEAR_LOST),
        ("可", None),
    ],
)
def test_a_column_may_say_why_an_entry_is_not_certified(
    database: Database, tmp_path: Path, detailed: Profile, said: str, reason: NotCertifiable | None
) -> None:
    path = write(tmp_path / "a.csv", detailed, [HOUSE | {"証明の可否": said, "区分": "建築設備"}])
    load(database, path, profile="detailed")
    found = _first(database)
    assert (found.not_certifiable, found.category) == (reason, Category.EQUIPMENT)


def test_words_in_a_dates_place_are_kept(database: Database, tmp_path: Path) -> None:
    row = entry("A-1", confirmation_date="台帳汚損のため判読不能", inspection_date="不明")
    report = load(database, write_book(tmp_path / "a.csv", [row]))
    assert [note.line for note in report.noted] == [2]
    found = _first(database)
    assert (found.confirmation_date, found.confirmation_date_text) == (
        None, "台帳汚損のため判読不能",
    )  # fmt: skip
    assert (found.inspection_date, found.inspection_date_text) == (None, "不明")


# --- XLSX ---------------------------------------------------------------------------------------


def write_xlsx(path: Path, rows: Sequence[Sequence[Any]], title: str = "台帳") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


def _row(**fields: Any) -> list[Any]:
    plain: dict[str, Any] = {**entry("A-1"), **fields}
    return [plain[field] or None for field in FIELDS]


def test_a_workbook_gives_the_same_entry_as_the_csv(database: Database, tmp_path: Path) -> None:
    book = write_xlsx(tmp_path / "a.xlsx", [HEADINGS, _row(), [None] * 20, _row(ledger_no="A-2")])
    report = load(database, book)
    assert (report.created, report.encoding, report.refused) == (2, "xlsx", [])
    same = load(database, write_book(tmp_path / "a.csv", [entry("A-1"), entry("A-2")]))
    assert (same.unchanged, same.changed) == (2, 0)


def test_a_workbook_is_known_by_what_is_in_it(database: Database, tmp_path: Path) -> None:
    book = write_xlsx(tmp_path / "a.xlsx", [HEADINGS, _row()]).rename(tmp_path / "a.csv")
    assert load(database, book).created == 1


def test_a_value_far_to_the_right_is_not_dropped(database: Database, tmp_path: Path) -> None:
    row = [*_row(), *[None] * 600, "x"]
    report = load(database, write_xlsx(tmp_path / "a.xlsx", [HEADINGS, row]))
    assert (report.loaded, report.refused[-1].line) == (False, 2)


def test_numbers_and_days_of_a_sheet_become_text(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    first, second = map(datetime.fromisoformat, ("2003-06-01", "2004-01-05"))
    row = _row(
        storeys_above=2, total_floor_area=98.5, remarks=12.0, confirmation_date=first,
        inspection_date=second,
    )  # fmt: skip
    write_xlsx(path, [HEADINGS, row])
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert sheet is not None
    sheet.cell(2, FIELDS.index("confirmation_date") + 1).number_format = '[$-411]ggge"年"m"月"d"日"'
    book.save(path)
    assert load(database, path).refused == []
    found = _first(database)
    assert (found.storeys_above, found.total_floor_area, found.remarks) == ("2", "98.5", "12")
    assert found.confirmation_date is not None
    assert found.confirmation_date.text == "平成15年6月1日"
    assert found.inspection_date is not None
    assert found.inspection_date.text == "2004-01-05"


def test_a_refused_row_of_a_sheet_has_its_row_number(database: Database, tmp_path: Path) -> None:
    rows = [HEADINGS, _row(), [], _row(ledger_no="A-2", category="橋")]
    report = load(database, write_xlsx(tmp_path / "a.xlsx", rows))
    assert [row.line for row in report.refused] == [4]
    assert report.created == 1


def _broken(path: Path, how: str) -> None:
    whole = path.read_bytes()
    if how == "half":
        path.write_bytes(whole[: len(whole) // 2])
    elif how == "no workbook":
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr("a.txt", "x")
    elif how == "broken sheet":
        with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(path, "w") as new:
            for name in old.namelist():
                data = old.read(name)
                new.writestr(name, data[: len(data) // 2] if "sheet1" in name else data)
    elif how == "bomb":
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("xl/worksheets/sheet9.xml", bytes(50_000_000))
    elif how == "old":
        path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))


@pytest.mark.parametrize("how", ["half", "no workbook", "broken sheet", "bomb", "old"])
def test_a_workbook_that_is_none_loads_nothing(
    database: Database, tmp_path: Path, how: str
) -> None:
    path = write_xlsx(
        tmp_path / "a.xlsx", [HEADINGS, *[_row(ledger_no=f"A-{n}") for n in range(50)]]
    )
    _broken(path, how)
    report = load(database, path)
    assert (report.whole, report.loaded) == (False, False)
    assert report.refused[-1].reason.endswith("。")
    with database.read() as session:
        assert count_entries(session) == 0


def test_a_sheet_by_name_and_headings_further_down(database: Database, tmp_path: Path) -> None:
    standard = load_profile("standard")
    assert isinstance(standard, Profile)
    other = standard.model_copy(update={"sheet": "台帳", "header_row": 3})
    path = write_xlsx(tmp_path / "a.xlsx", [["建築確認台帳"], ["作成 見本"], HEADINGS, _row()])
    assert load(database, path, profile=other).created == 1
    missing = standard.model_copy(update={"sheet": "ない"})
    assert "ない" in load(database, path, profile=missing).refused[0].reason


# --- dry run, report, saved profiles ------------------------------------------------------------


def test_a_dry_run_counts_and_changes_nothing(database: Database, tmp_path: Path) -> None:
    load(database, write_book(tmp_path / "a.csv", [entry("A-1"), entry("A-2"), entry("A-3")]))
    books = [
        entry("A-1"),
        entry("A-2", owner="見本新名"),
        entry("A-4"),
        entry("A-5", category="橋"),
    ]
    path = write_book(tmp_path / "b.csv", books)
    tried = load(database, path, dry_run=True, whole_ledger=True)
    assert (tried.loaded, tried.whole) == (False, True)
    with database.read() as session:
        assert count_entries(session) == 3
    done = load(database, path, whole_ledger=True)
    for report in (tried, done):
        counted = (report.created, report.changed, report.unchanged, report.removed)
        assert (*counted, len(report.refused)) == (1, 1, 1, 1, 1)


def test_the_report_as_a_workbook(database: Database, tmp_path: Path) -> None:
    books = [entry("A-1"), entry("A-2", category="橋"), entry("A-3", lot="")]
    report = load(database, write_book(tmp_path / "a.csv", books))
    write_report(tmp_path / "r.xlsx", report)
    book = openpyxl.load_workbook(tmp_path / "r.xlsx", read_only=True)
    said = {row[0]: row[1] for row in book["概要"].iter_rows(values_only=True)}
    assert (said["読んだ行"], said["新しい台帳"], said["受け付けられない行"]) == (3, 2, 1)
    assert list(book["受け付けられない行"].iter_rows(values_only=True))[1][0] == 3
    assert list(book["注意"].iter_rows(values_only=True))[1][0] == 4
    book.close()


def test_a_saved_profile_is_found_by_its_name_and_the_newest_counts(
    database: Database, tmp_path: Path, detailed: Profile
) -> None:
    for pages in (["頁"], ["簿冊・頁"]):
        named = detailed.model_copy(update={"name": "写し", "source_page": pages})
        with database.write() as session:
            save_profile(session, named, "staff:x", NOW)
    with database.read() as session:
        assert find_profile(session, "写し") == detailed.model_copy(update={"name": "写し"})
        missing = find_profile(session, "どこにもない")
    assert isinstance(missing, ProfileFault)
    assert "写し" in missing.sentence
    path = write(tmp_path / "a.csv", detailed, [HOUSE])
    report = import_ledger(database, path, "写し", now=NOW, actor=ACTOR)
    assert report.created == 1


def test_a_profile_survives_its_own_text(detailed: Profile) -> None:
    assert read_profile("x", profile_text(detailed)) == detailed


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"columns": {}}, "ledger_no"),
        ({"columns": {"bridge": ["橋"]}}, "bridge"),
        ({"converters": {"site_area": ["magic"]}}, "magic"),
        ({"dispositions": [{"kind": "plan_change"}]}, "disposition"),
        ({"dispositions": [{"kind": "party", "number": "x"}]}, "kind"),
        ({"fixed": {"ledger_no": "1"}}, "ledger_no"),
        ({"fixed": {"owner": "x"}}, "owner"),
        ({"stranger": 1}, "stranger"),
        ({"header_row": -1}, "header_row"),
        ({"header_rows": 3}, "header_rows"),
    ],
)
def test_a_profile_that_breaks_the_schema_is_named(
    detailed: Profile, changed: dict[str, Any], named: str
) -> None:
    import yaml

    body = {**detailed.model_dump(mode="json"), **changed}
    fault = read_profile("x", yaml.safe_dump(body, allow_unicode=True))
    assert isinstance(fault, ProfileFault)
    assert named in fault.sentence
