"""The history of a site and the lots beside it, in a very large ledger."""

from __future__ import annotations

import random
import time

from sqlalchemy import select

from admin.db.engine import Database
from admin.db.ledger_tables import LedgerEntryRow
from admin.ledger.history import history
from admin.ledger.neighbours import neighbours
from kiosk.domain.query import SearchUnavailable
from tests.bench.large import SEED
from tests.bench.questions import Entry
from tests.bench.recall import TODAY

NEAR, NEAR_WARM = 450, 50


def near(database: Database, book: list[Entry]) -> tuple[tuple[float, ...], tuple[float, ...]]:
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
