"""What the waiting screen says of the ledger's day."""

from __future__ import annotations

from dataclasses import replace

import pytest

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
