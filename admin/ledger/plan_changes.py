"""Tying recorded plan changes (計画変更) to the confirmation they belong to.

A change is named on the certificate of its confirmation, so a wrong tie is a wrong certificate:
where more than one confirmation has the number, the dates must decide, and otherwise nothing does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kiosk.domain.ledger import DispositionKind


@dataclass(frozen=True, slots=True)
class Original:
    """A confirmation that changes may belong to."""

    ledger_no: str
    earliest: date | None


@dataclass(frozen=True, slots=True)
class Change:
    """A recorded plan change; ``latest`` is the last day it can have been confirmed."""

    ledger_no: str
    number: str
    date_text: str
    issuer: str
    detail: str
    latest: date | None

    def stored(self) -> dict[str, Any]:
        """As the column ``dispositions`` holds it."""
        return {
            "kind": DispositionKind.PLAN_CHANGE.value,
            "number": self.number,
            "date": self.date_text,
            "issuer": self.issuer,
            "detail": self.detail,
        }


def change_of(row: Mapping[str, Any]) -> Change:
    """A change out of the columns of ``ledger_entry``."""
    return Change(
        row["ledger_no"],
        row["confirmation_no"],
        row["confirmation_date"],
        row["confirmation_issuer"],
        "",
        row["confirmation_latest"],
    )


def _original_of(change: Change, originals: Sequence[Original]) -> Original | None:
    """The newest confirmation that is not after the change; a single one needs no date."""
    if change.latest is None or any(one.earliest is None for one in originals):
        return originals[0] if len(originals) == 1 else None
    before = [one for one in originals if one.earliest and one.earliest <= change.latest]
    before.sort(key=lambda one: one.earliest or date.min)
    if len(before) > 1 and before[-1].earliest == before[-2].earliest:
        return None
    return before[-1] if before else None


def tie(
    originals: Iterable[Original], changes: Iterable[Change]
) -> dict[str, list[dict[str, Any]]]:
    """The changes of each confirmation of one plan key, oldest first, by its 台帳番号."""
    confirmations = list(originals)
    tied: dict[str, list[Change]] = {}
    for change in changes:
        original = _original_of(change, confirmations)
        if original is not None:
            tied.setdefault(original.ledger_no, []).append(change)
    return {
        ledger_no: [
            one.stored()
            for one in sorted(found, key=lambda c: (c.latest or date.max, c.number, c.ledger_no))
        ]
        for ledger_no, found in tied.items()
    }
