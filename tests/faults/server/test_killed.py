"""kill -9 the server at every named place of an issue: nothing acknowledged is lost, no number
is used twice, nothing is half done, and terminal and section go on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from admin.db import migrate
from admin.db.engine import Database
from admin.db.issue_tables import Issue
from admin.db.ready import NotReadyError
from admin.parts import make_services
from admin.services.failpoints import NAMES
from admin.settings import Settings
from kiosk.domain.eras import fiscal_year
from kiosk.domain.issuance import IssueState
from kiosk.domain.ports import Application, Recovered, Released, Reserved, ServerFault, Settled
from kiosk.domain.printer import ClearState
from kiosk.domain.query import Found, Query, QueryKind
from kiosk.ledger_client.client import HttpSectionServer
from tests.faults.server.conftest import Mortal
from tests.fixtures.section import NOT_STARTED, PRINTED, RASTERS, sample_applicant

KEY = "the-key-of-this-issue"


@dataclass
class Visit:
    """One issue of one visit, step by step, as the terminal walks it."""

    mortal: Mortal
    client: HttpSectionServer
    application_id: str = ""
    issue_id: str = ""

    def apply(self) -> None:
        application = self.client.apply(sample_applicant(), "visit-1")
        assert isinstance(application, Application), application
        self.application_id = application.application_id
        found = self.client.search(self.application_id, Query(QueryKind.LOT, "一丁目1番"))
        assert isinstance(found, Found)

    def reserve(self, key: str = KEY) -> object:
        content = self.mortal.world.maker.content(self.mortal.world.entries[1])
        assert hasattr(content, "items")
        answer = self.client.reserve(self.application_id, content, 1, 1, key)  # type: ignore[arg-type]
        if isinstance(answer, Reserved):
            self.issue_id = answer.issue_id
        return answer

    def release(self) -> object:
        return self.client.release(self.issue_id)

    def spool(self) -> object:
        return self.client.spool(self.issue_id, RASTERS)

    def settle(self) -> object:
        return self.client.settle(self.issue_id, PRINTED)

    def steps(self) -> dict[str, Callable[[], object]]:
        return {
            "reserve": self.reserve, "release": self.release, "spool": self.spool,
            "settle": self.settle,
        }  # fmt: skip


STEPS = ("reserve", "release", "spool", "settle")


@dataclass(frozen=True)
class Expected:
    """``left``: the issue's state after the kill (None: no row). ``again``: what the same call
    says to a terminal that lived on. ``recovered``: the state after a terminal that died too."""

    left: IssueState | None
    again: type
    recovered: IssueState | None


S = IssueState
EXPECTED = {
    "reserve.begin": Expected(None, Reserved, None),
    "reserve.before_commit": Expected(None, Reserved, None),
    "reserve.after_commit": Expected(S.NUMBERED, Reserved, S.FAILED),
    # A release is never sent again by the client; the machine settles the issue as not started.
    "release.drawn": Expected(S.NUMBERED, Released, S.FAILED),
    "release.before_commit": Expected(S.NUMBERED, Released, S.FAILED),
    "release.after_commit": Expected(S.RELEASED, ServerFault, S.UNKNOWN),
    "spool.before_commit": Expected(S.RELEASED, type(None), S.UNKNOWN),
    "spool.after_commit": Expected(S.SPOOLED, type(None), S.UNKNOWN),
    "settle.before_commit": Expected(S.SPOOLED, Settled, S.UNKNOWN),
    "settle.after_commit": Expected(S.PRINTED, Settled, S.PRINTED),
}


def test_every_failpoint_there_is_has_its_test() -> None:
    assert list(EXPECTED) == list(NAMES)


def _states(mortal: Mortal) -> list[tuple[int, str]]:
    year = fiscal_year(mortal.world.services.today())
    with mortal.world.database.read() as session:
        rows = session.query(Issue).filter(Issue.fiscal_year == year).order_by(Issue.serial)
        return [(issue.serial, issue.state) for issue in rows]


def _killed_at(mortal: Mortal, failpoint: str) -> Visit:
    """Walk an issue until the server dies there; the death is asserted."""
    life = mortal.start(failpoint)
    visit = Visit(mortal, mortal.opened(life))
    visit.apply()
    dies_in = failpoint.partition(".")[0]
    for step in STEPS:
        answer = visit.steps()[step]()
        if step == dies_in:
            break
        assert not isinstance(answer, ServerFault), (step, answer)
    assert isinstance(answer, ServerFault), answer
    assert answer.code in {"offline", "garbled"}
    assert life.died_by_kill(), "the failpoint did not fire"
    return visit


def _consistent(mortal: Mortal, left: IssueState | None) -> None:
    """Row, log rows and sheet belong together, whatever was cut off."""
    world = mortal.world
    assert _states(mortal) == ([] if left is None else [(1, left.value)])
    assert world.chain().fault is None
    assert world.count("serial") == (0 if left is None else 1)
    if left is None:
        return
    with world.database.read() as session:
        issue = session.query(Issue).one()
        issue_id, sheet, pdf = issue.id, issue.sheet, issue.pdf_sha256
    assert (sheet is None) == (pdf is None) == (left is IssueState.NUMBERED)
    rows = {
        S.NUMBERED: ["issue.numbered"],
        S.RELEASED: ["issue.numbered", "issue.released"],
        S.SPOOLED: ["issue.numbered", "issue.released", "issue.spooled"],
        S.PRINTED: ["issue.numbered", "issue.released", "issue.spooled", "issue.printed"],
    }
    assert world.events(issue_id) == rows[left]


def _next_number(mortal: Mortal, client: HttpSectionServer) -> str:
    """The next issue of this terminal, released; returns its number."""
    visit = Visit(mortal, client)
    visit.apply()
    assert isinstance(visit.reserve("another-key-now"), Reserved)
    released = visit.release()
    assert isinstance(released, Released), released
    return released.number


@pytest.mark.parametrize("failpoint", NAMES)
def test_the_terminal_lived_on(mortal: Mortal, failpoint: str) -> None:
    expected = EXPECTED[failpoint]
    visit = _killed_at(mortal, failpoint)
    _consistent(mortal, expected.left)
    visit.client = mortal.opened(mortal.start())
    answer = visit.steps()[failpoint.partition(".")[0]]()
    assert isinstance(answer, expected.again), answer
    if isinstance(answer, Released):
        assert answer.number.endswith("-000001")
    if isinstance(answer, ServerFault):
        assert answer.code == "already_released"
    if isinstance(answer, Settled):
        assert answer.state is IssueState.PRINTED
    visit.client.settle(visit.issue_id, NOT_STARTED)  # whatever is open ends here
    assert _next_number(mortal, visit.client).endswith("-000002")
    assert [serial for serial, _ in _states(mortal)] == [1, 2]
    assert mortal.world.chain().fault is None


@pytest.mark.parametrize("failpoint", NAMES)
def test_the_terminal_died_too(mortal: Mortal, failpoint: str) -> None:
    expected = EXPECTED[failpoint]
    _killed_at(mortal, failpoint)
    _consistent(mortal, expected.left)
    client = mortal.opened(mortal.start())  # a new process: no key, no issue in its memory
    recovered = client.recover(ClearState.UNKNOWN, False)
    assert isinstance(recovered, Recovered)
    assert recovered.power_cycle_needed == (expected.recovered is IssueState.UNKNOWN)
    ended = [] if expected.recovered is None else [(1, expected.recovered.value)]
    assert _states(mortal) == ended
    number = "-000001" if expected.recovered is None else "-000002"
    assert _next_number(mortal, client).endswith(number)
    assert mortal.world.chain().fault is None


TERMINALS = 4
UNTIL = 12


def test_what_was_acknowledged_under_load_is_there_after_a_kill(mortal: Mortal) -> None:
    """Four terminals issue; the server is killed at the twelfth acknowledged release."""
    names = [f"terminal-{n}" for n in range(1, TERMINALS + 1)]
    for name in names:
        mortal.world.terminal(name)
    life = mortal.start()
    enough, lock = threading.Event(), threading.Lock()
    acknowledged: dict[str, str] = {}

    def work(name: str) -> None:
        visit = Visit(mortal, mortal.opened(life, name))
        visit.apply()
        for turn in range(UNTIL):
            if not isinstance(visit.reserve(f"key-{name}-{turn}"), Reserved):
                return
            released = visit.release()
            if not isinstance(released, Released):
                return
            with lock:
                acknowledged[released.number] = visit.issue_id
                if len(acknowledged) == UNTIL:
                    enough.set()
            if isinstance(visit.client.settle(visit.issue_id, NOT_STARTED), ServerFault):
                return

    threads = [threading.Thread(target=work, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    assert enough.wait(120)
    life.kill()
    for thread in threads:
        thread.join(120)
    states = _states(mortal)
    assert [serial for serial, _ in states] == list(range(1, len(states) + 1))
    for number, issue_id in acknowledged.items():
        issue = mortal.world.issue(issue_id)
        assert int(number.rpartition("-")[2]) == issue.serial
        assert issue.sheet is not None
    assert mortal.world.chain().fault is None


def test_a_production_server_does_not_start_with_a_failpoint(
    database_url: str, tmp_path: object
) -> None:
    database = Database(database_url)
    assert migrate.current_revision(database) == migrate.newest_revision()
    database.dispose()
    settings = Settings(database=database_url, production=True, failpoint=NAMES[0])
    with pytest.raises(NotReadyError, match="本番"):
        make_services(settings)
