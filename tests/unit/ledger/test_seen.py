"""What a load remembers of its rows lies on disk, and is what it was."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from datetime import date

import pytest

from admin.ledger.judging import ImportReport, Judged, judge_rows
from admin.ledger.profile import Profile, load_profile
from admin.ledger.row_check import Refused
from admin.ledger.sayings import AT_HAND, Sayings
from admin.ledger.seen import KEYS_AT_ONCE, Seen
from admin.ledger.table import Table
from kiosk.domain.ledger import STANDARD_HEADINGS


def test_an_entry_that_is_named_twice_is_told_where() -> None:
    seen = Seen()
    assert not seen.any_named()
    assert seen.name("K-1", 2, "") is None
    assert seen.name("K-2", 3, "甲") is None
    assert seen.name("K-2", 9, "乙") == (3, "甲")
    assert seen.named(["K-2", "K-3", "k-2", "K-2 "]) == {"K-2"}
    assert seen.any_named()
    seen.close()


def test_keys_that_were_touched_come_back_once_and_in_order() -> None:
    seen = Seen()
    keys = [f"{number:05d}" for number in range(KEYS_AT_ONCE * 2 + 1)]
    for _ in range(2):
        seen.touch(reversed(keys))
    parts = list(seen.touched())
    assert [key for part in parts for key in part] == keys
    assert [len(part) for part in parts] == [KEYS_AT_ONCE, KEYS_AT_ONCE, 1]
    seen.close()


def test_changes_of_the_file_are_tied_to_its_confirmations() -> None:
    def row(number: str, key: str, day: date | None, *, change: bool) -> dict[str, object]:
        return {
            "ledger_no": number, "plan_key": key, "is_plan_change": change,
            "confirmation_no": f"第{number}号", "confirmation_date": "", "confirmation_issuer": "",
            "confirmation_earliest": day, "confirmation_latest": day,
        }  # fmt: skip

    seen, old, new = Seen(), date(1990, 4, 1), date(2003, 6, 1)
    seen.plan(row("C-2", "1", date(2004, 1, 1), change=True))  # before its confirmation in the file
    seen.plan(row("A", "1", old, change=False))
    seen.plan(row("B", "1", new, change=False))
    seen.plan(row("C-1", "1", date(1991, 1, 1), change=True))
    seen.plan(row("D", "2", new, change=False))
    seen.tie()
    assert [one["number"] for one in seen.tied("A")] == ["第C-1号"]
    assert [one["number"] for one in seen.tied("B")] == ["第C-2号"]
    assert (seen.tied("C-1"), seen.tied("D")) == ([], [])
    seen.close()


def test_rows_that_are_named_are_all_there_however_many() -> None:
    rows = [Refused(line, f"だめな行 {line}", "甲") for line in range(1, AT_HAND + 500)]
    said = Sayings()
    assert not said
    said.extend(rows[:-1])
    assert list(said) == rows[:-1]
    said.append(rows[-1])  # after it was read
    assert said == rows
    assert (len(said), said[-1], said[0], said[AT_HAND + 1]) == (
        len(rows), rows[-1], rows[0], rows[AT_HAND + 1],
    )  # fmt: skip
    assert said.first(3) == rows[:3]
    with pytest.raises(IndexError):
        said[len(rows)]
    with pytest.raises(IndexError):
        Sayings()[-1]


def _peak(rows: int) -> int:
    """Bytes that Python held at most while so many rows were judged, every one refused."""
    profile = load_profile("standard")
    assert isinstance(profile, Profile)

    def lines() -> Iterator[tuple[int, list[str]]]:
        headings = [heading for heading, _ in STANDARD_HEADINGS]
        yield 1, headings
        for line in range(2, rows + 2):
            said = {"台帳番号": f"見本-{line:09d}", "区分": "船"}
            yield line, [said.get(heading, "") for heading in headings]

    report, judged = ImportReport(), Judged()
    tracemalloc.start()
    try:
        assert judge_rows(Table(lines()), profile, date(2026, 6, 15), report, judged)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        judged.close()
    assert (report.rows, len(report.refused)) == (rows, rows)
    return peak


def test_memory_does_not_grow_with_the_file() -> None:
    _peak(100)  # tables that are read once
    small, large = _peak(AT_HAND + 500), _peak(AT_HAND + 3500)
    assert large - small < 200_000  # 3,000 rows more; held in memory they would be megabytes
