"""Signing in: the right person, at the right time, with a password of their own."""

from __future__ import annotations

from datetime import timedelta

from tests.fixtures.browser import Browser
from tests.integration.views.conftest import NEW_PASSWORD, Office


def test_every_page_asks_for_a_sign_in(office: Office) -> None:
    browser = office.browser()
    for path in ("/", "/print-log", "/reviews", "/exports", "/terminals", "/operations",
                 "/accounts", "/accounts/new", "/password"):  # fmt: skip
        answer = browser.request("GET", path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")


def test_the_first_password_leads_to_its_change_and_nowhere_else(office: Office) -> None:
    password = office.world.staff()
    browser = office.browser()
    browser.sign_in("chief", password)
    assert browser.page.url.path == "/password"
    assert browser.get("/print-log").url.path == "/password"
    browser.send("/password", old=password, new=NEW_PASSWORD, again=NEW_PASSWORD)
    assert browser.page.url.path == "/"
    assert "パスワードを変更しました" in browser.words
    assert "今日の確認" in browser.words
