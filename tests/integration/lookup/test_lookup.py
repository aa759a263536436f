"""照合: every state of a number, every worth of a code, and a row for each question."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import date, timedelta

import pytest

from admin.services.lookup import Standing, Verdict
from admin.views import words
from kiosk.domain.issuance import IssueState
from tests.fixtures.browser import Browser
from tests.integration.lookup.conftest import YEAR, Desk
from tests.integration.views.test_print_log import rows, whole_log

STANDINGS = {
    IssueState.PRINTED: Standing.ISSUED,
    IssueState.VOIDED: Standing.VOIDED,
    IssueState.UNKNOWN: Standing.UNDECIDED,
    IssueState.FAILED: Standing.NO_SHEET,
    IssueState.NUMBERED: Standing.UNDER_WAY,
    IssueState.SPOOLED: Standing.UNDER_WAY,
}


def asked(browser: Browser, typed: str) -> str:
    browser.get("/lookup")
    browser.send("/lookup", typed=typed)
    return browser.words


@pytest.mark.parametrize("state", STANDINGS)
def test_a_number_says_how_it_stands(desk: Desk, chief: Browser, state: IssueState) -> None:
    issue_id = desk.world.in_state(state)
    number = f"{YEAR}-{desk.world.issue(issue_id).serial:06d}"
    said = asked(chief, number)
    assert words.STANDINGS[STANDINGS[state]][1] in said
    assert f'href="/issues/{issue_id}"' in chief.page.text
    assert rows(desk.world, "sheet.looked_up") == [
        {"number": number, "result": STANDINGS[state].value}
    ]


def test_a_number_that_was_never_given(desk: Desk, chief: Browser) -> None:
    assert words.STANDINGS[Standing.NO_SUCH_NUMBER][1] in asked(chief, "2026-000999")
    assert rows(desk.world, "sheet.looked_up")[0]["result"] == "no_such_number"


@pytest.mark.parametrize("typed", ["２０２６－０００００１", " 第2026-000001号 ", "2026ー000001"])
def test_a_number_is_read_as_it_stands_on_the_sheet(desk: Desk, chief: Browser, typed: str) -> None:
    desk.world.in_state(IssueState.PRINTED)
    assert words.STANDINGS[Standing.ISSUED][1] in asked(chief, typed)


@pytest.mark.parametrize("typed", ["", "見本", "2026", "D", "x" * 3000])
def test_what_is_neither_number_nor_code_is_refused(desk: Desk, chief: Browser, typed: str) -> None:
    assert "発行番号は 2026-000123 のように" in asked(chief, typed)
    assert chief.page.status_code == 422
    assert rows(desk.world, "sheet.looked_up") == []


def test_a_genuine_code_shows_what_to_compare(desk: Desk, chief: Browser) -> None:
    issue_id = desk.world.in_state(IssueState.PRINTED)
    said = asked(chief, desk.sign(desk.claims(issue_id)) + "\r\n")
    assert words.VERDICTS[Verdict.GENUINE][1] in said
    assert words.STANDINGS[Standing.ISSUED][1] in said
    assert "見本一丁目1番" in said
    assert rows(desk.world, "sheet.looked_up")[0]["code"] == "genuine"
    assert "見本一丁目1番" not in whole_log(desk.world)


def test_a_genuine_code_of_a_voided_sheet_is_void(desk: Desk, chief: Browser) -> None:
    said = asked(chief, desk.sign(desk.claims(desk.world.in_state(IssueState.VOIDED))))
    assert words.VERDICTS[Verdict.GENUINE][1] in said
    assert words.STANDINGS[Standing.VOIDED][1] in said


def test_codes_that_are_worth_nothing(desk: Desk, chief: Browser) -> None:
    claims = desk.claims(desk.world.in_state(IssueState.PRINTED))
    good = desk.sign(claims)
    day = claims.issued_on
    cases = {
        Verdict.MALFORMED: good[:-1],
        # a letter of the signature, far from the end's spare bits
        Verdict.FORGED: good[:-9] + ("A" if good[-9] != "A" else "B") + good[-8:],
    }
    for verdict, code in cases.items():
        said = asked(chief, code)
        assert words.VERDICTS[verdict][1] in said, verdict
        assert words.STANDINGS[Standing.ISSUED][1] not in said
    next_year = date(YEAR + 1, 4, 1) + timedelta(days=day.day)
    assert words.VERDICTS[Verdict.FORGED][1] in asked(
        chief, desk.sign(replace(claims, issued_on=next_year))
    )
    for changes in (
        {"number": "2026-000777"}, {"content": bytes(16)}, {"form_id": "another"},
        {"issued_on": day + timedelta(days=1)},
    ):  # fmt: skip
        said = asked(chief, desk.sign(replace(claims, **changes)))  # type: ignore[arg-type]
        assert words.VERDICTS[Verdict.DIFFERS][1] in said, changes


def test_a_replaced_key_is_told_and_a_foreign_one_refused(desk: Desk, chief: Browser) -> None:
    claims = desk.claims(desk.world.in_state(IssueState.PRINTED))
    old = desk.sign(claims)
    desk.keys.make(YEAR)
    assert words.VERDICTS[Verdict.REPLACED_KEY][1] in asked(chief, old)
    assert words.VERDICTS[Verdict.GENUINE][1] in asked(chief, desk.sign(claims))
    desk.world.services = replace(desk.world.services, code_keys=list)
    del desk.__dict__["app"]
    again = desk.signed_in(staff_id="chief-2")
    assert words.VERDICTS[Verdict.UNKNOWN_KEY][1] in asked(again, old)


def test_the_link_is_in_the_menu_and_no_answer_without_its_row(
    desk: Desk, chief: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.world.in_state(IssueState.PRINTED)
    chief.get("/")
    assert 'href="/lookup"' in chief.page.text
    chief.get("/lookup")
    form = chief.form("/lookup")

    def broken(*_args: object, **_more: object) -> None:
        raise sqlite3.OperationalError("no row")

    monkeypatch.setattr("admin.views.lookup.operation_log.append", broken)
    chief.post("/lookup", **{**form.fields, "typed": "2026-000001"})
    assert chief.page.status_code == 500
    assert "2026-000001" not in chief.words
