"""Former names of towns: kept by the command, used by the search at once, on both databases."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from admin.__main__ import main
from admin.db.engine import Database
from admin.db.log_tables import OperationLog
from admin.ledger.aliases import AliasFault, add_alias, load_aliases
from kiosk.domain.query import Found, QueryKind
from tests.integration.ledger.books import NOW, ask, entry, load, numbers, write_book

BOOK = [
    entry(name, lot=lot, confirmation_date=day, confirmation_no=f"第{number}号")
    for number, (name, lot, day) in enumerate(
        [
            ("OLD", "小岩町三丁目1番2", "昭和31年5月1日"),
            ("NEW", "東小岩三丁目1番2", "平成2年5月1日"),
            ("ELSE", "西小岩三丁目1番2", "平成3年5月1日"),
            ("TEN", "小岩町三丁目1番20", "昭和32年5月1日"),
        ],
        start=1,
    )
]


@pytest.fixture
def book(database: Database, database_url: str, tmp_path: Path) -> str:
    load(database, write_book(tmp_path / "x.csv", BOOK))
    return database_url


def test_without_the_table_a_former_name_finds_what_bears_it(book: str, database: Database) -> None:
    assert numbers(ask(database, "小岩町3-1-2", QueryKind.LOT)) == ["OLD"]
    assert numbers(ask(database, "東小岩3-1-2", QueryKind.LOT)) == ["NEW"]


@pytest.mark.parametrize("kind", [QueryKind.LOT, QueryKind.ANY])
def test_todays_name_finds_entries_under_the_former_one(
    book: str, database: Database, kind: QueryKind, capsys: pytest.CaptureFixture[str]
) -> None:
    added = ["town-alias", "add", "小岩町", "東小岩", "--to", "昭和41年", "--database", book]
    assert main(added) == 0
    capsys.readouterr()
    assert numbers(ask(database, "東小岩3-1-2", kind)) == ["NEW", "OLD"]
    assert numbers(ask(database, "江戸川区東小岩三丁目１番地２", kind)) == ["NEW", "OLD"]
    assert numbers(ask(database, "西小岩3-1-2", kind)) == ["ELSE"]
    assert numbers(ask(database, "小岩町3-1-2", kind)) == ["OLD"]
    assert main(["town-alias", "list", "--database", book]) == 0
    assert capsys.readouterr().out == "1\t小岩町\t東小岩\t昭和41年まで\n"
    assert main(["town-alias", "remove", "1", "--database", book]) == 0
    assert numbers(ask(database, "東小岩3-1-2", kind)) == ["NEW"]
    with database.read() as session:
        events = session.scalars(
            select(OperationLog.event).where(OperationLog.event == "ledger.town_alias_changed")
        ).all()
    assert len(events) == 2


def test_a_former_name_leads_to_todays_town(book: str, database: Database) -> None:
    with database.write() as session:
        add_alias(session, "見本新田", "西小岩", None, used_from=None,
                  used_to=date(1966, 3, 1), at=NOW, actor="test")  # fmt: skip
        add_alias(session, "見本村", "東小岩", 3, used_from=None, used_to=None, at=NOW,
                  actor="test")  # fmt: skip
    result = ask(database, "見本新田3-1-2", QueryKind.LOT)
    assert numbers(result) == ["ELSE"]
    assert isinstance(result, Found)
    assert [one.label for one in result.choices] == ["西小岩三丁目1-2（旧 見本新田 昭和41年まで）"]
    assert numbers(ask(database, "江戸川区見本村1番地2")) == ["NEW"]


@pytest.mark.parametrize(
    ("old", "base", "chome", "days", "code"),
    [
        ("", "平井", None, (None, None), "alias_name"),
        ("町", "平井", None, (None, None), "alias_name"),
        ("旧" * 41, "平井", None, (None, None), "alias_name"),
        ("旧町", "どこか", None, (None, None), "alias_town"),
        ("旧町", "平井", 9, (None, None), "alias_town"),
        ("旧町", "平井", None, (date(1960, 1, 1), date(1950, 1, 1)), "alias_dates"),
    ],
)
def test_what_is_no_former_name(
    database: Database, old: str, base: str, chome: int | None,
    days: tuple[date | None, date | None], code: str,
) -> None:  # fmt: skip
    with database.write() as session, pytest.raises(AliasFault) as fault:
        add_alias(session, old, base, chome, used_from=days[0], used_to=days[1], at=NOW,
                  actor="test")  # fmt: skip
    assert fault.value.code == code


def test_the_command_says_what_is_wrong(
    database: Database, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--database", database_url]
    assert main(["town-alias", "add", "旧町", "どこか", *place]) == 1
    assert "町の表" in capsys.readouterr().err
    assert main(["town-alias", "add", "旧町", "平井", "--to", "いつか", *place]) == 1
    assert "日付" in capsys.readouterr().err
    assert main(["town-alias", "add", "旧町", "平井二丁目", *place]) == 0
    assert main(["town-alias", "add", "旧町", "平井二丁目", *place]) == 1
    assert main(["town-alias", "remove", "7", *place]) == 1
    with database.read() as session:
        assert [(one.base, one.chome) for one in load_aliases(session)] == [("平井", 2)]
