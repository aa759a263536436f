"""Loading a ledger file: in one transaction, each refused row with its line and reason."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from admin.db.engine import Database
from admin.db.ledger_tables import (
    LedgerEntryRow,
    LedgerEntryVersion,
    LedgerImport,
    LedgerSearchRow,
)
from admin.db.log_tables import OperationLog
from admin.ledger import loading
from admin.ledger.entries import count_entries, data_as_of, load_entry
from admin.ledger.importer import import_ledger
from admin.ledger.sample import write_sample
from admin.services.operation_log import verify
from kiosk.domain.ledger import DispositionKind, NotCertifiable, field_text
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


def _counts(database: Database) -> tuple[int, int, int]:
    with database.read() as session:
        return (
            count_entries(session),
            session.scalar(select(func.count()).select_from(LedgerSearchRow)) or 0,
            session.scalar(select(func.count()).select_from(LedgerImport)) or 0,
        )


def _events(database: Database) -> list[str]:
    with database.read() as session:
        assert verify(session).fault is None
        return list(session.scalars(select(OperationLog.event).order_by(OperationLog.seq)))


def test_every_column_comes_back_letter_by_letter(database: Database, tmp_path: Path) -> None:
    row = entry(
        "A-1",
        inspection_no="第H15検済1号",
        inspection_date="平成十五年十二月 日不詳",
        inspection_issuer="主事",
        owner="葛\U000e0100西　髙﨑\n見本",
        residential_address="中央１－２－３",
        work_kind="新築",
        storeys_below="１",
        site_area="１２０．５㎡",
        building_area="60",
        remarks='"備考", その1',
    )
    report = load(database, write_book(tmp_path / "x.csv", [row]))
    assert (report.rows, report.created, report.refused) == (1, 1, [])
    with database.read() as session:
        read = load_entry(session, 1)
    assert read is not None
    assert {field: field_text(read, field) for field in FIELDS} == row
    assert read.version == 1
    assert read.inspection_date is not None
    assert not read.inspection_date.exact


def test_an_entry_that_is_not_there(database: Database) -> None:
    with database.read() as session:
        assert load_entry(session, 99) is None
        assert count_entries(session) == 0
        assert data_as_of(session) == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_each_encoding_gives_the_same_entry(
    database: Database, tmp_path: Path, encoding: str
) -> None:
    row = entry("A-1", owner="髙橋　﨑子（見本）", remarks="①㈱～")
    report = load(database, write_book(tmp_path / "x.csv", [row], encoding))
    assert report.created == 1
    assert report.encoding == encoding
    assert numbers(ask(database, "高橋崎子", QueryKind.OWNER)) == ["A-1"]


def test_all_or_nothing_loads_nothing_for_one_bad_row(database: Database, tmp_path: Path) -> None:
    rows = [
        entry("A-1", remarks="一行目\n二行目"),
        entry("", confirmation_date="平成15年13月1日"),
        entry("A-3"),
        entry("A-1"),
        entry("A-5", category="橋"),
    ]
    report = load(database, write_book(tmp_path / "x.csv", rows), all_or_nothing=True)
    assert not report.loaded
    assert [row.line for row in report.refused] == [4, 6, 7]
    assert "台帳番号" in report.refused[0].reason
    assert "確認年月日" in report.refused[0].reason
    assert "2 行目" in report.refused[1].reason
    assert "区分" in report.refused[2].reason
    assert (report.rows, report.created) == (5, 0)
    assert _counts(database) == (0, 0, 0)
    assert _events(database) == ["ledger.import_refused"]


def test_refused_rows_are_reported_and_the_others_loaded(
    database: Database, tmp_path: Path
) -> None:
    path = write_book(tmp_path / "x.csv", [entry("A-1"), entry("A-2", category="橋"), entry("A-3")])
    report = load(database, path)
    assert report.loaded
    assert (report.created, [row.line for row in report.refused]) == (2, [3])
    assert _counts(database) == (2, 2, 1)
    with database.read() as session:
        assert session.get_one(LedgerImport, 1).refused == 1


def test_rows_of_the_wrong_length(database: Database, tmp_path: Path) -> None:
    path = write_book(tmp_path / "x.csv", [entry("A-1")])
    path.write_text(path.read_text(encoding="utf-8") + "A-2,建築物\n", encoding="utf-8")
    report = load(database, path)
    assert [(row.line, "列" in row.reason) for row in report.refused] == [(3, True)]
    assert (report.loaded, report.created) == (True, 1)


def test_blank_cells_beyond_the_headings_are_nothing(database: Database, tmp_path: Path) -> None:
    path = write_book(tmp_path / "x.csv", [entry("A-1")])
    path.write_text(path.read_text(encoding="utf-8").strip() + ",, \n", encoding="utf-8")
    assert load(database, path).created == 1


@pytest.mark.parametrize(
    "headings",
    [[*HEADINGS[:-1], "覚え"], [*HEADINGS[:-1], "建築主"], [str(n) for n in range(20)]],
)
def test_wrong_headings_load_nothing(
    database: Database, tmp_path: Path, headings: list[str]
) -> None:
    report = load(database, write_book(tmp_path / "x.csv", [entry("A-1")], headings=headings))
    assert not report.loaded
    assert [row.line for row in report.refused] == [1]
    assert "備考" in report.refused[0].reason
    assert _counts(database) == (0, 0, 0)


def test_a_file_that_breaks_off_loads_nothing(database: Database, tmp_path: Path) -> None:
    path = write_book(tmp_path / "x.csv", [entry(f"A-{n}") for n in range(50)])
    path.write_bytes(path.read_bytes() + b'"')
    report = load(database, path)
    assert (report.loaded, report.whole) == (False, False)
    assert report.refused[-1].line == 52
    assert _counts(database) == (0, 0, 0)


def test_a_failure_while_writing_leaves_nothing(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fired = []

    def fail(_session: object) -> None:
        fired.append(True)
        raise OSError("disk full")

    monkeypatch.setattr(loading, "tell_planner", fail)
    path = write_book(tmp_path / "x.csv", [entry("A-1"), entry("A-2")])
    with pytest.raises(OSError, match="disk full"):
        load(database, path)
    assert fired
    assert _counts(database) == (0, 0, 0)
    assert _events(database) == []
    monkeypatch.undo()
    assert load(database, path).created == 2


def test_the_same_file_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    write_sample(tmp_path / "x.csv", 300, 5)
    everything = select(LedgerEntryRow.__table__).order_by(text("id"))
    first = load(database, tmp_path / "x.csv")
    with database.read() as session:
        before = list(session.execute(everything))
    again = load(database, tmp_path / "x.csv")
    assert (first.created, first.changed, first.unchanged) == (300, 0, 0)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 300)
    with database.read() as session:
        assert (
            list(session.execute(select(LedgerEntryRow.__table__).order_by(text("id")))) == before
        )
        assert session.scalars(select(LedgerEntryVersion)).all() == []
    assert _events(database) == ["ledger.imported", "ledger.imported"]


def test_a_changed_row_is_a_new_version_and_keeps_the_old(
    database: Database, tmp_path: Path
) -> None:
    load(database, write_book(tmp_path / "a.csv", [entry("A-1", owner="見本旧名"), entry("A-2")]))
    report = load(
        database,
        write_book(tmp_path / "b.csv", [entry("A-1", owner="見本新名", lot="平井二丁目3番4")]),
    )
    assert (report.created, report.changed, report.unchanged) == (0, 1, 0)
    with database.read() as session:
        now = load_entry(session, 1)
        old = session.scalars(select(LedgerEntryVersion)).one()
        assert json.loads(old.canonical)["owner"] == "見本旧名"
        assert (old.version, old.replaced_by) == (1, 2)
    assert now is not None
    assert (now.version, now.owner) == (2, "見本新名")
    assert numbers(ask(database, "見本旧名", QueryKind.OWNER)) == []
    assert numbers(ask(database, "中央1-4-1", QueryKind.LOT)) == ["A-2"]
    assert numbers(ask(database, "平井2-3-4", QueryKind.LOT)) == ["A-1"]


def test_an_entry_cannot_be_changed_without_its_version(database: Database, tmp_path: Path) -> None:
    load(database, write_book(tmp_path / "a.csv", [entry("A-1")]))
    with pytest.raises(DBAPIError, match="keep the version"), database.write() as session:
        session.execute(text("UPDATE ledger_entry SET owner = 'x'"))


# --- plan changes -------------------------------------------------------------------------------

_ORIGINAL = entry("A-1", confirmation_no="第MIHON建確00001号", confirmation_date="令和2年4月1日")
_CHANGE = entry("A-2", confirmation_no="第MIHON建確00001変1号", confirmation_date="令和2年6月1日")


def _tied(database: Database, entry_id: int = 1) -> tuple[int, list[str]]:
    with database.read() as session:
        found = load_entry(session, entry_id)
    assert found is not None
    assert all(one.kind is DispositionKind.PLAN_CHANGE for one in found.dispositions)
    return found.version, [one.number for one in found.dispositions]


def test_a_change_in_the_same_file_is_tied_at_once(database: Database, tmp_path: Path) -> None:
    load(database, write_book(tmp_path / "a.csv", [_CHANGE, _ORIGINAL]))
    assert _tied(database, 2) == (1, ["第MIHON建確00001変1号"])


def test_a_change_that_comes_later_makes_a_new_version(database: Database, tmp_path: Path) -> None:
    load(database, write_book(tmp_path / "a.csv", [_ORIGINAL]))
    assert _tied(database) == (1, [])
    load(database, write_book(tmp_path / "b.csv", [_CHANGE]))
    assert _tied(database) == (2, ["第MIHON建確00001変1号"])
    load(database, write_book(tmp_path / "b.csv", [_CHANGE]))
    assert _tied(database) == (2, ["第MIHON建確00001変1号"])


def test_a_change_that_was_a_mistake_is_untied(database: Database, tmp_path: Path) -> None:
    load(database, write_book(tmp_path / "a.csv", [_ORIGINAL, _CHANGE]))
    other = _CHANGE | {"confirmation_no": "第MIHON建確00002変1号"}
    load(database, write_book(tmp_path / "b.csv", [other]))
    assert _tied(database) == (2, [])


# --- what else a load leaves --------------------------------------------------------------------


def test_not_certifiable_and_data_as_of(database: Database, tmp_path: Path) -> None:
    path = write_book(tmp_path / "a.csv", [entry("A-1", remarks="工事取り止め届 受理")])
    load(database, path, as_of=date(2026, 5, 31))
    with database.read() as session:
        found = load_entry(session, 1)
        assert data_as_of(session) == "2026-05-31"
    assert found is not None
    assert found.not_certifiable is NotCertifiable.CANCELLED


def test_the_log_says_what_was_loaded_and_no_name(database: Database, tmp_path: Path) -> None:
    load(database, write_book(tmp_path / "秘密の名.csv", [entry("A-1", owner="見本 秘密太郎")]))
    with database.read() as session:
        said = session.scalars(select(OperationLog.canonical)).one().decode()
    assert json.loads(said)["data"]["rows"] == 1
    assert "秘密" not in said


def test_progress_is_told(database: Database, tmp_path: Path) -> None:
    write_sample(tmp_path / "x.csv", 2500, 5)
    told: list[tuple[int, int | None, str]] = []
    import_ledger(
        database, tmp_path / "x.csv", "standard", now=NOW, actor=ACTOR,
        progress=lambda done, whole, part: told.append((done, whole, part)),
    )  # fmt: skip
    assert told[0] == (2000, None, "read")
    assert told[-1] == (2500, 2500, "write")
