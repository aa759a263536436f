"""The terminal is killed (-9) with money in the acceptor, at every place of payment and issue.

Whatever place it was: after the next boot the ward has earned exactly the printed sheets, holds
exactly the unknown ones, and every other yen is in the tray.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.coins.simulator import SimulatedAcceptor
from kiosk.domain.fees import FeeMode, FeeRate, Pot, misplaced
from kiosk.domain.issuance import IssueState
from kiosk.ledger_client.memory import InMemorySectionServer
from kiosk.printing.simulator import SimulatedTransport
from kiosk.session.failpoints import FEE_NAMES, NAMES, VARIABLE
from kiosk.session.state import Phase
from tests.faults.kiosk import link
from tests.flows.bench import World, kiosk, sheets_of

ROOT = Path(__file__).resolve().parents[3]
YEN = 400
P, F, U = IssueState.PRINTED, IssueState.FAILED, IssueState.UNKNOWN
#: How each place ends: the issues, and whether the first coin had been put in.
ISSUES: dict[str, list[IssueState]] = {
    "payment.before": [], "payment.after": [], "count.before": [], "count.after": [],
    "reserve.before": [], "reserve.after": [F], "release.before": [F], "release.after": [U],
    "draw.before": [U], "draw.after": [U], "spool.before": [U], "spool.after": [U],
    "print.begun": [U], "print.after": [U], "settle.before": [U], "settle.after": [P],
    "take.before": [P], "take.after": [P], "close.before": [P, P], "close.counted": [P, P],
    "close.taken": [P, P], "close.given_back": [P, P],
}  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(machine=SimulatedAcceptor())
    made.section.fees.rate = FeeRate(FeeMode.ACCEPTOR, YEN)
    served = link.World(
        tmp_path / "world",
        {
            "server": InMemorySectionServer(made.section),
            "transport": SimulatedTransport(made.device, made.clock),
            "clock": made.clock,
            "acceptor": made.machine,
        },
    )
    yield made
    served.close()


def play(tmp_path: Path, failpoint: str) -> subprocess.CompletedProcess[str]:
    """Two copies, paid with 500, 100 and 500 yen: 300 too much."""
    home = tmp_path / "home"
    home.mkdir()
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(home),
        "TMPDIR": str(home), "XDG_RUNTIME_DIR": str(home), VARIABLE: failpoint,
        "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1",
    }  # fmt: skip
    words = [str(tmp_path / "world"), "2", "500", "100", "500"]
    return subprocess.run(
        [sys.executable, "-m", "tests.faults.kiosk.paying_child", *words],
        cwd=home, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def agree(world: World) -> None:
    machine = world.machine
    assert machine is not None
    for book in world.section.fees.books:
        for copy in book.copies:
            rows = [row for row in book.rows if row.issue_id == copy.issue_id]
            assert not misplaced(copy.state(), YEN, rows)
    earned, held = (YEN * world.states.count(state) for state in (P, U))
    expected = {Pot.PERSON: -earned - held, Pot.EARNED: earned, Pot.HELD: held}
    assert world.pots() == {pot: yen for pot, yen in expected.items() if yen}
    assert machine.cash_box == earned + held
    assert machine.drawer is None or machine.drawer.held == 0
    inserted = machine.drawer.inserted if machine.drawer else 0
    assert machine.tray == inserted - earned - held


def test_the_table_has_every_place() -> None:
    assert set(ISSUES) == {*NAMES, *FEE_NAMES}


def test_without_a_failpoint_it_is_paid_and_printed(world: World, tmp_path: Path) -> None:
    played = play(tmp_path, "")
    assert played.returncode == 0, played.stderr
    assert world.states == [P, P]
    agree(world)
    assert world.machine is not None
    assert world.machine.tray == 300


@pytest.mark.parametrize("place", ISSUES)
def test_killed_at(place: str, world: World, tmp_path: Path) -> None:
    played = play(tmp_path, place)
    assert played.returncode == -9, played.stderr + played.stdout
    with kiosk(world, opened=False) as k:
        k.start()
        assert world.states == ISSUES[place]
        k.sign_in()
        assert k.at(Phase.ATTRACT), k.seen
        agree(world)  # before anybody is served
        assert world.section.fees.live() == ()
    assert len(sheets_of(world)) >= world.states.count(P)


def test_killed_with_half_of_it_inside_and_the_escrow_taken_out(
    world: World, tmp_path: Path
) -> None:
    """The machine does not know of the money any more: staff have to look."""
    played = play(tmp_path, "reserve.before")
    assert played.returncode == -9
    assert world.machine is not None
    world.machine.forget()
    with kiosk(world) as k:
        assert k.at(Phase.ATTRACT)
    assert world.pots() == {Pot.PERSON: -1100, Pot.MISSING: 1100}
