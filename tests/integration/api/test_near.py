"""Histories and neighbours over HTTP, with the real ledger behind them: logged, guarded, masked."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import select

from admin.app import create_app
from admin.db.log_tables import OperationLog
from admin.ledger.entries import load_entry
from kiosk.domain.ledger import LedgerEntry
from kiosk.domain.near import Neighbours, SiteHistory
from kiosk.domain.ports import Application, ServerFault
from kiosk.domain.query import Found, Query, QueryKind
from kiosk.ledger_client.client import HttpSectionServer
from tests.fixtures.http_section import Http
from tests.fixtures.section import sample_applicant
from tests.integration.ledger.books import entry, load, write_book

LOT = Query(QueryKind.LOT, "4-1", "中央一丁目")
ROWS = [
    entry("A", confirmation_no="第1号"),
    entry("B", confirmation_no="第2号", confirmation_date="昭和40年", lot="中央1-4-1、4-7"),
    entry("C", confirmation_no="第3号", lot="中央一丁目4番2"),
]


def begun(http: Http, tmp_path: Path) -> tuple[HttpSectionServer, str, Found]:
    """A client whose search for one lot has been answered by the real ledger."""
    load(http.world.database, write_book(tmp_path / "x.csv", ROWS))
    here = http.app.state.server
    real = create_app(here.settings, http.world.services).state.server
    here.search, here.history, here.neighbours = real.search, real.history, real.neighbours
    object.__setattr__(http.world.services, "load_entry", load_entry)
    client = http.opened()
    made = client.apply(sample_applicant(), "00000000-0000-4000-8000-000000000001")
    assert isinstance(made, Application)
    found = client.search(made.application_id, LOT)
    assert isinstance(found, Found)
    return client, made.application_id, found


def logged(http: Http, *events: str) -> list[tuple[str, dict[str, object]]]:
    with http.world.database.read() as session:
        rows = session.scalars(
            select(OperationLog).where(OperationLog.event.in_(events)).order_by(OperationLog.seq)
        ).all()
        return [(row.event, json.loads(row.canonical)["data"]) for row in rows]


def test_each_answer_is_one_row_and_its_entries_can_be_opened(http: Http, tmp_path: Path) -> None:
    client, application, found = begun(http, tmp_path)
    first = found.hits[0].entry_id
    past = client.history(application, first)
    assert isinstance(past, SiteHistory)
    assert [one.hit.ledger_no for one in past.entries] == ["A", "B"]
    assert "太郎" not in repr(past)
    beside = client.neighbours(application, first)
    assert isinstance(beside, Neighbours)
    assert [(one.label, one.count) for one in beside.after] == [
        ("中央一丁目4-2", 1), ("中央一丁目4-7", 1),
    ]  # fmt: skip
    shown = client.search(application, beside.after[0].query)
    assert isinstance(shown, Found)
    assert [hit.ledger_no for hit in shown.hits] == ["C"]
    for one in past.entries:
        assert isinstance(client.open_entry(application, one.hit.entry_id), LedgerEntry)
    assert logged(http, "history.shown", "neighbours.shown") == [
        ("history.shown", {"count": 2, "entry_id": first}),
        ("neighbours.shown", {"count": 2, "entry_id": first}),
    ]


def test_an_entry_that_was_not_shown_has_neither(http: Http, tmp_path: Path) -> None:
    client, application, found = begun(http, tmp_path)
    hidden = max(hit.entry_id for hit in found.hits) + 1
    for ask in (client.history, client.neighbours):
        refused = ask(application, hidden)
        assert isinstance(refused, ServerFault)
        assert refused.code == "unknown_entry"
    assert logged(http, "history.shown", "neighbours.shown") == []


def test_whoever_was_shown_very_many_waits_here_too(http: Http, tmp_path: Path) -> None:
    client, application, found = begun(http, tmp_path)
    first = found.hits[0].entry_id
    http.app.state.server.guard._free = 0
    for ask in (client.history, client.neighbours):
        refused = ask(application, first)
        assert isinstance(refused, ServerFault)
        assert refused.code == "too_fast"
    assert [event for event, _ in logged(http, "search.slowed", "history.shown")] == [
        "search.slowed"
    ]


def test_what_a_history_shows_counts_as_shown(http: Http, tmp_path: Path) -> None:
    client, application, found = begun(http, tmp_path)
    past = client.history(application, found.hits[0].entry_id)
    assert isinstance(past, SiteHistory)
    known = http.app.state.server.guard._applications[application].entries
    assert {one.hit.entry_id for one in past.entries} <= known
