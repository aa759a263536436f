"""One row when entries are shown, and what a terminal may open from then on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from admin.services import applications, operation_log
from admin.services.operation_log import Json
from kiosk.domain.events import EventCode


def note_slowed(session: Session, terminal: str, application_id: str, at: datetime) -> None:
    """Very many entries were shown to this application: it was made to wait."""
    operation_log.append(
        session, EventCode.SEARCH_SLOWED, operation_log.terminal_actor(terminal),
        at=at, subject=application_id, data={"terminal": terminal},
    )  # fmt: skip


def note_shown(
    session: Session, event: EventCode, terminal: str, application_id: str, at: datetime,
    entry_ids: list[int], data: Mapping[str, Json],
) -> None:  # fmt: skip
    """The log's row, and the entries that may be opened. Never the words of a question, which may
    be somebody's name."""
    operation_log.lock(session)  # the same request sent twice must not note an entry twice
    applications.remember_found(session, application_id, entry_ids)
    operation_log.append(
        session, event, operation_log.terminal_actor(terminal), at=at, subject=application_id,
        data=data,
    )  # fmt: skip
