"""Search over HTTP in a large ledger: every way of asking, as the terminal's client asks."""

from __future__ import annotations

import argparse
import csv
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from kiosk.domain.applicant import Applicant, ApplicantKind
from kiosk.domain.build import build_id
from kiosk.domain.ports import Application, StaffOpened
from kiosk.domain.printer import ClearState
from kiosk.domain.query import Query, QueryKind, SearchUnavailable
from kiosk.ledger_client.client import HttpSectionServer
from kiosk.ledger_client.signing import TerminalKey
from tests.bench.figures import Figure
from tests.visit.section import Section as VisitSection

ENTRIES, QUESTIONS = 200_000, 600
WARM_UP = 50
SEED = 7
WHO = Applicant(
    ApplicantKind.INDIVIDUAL, None, "見本 花子", "132-0021", "東京都江戸川区中央1-4-1",
    "03-1234-5678",
)  # fmt: skip


class Section(VisitSection):
    """A section that lets one application ask all day: here its speed is asked for."""

    def _environment(self) -> dict[str, str]:
        endless = str(10**9)
        return {
            **super()._environment(),
            "DAICHO_SEARCH_FREE_ENTRIES": endless,
            "DAICHO_SEARCH_TERMINAL_ENTRIES": endless,
        }


def _questions(rows: list[dict[str, str]]) -> Iterator[Query]:
    """What people know of an entry: its lot or a part of it, number and year, address, owner."""
    dice = random.Random(SEED)
    while True:
        row = dice.choice(rows)
        lot, owner = row["地名地番"], row["建築主"]
        way = dice.randrange(5)
        if way == 0 and lot:
            yield Query(QueryKind.LOT, lot)
        elif way == 1 and lot:
            yield Query(QueryKind.LOT, lot[: max(3, len(lot) - 2)])
        elif way == 2 and row["確認番号"]:
            yield Query(QueryKind.CONFIRMATION, row["確認番号"])
        elif way == 3 and row["住居表示"]:
            yield Query(QueryKind.RESIDENTIAL, row["住居表示"])
        elif owner:
            yield Query(QueryKind.OWNER, owner[: dice.choice((2, 3, len(owner)))])


def _load(section: Section, folder: Path, entries: int) -> list[dict[str, str]]:
    """A sample of ``entries`` rows imported by the command; a part of it to ask for."""
    from admin.ledger.sample import write_sample

    path = folder / "large.csv"
    write_sample(path, entries, SEED)
    begun = time.monotonic()
    made = section.command("import-ledger", str(path), timeout_s=3600, progress=True)
    if made.returncode:
        raise RuntimeError(f"import failed: {made.stdout}")
    sys.stderr.write(f"{entries:,} entries imported in {time.monotonic() - begun:.0f} s\n")
    with path.open(encoding="utf-8-sig", newline="") as table:
        return [row for n, row in enumerate(csv.DictReader(table)) if n % 97 == 0]


def opened(section: Section) -> tuple[HttpSectionServer, str]:
    """A client whose terminal staff have opened, and an application."""
    facts = section.facts
    key = TerminalKey.load(facts["terminal"], Path(facts["terminal_key"]))
    server = HttpSectionServer(section.url, key, build_id())
    server.recover(ClearState.CLEAR, power_cycled=False)
    opened = server.open_terminal(
        facts["terminal_staff_id"], facts["terminal_pin"], power_cycled=False
    )
    if not isinstance(opened, StaffOpened):
        raise RuntimeError(f"the terminal was not opened: {opened.code}")
    application = server.apply(WHO, "00000000-0000-4000-8000-000000000001")
    if not isinstance(application, Application):
        raise RuntimeError(f"no application: {application.code}")
    return server, application.application_id


def _ask(section: Section, rows: list[dict[str, str]]) -> list[float]:
    server, application_id = opened(section)
    times = []
    for number, query in zip(range(QUESTIONS + WARM_UP), _questions(rows), strict=False):
        begun = time.perf_counter()
        answer = server.search(application_id, query)
        took = (time.perf_counter() - begun) * 1000
        if isinstance(answer, SearchUnavailable):
            raise RuntimeError(f"search failed: {answer.code}")
        if number >= WARM_UP:
            times.append(took)
    return times


def measure(folder: Path, chosen: argparse.Namespace) -> list[Figure]:
    """Milliseconds a question, signature and log row included."""
    entries = chosen.entries or ENTRIES
    section = Section(folder / "data")
    with section:
        section.stop()
        rows = _load(section, folder, entries)
        section.start()
        times = _ask(section, rows)
    what = f"search over HTTP at {entries:,} entries"
    return [Figure(what, "ms", tuple(times), 0.99, 50)]
