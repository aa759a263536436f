"""Who has been shown very many entries waits; nobody else does."""

from __future__ import annotations

from admin.services.search_guard import (
    FREE_ENTRIES,
    LOG_EVERY_S,
    REMEMBERED,
    SLOW_S,
    TERMINAL_ENTRIES,
    TERMINAL_WINDOW_S,
    SearchGuard,
)


def test_an_ordinary_visit_never_waits() -> None:
    guard = SearchGuard()
    for number in range(200):  # the same lists again and again
        guard.note("t", "a", range(FREE_ENTRIES), float(number) / 10)
        assert not guard.must_wait("t", "a", float(number) / 10)


def test_too_many_entries_slow_one_application_down() -> None:
    guard = SearchGuard()
    guard.note("t", "a", range(FREE_ENTRIES + 1), 100.0)
    assert guard.must_wait("t", "a", 100.0 + SLOW_S - 0.1)
    assert not guard.must_wait("t", "a", 100.0 + SLOW_S)
    assert not guard.must_wait("t", "b", 100.1)


def test_too_many_entries_slow_a_terminal_down_for_an_hour() -> None:
    guard = SearchGuard()
    each = FREE_ENTRIES // 2
    for number in range(TERMINAL_ENTRIES // each + 1):
        guard.note("t", f"a{number}", range(number * each, (number + 1) * each), 100.0)
    assert guard.must_wait("t", "a0", 101.0)
    assert not guard.must_wait("other", "a0", 101.0)
    guard.note("t", "a0", [], 100.0 + TERMINAL_WINDOW_S)
    assert not guard.must_wait("t", "a0", 101.0 + TERMINAL_WINDOW_S)


def test_it_is_recorded_once_a_minute_and_memory_is_bounded() -> None:
    guard = SearchGuard()
    assert guard.to_log("a", 10.0)
    assert not guard.to_log("a", 10.0 + LOG_EVERY_S - 1)
    assert guard.to_log("a", 10.0 + LOG_EVERY_S)
    for number in range(REMEMBERED + 10):
        guard.note("t", f"x{number}", [number], 0.0)
    assert len(guard._applications) == REMEMBERED
