"""The search in a very large ledger: in the process, cold, over HTTP, eight terminals at once, on
PostgreSQL beside SQLite.

A million entries unless ``--entries`` says otherwise; 10,000 and 100,000 are measured beside it,
and the three are drawn into out/bench/latency.svg. Every shape of question is told apart in
out/bench/shapes.json. ``--keep FOLDER`` keeps the ledgers for the next time: making them takes
most of the time.

Times are wall times. Where other programs take the processor, the same in processor time of this
process stands beside them: that is what the search itself costs.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import threading
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from admin.db.engine import Database
from admin.ledger.store import rebuild_index
from kiosk.domain.query import Query, QueryKind, SearchUnavailable
from tests.bench import near
from tests.bench.figures import Figure, percentile
from tests.bench.large import SEED, Large, copy_to_postgres, large_ledger
from tests.bench.plot import plot
from tests.bench.questions import Entry, questions
from tests.bench.recall import ask
from tests.bench.search import Section, opened
from tests.fixtures import postgres

ENTRIES = 1_000_000
SMALLER = (10_000, 100_000)
QUESTIONS, TYPED = 6000, 150
#: Half of the questions are of shapes that very many entries answer, or none.
BROAD_SHARE = 0.5
TERMINALS, KEYSTROKE_S, KEYSTROKES = 8, 0.3, 60
COLD = 40
POSTGRES_TIMES = 3.0


def keystrokes(book: list[Entry], count: int) -> Iterator[Query]:
    """Every beginning of addresses and names, as they are typed."""
    dice = random.Random(SEED)
    for _ in range(count):
        one = dice.choice(book)
        text = dice.choice((one.row["lot"] or one.row["residential_address"], one.owner))
        yield from (Query(QueryKind.ANY, text[:end]) for end in range(1, len(text) + 1))


def _in_process(
    database: Database, queries: list[Query]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Milliseconds of the clock and of the processor."""
    times, worked = [], []
    with database.read() as session:
        for query in queries:
            begun, used = time.perf_counter(), time.process_time()
            ask(session, query)
            times.append((time.perf_counter() - begun) * 1000)
            worked.append((time.process_time() - used) * 1000)
    return tuple(times), tuple(worked)


def _cold(database: Database, path: Path, queries: list[Query]) -> tuple[float, ...]:
    """A new connection each, and the file dropped from the cache where the system lets us."""
    times: list[float] = []
    for query in queries[:COLD]:
        database.dispose()
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        times += _in_process(database, [query])[0]
    return tuple(times)


def _build(database: Database) -> float:
    begun = time.perf_counter()
    with database.write() as session:
        rebuild_index(session)
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


def _shapes(database: Database, book: list[Entry], out: Path) -> list[tuple[float, ...]]:
    """Every shape of question: times of the clock and of the processor; ``out`` gets each shape."""
    asked = list(islice(questions(book, SEED, BROAD_SHARE), QUESTIONS))
    times, worked = _in_process(database, [query for _, query, _ in asked])
    by_shape: dict[str, list[float]] = {}
    for (name, _, _), took in zip(asked, times, strict=True):
        by_shape.setdefault(name, []).append(took)
    rows = [
        {"shape": name, "n": len(took), "p50": percentile(took, 0.5), "p99": percentile(took, 0.99),
         "max": max(took)}
        for name, took in by_shape.items()
    ]  # fmt: skip
    rows.sort(key=lambda row: -float(str(row["max"])))
    (out / "shapes.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1), "utf-8")
    for row in rows:
        sys.stdout.write(
            "     {shape}: p50 {p50:.1f} p99 {p99:.1f} max {max:.1f} ms\n".format(**row)
        )
    return [times, worked]


def _postgres(
    large: Large, typed: list[Query], shapes: list[Query], sqlite: tuple[float, float], at: str
) -> list[Figure]:
    """The same ledger and questions on PostgreSQL, as multiples of what SQLite took."""
    reason = postgres.missing_reason()
    if reason:
        raise RuntimeError(reason)
    with postgres.running_server() as server:
        _step("the same on PostgreSQL: copied, its index built")
        database, built = copy_to_postgres(large.path, server, "large")
        _step("the same on PostgreSQL: asked")
        _in_process(database, typed)  # warms
        keys, _ = _in_process(database, typed)
        every, _ = _in_process(database, shapes)
        database.dispose()
    times = percentile(keys, 0.99) / sqlite[0], percentile(every, 0.999) / sqlite[1]
    return [
        Figure(f"keystroke on PostgreSQL {at}", "ms", keys, 0.99, 30),
        Figure(f"every shape on PostgreSQL {at}", "ms", every, 0.999, 750),
        Figure("keystroke p99, PostgreSQL to SQLite", "times", times[:1], 1.0, POSTGRES_TIMES),
        Figure("every shape p99.9, PostgreSQL to SQLite", "times", times[1:], 1.0, POSTGRES_TIMES),
        Figure(f"index built on PostgreSQL {at}", "s", (built,), 1.0, 150),
    ]


def _step(what: str) -> None:
    """What is being measured, for whoever waits: the whole takes an hour."""
    sys.stderr.write(f"  {time.strftime('%H:%M:%S')} {what}\n")
    sys.stderr.flush()


def _largest(large: Large, database: Database, typed: list[Query], out: Path) -> list[Figure]:
    at = f"at {len_said(large)} entries (load {os.getloadavg()[0]:.1f})"
    _step("keystrokes in the process, history, neighbours")
    warm, warm_worked = _in_process(database, typed)
    past, beside = near.near(database, large.book)
    _step(f"{QUESTIONS:,} questions of every shape")
    every, every_worked = _shapes(database, large.book, out)
    shapes = [query for _, query, _ in islice(questions(large.book, SEED, BROAD_SHARE), QUESTIONS)]
    sqlite = percentile(warm, 0.99), percentile(every, 0.999)
    _step("cold keystrokes, and the index built anew")
    figures = [
        Figure(f"history of a site {at}", "ms", past, 0.99, 50),
        Figure(f"lots beside it {at}", "ms", beside, 0.99, 100),
        Figure(f"keystroke in the process {at}", "ms", warm, 0.99, 10),
        Figure("keystroke in the process, processor", "ms", warm_worked, 0.99, 10),
        Figure(f"every shape {at}", "ms", every, 0.999, 250),
        Figure("every shape, processor", "ms", every_worked, 0.999, 250),
        Figure(f"cold keystroke {at}", "ms", _cold(database, large.path, typed[::37]), 0.99, 50),
        Figure(f"index built {at}", "s", (_build(database),), 1.0, 60),
    ]
    database.dispose()
    _step("over HTTP, and eight terminals at once")
    large.section.start()
    try:
        typed_on = _over_http(large.section, typed[:400])[50:]
        eight = _eight(large.section, typed)
    finally:
        large.section.stop()
    figures += [
        Figure(f"keystroke over HTTP {at}", "ms", typed_on, 0.99, 30),
        Figure(f"eight terminals typing {at}", "ms", eight, 0.99, 100),
    ]
    return figures + _postgres(large, typed, shapes, sqlite, at)


def len_said(large: Large) -> str:
    """How many entries the section has, as its folder says."""
    return f"{int(large.section.data.parent.name):,}"


def measure(folder: Path, chosen: argparse.Namespace) -> list[Figure]:
    """Figures of the largest size; the load average stands beside them."""
    points: dict[int, tuple[float, float]] = {}
    figures: list[Figure] = []
    largest = chosen.entries or ENTRIES
    kept = chosen.keep or folder
    for entries in sorted({*(one for one in SMALLER if one < largest), largest}):
        _step(f"a ledger of {entries:,} entries")
        large = large_ledger(kept / str(entries), entries)
        database = Database(f"sqlite:///{large.path}")
        typed = list(keystrokes(large.book, TYPED))
        _in_process(database, typed)  # warms
        times, _ = _in_process(database, typed)
        points[entries] = (percentile(times, 0.5), percentile(times, 0.99))
        if entries == largest:
            figures = _largest(large, database, typed, chosen.out)
        database.dispose()
    plot(chosen.out / "latency.svg", points)
    (chosen.out / "latency.json").write_text(
        json.dumps({size: {"p50": one[0], "p99": one[1]} for size, one in points.items()}), "utf-8"
    )
    return figures
