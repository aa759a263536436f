"""One contract for every section server: the real one over HTTP, and the one in memory.

Whatever a flow test learns from the section in memory, the real server must answer the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from kiosk.domain.card import FelicaProof, PivProof
from kiosk.domain.certificate import CertificateContent
from kiosk.domain.fees import FeeRate
from kiosk.domain.issuance import IssueState
from kiosk.domain.ledger import LedgerEntry
from kiosk.domain.near import HappeningKind, Neighbours, SiteHistory
from kiosk.domain.ports import (
    Application,
    CardChallenge,
    CheckResult,
    Heartbeat,
    Recovered,
    Released,
    Reserved,
    SectionServer,
    ServerFault,
    ServerHello,
    Settled,
    StaffOpened,
)
from kiosk.domain.printer import (
    ClearState,
    NotStarted,
    Printed,
    PrintEvidence,
    PrintFault,
    PrintOutcome,
    PrintUnknown,
)
from kiosk.domain.query import Found, NoHits, Query, QueryKind, SearchUnavailable
from kiosk.ledger_client.wire import CONTRACT_VERSION
from tests.fakes.sheet_maker import FakeSheetMaker
from tests.fakes.soft_key import SoftKey
from tests.fixtures.section import RASTERS, sample_applicant

STAFF, PIN = "opener", "482913"
VISIT = "visit-0001"
#: Registered to STAFF by every rig.
FELICA = bytes.fromhex("0123456789abcdef")
SOFT_KEYS = (SoftKey.ec(), SoftKey.rsa())
P, F, U = IssueState.PRINTED, IssueState.FAILED, IssueState.UNKNOWN


@dataclass
class Rig:
    """``server`` is opened by staff; ``newborn`` is a process that nobody has opened yet."""

    server: SectionServer
    newborn: Callable[[], SectionServer]
    stop: Callable[[], None]
    entries: dict[int, LedgerEntry]
    maker: FakeSheetMaker
    charge: Callable[[FeeRate], None]
    receive: Callable[[str, int], None]  # staff: payment and yen
    cancel: Callable[[str], None]  # staff end a payment

    def correct(self, entry_id: int = 1) -> None:
        old = self.entries[entry_id]
        self.entries[entry_id] = replace(old, version=old.version + 1, lot="中央一丁目9番")


def code(answer: object) -> str:
    assert isinstance(answer, ServerFault), answer
    return answer.code


def application(rig: Rig) -> Application:
    """One whose search has shown entry 1."""
    made = rig.server.apply(sample_applicant(), VISIT)
    assert isinstance(made, Application)
    found = rig.server.search(made.application_id, Query(QueryKind.LOT, "中央一丁目1番"))
    assert isinstance(found, Found)
    assert [hit.entry_id for hit in found.hits] == [1]
    return made


def challenge(server: SectionServer) -> CardChallenge:
    asked = server.card_challenge()
    assert isinstance(asked, CardChallenge), asked
    return asked


def content(rig: Rig, entry_id: int = 1) -> CertificateContent:
    made = rig.maker.content(rig.entries[entry_id])
    assert isinstance(made, CertificateContent)
    return made


def reserved(rig: Rig, key: str = "key-00000001", copy: int = 1, copies: int = 1) -> str:
    made = rig.server.reserve(application(rig).application_id, content(rig), copy, copies, key)
    assert isinstance(made, Reserved), made
    return made.issue_id


def released(rig: Rig) -> Released:
    made = rig.server.release(reserved(rig))
    assert isinstance(made, Released), made
    return made


def spooled(rig: Rig) -> str:
    issue_id = released(rig).issue_id
    assert rig.server.spool(issue_id, RASTERS) is None
    return issue_id


def state(answer: object) -> IssueState:
    assert isinstance(answer, Settled), answer
    return answer.state


def proof(**changes: object) -> Printed:
    usual = PrintEvidence(10, 10, RASTERS, pages_completed=1, completion_mark=True)
    return Printed(replace(usual, **changes))  # type: ignore[arg-type]


class SectionContract:
    """Subclasses give the fixture ``rig``."""

    # --- the terminal -------------------------------------------------------------------------

    def test_the_greeting(self, rig: Rig) -> None:
        hello = rig.newborn().hello()
        assert isinstance(hello, ServerHello)
        assert (hello.contract, hello.terminal, hello.accepting) == (
            CONTRACT_VERSION,
            "terminal-1",
            True,
        )
        assert hello.form == rig.maker.form()
        assert hello.open_issue is False
        reserved(rig)
        greeted = rig.newborn().hello()
        assert isinstance(greeted, ServerHello)
        assert greeted.open_issue is True

    def test_staff_open_by_pin_only(self, rig: Rig) -> None:
        server = rig.newborn()
        assert isinstance(server.open_terminal(STAFF, "000000", False), ServerFault)
        assert isinstance(server.open_terminal("nobody", PIN, False), ServerFault)
        assert isinstance(server.open_terminal(STAFF, PIN, False), StaffOpened)
        beat = server.heartbeat("attract", None)
        assert isinstance(beat, Heartbeat)
        assert beat.staff_session
        hello = server.hello()
        assert isinstance(hello, ServerHello)
        assert (beat.data_as_of, hello.data_as_of != "") == (hello.data_as_of, True)

    def test_three_wrong_pins_lock(self, rig: Rig) -> None:
        server = rig.newborn()
        for _ in range(3):
            server.open_terminal(STAFF, "000000", False)
        assert "lock" in code(server.open_terminal(STAFF, PIN, False))

    def test_a_card_opens_with_its_pin(self, rig: Rig) -> None:
        server = rig.newborn()
        assert code(server.open_by_card(FelicaProof(FELICA, "000000"), False)) == "sign_in_refused"
        opened = server.open_by_card(FelicaProof(FELICA, PIN), False)
        assert isinstance(opened, StaffOpened)
        assert opened.staff_id == STAFF

    def test_a_card_that_nobody_has_is_refused_and_locks_alike(self, rig: Rig) -> None:
        for idm in (FELICA, bytes(7) + b"\x09"):
            server = rig.newborn()
            said = [code(server.open_by_card(FelicaProof(idm, "000000"), False)) for _ in range(4)]
            assert said == ["sign_in_refused", "sign_in_refused", "locked", "locked"]

    @pytest.mark.parametrize("key", SOFT_KEYS, ids=str)
    def test_a_key_opens_by_answering_the_challenge_once(self, rig: Rig, key: SoftKey) -> None:
        server = rig.newborn()
        asked = challenge(server)
        proof = PivProof(key.sha256, asked.nonce, key.sign(asked.message))
        opened = server.open_by_card(proof, False)
        assert isinstance(opened, StaffOpened)
        assert opened.staff_id == STAFF
        assert code(server.open_by_card(proof, False)) == "sign_in_refused"
        assert isinstance(server.apply(sample_applicant(), VISIT), Application)

    def test_an_answer_to_another_challenge_is_refused(self, rig: Rig) -> None:
        server, key = rig.newborn(), SOFT_KEYS[0]
        before, asked = challenge(server), challenge(server)
        assert before.nonce != asked.nonce
        for nonce, message in (
            (before.nonce, before.message),
            (asked.nonce, before.message),
            (asked.nonce, asked.nonce),
            (asked.nonce, asked.message + b"\x00"),
        ):
            proof = PivProof(key.sha256, nonce, key.sign(message))
            assert code(server.open_by_card(proof, False)) == "sign_in_refused"
        asked = challenge(server)
        stranger = SoftKey.ec()
        for digest, signature in (
            (stranger.sha256, stranger.sign(asked.message)),
            (key.sha256, stranger.sign(asked.message)),
        ):
            asked = challenge(server)
            proof = PivProof(digest, asked.nonce, signature)
            assert code(server.open_by_card(proof, False)) == "sign_in_refused"

    def test_staff_close_their_session(self, rig: Rig) -> None:
        assert rig.server.close_terminal("staff") is None
        beat = rig.server.heartbeat("sign_in", None)
        assert isinstance(beat, Heartbeat)
        assert not beat.staff_session
        assert code(rig.server.apply(sample_applicant(), VISIT)) == "not_open"
        assert rig.server.close_terminal("card_removed") is None  # nothing is open: nothing to do

    def test_a_process_that_nobody_opened_may_only_report(self, rig: Rig) -> None:
        known = application(rig).application_id
        server = rig.newborn()
        assert code(server.apply(sample_applicant(), VISIT)) == "not_open"
        assert server.search(known, Query(QueryKind.LOT, "1")) == SearchUnavailable("not_open")
        assert code(server.open_entry(known, 1)) == "not_open"
        assert code(server.history(known, 1)) == "not_open"
        assert code(server.neighbours(known, 1)) == "not_open"
        assert code(server.reserve(known, content(rig), 1, 1, "key-00000009")) == "not_open"
        assert code(server.release("issue-1")) == "not_open"
        assert server.report_self_test([CheckResult("disk", True)]) is None
        assert server.end_visit(VISIT, "done") is None
        assert isinstance(server.recover(ClearState.CLEAR, False), Recovered)
        beat = server.heartbeat("sign_in", None)
        assert isinstance(beat, Heartbeat)
        assert not beat.staff_session

    def test_opening_again_ends_the_session_before(self, rig: Rig) -> None:
        rig.newborn().open_terminal(STAFF, PIN, False)
        assert code(rig.server.apply(sample_applicant(), VISIT)) == "not_open"

    def test_a_stop_order_is_in_every_heartbeat(self, rig: Rig) -> None:
        rig.stop()
        beat = rig.server.heartbeat("attract", None)
        assert isinstance(beat, Heartbeat)
        assert (beat.accepting, beat.reason) == (False, "点検のため")
        assert code(rig.server.apply(sample_applicant(), VISIT)) == "stopped"

    # --- the visit ----------------------------------------------------------------------------

    def test_only_what_the_search_found_can_be_opened(self, rig: Rig) -> None:
        known = application(rig).application_id
        assert rig.server.open_entry(known, 1) == rig.entries[1]
        assert code(rig.server.open_entry(known, 2)) == "unknown_entry"
        assert code(rig.server.open_entry(known, 99)) == "unknown_entry"
        assert code(rig.server.open_entry("another", 1)) == "unknown_application"

    def test_the_history_of_a_site_can_be_opened(self, rig: Rig) -> None:
        known = application(rig).application_id
        rig.entries[2] = replace(rig.entries[2], lot=rig.entries[1].lot)
        assert code(rig.server.open_entry(known, 2)) == "unknown_entry"
        found = rig.server.history(known, 1)
        assert isinstance(found, SiteHistory)
        assert (found.entry_id, found.site) == (1, rig.entries[1].lot)
        assert {one.hit.entry_id for one in found.entries} == {1, 2}
        assert {one.happenings[0].kind for one in found.entries} == {HappeningKind.CONFIRMATION}
        assert rig.entries[2].owner not in repr(found)
        assert rig.server.open_entry(known, 2) == rig.entries[2]

    def test_a_lot_beside_is_a_search_that_finds_it(self, rig: Rig) -> None:
        known = application(rig).application_id
        found = rig.server.neighbours(known, 1)
        assert isinstance(found, Neighbours)
        assert (found.entry_id, found.site, found.before) == (1, rig.entries[1].lot, ())
        assert [one.count for one in found.after] == [1, 1]
        assert code(rig.server.open_entry(known, 2)) == "unknown_entry"  # not shown yet
        hits = rig.server.search(known, found.after[0].query)
        assert isinstance(hits, Found)
        assert [hit.entry_id for hit in hits.hits] == [2]
        assert rig.server.open_entry(known, 2) == rig.entries[2]

    def test_only_what_was_shown_has_a_history(self, rig: Rig) -> None:
        known = application(rig).application_id
        for ask in (rig.server.history, rig.server.neighbours):
            assert code(ask(known, 2)) == "unknown_entry"
            assert code(ask(known, 99)) == "unknown_entry"
            assert code(ask("another", 1)) == "unknown_application"

    def test_nothing_is_found_where_nothing_is(self, rig: Rig) -> None:
        known = application(rig).application_id
        assert isinstance(rig.server.search(known, Query(QueryKind.LOT, "九丁目")), NoHits)
        gone = rig.server.search("another", Query(QueryKind.LOT, "中央"))
        assert gone == SearchUnavailable("unknown_application")

    # --- reserve ------------------------------------------------------------------------------

    def test_the_same_key_is_the_same_issue(self, rig: Rig) -> None:
        known = application(rig).application_id
        first = rig.server.reserve(known, content(rig), 1, 2, "key-00000001")
        assert rig.server.reserve(known, content(rig), 1, 2, "key-00000001") == first
        again = rig.server.reserve(known, content(rig), 2, 2, "key-00000001")
        assert code(again) == "key_conflict"

    def test_one_open_issue_at_a_time(self, rig: Rig) -> None:
        reserved(rig)
        known = application(rig).application_id
        assert code(rig.server.reserve(known, content(rig), 1, 1, "key-00000002")) == "open_issue"

    def test_what_was_previewed_is_what_is_certified(self, rig: Rig) -> None:
        known, seen = application(rig).application_id, content(rig)
        rig.correct()
        assert code(rig.server.reserve(known, seen, 1, 1, "key-00000001")) == "stale_content"
        other = replace(seen, form=replace(seen.form, version="9"))
        assert code(rig.server.reserve(known, other, 1, 1, "key-00000002")) == "form_differs"

    def test_an_entry_that_was_not_found_is_not_certified(self, rig: Rig) -> None:
        known = application(rig).application_id
        answer = rig.server.reserve(known, content(rig, 2), 1, 1, "key-00000001")
        assert code(answer) == "unknown_entry"

    # --- release ------------------------------------------------------------------------------

    def test_release_happens_once(self, rig: Rig) -> None:
        made = released(rig)
        assert made.number.endswith("-000001")
        assert made.page_count == 1
        assert code(rig.server.release(made.issue_id)) == "already_released"
        assert code(rig.server.release("no-such-issue")) == "unknown_issue"

    def test_a_stop_order_beats_a_release_and_the_issue_has_failed(self, rig: Rig) -> None:
        issue_id = reserved(rig)
        rig.stop()
        assert code(rig.server.release(issue_id)) == "stopped"
        assert state(rig.server.settle(issue_id, NotStarted(PrintFault.INTERNAL))) is F

    def test_a_correction_beats_a_release(self, rig: Rig) -> None:
        issue_id = reserved(rig)
        rig.correct()
        assert code(rig.server.release(issue_id)) == "stale_content"

    # --- spool and settle ---------------------------------------------------------------------

    def test_spooling(self, rig: Rig) -> None:
        issue_id = reserved(rig)
        fault = rig.server.spool(issue_id, RASTERS)
        assert code(fault) == "not_released"
        rig.server.release(issue_id)
        assert code(rig.server.spool(issue_id, RASTERS * 2)) == "mismatch"
        assert rig.server.spool(issue_id, RASTERS) is None
        assert rig.server.spool(issue_id, RASTERS) is None
        assert code(rig.server.spool(issue_id, ["0" * 64])) == "not_released"

    @pytest.mark.parametrize(
        ("outcome", "ends"),
        [
            (proof(), P),
            (NotStarted(PrintFault.BUSY), F),
            (PrintUnknown(PrintFault.STALLED), U),
            (proof(bytes_written=9), U),
            (proof(raster_sha256=("0" * 64,)), U),
            (proof(pages_completed=2), U),
            (proof(completion_mark=False), U),
            (proof(completion_mark=None, pages_completed=None), U),
            (proof(completion_mark=None), P),
        ],
    )
    def test_what_a_print_proves(self, rig: Rig, outcome: PrintOutcome, ends: IssueState) -> None:
        issue_id = spooled(rig)
        assert state(rig.server.settle(issue_id, outcome)) is ends
        # Idempotent: what is settled stays, whatever is said later.
        assert state(rig.server.settle(issue_id, PrintUnknown(PrintFault.STALLED))) is ends

    def test_nothing_that_was_not_released_can_be_printed(self, rig: Rig) -> None:
        assert state(rig.server.settle(reserved(rig), proof())) is F
        assert code(rig.server.settle("no-such-issue", proof())) == "unknown_issue"

    # --- recover ------------------------------------------------------------------------------

    def test_recovery_ends_what_was_open(self, rig: Rig) -> None:
        issue_id = reserved(rig)
        assert rig.newborn().recover(ClearState.UNKNOWN, False) == Recovered(failed=(issue_id,))
        assert rig.newborn().recover(ClearState.UNKNOWN, False) == Recovered()

    @pytest.mark.parametrize("clear", [ClearState.UNKNOWN, ClearState.HOLDS_OWN])
    def test_a_printer_that_is_not_clear_needs_a_power_cycle(
        self, rig: Rig, clear: ClearState
    ) -> None:
        issue_id = spooled(rig)
        newborn = rig.newborn()
        assert newborn.recover(clear, False) == Recovered((), (issue_id,), True)
        # The word of a power cycle counts from a terminal that staff have opened.
        assert newborn.recover(clear, True) == Recovered((), (), True)
        newborn.open_terminal(STAFF, PIN, True)
        assert newborn.recover(clear, True) == Recovered()

    def test_a_printer_that_is_clear_needs_none(self, rig: Rig) -> None:
        issue_id = spooled(rig)
        assert rig.newborn().recover(ClearState.CLEAR, False) == Recovered((), (issue_id,), False)
