"""The terminal killed (-9) at every step of an issue, with the real server on both databases.

Three processes as in life: the section's server, the terminal, and the one that starts it again.
What the terminal's printer received is read by the test's own decoder.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.session.failpoints import NAMES, VARIABLE
from tests.fakes.escpos_decoder import decode
from tests.faults.terminal.child import PERSON
from tests.fixtures.databases import NewDatabase
from tests.visit.plan import choose_building
from tests.visit.section import Section
from tests.visit.traces import traces

ROOT = Path(__file__).resolve().parents[3]
CHILD_S = 150

#: At each place: rows it leaves after the reopening, and whole sheets that are on paper.
ENDS: dict[str, tuple[list[str], int]] = {
    "reserve.before": ([], 0),
    "reserve.after": (["FAILED"], 0),
    "release.before": (["FAILED"], 0),
    "release.after": (["UNKNOWN"], 0),
    "draw.before": (["UNKNOWN"], 0),
    "draw.after": (["UNKNOWN"], 0),
    "spool.before": (["UNKNOWN"], 0),
    "spool.after": (["UNKNOWN"], 0),
    "print.begun": (["UNKNOWN"], 0),
    "print.after": (["UNKNOWN"], 1),
    "settle.before": (["UNKNOWN"], 1),
    "settle.after": (["PRINTED"], 1),
}


class Counter:
    """One section and one terminal at it; every play is a process of its own."""

    def __init__(self, section: Section, folder: Path) -> None:
        self.section = section
        self.folder = folder
        building = choose_building(section.data / "sample-ledger.csv")
        self.lot = (building.chome or building.base) + building.number
        self.plays = 0
        self._seen: set[str] = set()

    def play(self, how: str, failpoint: str = "") -> tuple[int, Path, Path]:
        """Exit code, what the printer received, and the terminal's own folder."""
        self.plays += 1
        home = self.folder / f"home-{self.plays}"
        home.mkdir(parents=True)
        record = self.folder / f"printer-{self.plays}.bin"
        facts = self.section.facts
        config = home / "kiosk.toml"
        config.write_text(
            f'server_url = "{self.section.url}"\nterminal = "{facts["terminal"]}"\n'
            f'key_file = "{facts["terminal_key"]}"\n[printer]\ndriver = "simulated"\n'
            f'record_to = "{record}"\nspeed_mm_s = 2000\n',
            encoding="utf-8",
        )
        environment = {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1",
            "HOME": str(home), "TMPDIR": str(home), VARIABLE: failpoint,
        }  # fmt: skip
        words = [how, str(config), facts["terminal_staff_id"], facts["terminal_pin"], self.lot]
        with (home / "log.txt").open("wb") as log:
            code = subprocess.run(
                [sys.executable, "-m", "tests.faults.terminal.child", *words],
                env=environment, cwd=home, stdout=log, stderr=log, timeout=CHILD_S, check=False,
            ).returncode  # fmt: skip
        return code, record, home

    def new_rows(self) -> list[dict[str, Any]]:
        """Rows of the print log that were not there at the last question."""
        made = self.section.command("print-log")
        assert made.returncode == 0, made.stderr
        rows = [json.loads(line) for line in made.stdout.splitlines()]
        fresh = [row for row in rows if row["issue_id"] not in self._seen]
        self._seen |= {row["issue_id"] for row in rows}
        return fresh

    def numbers(self) -> list[str]:
        made = self.section.command("print-log")
        return [json.loads(line)["number"] for line in made.stdout.splitlines()]

    def chain_holds(self) -> bool:
        made = self.section.command("verify-log")
        return made.returncode == 0 and made.stdout.startswith("ok ")


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def counter(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    new_database: NewDatabase,
) -> Iterator[Counter]:
    folder = tmp_path_factory.mktemp("counter")
    database = new_database("postgres", False) if request.param == "postgres" else ""
    with Section(folder / "data", database=database) as section:
        yield Counter(section, folder)
    shutil.rmtree(folder, ignore_errors=True)


def test_the_table_has_every_place() -> None:
    assert tuple(ENDS) == NAMES


def test_unharmed_it_prints(counter: Counter) -> None:
    code, record, home = counter.play("issue")
    assert code == 0, (home / "log.txt").read_text(encoding="utf-8")
    assert [row["state"] for row in counter.new_rows()] == ["PRINTED"]
    assert len(decode(record.read_bytes()).pages) == 1


@pytest.mark.parametrize("place", NAMES)
def test_killed_at(counter: Counter, place: str) -> None:
    code, record, home = counter.play("issue", place)
    assert code == -9, (home / "log.txt").read_text(encoding="utf-8")  # the fault fired
    killed_log = (home / "log.txt").read_text(encoding="utf-8")
    assert "phase confirm -> printing" in killed_log
    assert traces([home], PERSON.values()) == []

    again, record_again, home_again = counter.play("reopen")
    assert again == 0, (home_again / "log.txt").read_text(encoding="utf-8")
    states, sheets = ENDS[place]
    assert [row["state"] for row in counter.new_rows()] == states
    # A sheet that broke off is no sheet; bytes of it may be there.
    whole = record.read_bytes() if place not in {"print.begun"} else b""
    assert len(decode(whole).pages) == sheets
    assert decode(record_again.read_bytes()).pages == []
    assert traces([home_again], PERSON.values()) == []


def test_afterwards_the_section_is_whole(counter: Counter) -> None:
    """Numbers without a gap or a double, a chain that verifies, and a terminal that serves."""
    code, record, home = counter.play("issue")
    assert code == 0, (home / "log.txt").read_text(encoding="utf-8")
    assert len(decode(record.read_bytes()).pages) == 1
    serials = [int(number.rpartition("-")[2]) for number in counter.numbers()]
    assert serials == list(range(1, len(serials) + 1))
    assert counter.chain_holds()
