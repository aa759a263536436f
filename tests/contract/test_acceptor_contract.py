"""One contract for every coin acceptor: the simulator, the one that keeps a file, and the fake."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.coins.control import AcceptorControl
from kiosk.coins.simulator import SimulatedAcceptor
from kiosk.domain.acceptor import AcceptorState, Escrow
from kiosk.domain.hands import ControlServer, ask
from kiosk.domain.ports import CoinAcceptor
from tests.fakes.acceptor import FakeAcceptor


@dataclass
class Rig:
    """``insert`` is a hand; ``unplug`` pulls and puts the cable back."""

    port: CoinAcceptor
    insert: Callable[[int], bool]
    plug: Callable[[bool], None]


def _simulated(memory: Path | None) -> Rig:
    machine = SimulatedAcceptor(memory)
    return Rig(machine, machine.insert, lambda on: machine.set(plugged=on))


@pytest.fixture(params=["simulator", "with a file", "fake"])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Rig:
    if request.param == "fake":
        fake = FakeAcceptor()
        return Rig(fake, fake.insert, fake.plug)
    return _simulated(tmp_path / "acceptor.json" if request.param == "with a file" else None)


def test_it_knows_of_nothing_at_first(rig: Rig) -> None:
    assert rig.port.status().ready
    assert rig.port.status().escrow is None
    assert not rig.insert(100)  # nobody asked for money


def test_it_takes_until_the_amount_is_reached(rig: Rig) -> None:
    rig.port.begin("p-1", 400)
    assert rig.insert(100)
    assert rig.insert(500)
    assert not rig.insert(100)
    for _ in range(2):  # begun again is gone on with
        assert rig.port.begin("p-1", 400).escrow == Escrow("p-1", 600)


def test_the_sums_only_rise_and_a_repeat_changes_nothing(rig: Rig) -> None:
    rig.port.begin("p-1", 400)
    rig.insert(1000)
    for _ in range(2):
        assert rig.port.take("p-1", 400).escrow == Escrow("p-1", 1000, 400)
    assert rig.port.take("p-1", 300).escrow == Escrow("p-1", 1000, 400)
    for _ in range(2):
        assert rig.port.give_back("p-1").escrow == Escrow("p-1", 1000, 400, 600)
    assert not rig.insert(100)


def test_it_never_takes_more_than_it_holds(rig: Rig) -> None:
    rig.port.begin("p-1", 400)
    rig.insert(100)
    assert rig.port.take("p-1", 400).escrow == Escrow("p-1", 100, 100)


def test_another_payments_money_is_not_touched(rig: Rig) -> None:
    rig.port.begin("p-1", 400)
    rig.insert(100)
    assert rig.port.begin("p-2", 400).escrow == Escrow("p-1", 100)
    assert rig.port.give_back("p-2").escrow == Escrow("p-1", 100)
    assert rig.port.take("p-2", 100).escrow == Escrow("p-1", 100)
    rig.port.give_back("p-1")
    assert rig.port.begin("p-2", 400).escrow == Escrow("p-2", 0)


def test_unplugged_it_says_so_and_does_nothing(rig: Rig) -> None:
    rig.port.begin("p-1", 400)
    rig.insert(100)
    rig.plug(False)
    for status in (rig.port.status(), rig.port.give_back("p-1"), rig.port.take("p-1", 100)):
        assert (status.state, status.escrow) == (AcceptorState.OFFLINE, None)
    rig.plug(True)
    assert rig.port.status().escrow == Escrow("p-1", 100)


# --- the simulator's own ------------------------------------------------------------------------


def test_its_escrow_outlives_the_process(tmp_path: Path) -> None:
    file = tmp_path / "acceptor.json"
    rig = _simulated(file)
    rig.port.begin("p-1", 400)
    rig.insert(100)
    assert _simulated(file).port.status().escrow == Escrow("p-1", 100)
    file.write_text("{", encoding="utf-8")  # a memory that is broken is none
    assert _simulated(file).port.status().escrow is None


@pytest.mark.parametrize(
    ("pieces", "due", "taken", "tray"),
    [
        ((500,), 400, 400, 0),  # the rest of the coin stays inside
        ((100, 100, 100, 100), 400, 200, 200),
        ((500, 100, 100, 100), 800, 400, 300),
        ((100,), 400, 0, 100),
    ],
)
def test_without_change_only_what_is_there_comes_back(
    pieces: tuple[int, ...], due: int, taken: int, tray: int
) -> None:
    machine = SimulatedAcceptor()
    machine.begin("p-1", due)
    for piece in pieces:
        machine.insert(piece)
    machine.set(change=False)
    assert machine.status().state is AcceptorState.NO_CHANGE
    machine.take("p-1", taken)
    machine.give_back("p-1")
    assert machine.tray == tray
    machine.set(change=True)
    machine.give_back("p-1")
    assert machine.tray == sum(pieces) - taken


def test_a_jam_holds_everything() -> None:
    machine = SimulatedAcceptor()
    machine.begin("p-1", 400)
    machine.insert(100)
    machine.set(jammed=True)
    assert not machine.insert(100)
    assert (machine.lever(), machine.give_back("p-1").escrow) == (0, Escrow("p-1", 100))


def test_a_person_plays_with_it_through_its_socket(tmp_path: Path) -> None:
    machine = SimulatedAcceptor()
    machine.begin("p-1", 400)
    path = tmp_path / "coins"
    server = ControlServer(path, AcceptorControl(machine), "acceptor-simulator")
    try:
        answers = ask(path, ["insert-100", "jam", "insert-100", "clear-jam", "lever", "nonsense"])
    finally:
        server.close()
    assert [answer.split()[0] for answer in answers] == [
        "ok", "ok", "refused", "ok", "ok", "error:",
    ]  # fmt: skip
    assert "escrow=100 due=400" in answers[0]
    assert "tray=100" in answers[4]
