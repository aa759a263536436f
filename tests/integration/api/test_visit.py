"""A visit over real HTTP: the terminal's own client on one side, the real server on the other."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from admin.db.log_tables import OperationLog
from kiosk.domain.certificate import CertificateContent
from kiosk.domain.issuance import IssueState
from kiosk.domain.ledger import LedgerEntry
from kiosk.domain.ports import (
    Application,
    CheckResult,
    Heartbeat,
    Recovered,
    Released,
    Reserved,
    ServerFault,
    ServerHello,
    Settled,
    StaffOpened,
)
from kiosk.domain.printer import ClearState, PrinterReason, PrinterState, PrinterStatus
from kiosk.domain.query import Found, NoHits, Query, QueryKind, SearchUnavailable
from kiosk.ledger_client.client import HttpSectionServer
from kiosk.ledger_client.wire import CONTRACT_VERSION
from tests.fixtures.http_section import PIN, STAFF, Http
from tests.fixtures.section import NOT_STARTED, PRINTED, RASTERS, SEAL, UNKNOWN, sample_applicant

LOT = Query(QueryKind.LOT, "一丁目1番")


def content_of(http: Http, entry: LedgerEntry) -> CertificateContent:
    content = http.world.maker.content(entry)
    assert isinstance(content, CertificateContent)
    return content


def applied(client: HttpSectionServer) -> Application:
    application = client.apply(sample_applicant(), "visit-1")
    assert isinstance(application, Application), application
    assert isinstance(client.search(application.application_id, LOT), Found)
    return application


def reserved(http: Http, client: HttpSectionServer, key: str = "") -> str:
    application = applied(client)
    answer = client.reserve(
        application.application_id, content_of(http, http.world.entries[1]), 1, 1,
        key or uuid.uuid4().hex,
    )  # fmt: skip
    assert isinstance(answer, Reserved), answer
    return answer.issue_id


def test_from_the_handshake_to_the_printed_sheet(http: Http) -> None:
    client = http.client()
    hello = client.hello()
    assert isinstance(hello, ServerHello)
    assert (hello.contract, hello.terminal) == (CONTRACT_VERSION, "terminal-1")
    assert hello.now == http.world.clock.now()
    assert hello.form == http.world.maker.form()
    assert (hello.accepting, hello.open_issue, hello.production) == (True, False, False)
    opened = client.open_terminal(STAFF, PIN, False)
    assert opened == StaffOpened(STAFF, "見本 職員")
    assert client.report_self_test([CheckResult("disk", ok=True)]) is None
    application = applied(client)
    entry = client.open_entry(application.application_id, 1)
    assert entry == http.world.entries[1]
    answer = client.reserve(
        application.application_id, content_of(http, http.world.entries[1]), 1, 1, "key-of-visit-1"
    )
    assert isinstance(answer, Reserved)
    released = client.release(answer.issue_id)
    assert isinstance(released, Released)
    assert (released.number, released.seal_png) == ("2026-000001", SEAL)
    assert client.spool(answer.issue_id, RASTERS) is None
    assert client.settle(answer.issue_id, PRINTED) == Settled(answer.issue_id, IssueState.PRINTED)
    assert client.end_visit("visit-1", "finished") is None
    assert http.world.events()[-8:] == [
        "application.created", "search.shown", "entry.opened", "issue.numbered", "issue.released",
        "issue.spooled", "issue.printed", "visit.ended",
    ]  # fmt: skip
    assert http.world.chain().fault is None


def test_a_terminal_that_is_not_open_may_only_be_started(http: Http) -> None:
    client = http.client()
    content = content_of(http, http.world.entries[1])
    issue_id = http.world.reserved()
    for refused in (
        client.apply(sample_applicant(), "visit-1"),
        client.open_entry("application", 1),
        client.reserve("application", content, 1, 1, "key-00000001"),
        client.release(issue_id),
        client.spool(issue_id, RASTERS),
    ):
        assert isinstance(refused, ServerFault)
        assert refused.code == "not_open"
    assert client.search("application", LOT) == SearchUnavailable("not_open")
    assert isinstance(client.hello(), ServerHello)
    beat = client.heartbeat("boot", None)
    assert isinstance(beat, Heartbeat)
    assert not beat.staff_session
    assert isinstance(client.recover(ClearState.CLEAR, False), Recovered)
    settled = client.settle(issue_id, NOT_STARTED)
    assert settled == Settled(issue_id, IssueState.FAILED)


def test_that_the_printer_was_switched_off_is_staffs_word_only(http: Http) -> None:
    issue_id = http.world.spooled()
    http.world.settled(issue_id, UNKNOWN)
    closed = http.client().recover(ClearState.UNKNOWN, True)
    assert isinstance(closed, Recovered)
    assert closed.power_cycle_needed
    by_staff = http.opened().recover(ClearState.UNKNOWN, True)
    assert isinstance(by_staff, Recovered)
    assert not by_staff.power_cycle_needed


def test_opening_again_ends_the_session_before(http: Http) -> None:
    first, second = http.opened(), http.opened()
    refused = first.apply(sample_applicant(), "visit-1")
    assert isinstance(refused, ServerFault)
    assert refused.code == "not_open"
    assert isinstance(second.apply(sample_applicant(), "visit-1"), Application)


@pytest.mark.parametrize(
    ("staff_id", "pin"),
    [(STAFF, "482914"), ("nobody", PIN), ("", ""), ("x" * 64, PIN), ("見本\u3000職員", PIN)],
)
def test_a_wrong_pin_is_counted_logged_and_says_nothing(
    http: Http, staff_id: str, pin: str
) -> None:
    client = http.client()
    answer = client.open_terminal(staff_id, pin, False)
    assert answer == ServerFault("sign_in_refused", sent=True)
    assert http.world.events()[-1] == "terminal.open_refused"
    assert http.world.count("sign_in_failure") == 1


def test_three_wrong_pins_lock_the_right_one_out(http: Http) -> None:
    client = http.client()
    codes = [client.open_terminal(STAFF, "000001", False) for _ in range(3)]
    assert [getattr(code, "code", "") for code in codes] == [
        "sign_in_refused", "sign_in_refused", "locked",
    ]  # fmt: skip
    assert client.open_terminal(STAFF, PIN, False) == ServerFault("locked", sent=True)


def test_a_stop_order_is_heard_and_refuses(http: Http) -> None:
    client = http.opened()
    issue_id = reserved(http, client)
    http.world.stop()
    beat = client.heartbeat("idle", PrinterStatus(PrinterState.IDLE))
    assert isinstance(beat, Heartbeat)
    assert (beat.accepting, beat.reason) == (False, "点検のため")
    for refused in (client.release(issue_id), client.apply(sample_applicant(), "visit-2")):
        assert isinstance(refused, ServerFault)
        assert refused.code == "stopped"
    assert http.world.state(issue_id) is IssueState.FAILED
    hello = client.hello()
    assert isinstance(hello, ServerHello)
    assert not hello.accepting


def test_a_heartbeat_keeps_the_printers_words_and_is_no_log_row(http: Http) -> None:
    client = http.client()
    rows = len(http.world.events())
    status = PrinterStatus(PrinterState.STOPPED, frozenset({PrinterReason.MEDIA_EMPTY}), "raw")
    assert isinstance(client.heartbeat("idle", status), Heartbeat)
    row = http.world.terminal_row()
    assert row.last_phase == "idle"
    assert row.last_seen == http.world.clock.now()
    assert row.last_status == {"state": "stopped", "reasons": ["media-empty"]}
    assert len(http.world.events()) == rows


def test_reserving_again_with_the_same_key(http: Http) -> None:
    client = http.opened()
    application = applied(client)
    content = content_of(http, http.world.entries[1])
    words = (application.application_id, content, 1, 1, "the-same-key")
    first, again = client.reserve(*words), client.reserve(*words)
    assert first == again
    other = client.reserve(application.application_id, content, 1, 2, "the-same-key")
    assert isinstance(other, ServerFault)
    assert other.code == "key_conflict"
    assert http.world.serials(2026) == [1]


def test_release_twice(http: Http) -> None:
    client = http.opened()
    issue_id = reserved(http, client)
    assert isinstance(client.release(issue_id), Released)
    assert client.release(issue_id) == ServerFault("already_released", sent=True)


def test_what_was_previewed_must_be_what_is_certified(http: Http) -> None:
    client = http.opened()
    application = applied(client)
    content = content_of(http, http.world.entries[1])
    http.world.entries[1] = replace(http.world.entries[1], version=2)
    answer = client.reserve(application.application_id, content, 1, 1, "key-00000001")
    assert answer == ServerFault("stale_content", sent=True)


def test_only_entries_that_this_visit_found_are_opened(http: Http) -> None:
    client = http.opened()
    application = applied(client)
    for entry_id in (2, 999, 0):
        answer = client.open_entry(application.application_id, entry_id)
        assert answer == ServerFault("unknown_entry", sent=True)
    assert client.search(application.application_id, Query(QueryKind.LOT, "ない町")) == NoHits()


def test_what_is_another_terminals_is_not_there(http: Http) -> None:
    mine, other = http.opened(), http.opened("terminal-2")
    application = applied(mine)
    issue_id = reserved(http, mine)
    content = content_of(http, http.world.entries[1])
    assert other.search(application.application_id, LOT) == SearchUnavailable("unknown_application")
    for refused, code in (
        (other.open_entry(application.application_id, 1), "unknown_application"),
        (other.reserve(application.application_id, content, 1, 1, "key-00000001"),
         "unknown_application"),
        (other.release(issue_id), "unknown_issue"),
        (other.spool(issue_id, RASTERS), "unknown_issue"),
        (other.settle(issue_id, NOT_STARTED), "unknown_issue"),
    ):  # fmt: skip
        assert refused == ServerFault(code, sent=True)
    assert http.world.state(issue_id) is IssueState.NUMBERED
    recovered = other.recover(ClearState.CLEAR, False)
    assert recovered == Recovered()


def test_the_words_of_a_search_are_not_logged(http: Http) -> None:
    client = http.opened()
    application = applied(client)
    client.search(application.application_id, Query(QueryKind.OWNER, "見本目印太郎"))
    with http.world.database.read() as session:
        kept = b"".join(row.canonical for row in session.query(OperationLog))
    assert b'"query_kind":"owner"' in kept
    assert "見本目印太郎".encode() not in kept
