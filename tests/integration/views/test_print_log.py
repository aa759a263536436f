"""The print log: what it shows, how it is filtered, and that looking is recorded without names."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.db.log_tables import OperationLog
from admin.services import print_log
from admin.services.field_cipher import KeyRing
from admin.services.print_log import LogFilter, LogPage
from kiosk.domain.application_number import application_number
from kiosk.domain.issuance import IssueState
from tests.fixtures.browser import Browser, Form, forms_of
from tests.fixtures.section import NOT_STARTED, PRINTED, World, sample_applicant
from tests.integration.views.conftest import NEW_PASSWORD, Office

NAME = "見本 苗字山"


def rows(world: World, event: str) -> list[dict[str, Any]]:
    """The data of every log row of one event, oldest first."""
    query = select(OperationLog).where(OperationLog.event == event).order_by(OperationLog.seq)
    with world.database.read() as session:
        return [json.loads(row.canonical)["data"] for row in session.scalars(query)]


def whole_log(world: World) -> str:
    with world.database.read() as session:
        return "\n".join(
            row.canonical.decode("utf-8") for row in session.scalars(select(OperationLog))
        )


def printed(world: World, name: str = "見本 花子", **more: str) -> str:
    application = world.application(applicant=sample_applicant(name, **more))
    issue_id = world.spooled(world.order(application))
    world.settled(issue_id, PRINTED)
    return issue_id


def test_an_empty_log_says_what_will_come(chief: Browser) -> None:
    chief.get("/print-log")
    assert "発行はまだありません" in chief.words


def test_a_line_shows_the_issue_and_no_person(office: Office, chief: Browser) -> None:
    issue = office.world.issue(printed(office.world, NAME))
    chief.get("/print-log")
    assert "すべての発行 1 件" in chief.words
    for text in ("2026-000001", "印刷済み", "令和8年6月15日(月) 10時00分", "見本の端末", "1/1"):
        assert text in chief.words
    assert str(issue.pdf_sha256)[:12] in chief.words
    assert NAME not in chief.page.text


def test_filters_by_state_number_terminal_user_and_day(office: Office, chief: Browser) -> None:
    world = office.world
    first = world.issue(printed(world))
    world.settled(world.reserved(), NOT_STARTED)
    world.clock.advance(timedelta(minutes=10))
    other = world.spooled(world.order(terminal="terminal-2"))
    world.settled(other, PRINTED)
    with world.database.read() as session:
        user_id = print_log.rows_as_json(session)[0]["user_id"]
    application = application_number(first.application_id)
    for query, numbers in (
        ("state=FAILED", {"2026-000002"}),
        ("state=FAILED&state=PRINTED", {"2026-000001", "2026-000002", "2026-000003"}),
        ("number=2026-000003", {"2026-000003"}),
        ("number=2026-3", {"2026-000003"}),
        ("number=第2026-000003号", {"2026-000003"}),
        ("number=２０２６－０００００３", {"2026-000003"}),
        ("number=3", {"2026-000003"}),
        ("number=第０００００３号", {"2026-000003"}),
        ("number=2026", set()),
        ("number=99999999999999999999", set()),
        ("number=nonsense", set()),
        ("terminal=terminal-2", {"2026-000003"}),
        (f"user_id={user_id.lower()}", {"2026-000001"}),
        (f"user_id={user_id.replace('-', '')}", {"2026-000001"}),
        (f"user_id={application}", {"2026-000001"}),
        (f"user_id={application.lower().replace('-', '')}", {"2026-000001"}),
        (f"user_id={first.application_id}", {"2026-000001"}),
        ("user_id=A-0000-0000-0000", set()),
        ("user_id=%", set()),
        ("from=令和8年6月15日&to=R8.6.15", {"2026-000001", "2026-000002", "2026-000003"}),
        ("from=2026-06-16", set()),
        ("to=2026-06-14", set()),
    ):
        chief.get(f"/print-log?{query}")
        shown = {n for n in ("2026-000001", "2026-000002", "2026-000003") if f">{n}<" in
                 chief.page.text}  # fmt: skip
        assert shown == numbers, query
    assert first.state == "PRINTED"


@pytest.mark.parametrize("query", ["from=2026-13-45", "to=昨日", "from=令和8年6月", "state=LOST"])
def test_a_day_that_is_none_is_told(chief: Browser, query: str) -> None:
    chief.get(f"/print-log?{query}")
    assert chief.page.status_code == 422
    assert "日付を読み取れません" in chief.words


def test_a_period_the_wrong_way_round_is_told(chief: Browser) -> None:
    chief.get("/print-log?from=2026-06-16&to=2026-06-15")
    assert chief.page.status_code == 422
    assert "始まりの日が終わりの日より後" in chief.words


def test_a_name_is_found_whole_and_stands_in_no_address(office: Office, chief: Browser) -> None:
    printed(office.world, NAME)
    printed(office.world, "見本 別人")
    printed(office.world, corporation_name="見本建設株式会社")
    for typed, numbers in (
        ("見本　苗字山", ["2026-000001"]),
        ("見本苗字山", ["2026-000001"]),
        ("見本建設株式会社", ["2026-000003"]),
        ("見本", []),
    ):
        chief.get("/print-log")
        chief.send("/print-log", name=typed)
        assert chief.page.url.path == "/print-log"
        assert chief.page.url.query == b""
        shown = [n for n in ("2026-000001", "2026-000002", "2026-000003") if n in chief.words]
        assert [n for n in shown if f">{n}</a>" in chief.page.text] == numbers
    assert rows(office.world, "log.searched")[-1] == {"count": 0, "filters": ["name"]}


def test_other_filters_get_an_address_to_keep(chief: Browser) -> None:
    chief.get("/print-log")
    chief.send("/print-log", state=["UNKNOWN", "FAILED"], **{"from": "R8.4.1"})
    assert chief.page.url.params.get_list("state") == ["UNKNOWN", "FAILED"]
    assert chief.page.url.params["from"] == "R8.4.1"


def test_looking_is_a_row_without_a_name(office: Office, chief: Browser) -> None:
    world = office.world
    printed(world, NAME)
    chief.get("/print-log?state=PRINTED&number=2026-000001")
    assert rows(world, "log.searched") == [{"count": 1, "filters": ["state=PRINTED", "number"]}]
    chief.get("/print-log")
    chief.send("/print-log", name=NAME)
    log = whole_log(world)
    for personal in (NAME, NAME.replace(" ", ""), "見本市中央", "03-0000-1234", "132-8501"):
        assert personal not in log
    assert world.chain().fault is None


def small_pages(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    real = print_log.page

    def page(session: Session, keys: KeyRing, wanted: LogFilter, after: str | None) -> LogPage:
        return real(session, keys, wanted, after, size)

    monkeypatch.setattr(print_log, "page", page)


def test_pages_go_on_where_the_last_one_ended(
    office: Office, chief: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_pages(monkeypatch, 2)
    for _ in range(5):
        office.world.settled(office.world.reserved(), NOT_STARTED)
    chief.get("/print-log?state=FAILED")
    seen = [_numbers(chief)]
    while 'rel="next"' in chief.page.text:
        chief.get(_next(chief))
        seen.append(_numbers(chief))
    assert seen == [["000005", "000004"], ["000003", "000002"], ["000001"]]
    chief.get("/print-log?after=nonsense")
    assert chief.page.status_code == 200


def test_pages_of_a_name_are_forms(
    office: Office, chief: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_pages(monkeypatch, 1)
    printed(office.world, NAME)
    printed(office.world, NAME)
    chief.get("/print-log")
    chief.send("/print-log", name=NAME)
    assert _numbers(chief) == ["000002"]
    further = [one for one in _forms(chief) if "after" in one.fields]
    assert further[0].method == "post"
    chief.post("/print-log", **further[0].fields)
    assert _numbers(chief) == ["000001"]


def _forms(browser: Browser) -> list[Form]:
    return forms_of(browser.page.text)


def _numbers(browser: Browser) -> list[str]:
    return re.findall(r">2026-(\d{6})</a>", browser.page.text)


def _next(browser: Browser) -> str:
    found = re.search(r'href="([^"]+)" rel="next"', browser.page.text)
    assert found
    return html.unescape(found[1])


def test_what_was_typed_is_escaped(chief: Browser) -> None:
    bad = '"><script>alert(1)</script>'
    chief.get("/print-log")
    chief.send("/print-log", name=bad, number=bad)
    assert "<script>" not in chief.page.text
    assert "&lt;script&gt;" in chief.page.text


def test_the_first_page_says_what_awaits(office: Office, chief: Browser) -> None:
    world = office.world
    chief.get("/")
    assert "端末が登録されていません" in chief.words
    unknown = world.in_state(IssueState.UNKNOWN)
    chief.get("/")
    assert "今日の発行" in chief.words
    assert "プリンターとの接続が切れました" in chief.words
    assert f"/issues/{unknown}/decide" in chief.page.text
    assert "0 日 点検していない日" in chief.words  # today is not over
    world.clock.advance(timedelta(hours=14))
    chief.sign_in("chief", NEW_PASSWORD)
    assert "1 日 点検していない日" in chief.words
    assert (
        "30 秒以上、応答がありません" in chief.words or "まだ一度も応答していません" in chief.words
    )
