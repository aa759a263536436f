"""The search in a very large ledger: in the process, cold, over HTTP, eight terminals at once.

``--entries 1000000`` is the size that is promised; 10,000 and 100,000 are measured beside it, and
the three are drawn into out/bench/latency.svg.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import threading
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from sqlalchemy import select

from admin.db.engine import Database
from admin.db.ledger_tables import LedgerEntryRow
from admin.ledger.history import history
from admin.ledger.neighbours import neighbours
from admin.ledger.store import rebuild_fts
from kiosk.domain.query import Query, QueryKind, SearchUnavailable
from tests.bench.figures import Figure, percentile
from tests.bench.questions import Entry, questions, write_book
from tests.bench.recall import TODAY, ask
from tests.bench.search import Section, opened

SMALLER = (10_000, 100_000)
SEED = 9
QUESTIONS, TYPED = 3000, 150
TERMINALS, KEYSTROKE_S, KEYSTROKES = 8, 0.3, 60
COLD = 40
NEAR, NEAR_WARM = 450, 50


def keystrokes(book: list[Entry], count: int) -> Iterator[Query]:
    """Every beginning of addresses and names, as they are typed."""
    dice = random.Random(SEED)
    for _ in range(count):
        one = dice.choice(book)
        text = dice.choice((one.row["lot"] or one.row["residential_address"], one.owner))
        yield from (Query(QueryKind.ANY, text[:end]) for end in range(1, len(text) + 1))


def _in_process(database: Database, queries: list[Query]) -> tuple[float, ...]:
    times = []
    with database.read() as session:
        for query in queries:
            begun = time.perf_counter()
            ask(session, query)
            times.append((time.perf_counter() - begun) * 1000)
    return tuple(times)


def _cold(database: Database, path: Path, queries: list[Query]) -> tuple[float, ...]:
    """A new connection each, and the file dropped from the cache where the system lets us."""
    times: list[float] = []
    for query in queries[:COLD]:
        database.dispose()
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        times += _in_process(database, [query])
    return tuple(times)


def _near(database: Database, book: list[Entry]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Histories and neighbours of entries here and there, in milliseconds."""
    dice = random.Random(SEED)
    past, beside = [], []
    with database.read() as session:
        c = LedgerEntryRow
        wanted = [dice.choice(book).ledger_no for _ in range(NEAR)]
        known = [session.scalar(select(c.id).where(c.ledger_no == one)) or 0 for one in wanted]
        for number in known:
            begun = time.perf_counter()
            found = history(session, number, data_as_of="")
            past.append((time.perf_counter() - begun) * 1000)
            begun = time.perf_counter()
            lots = neighbours(session, number, today=TODAY, data_as_of="")
            beside.append((time.perf_counter() - begun) * 1000)
            if isinstance(found, SearchUnavailable) or isinstance(lots, SearchUnavailable):
                raise RuntimeError("an entry has no history or no neighbours")
    return tuple(past[NEAR_WARM:]), tuple(beside[NEAR_WARM:])


def _build(database: Database) -> float:
    begun = time.perf_counter()
    with database.write() as session:
        rebuild_fts(session)
    return time.perf_counter() - begun


def _over_http(section: Section, queries: list[Query], pause_s: float = 0.0) -> tuple[float, ...]:
    server, application = opened(section)
    times = []
    for query in queries:
        begun = time.perf_counter()
        answer = server.search(application, query)
        took = time.perf_counter() - begun
        if isinstance(answer, SearchUnavailable):
            raise RuntimeError(f"search failed: {answer.code}")
        times.append(took * 1000)
        time.sleep(max(0.0, pause_s - took))
    return tuple(times)


def _eight(section: Section, queries: list[Query]) -> tuple[float, ...]:
    """Eight hands on the keys at once; they share one terminal's key, which changes nothing."""
    server, application = opened(section)
    times: list[float] = []
    failed: list[str] = []

    def type_on(hand: int) -> None:
        time.sleep(hand * KEYSTROKE_S / TERMINALS)  # nobody types in step
        for query in queries[hand::TERMINALS][:KEYSTROKES]:
            begun = time.perf_counter()
            answer = server.search(application, query)
            took = time.perf_counter() - begun
            times.append(took * 1000)
            if isinstance(answer, SearchUnavailable):
                failed.append(answer.code)
            time.sleep(max(0.0, KEYSTROKE_S - took))

    hands = [threading.Thread(target=type_on, args=(hand,)) for hand in range(TERMINALS)]
    for one in hands:
        one.start()
    for one in hands:
        one.join()
    if failed:
        raise RuntimeError(f"search failed: {failed[0]}")
    return tuple(times)


def plot(path: Path, points: dict[int, tuple[float, float]]) -> None:
    """Median and p99 in ms against the ledger's size, both axes logarithmic by hand."""
    from math import log10

    def place(size: int, ms: float) -> tuple[float, float]:
        return 80 + 150 * (log10(size) - 3.7), 260 - 80 * (log10(max(ms, 0.1)) + 0.5)

    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" width="560" height="320" '
        'font-family="sans-serif" font-size="13"><rect width="560" height="320" fill="#fff"/>'
    ]
    for ms in (1, 10, 50):
        _, y = place(10_000, ms)
        parts.append(f'<path d="M80 {y:.0f}H520" stroke="#ccc"/>'
                     f'<text x="20" y="{y + 4:.0f}">{ms} ms</text>')  # fmt: skip
    for which, (name, colour) in enumerate((("p50", "#0a58ca"), ("p99", "#b02a37"))):
        at = [place(size, values[which]) for size, values in sorted(points.items())]
        line = " ".join(f"{x:.0f},{y:.0f}" for x, y in at)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for (x, y), size in zip(at, sorted(points), strict=True):
            said = f"{points[size][which]:.1f}"
            parts.append(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="4" fill="{colour}"/>'
                         f'<text x="{x + 6:.0f}" y="{y - 6:.0f}">{name} {said}</text>')  # fmt: skip
    for size in sorted(points):
        parts.append(f'<text x="{place(size, 1)[0] - 20:.0f}" y="300">{size:,}</text>')
    path.write_text("\n".join([*parts, "</svg>"]), encoding="utf-8")


def _size(folder: Path, entries: int) -> tuple[Section, list[Entry]]:
    """A stopped section whose ledger has ``entries`` more entries."""
    folder.mkdir()
    section = Section(folder / "data")
    section.__enter__()
    section.stop()
    book = write_book(folder / "book.csv", entries, SEED, keep_every=max(1, entries // 20_000))
    begun = time.monotonic()
    made = section.command("import-ledger", str(folder / "book.csv"), timeout_s=7200)
    if made.returncode:
        raise RuntimeError(f"import failed: {made.stdout}{made.stderr}")
    sys.stderr.write(f"{entries:,} entries imported in {time.monotonic() - begun:.0f} s\n")
    return section, book


def measure(folder: Path, chosen: argparse.Namespace) -> list[Figure]:
    """Figures of the largest size; the load average stands beside them."""
    points: dict[int, tuple[float, float]] = {}
    figures: list[Figure] = []
    for entries in sorted({*(one for one in SMALLER if one < chosen.entries), chosen.entries}):
        section, book = _size(folder / str(entries), entries)
        path = section.data / "daicho.db"
        database = Database(f"sqlite:///{path}")
        typed = list(keystrokes(book, TYPED))
        _in_process(database, typed)  # warms
        times = _in_process(database, typed)
        points[entries] = (percentile(times, 0.5), percentile(times, 0.99))
        if entries == chosen.entries:
            shapes = [query for _, query, _ in islice(questions(book, SEED, 0.4), QUESTIONS)]
            at = f"at {entries:,} entries (load {os.getloadavg()[0]:.1f})"
            past, beside = _near(database, book)
            figures += [
                Figure(f"history of a site {at}", "ms", past, 0.99, 50),
                Figure(f"lots beside it {at}", "ms", beside, 0.99, 100),
                Figure(f"keystroke in the process {at}", "ms", times, 0.99, 10),
                Figure(f"every shape {at}", "ms", _in_process(database, shapes), 0.999, 250),
                Figure(f"cold keystroke {at}", "ms", _cold(database, path, typed[::37]), 0.99, 50),
                Figure(f"index built {at}", "s", (_build(database),), 1.0, 60),
            ]
        database.dispose()
        if entries == chosen.entries:
            section.start()
            figures += [
                Figure(f"keystroke over HTTP {at}", "ms", _over_http(section, typed[:400])[50:],
                       0.99, 30),
                Figure(f"eight terminals typing {at}", "ms", _eight(section, typed), 0.99, 100),
            ]  # fmt: skip
            section.stop()
    plot(chosen.out / "latency.svg", points)
    return figures
