"""How many sloppy questions have their entry on the first screen, by kind of sloppiness.

A question whose entry is behind one of the buttons shown counts as offered: the words were true
ambiguity and nothing was chosen silently. A wrong silent choice is a list without a button in which
the first line is in another town or has other numbers, and the right entry is nowhere.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from admin.db import migrate
from admin.db.engine import Database
from admin.ledger.importer import import_ledger
from admin.ledger.search import search
from admin.services.context import utc_now
from admin.services.operation_log import system_actor
from kiosk.domain.query import Query, QueryKind, SearchResult, SearchUnavailable
from kiosk.screens.present.search import PER_PAGE
from tests.bench.figures import Figure
from tests.bench.kinds import KINDS
from tests.bench.questions import Entry, write_book

ENTRIES, PER_KIND, SEED = 20_000, 200, 4
#: Buttons shown above a list.
BUTTONS = 6
TODAY = date(2026, 6, 15)
#: Percent of all questions that may not have their entry on the first screen.
MOST_MISSED = 2.0


def load_book(folder: Path, entries: int, seed: int) -> tuple[Database, list[Entry]]:
    """An embedded database with a new book in it."""
    path = folder / "book.csv"
    book = write_book(path, entries, seed, keep_every=max(1, entries // 20_000))
    database = Database(f"sqlite:///{folder / 'book.db'}")
    migrate.upgrade(database)
    import_ledger(database, path, "standard", now=utc_now(), actor=system_actor("bench"))
    return database, book


def ask(session: Session, query: Query) -> SearchResult:
    return search(session, query, today=TODAY, data_as_of="")


def _numbers(result: SearchResult) -> list[str]:
    if isinstance(result, SearchUnavailable):
        raise RuntimeError(f"search failed: {result.code}")
    return [hit.ledger_no for hit in getattr(result, "hits", ())]


def judge(session: Session, query: Query, wanted: str) -> str:
    """first, offered, late, missed or wrong."""
    result = ask(session, query)
    found = _numbers(result)
    if wanted in found[:PER_PAGE]:
        return "first"
    choices = () if isinstance(result, SearchUnavailable) else result.choices[:BUTTONS]
    if any(wanted in _numbers(ask(session, one.query))[:PER_PAGE] for one in choices):
        return "offered"
    if wanted in found:
        return "late"
    return "wrong" if found and not choices else "missed"


def asked(kind: str, book: list[Entry], count: int) -> Iterator[tuple[str, Entry]]:
    dice = random.Random(f"{SEED} {kind}")
    made = 0
    for _ in range(count * 200):
        one = dice.choice(book)
        words = KINDS[kind](one.premise, dice)
        if words is not None:
            made += 1
            yield words, one
        if made == count:
            return


def measure(folder: Path, _chosen: argparse.Namespace) -> list[Figure]:
    """Percent of the questions of each kind, and of all, that missed the first screen."""
    database, book = load_book(folder, ENTRIES, SEED)
    tally: dict[str, list[str]] = {}
    with database.read() as session:
        for kind in KINDS:
            tally[kind] = [
                judge(session, Query(QueryKind.ANY, words), one.ledger_no)
                for words, one in asked(kind, book, PER_KIND)
            ]
    database.dispose()
    for kind, said in tally.items():
        share = {what: said.count(what) for what in dict.fromkeys(said)}
        first = share.get("first", 0) / len(said)
        sys.stdout.write(f"     recall, {kind}: {first:.1%} of {len(said)} {share}\n")
    every = [one for said in tally.values() for one in said]
    missed = 100 * sum(one not in {"first", "offered"} for one in every) / len(every)
    not_first = 100 * sum(one != "first" for one in every) / len(every)
    wrong = float(every.count("wrong"))
    return [
        Figure("sloppy questions not on the first screen", "%", (not_first,), 1.0, MOST_MISSED),
        Figure("neither there nor behind a button", "%", (missed,), 1.0, MOST_MISSED),
        Figure("lists of something else without a button", "questions", (wrong,), 1.0, 0.0),
    ]
