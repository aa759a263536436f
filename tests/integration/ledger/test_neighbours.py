"""The lots beside a site, on both databases."""

from __future__ import annotations

from pathlib import Path

from admin.db.engine import Database
from admin.ledger.neighbours import TRIED, neighbours
from kiosk.domain.near import BesideLot, Neighbours
from kiosk.domain.query import Query, QueryKind
from tests.integration.ledger.books import TODAY, ask_query, entry, load, numbers, write_book
from tests.integration.ledger.test_history import book, ids

NAMES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def beside(database: Database, ledger_no: str) -> Neighbours:
    with database.read() as session:
        found = neighbours(session, ids(database)[ledger_no], today=TODAY, data_as_of="2026-04-01")
    assert isinstance(found, Neighbours)
    return found


def said(lots: tuple[BesideLot, ...]) -> list[tuple[str, int]]:
    return [(one.label, one.count) for one in lots]


def place(database: Database, tmp_path: Path, *lots: str) -> None:
    book(database, tmp_path, dict(zip(NAMES, (f"中央一丁目{lot}" for lot in lots), strict=False)))


def test_parts_of_the_same_lot_then_the_next_numbers(database: Database, tmp_path: Path) -> None:
    place(
        database, tmp_path, "4番5", "4番4", "4番2", "4番1", "4番6", "4番6", "4番9", "4番12",
        "3番", "2番7", "2番8", "5番1", "9番", "4番", "4番3",
    )  # fmt: skip
    found = beside(database, "A")
    assert said(found.before) == [
        ("中央一丁目4-4", 1), ("中央一丁目4-3", 1), ("中央一丁目4-2", 1),
        ("中央一丁目3", 1), ("中央一丁目2", 2),
    ]  # fmt: skip
    assert said(found.after) == [
        ("中央一丁目4-6", 2), ("中央一丁目4-9", 1), ("中央一丁目4-12", 1),
        ("中央一丁目5", 1), ("中央一丁目9", 1),
    ]  # fmt: skip
    assert found.whole is not None
    assert (found.whole.label, found.whole.count) == ("中央一丁目4", 10)
    assert (found.site, found.data_as_of) == ("中央一丁目4番5", "2026-04-01")


def test_a_button_stands_for_the_search_that_typing_makes(
    database: Database, tmp_path: Path
) -> None:
    place(database, tmp_path, "4番1", "4番2", "5番", "5番3")
    found = beside(database, "A")
    assert [one.query for one in found.after] == [
        Query(QueryKind.LOT, "4-2", "中央一丁目"),
        Query(QueryKind.LOT, "5", "中央一丁目"),
    ]
    for one in (*found.before, *found.after):
        assert len(numbers(ask_query(database, one.query))) == one.count
    assert numbers(ask_query(database, found.after[0].query)) == ["B"]


def test_the_parts_of_an_undivided_lot_come_after_it(database: Database, tmp_path: Path) -> None:
    place(database, tmp_path, "4番", "4番1", "5番", "3番9")
    found = beside(database, "A")
    assert [one.label for one in found.after] == ["中央一丁目4-1", "中央一丁目5"]
    assert [one.label for one in found.before] == ["中央一丁目3"]
    assert found.whole is None


def test_a_site_of_several_lots_is_passed_over_whole(database: Database, tmp_path: Path) -> None:
    place(database, tmp_path, "4番2、4番3、5番", "4番1", "4番3", "6番", "5番")
    found = beside(database, "A")
    assert [one.label for one in found.before] == ["中央一丁目4-1"]
    assert [one.label for one in found.after] == ["中央一丁目6"]


def test_a_town_without_chome_and_another_town_between(database: Database, tmp_path: Path) -> None:
    lots = {"A": "鹿骨町123番地4", "B": "鹿骨町125番地", "C": "鹿骨一丁目124番", "D": "鹿骨町99番"}
    book(database, tmp_path, lots)
    found = beside(database, "A")
    assert [one.label for one in found.after] == ["鹿骨町125番地"]
    assert [one.label for one in found.before] == ["鹿骨町99番地"]
    for one, name in ((found.after[0], "B"), (found.before[0], "D")):
        assert numbers(ask_query(database, one.query)) == [name]


def test_far_away_is_not_beside(database: Database, tmp_path: Path) -> None:
    place(database, tmp_path, "4番", f"{5 + TRIED}番", f"{4 + TRIED}番")
    assert [one.label for one in beside(database, "A").after] == [f"中央一丁目{4 + TRIED}"]


def test_without_a_number_there_is_no_beside(database: Database, tmp_path: Path) -> None:
    book(database, tmp_path, {"A": "中央一丁目", "B": "中央一丁目4番", "C": "小岩町3番", "D": ""})
    for name in "ACD":
        found = beside(database, name)
        assert (found.site, found.before, found.after, found.whole) == ("", (), (), None)


def test_addresses_on_doors_lie_beside_each_other_too(database: Database, tmp_path: Path) -> None:
    rows = [
        entry(
            f"A{n}", lot="", residential_address=f"中央一丁目4番{n}号", confirmation_no=f"第{n}号"
        )
        for n in (1, 2, 3)
    ]
    load(database, write_book(tmp_path / "x.csv", rows))
    found = beside(database, "A2")
    assert [one.label for one in (*found.before, *found.after)] == [
        "中央一丁目4-1",
        "中央一丁目4-3",
    ]
    assert found.after[0].query == Query(QueryKind.RESIDENTIAL, "4-3", "中央一丁目")
