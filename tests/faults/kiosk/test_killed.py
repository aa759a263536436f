"""The terminal's process is killed (-9) at every step of an issue; then it starts again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.domain.issuance import IssueState
from kiosk.ledger_client.memory import InMemorySectionServer
from kiosk.printing.simulator import SimulatedTransport
from kiosk.session.failpoints import NAMES, VARIABLE
from kiosk.session.state import Phase
from tests.faults.kiosk import link
from tests.flows.bench import World, kiosk, sheets_of
from tests.flows.people import PERSON
from tests.flows.test_printer_faults import next_person_is_served

ROOT = Path(__file__).resolve().parents[3]
CHILD_S = 120.0

N, R, S, P, F, U = (
    IssueState.NUMBERED, IssueState.RELEASED, IssueState.SPOOLED, IssueState.PRINTED,
    IssueState.FAILED, IssueState.UNKNOWN,
)  # fmt: skip
#: At each place: how the killed process left the issue, how many sheets were out, how it ends.
TABLE: dict[str, tuple[list[IssueState], int, list[IssueState]]] = {
    "reserve.before": ([], 0, []),
    "reserve.after": ([N], 0, [F]),
    "release.before": ([N], 0, [F]),
    "release.after": ([R], 0, [U]),
    "draw.before": ([R], 0, [U]),
    "draw.after": ([R], 0, [U]),
    "spool.before": ([R], 0, [U]),
    "spool.after": ([S], 0, [U]),
    "print.begun": ([S], 0, [U]),
    "print.after": ([S], 1, [U]),
    "settle.before": ([S], 1, [U]),
    "settle.after": ([P], 1, [P]),
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World()
    transport = SimulatedTransport(made.device, made.clock)
    served = link.World(
        tmp_path / "world",
        {
            "server": InMemorySectionServer(made.section),
            "transport": transport,
            "clock": made.clock,
        },
    )
    yield made
    served.close()


def play(tmp_path: Path, failpoint: str, copies: int = 1) -> subprocess.CompletedProcess[str]:
    """One visit in a process of its own, at home in an empty folder."""
    home = tmp_path / "home"
    home.mkdir()
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(home),
        "TMPDIR": str(home), "XDG_RUNTIME_DIR": str(home), VARIABLE: failpoint,
        "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1",
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "tests.faults.kiosk.child", str(tmp_path / "world"), str(copies)],
        cwd=home, env=environment, capture_output=True, text=True, timeout=CHILD_S, check=False,
    )  # fmt: skip


def files_with_the_person(folder: Path) -> list[Path]:
    """Files under the terminal's home that hold anything that was typed."""
    needles = [
        text.encode(code) for text in PERSON.values() for code in ("utf-8", "utf-16-le", "cp932")
    ]
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(needle in path.read_bytes() for needle in needles)
    ]


def test_the_table_has_every_place() -> None:
    assert tuple(TABLE) == NAMES


def test_without_a_failpoint_the_same_visit_is_printed(world: World, tmp_path: Path) -> None:
    played = play(tmp_path, "")
    assert played.returncode == 0, played.stderr
    assert played.stdout == "survived in take_paper\n"
    assert world.states == [P]
    assert len(sheets_of(world)) == 1


@pytest.mark.parametrize("place", NAMES)
def test_killed_at(place: str, world: World, tmp_path: Path) -> None:
    played = play(tmp_path, place)
    assert played.returncode == -9, played.stderr
    assert played.stdout == ""
    left, sheets, ends = TABLE[place]
    assert world.states == left
    # No paper without a row that says so, and one sheet at most.
    assert sheets_of(world) == [row.issue_id for row in world.section.desk.rows][:sheets]

    with kiosk(world, opened=False) as k:
        k.start()
        assert world.states == ends
        assert k.at(Phase.SIGN_IN)
        k.sign_in()
        assert k.at(Phase.ATTRACT), k.seen
        # What lay in the paper path is cut off at boot, so that no sheet begins below it.
        cut_off = ["part"] if place == "print.begun" else []
        assert sheets_of(world)[sheets:] == cut_off
        next_person_is_served(k)
        assert world.states == [*ends, P]
    assert len(set(world.numbers)) == len(world.numbers)


def test_killed_between_copies_leaves_the_first_printed(world: World, tmp_path: Path) -> None:
    # The first copy reaches settle; the second is never reserved.
    played = play(tmp_path, "settle.after", copies=3)
    assert played.returncode == -9
    assert world.states == [P]
    with kiosk(world) as k:
        next_person_is_served(k)


@pytest.mark.parametrize("place", ["reserve.after", "print.begun", "settle.before"])
def test_nothing_personal_is_left_in_the_terminals_files(
    place: str, world: World, tmp_path: Path
) -> None:
    played = play(tmp_path, place)
    assert played.returncode == -9
    assert files_with_the_person(tmp_path / "home") == []
    for text in PERSON.values():
        assert text not in played.stdout + played.stderr
    # The search itself is tried: a planted copy must be found.
    planted = tmp_path / "home" / "deep" / "planted.log"
    planted.parent.mkdir()
    planted.write_text(f"… {PERSON['name']} …", encoding="utf-8")
    assert files_with_the_person(tmp_path / "home") == [planted]
