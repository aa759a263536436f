"""Signing in: the right person, at the right time, with a password of their own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from admin.services import accounts, sessions
from tests.fixtures.browser import Browser
from tests.integration.views.conftest import NEW_PASSWORD, Office

PAGES = (
    "/", "/print-log", "/reviews", "/exports", "/terminals", "/operations", "/accounts",
    "/accounts/new", "/password",
)  # fmt: skip
#: What no page may ever say before somebody is known.
REFUSED = "職員IDかパスワードが違うか"


@pytest.mark.parametrize("path", PAGES)
def test_every_page_asks_for_a_sign_in(office: Office, path: str) -> None:
    answer = office.browser().request("GET", path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")
    assert answer.text == ""


def test_the_first_password_leads_to_its_change_and_nowhere_else(office: Office) -> None:
    password = office.world.staff()
    browser = office.browser()
    browser.sign_in("chief", password)
    assert browser.page.url.path == "/password"
    for path in PAGES:
        assert browser.get(path).url.path == "/password"
    browser.send("/password", old=password, new=NEW_PASSWORD, again=NEW_PASSWORD)
    assert browser.page.url.path == "/"
    assert "パスワードを変更しました" in browser.words
    assert "今日の確認" in browser.words
    events = office.world.events("chief")
    assert events == ["account.created", "staff.signed_in", "staff.password_changed"]
    assert office.world.chain().fault is None


@pytest.mark.parametrize(
    ("new", "again", "sentence"),
    [
        ("Ab3-", "Ab3-", "8 文字以上"),
        ("abcdefgh", "abcdefgh", "3 種類以上"),
        (NEW_PASSWORD, NEW_PASSWORD + "x", "2 回とも同じ"),
    ],
)
def test_a_password_that_will_not_do(office: Office, new: str, again: str, sentence: str) -> None:
    password = office.world.staff()
    browser = office.browser()
    browser.sign_in("chief", password)
    browser.send("/password", old=password, new=new, again=again)
    assert browser.page.status_code == 422
    assert sentence in browser.words
    assert browser.get("/").url.path == "/password"


def test_the_same_password_again_and_a_wrong_old_one_are_refused(office: Office) -> None:
    password = office.world.staff()
    browser = office.browser()
    browser.sign_in("chief", password)
    browser.send("/password", old=password, new=password, again=password)
    assert "今と同じパスワードは使えません" in browser.words
    browser.send("/password", old="wrong", new=NEW_PASSWORD, again=NEW_PASSWORD)
    assert "今のパスワードが違います" in browser.words


def test_wrong_unknown_and_odd_ids_get_one_sentence(office: Office) -> None:
    office.world.staff()
    browser = office.browser()
    for staff_id in ("chief", "nobody", "a\x00b", "'; --", "職" * 500, ""):
        browser.sign_in(staff_id, "not-the-password")
        assert browser.page.status_code == 403, staff_id
        assert REFUSED in browser.words
    assert office.world.events().count("staff.sign_in_refused") == 6
    assert office.world.count("staff_session") == 0


def test_five_failures_lock_for_fifteen_minutes(office: Office) -> None:
    password = office.world.staff()
    browser = office.browser()
    for _ in range(accounts.FAILURES_MAX["password"]):
        browser.sign_in("chief", "not-the-password")
    browser.sign_in("chief", password)
    assert browser.page.status_code == 403
    assert "15分たってから" in browser.words
    assert "account.locked" in office.world.events()
    office.world.clock.advance(accounts.LOCK)
    browser.sign_in("chief", password)
    assert browser.page.url.path == "/password"


def test_outside_the_period_of_authority_nobody_comes_in(office: Office) -> None:
    password = office.world.staff(days=10)
    office.world.clock.advance(timedelta(days=10))
    browser = office.browser()
    browser.sign_in("chief", password)
    assert browser.page.status_code == 403
    assert REFUSED in browser.words


def test_authority_that_ends_cuts_a_running_session(office: Office) -> None:
    browser = office.signed_in(days=1)
    office.world.clock.advance(timedelta(days=1) - timedelta(minutes=10))
    browser.sign_in("chief", NEW_PASSWORD)
    assert browser.get("/").url.path == "/"
    office.world.clock.advance(timedelta(minutes=10))
    assert browser.get("/").url.path == "/sign-in"


def test_ninety_days_and_the_warning_before(office: Office) -> None:
    browser = office.signed_in()
    office.world.clock.advance(timedelta(days=80))
    browser.sign_in("chief", NEW_PASSWORD)
    assert "あと 10 日で切れます" in browser.words
    office.world.clock.advance(timedelta(days=10))
    browser.sign_in("chief", NEW_PASSWORD)
    assert browser.page.url.path == "/password"
    assert browser.get("/print-log").url.path == "/password"


def test_idle_time_and_the_working_day_end_a_session(office: Office) -> None:
    browser = office.signed_in()
    office.world.clock.advance(sessions.IDLE)
    browser.get("/print-log?state=UNKNOWN")
    assert browser.page.url.path == "/sign-in"
    assert "時間がたったため" in browser.words
    browser.send("/sign-in", staff_id="chief", password=NEW_PASSWORD)
    assert browser.page.url.path == "/print-log"  # where they wanted to go
    assert browser.page.url.query == b"state=UNKNOWN"
    for _ in range(int(sessions.HARD / timedelta(minutes=10))):
        office.world.clock.advance(timedelta(minutes=10))
        browser.get("/terminals")
    assert browser.page.url.path == "/sign-in"


def test_signing_out_ends_the_session_on_the_server(office: Office) -> None:
    browser = office.signed_in()
    stolen = Browser(browser._app)
    stolen.cookies = browser.cookies
    assert stolen.get("/").url.path == "/"
    browser.get("/")
    browser.send("/sign-out")
    assert "サインアウトしました" in browser.words
    assert stolen.get("/").url.path == "/sign-in"
    assert office.world.count("staff_session") == 0
    assert office.world.events("chief")[-1] == "staff.signed_out"


def test_a_new_password_ends_the_other_sessions(office: Office) -> None:
    browser, other = office.signed_in(), office.browser()
    other.sign_in("chief", NEW_PASSWORD)
    assert other.get("/").url.path == "/"
    browser.get("/password")
    browser.send("/password", old=NEW_PASSWORD, new="Betsu-2026-x", again="Betsu-2026-x")
    assert browser.page.url.path == "/"
    assert other.get("/").url.path == "/sign-in"


def test_only_the_hash_of_the_cookie_is_kept(office: Office) -> None:
    browser = office.signed_in()
    token = browser.cookies["daicho-staff"]
    with office.world.database.read() as session:
        rows = session.connection().exec_driver_sql("SELECT * FROM staff_session").all()
    assert len(rows) == 1
    assert token not in str(rows)


@pytest.mark.parametrize("target", ["//evil.example/", "https://evil.example/", "/\\evil.example"])
def test_the_way_back_is_always_our_own(office: Office, target: str) -> None:
    password = office.world.staff()
    browser = office.browser()
    answer = browser.request(
        "POST", "/sign-in", data={"staff_id": "chief", "password": password, "next": target}
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"


def test_the_cookie_is_bound_to_the_host_on_https(office: Office) -> None:
    password = office.world.staff()
    browser = office.browser("https://section.example")
    browser.request("POST", "/sign-in", data={"staff_id": "chief", "password": password})
    said = browser.page.headers["set-cookie"]
    assert said.startswith("__Host-daicho-staff=")
    for word in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"):
        assert word.lower() in said.lower()
    assert "Domain" not in said
    assert browser.page.headers["strict-transport-security"]
