"""Staff IDs on the pages: given, changed, ended; the first password is seen once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from admin.db.staff_tables import StaffAccount
from admin.services import accounts
from admin.services.accounts import Role
from tests.fakes.soft_key import SoftKey
from tests.fixtures.browser import Browser
from tests.fixtures.section import World
from tests.integration.views.conftest import NEW_PASSWORD, Office
from tests.integration.views.test_print_log import rows, whole_log


def account(world: World, staff_id: str) -> StaffAccount:
    with world.database.read() as session:
        row = session.get_one(StaffAccount, staff_id)
        session.expunge(row)
        return row


def shown_password(browser: Browser) -> str:
    found = re.search(r'class="once">([^<]+)<', browser.page.text)
    assert found, browser.words
    return found[1]


def created(browser: Browser, staff_id: str = "hanako", **more: str) -> str:
    browser.get("/accounts/new")
    browser.send("/accounts/new", staff_id=staff_id, display_name="見本 花子", **more)
    return shown_password(browser)


def test_a_new_person_gets_a_first_password_once(office: Office, chief: Browser) -> None:
    password = created(chief, role="workplace_manager", to="R9.3.31")
    row = account(office.world, "hanako")
    assert (row.role, row.must_change) == ("workplace_manager", True)
    assert row.valid_from.isoformat() == "2026-06-14T15:00:00+00:00"  # midnight in Japan
    assert row.valid_to.isoformat() == "2027-03-31T15:00:00+00:00"
    chief.get("/accounts/hanako")
    assert password not in chief.page.text
    assert password not in whole_log(office.world)
    assert "令和9年3月31日(水) まで" in chief.words
    browser = office.browser()
    browser.sign_in("hanako", password)
    assert browser.page.url.path == "/password"
    assert office.world.chain().fault is None


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"staff_id": "chief"}, "使い回せません"),
        ({"staff_id": "職員"}, "半角の英数字"),
        ({"display_name": " "}, "氏名を 100 文字まで"),
        ({"role": "king"}, "役割を選んでください"),
        ({"to": "2026-01-01"}, "終わりの日を始まりの日より後"),
        ({"to": ""}, "期間の始まりと終わり"),
        ({"from": "来年"}, "日付を読み取れません"),
    ],
)
def test_what_a_new_person_cannot_be(
    office: Office, chief: Browser, sent: dict[str, str], sentence: str
) -> None:
    chief.get("/accounts/new")
    chief.send("/accounts/new", **{"staff_id": "hanako", "display_name": "見本 花子", **sent})
    assert chief.page.status_code == 422
    assert sentence in chief.words
    assert office.world.count("staff_account") == 1


def test_a_reissued_password_ends_the_old_one_and_its_sessions(
    office: Office, chief: Browser
) -> None:
    person = office.signed_in(Role.USER, "hanako")
    chief.get("/accounts/hanako")
    chief.send("/accounts/hanako/reset")
    password = shown_password(chief)
    assert person.get("/").url.path == "/sign-in"
    person.sign_in("hanako", NEW_PASSWORD)
    assert person.page.status_code == 403
    person.sign_in("hanako", password)
    assert person.page.url.path == "/password"
    assert "staff.password_reset" in office.world.events("hanako")


def test_a_disabled_person_is_out_at_once_and_the_last_manager_stays(
    office: Office, chief: Browser
) -> None:
    person = office.signed_in(Role.USER, "hanako")
    chief.get("/accounts/hanako")
    chief.send("/accounts/hanako/disable")
    assert "職員IDを停止しました" in chief.words
    assert person.get("/").url.path == "/sign-in"
    chief.get("/accounts/chief")
    chief.send("/accounts/chief/disable")
    assert chief.page.status_code == 422
    assert "最後の統括管理者は外せません" in chief.words
    assert account(office.world, "chief").disabled_at is None


def test_a_pin_opens_a_terminal(office: Office, chief: Browser) -> None:
    created(chief)
    office.world.terminal()
    for pin, sentence in (("123456", "123456 のような並び"), ("271828", "暗証番号を設定しました")):
        chief.get("/accounts/hanako")
        chief.send("/accounts/hanako/pin", pin=pin)
        assert sentence in chief.words
    with office.world.database.write() as session:
        now = office.world.clock.now()
        found = accounts.check_pin(session, "hanako", "271828", now, "terminal-1")
    assert isinstance(found, StaffAccount)
    assert "271828" not in whole_log(office.world)


def test_the_period_of_authority_is_changed_and_binds_at_once(
    office: Office, chief: Browser
) -> None:
    person = office.signed_in(Role.USER, "hanako")
    chief.get("/accounts/hanako")
    chief.send("/accounts/hanako/period", **{"from": "令和8年6月16日", "to": "R8.7.31"})
    assert "権限の期間を変更しました" in chief.words
    assert person.get("/").url.path == "/sign-in"
    said = rows(office.world, "account.changed")
    assert said[0]["changed"] == "period"
    assert said[0]["valid_to"] == "2026-07-31T15:00:00.000000Z"
    office.world.clock.advance(timedelta(days=1))
    person.sign_in("hanako", NEW_PASSWORD)
    assert person.page.url.path == "/"


@pytest.mark.parametrize(
    ("staff_id", "first", "last", "sentence"),
    [
        ("hanako", "2026-06-20", "2026-06-10", "終わりの日を始まりの日より後"),
        ("hanako", "2026-01-01", "2026-06-14", "「停止」を使ってください"),
        ("hanako", "", "", "期間の始まりと終わり"),
        ("chief", "2026-07-01", "2027-03-31", "最後の統括管理者は外せません"),
    ],
)
def test_periods_that_are_refused(
    office: Office, chief: Browser, staff_id: str, first: str, last: str, sentence: str
) -> None:
    office.world.staff("hanako", Role.USER)
    before = account(office.world, staff_id).valid_to
    chief.get(f"/accounts/{staff_id}")
    chief.send(f"/accounts/{staff_id}/period", **{"from": first, "to": last})
    assert chief.page.status_code == 422
    assert sentence in chief.words
    assert account(office.world, staff_id).valid_to == before


def test_a_display_name_with_markup_is_only_text(office: Office, chief: Browser) -> None:
    chief.get("/accounts/new")
    chief.send("/accounts/new", staff_id="hanako", display_name="<b>見本</b>")
    chief.get("/accounts")
    assert "<b>見本" not in chief.page.text
    assert "<b>見本</b>" in chief.words


def test_an_operations_manager_reads_but_keeps_nothing(office: Office) -> None:
    browser = office.signed_in(Role.OPERATIONS_MANAGER, "manager")
    browser.get("/accounts/manager")
    assert "登録の内容" in browser.words
    assert "再発行" not in browser.words.split("登録の内容")[1].split("これまでの記録")[0]


def test_cards_are_registered_and_stopped_and_the_number_is_never_shown(
    office: Office, chief: Browser
) -> None:
    office.world.staff("hanako", Role.USER, pin="271828")
    idm, key = "0123 4567 89AB CDEF", SoftKey.ec()
    chief.get("/accounts/hanako")
    assert "登録したカードはありません" in chief.words
    chief.send("/accounts/hanako/cards/felica", idm="0123")
    assert chief.page.status_code == 422
    assert "16 けた" in chief.words
    chief.send("/accounts/hanako/cards/felica", idm=idm)
    assert "カードを登録しました" in chief.words
    chief.send("/accounts/hanako/cards/piv", pem="見本")
    assert "証明書を読み取れません" in chief.words
    chief.send("/accounts/hanako/cards/piv", pem=key.certificate())
    assert "カードを登録しました" in chief.words
    for shown in ("FeliCa", "PIV", "使えます", "令和72年1月1日"):
        assert shown in chief.words
    for hidden in (idm, "0123456789", "BEGIN CERTIFICATE"):
        assert hidden not in chief.page.text
        assert hidden not in whole_log(office.world)
    stop = re.search(r'action="(/accounts/hanako/cards/[0-9a-f-]{36}/revoke)"', chief.page.text)
    assert stop is not None
    stale = chief.form(stop[1]).fields  # of a tab that stays open
    chief.send(stop[1])
    assert "カードを停止しました" in chief.words
    chief.post(stop[1], **stale)
    assert chief.page.status_code == 422
    assert [row["kind"] for row in rows(office.world, "card.registered")] == ["felica", "piv"]
    assert len(rows(office.world, "card.revoked")) == 1


def test_an_operations_manager_sees_cards_and_keeps_none(office: Office) -> None:
    browser = office.signed_in(Role.OPERATIONS_MANAGER, "manager")
    office.world.felica("manager", bytes.fromhex("0123456789abcdef"))
    browser.get("/accounts/manager")
    assert "FeliCa" in browser.words
    assert "/cards/" not in browser.page.text
