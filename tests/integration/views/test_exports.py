"""The print log as a file: what it holds, what a spreadsheet does with it, the row it leaves."""

from __future__ import annotations

import csv
import hashlib
import io
from typing import Any

import pytest
from openpyxl import load_workbook

from admin.services import exports, fees, issuing
from admin.services.accounts import Role
from kiosk.domain.fees import FeeMode, FeeRate
from kiosk.domain.issuance import IssueState
from kiosk.domain.printer import PrintOutcome
from tests.fixtures.browser import Browser, forms_of
from tests.fixtures.section import NOT_STARTED, PRINTED, UNKNOWN
from tests.integration.views.conftest import Office
from tests.integration.views.test_print_log import printed, rows, whole_log

FORMULA = '=HYPERLINK("http://evil.example","見本")'
BAD_NAMES = (FORMULA, "+1見本", "-1見本", "@SUM見本", "＝1+1見本")


def exported(browser: Browser, kind: str, query: str = "", **more: Any) -> bytes:
    browser.get(f"/exports{query}")
    forms = [
        one
        for one in forms_of(browser.page.text)
        if one.method == "post" and one.action == "/exports"
    ]
    filled = {**forms[0].fields, "kind": kind, "purpose": "statistics", **more}
    answer = browser.request("POST", "/exports", data=filled)
    assert answer.status_code == 200, answer.text
    assert "attachment" in answer.headers["content-disposition"]
    return answer.content


def as_cells(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_csv_is_what_a_spreadsheet_in_japan_opens(office: Office, chief: Browser) -> None:
    issue = office.world.issue(printed(office.world))
    content = exported(chief, "csv")
    assert content.count(b"\r\n") == 2
    assert b"\n" not in content.replace(b"\r\n", b"")
    head, line = as_cells(content)
    assert tuple(head) == exports.HEADINGS
    assert line[:4] == ["2026-000001", "印刷済み", "2026-06-15 10:00:00", "terminal-1"]
    assert issue.pdf_sha256 in line
    assert content.decode("utf-8-sig").split("\r\n")[1].count('"') == 2 * len(line)
    assert "見本 花子" not in content.decode("utf-8")


def test_the_export_is_a_row_with_purpose_count_and_hash(office: Office, chief: Browser) -> None:
    printed(office.world)
    content = exported(chief, "csv", "?from=2026-06-01&to=2026-06-30&state=PRINTED")
    assert rows(office.world, "log.exported") == [
        {
            "format": "csv", "rows": 1, "purpose": "statistics", "fields": "without_applicants",
            "filters": ["from=2026-06-01", "to=2026-06-30", "state=PRINTED"],
            "file_sha256": hashlib.sha256(content).hexdigest(),
        }
    ]  # fmt: skip
    assert office.world.chain().fault is None


@pytest.mark.parametrize(
    ("end", "decided", "cells"),
    [
        (PRINTED, None, ["400", "収納済み"]),
        (UNKNOWN, None, ["400", "結果待ちで保留"]),
        (NOT_STARTED, None, ["400", "収納なし"]),
        (PRINTED, False, ["400", "返金待ち"]),
        (UNKNOWN, True, ["400", "返金済み"]),
    ],
)
def test_what_a_copy_cost_and_where_its_fee_is(
    office: Office, chief: Browser, end: PrintOutcome, decided: bool | None, cells: list[str]
) -> None:
    """``decided``: staff voided the sheet, and handed the fee out at once or not."""
    world = office.world
    free = printed(world)
    world.charge(FeeRate(FeeMode.COUNTER, 400))
    application = world.application()
    payment = world.payment(application)
    world.receive(payment.payment_id, 400)
    issue_id = world.spooled(world.paid_order(payment, application))
    world.settled(issue_id, end)
    fees.count(world.services, payment.payment_id, "terminal-1", None, closing=True)
    if decided is not None:
        issuing.decide(
            world.services, issue_id, "chief", IssueState.VOIDED, "見本のため無効", refunded=decided
        )
    head, *lines = as_cells(exported(chief, "csv"))
    by_number = {line[0]: line for line in lines}
    place = head.index("手数料 (円)")
    assert head[place : place + 2] == ["手数料 (円)", "手数料の状態"]
    assert by_number[f"2026-{world.issue(issue_id).serial:06d}"][place : place + 2] == cells
    assert by_number[f"2026-{world.issue(free).serial:06d}"][place : place + 2] == ["", ""]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_csv_never_holds_a_formula(office: Office, chief: Browser, name: str) -> None:
    printed(office.world, name)
    head, line = as_cells(exported(chief, "csv", persons="yes"))
    assert head[-6:] == list(exports.PERSON_HEADINGS)
    assert line[-4] == "'" + name
    assert "見本" not in whole_log(office.world)


def test_xlsx_holds_text_and_keeps_zeros(office: Office, chief: Browser) -> None:
    printed(office.world, FORMULA, postal_code="001-0010", phone="0120-000-123")
    book = load_workbook(io.BytesIO(exported(chief, "xlsx", persons="yes")))
    sheet = book["印刷記録"]
    cells = {head.value: cell for head, cell in zip(*sheet.iter_rows(), strict=True)}
    assert {cell.data_type for cell in cells.values() if cell.value} == {"s"}
    assert {cell.number_format for cell in cells.values()} == {"@"}
    assert cells["氏名"].value == FORMULA
    assert cells["郵便番号"].value == "001-0010"
    assert cells["電話番号"].value == "0120-000-123"
    assert cells["発行番号"].value == "2026-000001"
    assert sheet.freeze_panes == "A2"


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"purpose": ""}, "目的を選んでください"),
        ({"purpose": "curiosity"}, "目的を選んでください"),
        ({"kind": ""}, "形式を選んでください"),
        ({"from": "いつか"}, "日付を読み取れません"),
        ({"to": "2026-06-14"}, "条件に合う記録がありません"),
    ],
)
def test_an_export_without_its_grounds_leaves_nothing(
    office: Office, chief: Browser, sent: dict[str, str], sentence: str
) -> None:
    printed(office.world)
    chief.get("/exports")
    form = next(
        one
        for one in forms_of(chief.page.text)
        if one.method == "post" and one.action == "/exports"
    )
    filled = {**form.fields, "kind": "csv", "purpose": "statistics", **sent}
    answer = chief.request("POST", "/exports", data=filled)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert rows(office.world, "log.exported") == []


def test_too_many_rows_are_told_before_they_are_read(
    office: Office, chief: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed(office.world)
    printed(office.world)
    chief.get("/exports")
    form = next(
        one
        for one in forms_of(chief.page.text)
        if one.method == "post" and one.action == "/exports"
    )
    monkeypatch.setattr(exports, "MAX_ROWS", 1)
    chief.request("POST", "/exports", data={**form.fields, "kind": "csv", "purpose": "review"})
    assert "期間を短くしてください" in chief.page.text
    chief.get("/exports")
    assert "一度に書き出せるのは 1 件まで" in chief.words


def test_an_empty_log_cannot_be_exported(chief: Browser) -> None:
    chief.get("/exports")
    assert "条件に合う発行はありません" in chief.words
    assert not [
        one
        for one in forms_of(chief.page.text)
        if one.method == "post" and one.action == "/exports"
    ]


def test_applicants_are_only_for_those_who_may_see_them(office: Office) -> None:
    browser = office.signed_in(Role.OPERATIONS_MANAGER, "manager")
    printed(office.world, "見本 花子")
    assert "見本 花子" in exported(browser, "csv", persons="yes").decode("utf-8")
    assert rows(office.world, "log.exported")[0]["fields"] == "with_applicants"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("見本", "見本"), ("", ""), ("=1", "'=1"), (" =1", "' =1"), ("\t=1", "' =1"),
        ("a\r\nb", "a  b"), ("\rx", "' x"), ("|x", "'|x"), ("03-1234-5678", "03-1234-5678"),
    ],
)  # fmt: skip
def test_csv_cells(text: str, cell: str) -> None:
    assert exports.csv_cell(text) == cell
