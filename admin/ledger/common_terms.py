"""Terms that very many entries share, on PostgreSQL: each with its order keys, newest first.

GIN gives the rows of a term in no order, and all of them. A town alone, a year, or one character
of a name has tens of thousands, of which the newest thousand are wanted: ``ledger_common_term``
(term, order_key) keeps just these kinds in the order asked for. SQLite needs no such table: FTS5
keeps every term's rows in their order.
"""

from __future__ import annotations

import re

from sqlalchemy import text
from sqlalchemy.orm import Session

#: A town, with its 丁目 or without; one character of an owner's name; a year. In the part of
#: regular expressions that Python and PostgreSQL share.
PATTERN = "^(?:[lr][^/]*(?:/[^/]*)?|[oe].|y.*)$"
_COMMON = re.compile(PATTERN)

#: For each term its newest, then the newest of these. Values: terms, key below which, limit, limit.
NEWEST_OF = (
    "SELECT DISTINCT one.order_key FROM unnest(%s::text[]) AS asked (term) CROSS JOIN LATERAL "
    "(SELECT order_key FROM ledger_common_term AS of_it WHERE of_it.term = asked.term "
    "AND of_it.order_key < %s ORDER BY of_it.order_key DESC LIMIT %s) AS one "
    "ORDER BY one.order_key DESC LIMIT %s"
)
_TAKE = (
    "INSERT INTO ledger_common_term (term, order_key) "  # noqa: S608 - a constant
    "SELECT DISTINCT one.term, s.order_key "
    "FROM ledger_search AS s CROSS JOIN LATERAL unnest(s.terms) AS one (term) "
    f"WHERE one.term ~ '{PATTERN}'"
)
_ADD = text(f"{_TAKE} AND s.order_key = ANY(:keys)")
_ALL = text(f"{_TAKE} ORDER BY 1, 2")  # in the order of its index, which is then built at its end
_DROP = text(
    "DELETE FROM ledger_common_term AS c USING ledger_search AS s "
    "WHERE s.entry_id = ANY(:ids) AND c.term = ANY(s.terms) AND c.order_key = s.order_key"
)
#: For the sort of all of them; until the transaction ends.
SORT_MEMORY = "256MB"


def is_common(term: str) -> bool:
    """Whether the table keeps terms of this kind."""
    return _COMMON.match(term) is not None


def is_year(term: str) -> bool:
    """Whether it is a year, whose entries stand beside each other in the order of the hits."""
    return term.startswith("y")


def add(session: Session, keys: list[int]) -> None:
    """Put down what the search rows with these order keys bear."""
    session.execute(_ADD, {"keys": keys})


def drop(session: Session, entry_ids: list[int]) -> None:
    """Forget what the search rows of these entries bear; the rows themselves are still there."""
    session.execute(_DROP, {"ids": entry_ids})


def rebuild(session: Session) -> None:
    """Put down what every search row bears."""
    session.execute(text(f"SET LOCAL work_mem = '{SORT_MEMORY}'"))
    session.execute(text("TRUNCATE ledger_common_term"))
    session.execute(_ALL)
