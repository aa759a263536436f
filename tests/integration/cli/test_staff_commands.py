"""Staff IDs and stop orders from the command line: done, recorded, or refused with a sentence."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher

from admin.__main__ import main
from admin.services import accounts
from admin.services.accounts import Role
from tests.fixtures.section import World, world

__all__ = ["world"]

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )


def run(world: World, *words: str) -> int:
    return main([*words, "--database", world.database.url])


def test_a_person_is_created_and_the_password_said_once(world: World, capsys: Capture) -> None:
    words = ("--name", "見本 課長", "--role", "general_manager", "--from", "R8.4.1")
    assert run(world, "create-staff", "chief", *words, "--to", "令和20年3月31日") == 0
    said = capsys.readouterr()
    assert accounts.password_fault(said.out.strip()) is None
    assert "本人に直接渡してください" in said.err
    assert said.out.strip() not in said.err
    assert world.events("chief") == ["account.created"]
    assert run(world, "list-staff", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert (listed["staff_id"], listed["role"]) == ("chief", "general_manager")
    assert listed["valid_to"] == "2038-03-31T15:00:00.000000Z"
    assert "hash" not in str(listed)
    assert run(world, "list-staff") == 0
    assert "統括管理者" in capsys.readouterr().out
    assert world.chain().fault is None


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("create-staff", "chief", "--name", "見本", "--to", "R20.3.31"), "使い回せません"),
        (("create-staff", "x", "--name", "見本", "--to", "いつか"), "日付を読み取れません"),
        (("create-staff", "職員", "--name", "見本", "--to", "R20.3.31"), "半角の英数字"),
        (("reset-password", "nobody"), "登録がないか"),
        (("disable-staff", "nobody"), "登録がないか"),
        (("disable-staff", "chief"), "最後の統括管理者"),
        (("stop-terminal", "t-9", "--by", "chief", "--reason", "点検"), "登録されていません"),
        (("stop-terminal", "terminal-1", "--by", "x", "--reason", "点検"), "権限の期間では"),
        (("stop-terminal", "terminal-1", "--by", "chief", "--reason", "あ"), "理由を 2〜200"),
        (("reopen-terminal", "terminal-1", "--by", "chief", "--reason", "点検"), "すでにその状態"),
    ],
)
def test_refusals_are_sentences_and_change_nothing(
    world: World, capsys: Capture, words: tuple[str, ...], sentence: str
) -> None:
    in_force(world, "chief", Role.GENERAL_MANAGER)
    world.terminal()
    before = world.events()
    assert run(world, *words) == 1
    said = capsys.readouterr()
    assert sentence in said.err
    assert "Traceback" not in said.err
    assert said.out == ""
    assert world.events() == before


def in_force(world: World, staff_id: str, role: Role) -> None:
    """The commands look at the real clock, so the account holds by it too."""
    world.clock.set(datetime.now(UTC) - timedelta(minutes=1))
    world.staff(staff_id, role)


def test_reset_and_disable(world: World, capsys: Capture) -> None:
    in_force(world, "chief", Role.GENERAL_MANAGER)
    world.staff("hanako", Role.USER)
    assert run(world, "reset-password", "hanako") == 0
    assert accounts.password_fault(capsys.readouterr().out.strip()) is None
    assert run(world, "disable-staff", "hanako") == 0
    assert world.events("hanako") == [
        "account.created", "staff.password_reset", "account.changed",
    ]  # fmt: skip


@pytest.mark.parametrize(("pin", "code"), [("271828\n", 0), ("123456\n", 1), ("", 1)])
def test_a_pin_comes_from_standard_input(
    world: World, monkeypatch: pytest.MonkeyPatch, pin: str, code: int
) -> None:
    in_force(world, "hanako", Role.USER)
    monkeypatch.setattr("sys.stdin", io.StringIO(pin))
    assert run(world, "set-pin", "hanako") == code
    assert world.events("hanako").count("account.changed") == (code == 0)


def test_stop_and_reopen_in_somebodys_name(world: World, capsys: Capture) -> None:
    in_force(world, "counter", Role.USER)
    world.staff("chief", Role.GENERAL_MANAGER)
    world.terminal()
    stop = ("stop-terminal", "terminal-1", "--reason", "紙づまりのため", "--by")
    assert run(world, *stop, "counter") == 0
    assert world.terminal_row().stopped_by == "counter"
    reopen = ("reopen-terminal", "terminal-1", "--reason", "直したため", "--by")
    assert run(world, *reopen, "counter") == 1
    assert "利用者には「端末の停止を解除する」権限がありません" in capsys.readouterr().err
    assert run(world, *reopen, "chief") == 0
    assert world.terminal_row().stopped_at is None
    assert world.chain().fault is None


def test_every_command_is_helped(capsys: Capture) -> None:
    for name in ("create-staff", "reset-password", "set-pin", "disable-staff", "list-staff",
                 "stop-terminal", "reopen-terminal"):  # fmt: skip
        with pytest.raises(SystemExit) as stopped:
            main([name, "--help"])
        assert stopped.value.code == 0
        assert "--database" in capsys.readouterr().out
