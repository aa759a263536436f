"""Changes under authority: who may open one, when it holds, and what is recorded under it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from admin.db.change_tables import ChangeAuthority, LedgerChange, What
from admin.db.engine import Database
from admin.db.issue_tables import Terminal
from admin.db.ledger_tables import LedgerImport
from admin.db.log_tables import OperationLog
from admin.ledger.entries import count_entries, load_entry
from admin.reports.change_report import change_report
from admin.services import change_authority, change_rows
from admin.services.accounts import Role, create_account, disable
from admin.services.change_authority import Application, AuthorityRefusal, State
from admin.services.change_limits import Limits
from admin.services.operation_log import verify
from kiosk.certificate.form import Form, load_form
from kiosk.domain.ledger import NotCertifiable
from kiosk.domain.query import QueryKind
from tests.integration.ledger.books import ACTOR, NOW, TODAY, ask, entry, load, numbers, write_book

ASKED = Application(
    "leader", "chief", "見本の訂正", "見本 A-1 から A-9", NOW, NOW + timedelta(hours=8)
)


@pytest.fixture
def staffed(database: Database) -> Database:
    """With a 統括管理者, a 運用管理者, and a second 統括管理者 so that the first may leave."""
    with database.write() as session:
        for staff_id, role in (
            ("chief", Role.GENERAL_MANAGER), ("other", Role.GENERAL_MANAGER),
            ("leader", Role.OPERATIONS_MANAGER),
        ):  # fmt: skip
            made = create_account(
                session, staff_id=staff_id, display_name="見本 職員", role=role,
                valid_from=NOW - timedelta(days=1), valid_to=NOW + timedelta(days=300), now=NOW,
                actor=ACTOR,
            )  # fmt: skip
            assert isinstance(made, tuple)
    return database


def opened(database: Database, asked: Application = ASKED) -> str:
    with database.write() as session:
        made = change_authority.open_authority(session, asked, now=NOW, actor=ACTOR)
    assert isinstance(made, ChangeAuthority)
    return made.work_id


def test_work_ids_are_numbered_by_fiscal_year(staffed: Database) -> None:
    assert [opened(staffed), opened(staffed)] == ["W-2026-0001", "W-2026-0002"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (replace(ASKED, applicant="nobody"), "applicant"),
        (replace(ASKED, approver="leader"), "approver"),
        (replace(ASKED, approver="nobody"), "approver"),
        (replace(ASKED, reason="  "), "reason"),
        (replace(ASKED, scope="x" * 1001), "scope"),
        (replace(ASKED, valid_to=NOW), "period"),
        (replace(ASKED, valid_from=NOW + timedelta(days=1), valid_to=NOW), "period"),
        (replace(ASKED, valid_to=NOW + timedelta(days=32)), "long"),
    ],
)
def test_who_may_not_and_what_may_not(staffed: Database, asked: Application, code: str) -> None:
    with staffed.write() as session:
        made = change_authority.open_authority(session, asked, now=NOW, actor=ACTOR)
    assert made == AuthorityRefusal(code)
    assert made.sentence.endswith("。")
    with staffed.read() as session:
        assert session.scalar(select(func.count()).select_from(ChangeAuthority)) == 0
        newest = select(OperationLog.event).order_by(OperationLog.seq.desc()).limit(1)
        assert session.scalar(newest) == "change.refused"


def test_an_approver_who_left_approves_nothing(staffed: Database) -> None:
    with staffed.write() as session:
        assert disable(session, "chief", ACTOR, NOW) is None
        made = change_authority.open_authority(session, ASKED, now=NOW, actor=ACTOR)
    assert made == AuthorityRefusal("approver")


def test_it_holds_for_its_time_only(staffed: Database) -> None:
    later = replace(ASKED, valid_from=NOW + timedelta(hours=1))
    work_id = opened(staffed, later)
    moments = [
        (NOW, "early"), (later.valid_from, None), (later.valid_to - timedelta(seconds=1), None),
        (later.valid_to, "over"),
    ]  # fmt: skip
    with staffed.read() as session:
        for at, code in moments:
            found = change_authority.check(session, work_id, at)
            assert (found.code if isinstance(found, AuthorityRefusal) else None) == code
        for unknown in ("W-2026-9999", "", "'; --", "W-2026-0001\x00"):
            found = change_authority.check(session, unknown, NOW)
            assert found == AuthorityRefusal("unknown_work_id")


def test_a_closed_one_is_used_no_more_and_its_words_stay(staffed: Database) -> None:
    work_id = opened(staffed)
    with staffed.write() as session:
        assert change_authority.close(session, work_id, " ", now=NOW, actor=ACTOR) == (
            AuthorityRefusal("remark")
        )
        closed = change_authority.close(session, work_id, "異状なし", now=NOW, actor=ACTOR)
        assert isinstance(closed, ChangeAuthority)
        assert change_authority.state(closed, NOW) is State.CLOSED
        again = change_authority.close(session, work_id, "もう一度", now=NOW, actor=ACTOR)
        assert again == AuthorityRefusal("closed")
        assert change_authority.check(session, work_id, NOW) == AuthorityRefusal("closed")
    with pytest.raises(DBAPIError), staffed.write() as session:
        session.execute(text("UPDATE change_authority SET remark = 'x'"))


def test_one_whose_time_is_over_waits_to_be_closed(staffed: Database) -> None:
    work_id = opened(staffed)
    with staffed.read() as session:
        row = change_authority.find(session, work_id)
        assert row is not None
        assert change_authority.state(row, ASKED.valid_to) is State.OVERDUE


# --- loads --------------------------------------------------------------------------------------


def test_the_first_load_needs_none_and_the_next_does(staffed: Database, tmp_path: Path) -> None:
    path = write_book(tmp_path / "a.csv", [entry("A-1")])
    assert load(staffed, path, authority_needed=True).loaded
    other = write_book(tmp_path / "b.csv", [entry("A-2")])
    refused = load(staffed, other, authority_needed=True)
    assert (refused.loaded, refused.rows) == (False, 0)
    assert "作業ID" in refused.refused[0].reason
    tried = load(staffed, other, authority_needed=True, dry_run=True)
    assert (tried.created, "作業ID" in tried.barred) == (1, True)
    assert load(staffed, other, authority_needed=True, work_id=opened(staffed)).loaded
    with staffed.read() as session:
        assert list(session.scalars(select(LedgerImport.work_id).order_by(LedgerImport.id))) == [
            None, "W-2026-0001",
        ]  # fmt: skip
        assert verify(session).fault is None


def test_once_ruled_the_database_itself_asks_for_a_work_id(
    staffed: Database, tmp_path: Path
) -> None:
    path = write_book(tmp_path / "a.csv", [entry("A-1")])
    assert load(staffed, path).loaded
    for _ in range(2):
        with staffed.write() as session:
            change_authority.rule(session, now=NOW, actor=ACTOR)
    with staffed.read() as session:
        ruled = select(func.count()).where(OperationLog.event == "change.ruled")
        assert session.scalar(ruled) == 1
    other = write_book(tmp_path / "b.csv", [entry("A-2")])
    refused = load(staffed, other, authority_needed=False)
    assert (refused.loaded, "作業ID" in refused.refused[0].reason) == (False, True)
    assert load(staffed, other, work_id=opened(staffed)).loaded


def test_a_terminal_that_is_no_samples_makes_the_ledger_one_in_use(
    staffed: Database, tmp_path: Path
) -> None:
    assert load(staffed, write_book(tmp_path / "a.csv", [entry("A-1")])).loaded
    with staffed.write() as session:
        session.add(
            Terminal(id="terminal-9", label="端末", public_key=bytes(32), production=True,
                     registered_at=NOW, power_cycle_needed=False)
        )  # fmt: skip
    assert not load(staffed, write_book(tmp_path / "b.csv", [entry("A-2")])).loaded


def test_a_dry_run_says_what_would_keep_the_load_from_being_done(
    staffed: Database, tmp_path: Path
) -> None:
    assert load(staffed, write_book(tmp_path / "a.csv", [entry("A-1"), entry("B-1")])).loaded
    path = write_book(tmp_path / "b.csv", [entry("A-1", owner="見本 次郎"), entry("B-2")])

    def barred(limits: Limits | None, **manner: Any) -> str:
        work_id = "W-2026-9999"
        if limits is not None:
            with staffed.write() as session:
                asked = replace(ASKED, limits=limits)
                made = change_authority.open_authority(session, asked, now=NOW, actor=ACTOR)
                assert isinstance(made, ChangeAuthority)
                work_id = made.work_id
        tried = load(staffed, path, dry_run=True, work_id=work_id, **manner)
        assert (tried.loaded, tried.created, tried.changed) == (False, 1, 1)
        done = load(staffed, path, work_id=work_id, all_or_nothing=True, **manner)
        assert tried.barred in ("", *(one.reason for one in done.refused))
        assert done.loaded is (tried.barred == "")
        return tried.barred

    assert "番号を確かめて" in barred(None)
    assert "1 件あります（B-2）" in barred(Limits(ledger_nos=("A-*",)))
    assert barred(Limits(categories=("昇降機",)))
    assert barred(Limits(at_most=1))
    assert "1 件あります（B-1）" in barred(Limits(ledger_nos=("A-1", "B-2")), whole_ledger=True)
    assert barred(Limits(ledger_nos=("A-1", "B-2"), at_most=2)) == ""


@pytest.mark.parametrize("work_id", ["W-2026-0009", "nonsense"])
def test_a_work_id_that_is_none_refuses_the_load(
    staffed: Database, tmp_path: Path, work_id: str
) -> None:
    report = load(staffed, write_book(tmp_path / "a.csv", [entry("A-1")]), work_id=work_id)
    assert not report.loaded
    with staffed.read() as session:
        assert count_entries(session) == 0


def test_an_authority_closed_while_the_file_is_read_stops_the_load(
    staffed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_id = opened(staffed)
    real, asked = change_authority.check, []

    def check(*words: object) -> object:
        asked.append(words)
        return real(*words) if len(asked) == 1 else AuthorityRefusal("closed")  # type: ignore[arg-type]

    monkeypatch.setattr(change_authority, "check", check)
    report = load(staffed, write_book(tmp_path / "a.csv", [entry("A-1")]), work_id=work_id)
    assert len(asked) == 2
    assert not report.loaded
    with staffed.read() as session:
        assert count_entries(session) == 0


def _changed(database: Database, tmp_path: Path) -> str:
    """A load of three, then one under a work ID: one new, one changed, one gone, one the same."""
    books = [entry("A-1", owner="見本旧名"), entry("A-2"), entry("A-3")]
    assert load(database, write_book(tmp_path / "a.csv", books)).created == 3
    work_id = opened(database)
    books = [entry("A-1", owner="見本新名"), entry("A-3"), entry("A-4")]
    report = load(
        database, write_book(tmp_path / "b.csv", books), work_id=work_id, whole_ledger=True
    )
    counted = (report.created, report.changed, report.unchanged, report.removed)
    assert counted == (1, 1, 1, 1)
    return work_id


def test_each_row_is_recorded_old_and_new(staffed: Database, tmp_path: Path) -> None:
    work_id = _changed(staffed, tmp_path)
    with staffed.read() as session:
        counted = change_rows.counts(session, work_id)
        found = {one.ledger_no: one for one in change_rows.changes(session, work_id)}
        everything = session.scalar(select(func.count()).select_from(LedgerChange))
    assert counted == {What.CREATED: 1, What.UPDATED: 1, What.REMOVED: 1}
    assert everything == 6  # the first load's three as well
    assert found["A-1"].differences() == [("建築主", "見本旧名", "見本新名")]
    assert (found["A-4"].what, found["A-4"].old) == (What.CREATED, None)
    removed = found["A-2"]
    assert (removed.what, removed.new) == (What.REMOVED, None)
    assert removed.old is not None
    assert removed.old["lot"] == "中央一丁目4番1"


def test_old_and_new_are_found_when_more_has_changed_since(
    staffed: Database, tmp_path: Path
) -> None:
    work_id = _changed(staffed, tmp_path)
    load(staffed, write_book(tmp_path / "c.csv", [entry("A-1", owner="見本三代")]))
    with staffed.read() as session:
        found = {one.ledger_no: one for one in change_rows.changes(session, work_id)}
    assert found["A-1"].differences() == [("建築主", "見本旧名", "見本新名")]


def test_a_removed_entry_is_found_no_more_and_comes_back(staffed: Database, tmp_path: Path) -> None:
    _changed(staffed, tmp_path)
    assert numbers(ask(staffed, "中央1-4-1", QueryKind.LOT)) == ["A-4", "A-3", "A-1"]
    with staffed.read() as session:
        gone = load_entry(session, 2)
        assert count_entries(session) == 3
    assert gone is not None
    assert (gone.version, gone.not_certifiable) == (2, NotCertifiable.REMOVED)
    back = load(staffed, write_book(tmp_path / "c.csv", [entry("A-2")]))
    assert (back.changed, back.unchanged) == (1, 0)
    with staffed.read() as session:
        found = load_entry(session, 2)
    assert found is not None
    assert (found.version, found.certifiable) == (3, True)
    assert "A-2" in numbers(ask(staffed, "中央1-4-1", QueryKind.LOT))


def test_a_refused_row_is_no_reason_to_remove_its_entry(staffed: Database, tmp_path: Path) -> None:
    load(staffed, write_book(tmp_path / "a.csv", [entry("A-1"), entry("A-2")]))
    bad = write_book(tmp_path / "b.csv", [entry("A-1", category="橋"), entry("A-2")])
    report = load(staffed, bad, whole_ledger=True)
    assert (report.removed, len(report.refused)) == (0, 1)


# --- the report ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def form() -> Form:
    loaded = load_form("ledger-certificate")
    assert isinstance(loaded, Form)
    return loaded


def _said(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    pages = [document[at].get_textpage().get_text_range() for at in range(len(document))]
    document.close()
    return "".join("".join(pages).split())


def test_the_report_is_drawn_from_the_rows(staffed: Database, tmp_path: Path, form: Form) -> None:
    work_id = _changed(staffed, tmp_path)
    with staffed.read() as session:
        row = change_authority.find(session, work_id)
        assert row is not None
        pdf = change_report(session, row, form.fonts, TODAY)
        assert change_report(session, row, form.fonts, TODAY) == pdf
    said = _said(pdf)
    for words in (
        "更新内容確認届出書（第4号様式の2）", "W-2026-0001", "見本の訂正", "まだ終わっていません",
        "追加1件、変更1件、削除1件", "変更台帳番号A-1", "建築主:見本旧名→見本新名",
        "追加台帳番号A-4", "削除台帳番号A-2", "1/1",
    ):  # fmt: skip
        assert words in said, words


def test_the_report_flows_over_pages_and_draws_what_no_font_has(
    staffed: Database, tmp_path: Path, form: Form
) -> None:
    work_id = opened(staffed)
    books = [entry(f"A-{n}", remarks="長い備考" * 40 + "\ue000") for n in range(30)]
    load(staffed, write_book(tmp_path / "a.csv", books), work_id=work_id)
    with staffed.read() as session:
        row = change_authority.find(session, work_id)
        assert row is not None
        said = _said(change_report(session, row, form.fonts, TODAY))
    assert "台帳番号A-29" in said
    assert said.count("〓(U+E000)") == 30
    assert "2/" in said
