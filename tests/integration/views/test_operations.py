"""The operation log's page: rows, filters, pages, and the check of the chain."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import cast

import pytest
from sqlalchemy import text

from admin.services import operation_log, operation_rows
from admin.services.operation_rows import OperationPage, RowFilter
from kiosk.domain.events import EventCode
from kiosk.domain.issuance import IssueState
from tests.fixtures.browser import Browser
from tests.integration.views.conftest import Office
from tests.integration.views.test_print_log import rows


def test_rows_are_shown_newest_first_and_looking_is_a_row(office: Office, chief: Browser) -> None:
    issue_id = office.world.in_state(IssueState.VOIDED)
    chief.get("/operations")
    for words in ("採番", "印刷済み", "職員が結果を記録", "見本のため無効", "端末 terminal-1",
                  "職員 chief", "サインイン"):  # fmt: skip
        assert words in chief.words
    assert f'href="/issues/{issue_id}"' in chief.page.text
    assert chief.words.index("職員が結果を記録") < chief.words.index("採番 端末")
    assert rows(office.world, "log.searched")[-1]["filters"] == []
    assert office.world.events()[-1] == "log.searched"


def test_no_code_is_shown_where_people_read(office: Office, chief: Browser) -> None:
    """Keys and coded values in words; what is left in small letters is a name or an identifier."""
    office.world.in_state(IssueState.VOIDED)
    office.world.in_state(IssueState.FAILED)
    chief.get("/print-log?state=UNKNOWN&from=2026-04-01")
    chief.get("/operations?actor=chief")
    chief.get("/operations")
    pairs = re.findall(r"<dt>(.*?)</dt><dd(?: class=\"hash\")?>(.*?)</dd>", chief.page.text)
    assert len(pairs) > 40
    names = {"申請", "利用者ID", "利用", "職員ID", "端末", "様式", "版"}
    raw = [(key, said) for key, said in pairs if re.search("[a-z_]", key)]
    raw += [
        (key, said) for key, said in pairs
        if key not in names and not key.endswith("ハッシュ") and re.search("[a-z_]{2}", said)
    ]  # fmt: skip
    assert raw == []


def test_a_deed_of_a_newer_program_is_shown_by_its_code(office: Office, chief: Browser) -> None:
    issue_id = office.world.in_state(IssueState.PRINTED)
    newer = cast(EventCode, SimpleNamespace(value="issue.future"))
    with office.world.services.database.write() as session:
        operation_log.append(
            session, newer, operation_log.system_actor("test"), at=office.world.services.now(),
            subject=issue_id,
        )  # fmt: skip
    for page in ("/operations", f"/issues/{issue_id}"):
        assert chief.get(page).status_code == 200
        assert "この版の知らない操作 (issue.future)" in chief.words
    assert chief.get("/operations?event=issue.future").status_code == 422


def test_filters(office: Office, chief: Browser) -> None:
    office.world.in_state(IssueState.PRINTED)
    for query, here, not_here in (
        ("event=staff.signed_in", "サインイン", "端末 terminal-1"),
        ("actor=terminal-1", "端末 terminal-1", "職員 chief サインイン"),
        ("from=2026-06-16", "条件に合う操作はありません", "端末 terminal-1"),
    ):
        chief.get(f"/operations?{query}")
        table = chief.words.split("条件を消す")[1]
        assert here in table, query
        assert not_here not in table, query
    for query in ("from=いつか", "event=no.such"):
        chief.get(f"/operations?{query}")
        assert chief.page.status_code == 422


def test_pages(office: Office, chief: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    real = operation_rows.page

    def small(session, wanted: RowFilter, before: int | None = None) -> OperationPage:  # type: ignore[no-untyped-def]
        return real(session, wanted, before, 4)

    monkeypatch.setattr(operation_rows, "page", small)
    office.world.in_state(IssueState.PRINTED)
    chief.get("/operations?event=&actor=")
    assert "前の 100 行" in chief.words
    with office.world.database.read() as session:
        first = real(session, RowFilter(), None, 4)
        second = real(session, RowFilter(), first.before, 4)
    assert [row.seq for row in second.rows] == [row.seq - 4 for row in first.rows]


def test_the_chain_is_checked_and_the_check_is_a_row(office: Office, chief: Browser) -> None:
    chief.get("/operations")
    before = office.world.chain()
    chief.send("/operations/verify")
    assert f"はじめから {before.rows} 行を確かめました" in chief.words
    assert before.head in chief.words
    said = rows(office.world, "log.verified")
    assert said == [{"rows": before.rows, "chain_head": before.head, "ok": True}]


def test_a_broken_chain_is_shouted(office: Office, chief: Browser) -> None:
    chief.get("/operations")
    with office.world.database.write() as session:
        session.execute(text("UPDATE log_head SET hash = :no"), {"no": bytes(32)})
    chief.send("/operations/verify")
    assert "鎖が合いません" in chief.words
    assert "すぐに統括管理者へ知らせてください" in chief.words
    assert rows(office.world, "log.verified")[0]["ok"] is False
