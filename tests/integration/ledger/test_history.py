"""The history of a site: what the ledger has of the same lots, on both databases."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from sqlalchemy import select

from admin.__main__ import main
from admin.db.engine import Database
from admin.db.ledger_tables import LedgerEntryRow
from admin.ledger.history import history
from admin.ledger.index import fingerprint
from admin.ledger.neighbours import neighbours
from admin.ledger.sites import read_site, surely_same
from kiosk.domain.near import HappeningKind, Neighbours, SiteHistory
from kiosk.domain.query import MAX_HITS, SearchUnavailable
from tests.integration.ledger.books import TODAY, entry, load, write_book
from tests.unit.certificate.papers import changed_form
from tests.unit.certificate.papers import load as load_form

LOT = "中央一丁目4番1"


def ids(database: Database) -> dict[str, int]:
    c = LedgerEntryRow
    with database.read() as session:
        return {row.ledger_no: row.id for row in session.execute(select(c.ledger_no, c.id))}


def past(database: Database, ledger_no: str) -> SiteHistory:
    with database.read() as session:
        found = history(session, ids(database)[ledger_no], data_as_of="2026-04-01")
    assert isinstance(found, SiteHistory)
    return found


def listed(found: SiteHistory) -> list[str]:
    return [one.hit.ledger_no for one in found.entries]


def book(database: Database, tmp_path: Path, lots: dict[str, str]) -> None:
    """One entry for each lot, the first the newest."""
    rows = [
        entry(
            name, lot=lot, confirmation_no=f"第{n + 1}号",
            confirmation_date=f"昭和{60 - n}年5月1日",
        )
        for n, (name, lot) in enumerate(lots.items())
    ]  # fmt: skip
    load(database, write_book(tmp_path / "x.csv", rows))


def test_the_same_lot_in_whatever_manner_it_was_written(database: Database, tmp_path: Path) -> None:
    book(
        database,
        tmp_path,
        {
            "A": LOT, "B": "江戸川区中央１丁目４－１", "C": "中央一丁目4番地の1",
            "SEVERAL": "中央一丁目3番2、4番1、4番2の一部", "PART": "中央一丁目4番1の一部",
            "BESIDE": "中央一丁目4番2", "WITHIN": "中央一丁目4番1の3", "WHOLE": "中央一丁目4番",
            "ELSEWHERE": "中央二丁目4番1",
        },
    )  # fmt: skip
    found = past(database, "A")
    assert listed(found) == ["A", "B", "C", "SEVERAL", "PART"]
    assert not any(one.doubtful for one in found.entries)
    assert (found.site, found.more, found.data_as_of) == (LOT, False, "2026-04-01")
    # A site of several lots has the past of each of them.
    assert listed(past(database, "SEVERAL")) == ["A", "B", "C", "SEVERAL", "PART", "BESIDE"]


def test_a_lot_that_can_be_read_in_two_ways_is_said_to_be_so(
    database: Database, tmp_path: Path
) -> None:
    lots = {
        "BOTH": "中央4-39-2", "CHOME": "中央四丁目39番2", "OLD": "中央4番地39の2",
        "AGAIN": "中央四丁目39番2",
    }  # fmt: skip
    book(database, tmp_path, lots)
    from_both = past(database, "BOTH")
    assert [(one.hit.ledger_no, one.doubtful) for one in from_both.entries] == [
        ("BOTH", False), ("CHOME", True), ("OLD", True), ("AGAIN", True),
    ]  # fmt: skip
    from_one = past(database, "CHOME")
    assert [(one.hit.ledger_no, one.doubtful) for one in from_one.entries] == [
        ("BOTH", True), ("CHOME", False), ("AGAIN", False),
    ]  # fmt: skip


def test_a_former_towns_name_is_in_the_history_once_staff_say_what_it_is_today(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    lots = {
        "NEW": "東小岩三丁目1番2", "OLD": "小岩町三丁目1番2", "TWO": "小岩町三丁目1番1、3-1-2",
        "WITHIN": "小岩町三丁目1番2の5", "TEN": "小岩町三丁目1番20", "OTHER": "上小岩町三丁目1番2",
    }  # fmt: skip
    book(database, tmp_path, lots)
    assert listed(past(database, "NEW")) == ["NEW"]
    assert listed(past(database, "OLD")) == ["OLD", "TWO"]
    add = ["town-alias", "add", "小岩町", "東小岩", "--to", "昭和41年", "--database", database_url]
    assert main(add) == 0
    assert listed(past(database, "NEW")) == ["NEW", "OLD", "TWO"]
    assert listed(past(database, "OLD")) == ["NEW", "OLD", "TWO"]
    assert not any(one.doubtful for one in past(database, "NEW").entries[:2])


def test_where_no_lot_is_recorded_the_address_on_the_door_is_the_site(
    database: Database, tmp_path: Path
) -> None:
    rows = [
        entry("A", lot="", residential_address="中央一丁目4番1号", confirmation_no="第1号"),
        entry("B", lot="中央一丁目9番", residential_address="中央1-4-1", confirmation_no="第2号"),
        entry("LOT", lot="中央一丁目4番1", confirmation_no="第3号"),
    ]
    load(database, write_book(tmp_path / "x.csv", rows))
    assert sorted(listed(past(database, "A"))) == ["A", "B"]
    assert listed(past(database, "LOT")) == ["LOT"]  # the numbers of another kind of address


@pytest.mark.parametrize("lot", ["", "中央一丁目", "不明", "外3筆", "\U0002f994見本外字町"])
def test_a_site_without_a_number_has_no_history_but_its_own(
    database: Database, tmp_path: Path, lot: str
) -> None:
    book(database, tmp_path, {"A": lot, "B": lot})
    found = past(database, "A")
    assert (listed(found), found.site) == (["A"], "")


def test_what_was_recorded_over_the_years(database: Database, tmp_path: Path) -> None:
    row = {
        "台帳番号": "A", "区分": "建築物", "確認番号": "第1号", "確認年月日": "平成15年6月1日",
        "検査済番号": "第9号", "検査済年月日": "平成16年5月1日", "建築主1": "見本　太郎",
        "地名地番1": LOT, "中間検査番号1": "中1", "中間検査年月日1": "平成15年9月",
        "軽微な変更年月日": "平成15年7月1日", "除却年月日": "令和2年4月1日",
    }  # fmt: skip
    path = tmp_path / "x.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, _headings())
        writer.writeheader()
        writer.writerow(row)
    assert load(database, path, profile="detailed").created == 1
    [one] = past(database, "A").entries
    assert [(what.kind, what.said) for what in one.happenings] == [
        (HappeningKind.CONFIRMATION, "平成15年6月1日"),
        (HappeningKind.MINOR_CHANGE, "平成15年7月1日"),
        (HappeningKind.INTERMEDIATE, "平成15年9月"),
        (HappeningKind.INSPECTION, "平成16年5月1日"),
        (HappeningKind.REMOVAL, "令和2年4月1日"),
    ]
    partial = one.happenings[2].date
    assert partial is not None
    assert (partial.earliest.day, partial.latest.day) == (1, 30)  # never completed


def _headings() -> list[str]:
    from admin.ledger.profile import load_profile

    profile = load_profile("detailed")
    names = [heading for headings in profile.columns.values() for heading in headings[:1]]
    names += ["建築主1", "建築主2", "地名地番1", "地名地番2", "地名地番3", "住居表示1", "住居表示2"]
    names += ["簿冊・頁", "証明の可否", "昇降機の種類", "工作物の高さ", "行の種別"]
    for n in (1, 2):
        names += [f"中間検査{what}{n}" for what in ("番号", "年月日", "交付者")] + [f"特定工程{n}"]
    return [*names, "軽微な変更年月日", "軽微な変更内容", "取りやめ年月日", "除却年月日"]


def test_a_plan_change_is_an_entry_of_its_own_and_a_mark_on_the_one_it_changes(
    database: Database, tmp_path: Path
) -> None:
    number = "第H15確認建築江戸川00123号"
    rows = [
        entry("A", confirmation_no=number),
        entry("B", confirmation_no=number.replace("号", "変1号"), confirmation_date="平成15年8月",
              work_kind="新築（計画変更）"),
        entry("L", category="昇降機", confirmation_no="第H16確認昇降機江戸川00007号",
              confirmation_date="平成16年2月1日"),
    ]  # fmt: skip
    load(database, write_book(tmp_path / "x.csv", rows))
    found = past(database, "B")
    assert listed(found) == ["L", "B", "A"]
    kinds = [[what.kind for what in one.happenings] for one in found.entries]
    assert kinds == [
        [HappeningKind.CONFIRMATION],
        [HappeningKind.PLAN_CHANGE],
        [HappeningKind.CONFIRMATION, HappeningKind.PLAN_CHANGE],
    ]


def test_owners_are_masked_as_in_every_list(database: Database, tmp_path: Path) -> None:
    rows = [
        entry("A", owner="見本　太郎"),
        entry("B", owner="株式会社見本建設", confirmation_no="第9号"),
    ]
    load(database, write_book(tmp_path / "x.csv", rows))
    shown = {one.hit.ledger_no: one.hit.owner for one in past(database, "A").entries}
    assert shown == {"A": "見本　＊＊", "B": "株式会社見本建設"}
    assert "太郎" not in repr(past(database, "A"))


def test_what_a_list_may_not_show_is_not_in_the_history_either(
    database: Database, tmp_path: Path
) -> None:
    """Neither as text nor as a place on the axis, nor as the name of the site."""
    rows = [entry("A"), entry("B", confirmation_no="第9号", inspection_date="平成16年4月1日")]
    load(database, write_book(tmp_path / "x.csv", rows))
    maker = load_form(changed_form(tmp_path, items=[
        {"key": field, "label": field, "pieces": [{"field": field}],
         "disclosure": {"individual": {"list": show}}}
        for field, show in (("confirmation_date", "omit"), ("inspection_date", "mask"),
                            ("lot", "omit"), ("owner", "mask"))
    ]))  # fmt: skip
    with database.read() as session:
        known = ids(database)["A"]
        found = history(session, known, data_as_of="", listed=maker.past)
        beside = neighbours(session, known, today=TODAY, data_as_of="", listed=maker.listed)
    assert isinstance(found, SiteHistory)
    assert isinstance(beside, Neighbours)
    assert (found.site, len(found.entries)) == ("", 2)
    for word in ("平成15年", "平成16年", "4番1", "太郎"):
        assert word not in repr(found)
    assert all(what.date is None for one in found.entries for what in one.happenings)
    assert (beside.site, beside.before, beside.after, beside.whole) == ("", (), (), None)


def test_the_newest_are_shown_and_the_one_that_was_asked_for(
    database: Database, tmp_path: Path
) -> None:
    book(database, tmp_path, {f"N{n:02}": LOT for n in range(MAX_HITS + 5)})
    found = past(database, "N00")
    assert listed(found) == [f"N{n:02}" for n in range(MAX_HITS)]
    assert found.more
    oldest = past(database, f"N{MAX_HITS + 4}")
    assert listed(oldest) == [*(f"N{n:02}" for n in range(MAX_HITS - 1)), f"N{MAX_HITS + 4}"]


def test_no_entry_and_no_index_are_said(database: Database, tmp_path: Path) -> None:
    book(database, tmp_path, {"A": LOT})
    with database.read() as session:
        assert history(session, 999, data_as_of="") == SearchUnavailable("unknown_entry")
    with database.write() as session:
        from admin.db.ledger_tables import LedgerIndexState

        session.merge(LedgerIndexState(id=1, fingerprint=fingerprint()[::-1]))
    with database.read() as session:
        assert history(session, 1, data_as_of="") == SearchUnavailable("index_stale")


def test_two_readings_of_one_cell_are_no_certainty() -> None:
    def same(one: str, other: str) -> bool:
        return surely_same(read_site("l", one, ()), read_site("l", other, ()))

    assert same("中央一丁目1番2", "中央1丁目1の2")
    assert same("中央一丁目1番2、4番", "中央一丁目4番")
    assert not same("中央一丁目1番2、3", "中央一丁目3番")
    assert not same("中央一丁目1番2、3", "中央一丁目1番3")
    assert not same("中央3-2", "中央三丁目2番")
    assert same("小岩町12番3", "江戸川区小岩町12-3")
    assert not same("小岩町12番3", "小岩町12番4")
