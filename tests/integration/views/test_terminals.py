"""Terminals on the pages: state, self-tests, the stop order and its end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from admin.services import terminals
from admin.services.accounts import Role
from admin.services.awaiting import SILENT, terminal_faults
from tests.fixtures.browser import Browser
from tests.integration.views.busy import EMPTY, READY, heard, self_tested
from tests.integration.views.conftest import Office
from tests.integration.views.test_print_log import rows


def test_no_terminal_yet(chief: Browser) -> None:
    chief.get("/terminals")
    assert "端末が登録されていません" in chief.words


def test_state_printer_and_self_test_are_shown(office: Office, chief: Browser) -> None:
    world = office.world
    world.terminal()
    self_tested(world, "terminal-1", bad="paper")
    heard(world, "terminal-1", "out_of_order", EMPTY)
    chief.get("/terminals")
    for words in ("見本の端末", "故障のため休止", "止まっています (用紙切れ)",
                  "プリンターに異常があります", "最後の自己診断が不合格でした"):  # fmt: skip
        assert words in chief.words
    chief.get("/terminals/terminal-1")
    for words in ("不合格", "用紙 不合格 media_empty", "プリンター 合格", "a1b2c3d4e5f60718",
                  "opener (令和8年6月15日(月) 10時00分)", "端末を開始"):  # fmt: skip
        assert words in chief.words


def test_faults_of_a_terminal(office: Office) -> None:
    world = office.world
    now = world.clock.now()
    world.terminal()
    assert terminal_faults(world.terminal_row(), None, now) == ["never_seen"]
    heard(world, "terminal-1", "attract", READY)
    assert terminal_faults(world.terminal_row(), None, now) == []
    assert terminal_faults(world.terminal_row(), None, now + SILENT) == []
    late = now + SILENT + timedelta(seconds=1)
    assert terminal_faults(world.terminal_row(), None, late) == ["silent"]
    with world.database.write() as session:
        terminals.close_terminal(session, "terminal-1")
    world.stop()
    assert terminal_faults(world.terminal_row(), None, now) == ["stopped", "not_open"]


def test_anyone_stops_and_a_manager_reopens(office: Office) -> None:
    world = office.world
    world.terminal()
    counter = office.signed_in(Role.USER, "counter")
    counter.get("/terminals/terminal-1")
    counter.send("/terminals/terminal-1/stop", reason="紙づまりが続く\nため")
    assert "停止の指示を出しました" in counter.words
    assert "紙づまりが続く ため" in counter.words
    assert "停止の解除は、統括管理者か運用管理者ができます" in counter.words
    assert world.terminal_row().stopped_by == "counter"
    manager = office.signed_in(Role.OPERATIONS_MANAGER, "manager")
    manager.get("/terminals/terminal-1")
    manager.send("/terminals/terminal-1/reopen", reason="紙を入れ直し、試し刷りで確認")
    assert "停止の指示を取り消しました" in manager.words
    assert world.terminal_row().stopped_at is None
    assert rows(world, "terminal.stopped")[0]["reason_text"] == "紙づまりが続く ため"
    assert rows(world, "terminal.reopened")[0]["reason_text"] == "紙を入れ直し、試し刷りで確認"
    assert world.chain().fault is None


@pytest.mark.parametrize("reason", ["", "あ", " 　 ", "あ" * 201])
def test_a_stop_without_a_reason_is_none(office: Office, chief: Browser, reason: str) -> None:
    office.world.terminal()
    chief.get("/terminals/terminal-1")
    chief.send("/terminals/terminal-1/stop", reason=reason)
    assert chief.page.status_code == 422
    assert "理由を 2〜200 文字で" in chief.words
    assert office.world.terminal_row().stopped_at is None


def test_a_second_stop_is_told(office: Office, chief: Browser) -> None:
    office.world.terminal()
    chief.get("/terminals/terminal-1")
    form = chief.form("/terminals/terminal-1/stop")
    office.world.stop()
    chief.post(form.action, **{**form.fields, "reason": "重ねての停止"})
    assert "すでにその状態です" in chief.words
    assert len(rows(office.world, "terminal.stopped")) == 1


def test_a_phase_and_a_printer_word_of_another_build_are_shown_as_they_are(
    office: Office, chief: Browser
) -> None:
    world = office.world
    world.terminal()
    heard(world, "terminal-1", "dancing", READY)
    with world.database.write() as session:
        row = session.merge(world.terminal_row())
        row.last_status = {"state": "melted", "reasons": ["on-fire"]}
    chief.get("/terminals/terminal-1")
    assert "dancing" in chief.words
    assert "melted (on-fire)" in chief.words
