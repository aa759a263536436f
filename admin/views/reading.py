"""Reading for a page: rows keep their values after the snapshot has ended."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from sqlalchemy.orm import Session

from admin.services.context import Services


@contextlib.contextmanager
def reading(services: Services) -> Iterator[Session]:
    """One snapshot; what was read is taken out of it before its rollback would forget it."""
    with services.database.read() as session:
        yield session
        session.expunge_all()
