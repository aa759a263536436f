"""Harvesting over HTTP: slowed, recorded once, and the terminal says a sentence."""

from __future__ import annotations

from sqlalchemy import select

from admin.db.log_tables import OperationLog
from kiosk.domain.ports import Application
from kiosk.domain.query import Found, Query, QueryKind, SearchUnavailable
from tests.fixtures.http_section import Http
from tests.fixtures.section import sample_applicant


def test_harvesting_is_slowed_and_recorded(http: Http) -> None:
    http.app.state.server.settings.search_free_entries = 0
    client = http.opened()
    made = client.apply(sample_applicant(), "00000000-0000-4000-8000-000000000001")
    assert isinstance(made, Application)
    query = Query(QueryKind.LOT, "中央")
    assert isinstance(client.search(made.application_id, query), Found)
    for _ in range(3):
        assert client.search(made.application_id, query) == SearchUnavailable("too_fast")
    with http.world.database.read() as session:
        rows = session.scalars(
            select(OperationLog.subject).where(OperationLog.event == "search.slowed")
        ).all()
    assert rows == [made.application_id]
