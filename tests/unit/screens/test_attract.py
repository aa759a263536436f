"""What the waiting screen, and the answer to a search, say of the ledger's day."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.domain.query import Found, NoHits
from kiosk.screens.present.search import results
from kiosk.screens.present.terminal import attract
from kiosk.session.state import Phase
from tests.factories import sessions


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-10-31", "台帳のデータ 令和8年10月31日 現在"),
        ("2019-05-01", "台帳のデータ 令和元年5月1日 現在"),
        ("平成末", "台帳のデータ 平成末 現在"),
        ("", ""),
    ],
)
def test_the_ledgers_day_is_said_as_the_ward_writes_it(day: str, said: str) -> None:
    session = sessions.at(Phase.ATTRACT)
    frame = attract(replace(session, facts=replace(session.facts, data_as_of=day)))
    assert getattr(frame.body, "facts") == said  # noqa: B009 - the body is a union of views


@pytest.mark.parametrize("answer", [Found((), ()), NoHits(())])
@pytest.mark.parametrize(
    ("day", "said"), [("2026-10-31", "台帳のデータ 令和8年10月31日 現在"), ("", "")]
)
def test_hits_and_no_hits_say_of_which_day(answer: Found | NoHits, day: str, said: str) -> None:
    session = sessions.at(Phase.RESULTS, sessions.visit(result=answer))
    frame = results(replace(session, facts=replace(session.facts, data_as_of=day)))
    assert getattr(frame.body, "as_of") == said  # noqa: B009 - the body is a union of views
