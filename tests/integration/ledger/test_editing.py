"""One entry put right or taken out under a work ID, and what a work ID is limited to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from admin.__main__ import main
from admin.db.change_tables import LedgerChange
from admin.db.engine import Database
from admin.db.ledger_tables import LedgerImport
from admin.ledger.editing import Edit, edit_entry, find_row, remove_entry
from admin.ledger.entries import count_entries, data_as_of, load_entry
from admin.services import change_authority, change_rows
from admin.services.accounts import Role, create_account
from admin.services.change_authority import AuthorityRefusal
from admin.services.change_limits import Limits
from admin.services.operation_log import verify
from kiosk.domain.ledger import NotCertifiable
from kiosk.domain.query import QueryKind
from tests.integration.ledger.books import ACTOR, NOW, ask, entry, load, numbers, write_book
from tests.integration.ledger.test_change_authority import ASKED, opened, staffed

__all__ = ["staffed"]  # the fixture

INSPECTION = {"kind": "intermediate_inspection", "number": "中第1号", "date": "平成15年7月1日",
              "issuer": "建築主事", "detail": "基礎"}  # fmt: skip


@pytest.fixture
def book(staffed: Database, tmp_path: Path) -> Database:
    rows = [entry("A-1", owner="見本旧名"), entry("A-2"), entry("B-1", category="工作物")]
    assert load(staffed, write_book(tmp_path / "a.csv", rows), as_of=NOW.date()).created == 3
    return staffed


def edited(database: Database, edit: Edit, work_id: str, after: timedelta = timedelta()) -> Any:
    return edit_entry(database, edit, work_id=work_id, now=NOW + after, actor=ACTOR)


def test_an_edit_is_a_version_found_and_told(book: Database) -> None:
    work_id = opened(book)
    edit = Edit("A-1", {"建築主": " 見本新名 "}, source_page="簿冊1・2頁", add=(INSPECTION,))
    done = edited(book, edit, work_id, timedelta(hours=2))
    assert (done.version, done.reasons) == (2, ())
    assert numbers(ask(book, "見本新名", QueryKind.OWNER)) == ["A-1"]
    assert numbers(ask(book, "見本旧名", QueryKind.OWNER)) == []
    with book.read() as session:
        (change,) = change_rows.changes(session, work_id)
        found = load_entry(session, 1)
        assert data_as_of(session) == NOW.date().isoformat()  # of the data, not of the edit
        assert verify(session).fault is None
    assert change.differences() == [
        ("建築主", "見本旧名", "見本新名"),
        ("計画変更・検査など", "", "中間検査 平成15年7月1日 中第1号 建築主事 基礎"),
        ("頁", "", "簿冊1・2頁"),
    ]
    assert found is not None
    assert [one.number for one in found.dispositions] == ["中第1号"]
    assert edited(book, Edit("A-1", drop=(1,)), work_id).version == 3
    with book.read() as session:
        found = load_entry(session, 1)
    assert found is not None
    assert found.dispositions == ()


def test_the_flag_is_set_follows_the_words_and_stays(book: Database) -> None:
    work_id = opened(book)

    def flag(**said: Any) -> NotCertifiable | None:
        assert edited(book, Edit("A-1", **said), work_id).reasons == ()
        with book.read() as session:
            found = load_entry(session, 1)
        assert found is not None
        return found.not_certifiable

    assert flag(said={"備考": "手書きのみ"}) is NotCertifiable.HANDWRITTEN
    assert flag(said={"備考": ""}) is None
    assert flag(not_certifiable=("withheld",)) is NotCertifiable.WITHHELD
    assert flag(said={"備考": "訂正中"}) is NotCertifiable.WITHHELD
    assert flag(not_certifiable=("",)) is None


@pytest.mark.parametrize(
    ("edit", "word"),
    [
        (Edit("Z-9", {"備考": "x"}), "Z-9 の台帳はありません"),
        (Edit("A-1"), "変わるところがありません"),
        (Edit("A-1", {"橋": "x"}), "「橋」という項目はありません"),
        (Edit("A-1", {"台帳番号": "A-9"}), "台帳番号は変えられません"),
        (Edit("A-1", {"区分": "橋"}), "「区分」は"),
        (Edit("A-1", {"確認年月日": "平成15年2月30日"}), "ない日付"),
        (Edit("A-1", {"備考": "\x00"}), "読めない文字"),
        (Edit("A-1", drop=(1,)), "1 番目の検査・変更の記録はありません"),
        (Edit("A-1", add=({**INSPECTION, "date": "令和99年1月1日"},)), "中間検査"),
        (Edit("A-1", {"備考": "x"}, version=2), "台帳が更新されました"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_changes(book: Database, edit: Edit, word: str) -> None:
    done = edited(book, edit, opened(book))
    assert word in "".join(done.reasons)
    with book.read() as session:
        assert session.scalar(select(func.count()).select_from(LedgerChange)) == 3
        assert session.scalar(select(func.count()).select_from(LedgerImport)) == 1
        assert verify(session).fault is None


def test_no_work_id_no_edit(book: Database) -> None:
    work_id = opened(book)
    edit = Edit("A-1", {"備考": "x"})
    assert "作業IDはありません" in edited(book, edit, "W-2026-0009").reasons[0]
    assert "期間が過ぎています" in edited(book, edit, work_id, timedelta(hours=8)).reasons[0]
    with book.write() as session:
        change_authority.close(session, work_id, "異状なし", now=NOW, actor=ACTOR)
    assert "終わっています" in edited(book, edit, work_id).reasons[0]
    removed = remove_entry(book, "A-1", work_id=work_id, now=NOW, actor=ACTOR)
    assert "終わっています" in removed.reasons[0]
    with book.read() as session:
        assert count_entries(session) == 3


def test_a_removed_entry_keeps_its_past(book: Database) -> None:
    work_id = opened(book)
    assert remove_entry(book, "A-2", work_id=work_id, now=NOW, actor=ACTOR).version == 2
    assert numbers(ask(book, "中央1-4-1", QueryKind.LOT)) == ["B-1", "A-1"]
    again = remove_entry(book, "A-2", work_id=work_id, now=NOW, actor=ACTOR)
    assert "除かれています" in again.reasons[0]
    assert "除かれています" in edited(book, Edit("A-2", {"備考": "x"}), work_id).reasons[0]
    with book.read() as session:
        (change,) = change_rows.changes(session, work_id)
        row = find_row(session, "A-2")
        flag = row.not_certifiable if row else None
        said = session.execute(select(LedgerImport.profile, LedgerImport.removed)).all()
    assert (change.what.value, change.ledger_no) == ("removed", "A-2")
    assert flag == "removed"
    assert [tuple(one) for one in said] == [("standard", 0), ("remove-entry", 1)]


def test_a_plan_change_that_is_edited_moves_to_its_confirmation(
    staffed: Database, tmp_path: Path
) -> None:
    rows = [
        entry("A-1", confirmation_no="第H15確認建築江戸川00123号"),
        entry("A-2", confirmation_no="第H15確認建築江戸川00999号変1",
              confirmation_date="平成15年9月1日", work_kind="計画変更"),
    ]  # fmt: skip
    load(staffed, write_book(tmp_path / "a.csv", rows))
    edit = Edit("A-2", {"確認番号": "第H15確認建築江戸川00123号変1"})
    assert edited(staffed, edit, opened(staffed)).reasons == ()
    with staffed.read() as session:
        first = load_entry(session, 1)
    assert first is not None
    assert [one.number for one in first.dispositions] == ["第H15確認建築江戸川00123号変1"]
    assert first.version == 2  # a preview of before it stops


# --- limits -------------------------------------------------------------------------------------


def limited(database: Database, **limits: Any) -> str:
    return opened(database, replace(ASKED, limits=Limits(**limits)))


def test_nobody_permits_their_own_application(staffed: Database) -> None:
    with staffed.write() as session:
        made = change_authority.open_authority(
            session, replace(ASKED, applicant="chief"), now=NOW, actor=ACTOR
        )
        assert made == AuthorityRefusal("self")
        for limits in (Limits(at_most=0), Limits(ledger_nos=("",)), Limits(ledger_nos=("x",) * 51)):
            made = change_authority.open_authority(
                session, replace(ASKED, limits=limits), now=NOW, actor=ACTOR
            )
            assert made == AuthorityRefusal("limits")


def test_a_load_beyond_the_limits_leaves_nothing(book: Database, tmp_path: Path) -> None:
    path = write_book(tmp_path / "b.csv", [entry("A-1", remarks="x"), entry("B-2"), entry("B-3")])
    for limits, word in (
        ({"ledger_nos": ("A-*",)}, "2 件あります（B-2、B-3）"),
        ({"categories": ("工作物",)}, "3 件あります（A-1、B-2、B-3）"),
        ({"at_most": 2}, "あわせて 3 件"),
    ):
        report = load(book, path, work_id=limited(book, **limits))
        assert not report.loaded
        assert word in report.refused[0].reason
        assert (report.created, report.changed) == (0, 0)
    with book.read() as session:
        assert count_entries(session) == 3
        assert session.scalar(select(func.count()).select_from(LedgerImport)) == 1
        assert verify(session).fault is None
    within = limited(book, ledger_nos=("A-1", "B-?"), categories=("建築物",), at_most=3)
    assert load(book, path, work_id=within).loaded
    # The three are used up, and a 区分 that leaves the limits is beyond them as well.
    assert "あわせて 4 件" in edited(book, Edit("A-1", {"備考": "y"}), within).reasons[0]
    moved = Edit("B-1", {"区分": "建築物"})
    assert "範囲の外" in edited(book, moved, limited(book, categories=("建築物",))).reasons[0]


def test_limits_cannot_be_widened_afterwards(staffed: Database) -> None:
    work_id = limited(staffed, ledger_nos=("A-*",))
    for said in ("NULL", "'{}'"):
        with pytest.raises(DBAPIError), staffed.write() as session:
            session.execute(
                text(f"UPDATE change_authority SET limits = {said} WHERE work_id = :id"),
                {"id": work_id},
            )


@pytest.mark.parametrize("late_at", [1, 2])
def test_a_time_that_runs_out_while_the_file_is_loaded(
    book: Database, tmp_path: Path, late_at: int
) -> None:
    """At the first writing, and at the end of it: nothing stays."""
    asked = iter([0.0, *[10.0] * (late_at - 1), 8 * 3600.0])
    path = write_book(tmp_path / "b.csv", [entry("A-9")])
    report = load(book, path, work_id=opened(book), clock=lambda: next(asked))
    assert not report.loaded
    assert "期間が過ぎています" in report.refused[0].reason
    assert next(asked, None) is None
    with book.read() as session:
        assert count_entries(session) == 3


# --- as a person runs it ------------------------------------------------------------------------


def test_the_commands(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("DAICHO_DATABASE", database.url)
    with database.write() as session:
        for staff_id, role in (("chief", Role.GENERAL_MANAGER), ("leader", Role.SYSTEM_LEADER)):
            create_account(
                session, staff_id=staff_id, display_name="見本 職員", role=role,
                valid_from=NOW - timedelta(days=9), valid_to=NOW + timedelta(days=3000), now=NOW,
                actor=ACTOR,
            )  # fmt: skip

    def run(*words: str) -> tuple[int, str, str]:
        code = main(list(words))
        said = capsys.readouterr()
        return code, said.out.strip(), said.err.strip()

    run("import-ledger", str(write_book(tmp_path / "a.csv", [entry("A-1"), entry("B-1")])))
    code, work_id, _ = run(
        "authorize-change", "open", "--applicant", "leader", "--approved-by", "chief",
        "--reason", "見本", "--scope", "A の台帳", "--ledger-no", "A-*", "--at-most", "5",
    )  # fmt: skip
    assert code == 0
    assert "台帳番号は A-*。5 件まで" in run("authorize-change", "show", work_id)[1]
    code, out, said = run("edit-entry", "A-1", "--work-id", work_id, "--set", "建築主=見本 花子",
                          "--set", "検査済年月日=きのう",
                          "--add", "軽微な変更,,平成15年8月1日")  # fmt: skip
    assert (code, out) == (0, "台帳番号 A-1 を直しました（第 2 版）。")
    assert "「検査済年月日」" in said
    shown = run("show-entry", "A-1")[1]
    assert all(word in shown for word in ('"建築主": "見本 花子"', '"version": 2', "minor_change"))
    code, out, said = run("remove-entry", "B-1", "--work-id", work_id)
    assert (code, out) == (1, "")
    assert "範囲の外" in said
    assert run("remove-entry", "A-1", "--work-id", work_id)[0] == 0
    assert run("edit-entry", "A-1", "--work-id", work_id, "--set", "x")[0] == 2
    code, _, said = run("authorize-change", "close", work_id, "--remark", "異状なし", "--by", "x")
    assert (code, "確認した者" in said) == (1, True)
    target = tmp_path / "r.pdf"
    assert run("authorize-change", "close", work_id, "--remark", "良", "--by", "leader")[0] == 0
    assert run("authorize-change", "report", work_id, "--out", str(target))[0] == 0
    assert target.stat().st_size > 1000
