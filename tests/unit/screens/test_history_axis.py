"""The axis of years: where things stand on it, and what is said beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from kiosk.domain.ledger import RecordedDate
from kiosk.domain.near import Happening, HappeningKind, SiteHistory
from kiosk.domain.query import MAX_HITS
from kiosk.screens.present.near import MOST_TICKS, Axis, HistoryView, axis_of, history, spread
from kiosk.session.state import Phase
from tests.factories.sessions import ENTRY, HISTORY, at, past, visit

K = HappeningKind


def view(found: SiteHistory) -> HistoryView:
    body = history(at(Phase.HISTORY, visit(entry=ENTRY, history=found))).body
    assert isinstance(body, HistoryView)
    return body


def test_years_stand_where_they_belong() -> None:
    axis = Axis(1950, 2050)
    assert axis.at(1950) == 0
    assert axis.at(2050) == 1
    assert axis.day(date(2000, 1, 1)) == pytest.approx(0.5)
    assert axis.day(date(2000, 7, 1)) == pytest.approx(0.505, abs=1e-4)
    assert (axis.at(1900), axis.at(2100)) == (0, 1)


@pytest.mark.parametrize("span", [2, 7, 8, 9, 20, 41, 75, 150, 400])
def test_figures_are_few_and_evenly_apart(span: int) -> None:
    ticks = Axis(2026 - span, 2026).ticks()
    assert 1 <= len(ticks) <= MOST_TICKS + 1
    years = [int(tick.western) for tick in ticks]
    assert len({b - a for a, b in pairwise(years)}) <= 1


def test_a_date_that_never_was_is_drawn_all_the_same() -> None:
    """An odd year that a book may hold: the axis ends somewhere, and nothing is raised."""
    for day in (date(1, 1, 1), date(1650, 5, 1), date(9999, 12, 31)):
        kept = RecordedDate("見本", day, day)
        what = Happening(K.CONFIRMATION, "見本", kept)
        axis = axis_of((replace(HISTORY.entries[0], happenings=(what,)),))
        assert axis is not None
        assert axis.ticks()
        assert 0 <= axis.day(day) <= 1
        axis.bands()


def test_eras_cover_the_axis_without_a_gap() -> None:
    bands = Axis(1950, 2030).bands()
    assert [band.name for band in bands] == ["昭和", "平成", "令和"]
    assert (bands[0].first, bands[-1].last) == (0, 1)
    for one, after in pairwise(bands):
        assert one.last == after.first
    ticks = {tick.western: tick.wareki for tick in Axis(1985, 2030).ticks()}
    assert ticks["1990"] == "平成2"
    assert ticks["2020"] == "令和2"


def test_the_newest_is_last_on_the_axis_and_partial_dates_are_stretches() -> None:
    body = view(HISTORY)
    places = [mark.first for mark in body.marks if mark.first is not None]
    assert places == sorted(places, reverse=True)
    partial = next(mark for mark in body.marks if "昭和49年" in mark.headline)
    assert partial.first is not None
    assert partial.last is not None
    assert partial.first < partial.last
    here = [mark.entry_id for mark in body.marks if mark.here]
    assert here == [ENTRY.entry_id]


def test_what_is_undated_is_listed_but_has_no_place() -> None:
    undated = past(9, (K.CONFIRMATION, ""))
    assert axis_of((undated,)) is None
    body = view(replace(HISTORY, entries=(*HISTORY.entries, undated)))
    assert (body.marks[-1].first, body.marks[-1].happenings) == (None, ())
    alone = view(SiteHistory(9, "中央一丁目4番1", (undated,)))
    assert (alone.ticks, alone.bands) == ((), ())
    assert "この1件だけ" in alone.words


def test_what_is_said() -> None:
    body = view(HISTORY)
    assert body.words.startswith("7件")
    assert [mark.badges for mark in body.marks][3] == ("いま見ている台帳",)
    assert "別の読み方" in "".join(body.marks[5].badges)
    assert "窓口" in "".join(body.marks[6].badges)
    assert body.marks[2].headline.startswith("【建築物】計画変更")
    assert "除却 令和4年12月1日" in body.marks[3].events
    assert view(replace(HISTORY, more=True)).words.startswith(f"{MAX_HITS}件をこえます")
    many = past(
        1,
        (K.CONFIRMATION, "平成1年1月8日"),
        *[(K.MINOR_CHANGE, f"平成{n}年5月1日") for n in range(2, 9)],
    )
    [mark] = view(SiteHistory(1, "x1", (many,))).marks
    assert mark.events.endswith("ほか4件")


def test_cards_lie_by_their_years_and_never_over_each_other() -> None:
    assert spread([500], 100, 10, 1000) == [450]
    assert spread([0, 990], 100, 10, 1000) == [0, 900]
    tops = spread([500, 505, 510, 515], 100, 10, 1000)
    assert all(b - a >= 110 for a, b in pairwise(tops))
    assert spread([990, 995, 1000], 300, 10, 1000) == [80, 390, 700]
