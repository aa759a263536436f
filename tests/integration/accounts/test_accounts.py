"""Staff accounts: first password, ninety days, periods, locks, and the last manager."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from admin.db.staff_tables import StaffAccount, StaffSession
from admin.services import accounts, sessions
from admin.services.accounts import AccountRefusal, Role
from tests.fixtures.section import BY_TEST, World

ADDRESS = "192.0.2.7"
NEW = "Mihon-2026"


def signed_in(world: World, password: str, staff_id: str = "chief") -> AccountRefusal | str:
    """The ID, or why not."""
    with world.database.write() as session:
        answer = accounts.check_password(session, staff_id, password, ADDRESS, world.clock.now())
        return answer if isinstance(answer, AccountRefusal) else answer.staff_id


def by_pin(world: World, pin: str, staff_id: str = "opener") -> AccountRefusal | str:
    with world.database.write() as session:
        answer = accounts.check_pin(session, staff_id, pin, world.clock.now(), "terminal-1")
        return answer if isinstance(answer, AccountRefusal) else answer.staff_id


def test_the_first_password_is_kept_nowhere_and_must_be_changed(world: World) -> None:
    password = world.staff()
    assert accounts.password_fault(password) is None
    assert signed_in(world, password) == "chief"
    with world.database.read() as session:
        account = session.get_one(StaffAccount, "chief")
        assert account.must_change
        assert account.password_hash.startswith("$argon2id$")
        kept = session.execute(text("SELECT * FROM staff_account")).all()
        logged = session.execute(text("SELECT canonical FROM operation_log")).all()
    assert password not in repr(kept) + repr(logged)
    assert world.events() == ["account.created", "staff.signed_in"]


def test_the_real_cost_is_the_librarys() -> None:
    """RFC 9106's second recommended set: 64 MiB, three passes, four lanes."""
    hasher = PasswordHasher()
    assert (hasher.memory_cost, hasher.time_cost, hasher.parallelism) == (65536, 3, 4)


def test_ninety_days(world: World) -> None:
    password = world.staff()
    with world.database.write() as session:
        assert accounts.change_password(session, "chief", password, NEW, world.clock.now()) is None
        account = session.get_one(StaffAccount, "chief")
        start = world.clock.now()
        for age, expired in (
            (timedelta(0), False),
            (timedelta(days=90) - timedelta(seconds=1), False),
            (timedelta(days=90), True),
            (timedelta(days=900), True),
            (-timedelta(minutes=3), True),  # a clock set back revives nothing
        ):
            assert accounts.password_expired(account, start + age) is expired, age
        assert accounts.password_days_left(account, start + timedelta(days=80)) == 10


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ("Short-1", "password_short"), ("x" * 129, "password_characters"),
        ("Mihon\x00-2026", "password_characters"), ("mihonmihon", "password_kinds"),
        ("mihon2026", "password_kinds"), ("MIHON2026", "password_kinds"),
    ],
)  # fmt: skip
def test_passwords_that_are_refused(world: World, new: str, code: str) -> None:
    password = world.staff()
    with world.database.write() as session:
        answer = accounts.change_password(session, "chief", password, new, world.clock.now())
    assert answer == AccountRefusal(code)
    assert signed_in(world, password) == "chief"


def test_changing_needs_the_old_one_and_a_new_one(world: World) -> None:
    password = world.staff()
    with world.database.write() as session:
        now = world.clock.now()
        wrong = accounts.change_password(session, "chief", "wrong", NEW, now)
        assert wrong == AccountRefusal("sign_in_refused")
        assert accounts.change_password(session, "chief", password, NEW, now) is None
        same = accounts.change_password(session, "chief", NEW, NEW, now)
        assert same == AccountRefusal("password_same")
    assert signed_in(world, password) == AccountRefusal("sign_in_refused")
    assert signed_in(world, NEW) == "chief"


def test_five_failures_lock_for_a_quarter_of_an_hour(world: World) -> None:
    password = world.staff()
    said = [signed_in(world, "wrong") for _ in range(5)]
    assert said == [AccountRefusal("sign_in_refused")] * 4 + [AccountRefusal("locked")]
    assert signed_in(world, password) == AccountRefusal("locked")
    assert "account.locked" in world.events()
    world.clock.advance(timedelta(minutes=15))
    assert signed_in(world, password) == "chief"


def test_a_lock_survives_a_restart(world: World, database_url: str) -> None:
    world.staff()
    for _ in range(5):
        signed_in(world, "wrong")
    world.database.dispose()  # every connection of the old process is gone
    assert signed_in(world, "wrong") == AccountRefusal("locked")


def test_an_address_that_tries_many_ids_is_locked(world: World) -> None:
    password = world.staff()
    for number in range(accounts.FAILURES_MAX["address"]):
        signed_in(world, "wrong", f"nobody-{number}")
    assert signed_in(world, password) == AccountRefusal("locked")


def test_nobody_learns_which_ids_exist(world: World) -> None:
    world.staff()
    assert signed_in(world, "wrong", "chief") == signed_in(world, "wrong", "nobody")
    with world.database.read() as session:
        logged = repr(session.execute(text("SELECT canonical FROM operation_log")).all())
    assert "unknown" in logged
    assert "nobody" not in logged  # what was typed as an ID may be a password


@pytest.mark.parametrize("typed", ["x\0y", "見本", "", "a" * 33, "a" * 5000, "' OR 1=1", "\ud800"])
def test_what_cannot_be_an_id_is_refused_like_any_other(world: World, typed: str) -> None:
    assert signed_in(world, "wrong", typed) == AccountRefusal("sign_in_refused")
    assert by_pin(world, "123123", typed) == AccountRefusal("sign_in_refused")


def test_letters_behind_an_id_do_not_get_past_its_lock(world: World) -> None:
    longest = "chief-" + "x" * 26
    assert len(longest) == 32
    password = world.staff(longest)
    for _ in range(5):
        signed_in(world, "wrong", longest)
    assert signed_in(world, password, longest) == AccountRefusal("locked")
    assert signed_in(world, password, longest + "y") == AccountRefusal("sign_in_refused")


def test_failures_at_the_same_moment_are_all_counted(world: World) -> None:
    world.staff()
    gate = threading.Barrier(8)

    def wrong(_number: int) -> AccountRefusal | str:
        gate.wait(30)
        return signed_in(world, "wrong")

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(wrong, range(8)))
    assert set(said) <= {AccountRefusal("sign_in_refused"), AccountRefusal("locked")}
    with world.database.read() as session:
        query = text("SELECT count FROM sign_in_failure WHERE subject = 'password:chief'")
        counted = session.scalar(query)
    assert counted is not None
    assert counted >= accounts.FAILURES_MAX["password"]
    assert world.chain().fault is None


def test_three_wrong_pins_lock(world: World) -> None:
    world.staff("opener", Role.USER, pin="482913")
    assert by_pin(world, "482913") == "opener"
    for _ in range(3):
        by_pin(world, "000001")
    assert by_pin(world, "482913") == AccountRefusal("locked")


@pytest.mark.parametrize(
    "pin",
    ["12345", "1234567890123", "123456", "654321", "111111", "12a456", "890123", "１２３１２３"],
)
def test_pins_that_are_no_secret(pin: str) -> None:
    assert not accounts.good_pin(pin)


def test_authority_has_its_period(world: World) -> None:
    password = world.staff(days=10)
    token_at = world.clock.now()
    with world.database.write() as session:
        token = sessions.begin(session, "chief", token_at)
    world.clock.advance(timedelta(days=10) - timedelta(seconds=1))
    assert signed_in(world, password) == "chief"
    world.clock.advance(timedelta(seconds=1))
    assert signed_in(world, password) == AccountRefusal("sign_in_refused")
    with world.database.write() as session:
        row = session.get_one(StaffSession, sessions._digest(token))
        row.seen_at = row.created_at = world.clock.now()
        session.flush()
        assert sessions.whose(session, token, world.clock.now()) is None


def test_disabling_ends_sessions_and_the_last_manager_stays(world: World) -> None:
    world.staff()
    world.staff("second", Role.USER)
    with world.database.write() as session:
        now = world.clock.now()
        token = sessions.begin(session, "second", now)
        assert sessions.whose(session, token, now) is not None
        assert accounts.disable(session, "second", BY_TEST, now) is None
        assert sessions.whose(session, token, now) is None
        last = accounts.disable(session, "chief", BY_TEST, now)
        assert last == AccountRefusal("last_manager")
        again = accounts.disable(session, "second", BY_TEST, now)
        assert again == AccountRefusal("unknown_account")


def test_an_id_is_never_given_twice(world: World) -> None:
    world.staff()
    world.staff("second", Role.USER)
    with world.database.write() as session:
        now = world.clock.now()
        accounts.disable(session, "second", BY_TEST, now)
        answer = accounts.create_account(
            session, staff_id="second", display_name="見本 別人", role=Role.USER, valid_from=now,
            valid_to=now + timedelta(days=1), now=now, actor=BY_TEST,
        )  # fmt: skip
    assert answer == AccountRefusal("staff_id_taken")


@pytest.mark.parametrize(
    ("after", "live"),
    [
        (timedelta(0), True),
        (sessions.IDLE - timedelta(seconds=1), True),
        (sessions.IDLE, False),
        (-timedelta(minutes=3), False),  # a clock set back revives nothing
    ],
)
def test_an_idle_session_ends(world: World, after: timedelta, live: bool) -> None:
    world.staff()
    start = world.clock.now()
    with world.database.write() as session:
        token = sessions.begin(session, "chief", start)
        assert (sessions.whose(session, token, start + after) is not None) is live
        assert sessions.whose(session, "another token", start) is None


def test_a_session_ends_after_its_hard_limit_however_busy(world: World) -> None:
    world.staff()
    start = world.clock.now()
    with world.database.write() as session:
        token = sessions.begin(session, "chief", start)
        now = start
        while now - start < sessions.HARD:
            assert sessions.whose(session, token, now) is not None
            sessions.touch(session, token, now)
            now += timedelta(minutes=14)
        assert sessions.whose(session, token, now) is None
        assert token not in repr(session.execute(text("SELECT * FROM staff_session")).all())


def test_a_reset_ends_everything_that_was_open(world: World) -> None:
    old = world.staff()
    with world.database.write() as session:
        token = sessions.begin(session, "chief", world.clock.now())
    for _ in range(5):
        signed_in(world, "wrong")
    with world.database.write() as session:
        new = accounts.reset_password(session, "chief", BY_TEST, world.clock.now())
        assert isinstance(new, str)
        assert sessions.whose(session, token, world.clock.now()) is None
    assert signed_in(world, old) == AccountRefusal("sign_in_refused")
    assert signed_in(world, new) == "chief"
