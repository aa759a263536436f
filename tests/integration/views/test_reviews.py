"""Reviews: a period is marked with who, when, remark, rows and the chain's head."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from admin.db.log_tables import LogHead
from admin.services import print_log
from admin.services.awaiting import unreviewed_days
from kiosk.domain.issuance import IssueState
from tests.fixtures.browser import Browser, forms_of
from tests.fixtures.section import NOT_STARTED, World
from tests.integration.views.conftest import NEW_PASSWORD, Office
from tests.integration.views.test_print_log import rows

POST = ("post", "/reviews")


def next_day(office: Office, browser: Browser) -> None:
    office.world.clock.advance(timedelta(days=1))
    browser.sign_in("chief", NEW_PASSWORD)


def open_days(world: World) -> dict[str, int]:
    with world.database.read() as session:
        found = unreviewed_days(session, world.services.today())
    return {one.day.isoformat(): one.issues for one in found}


def test_a_period_is_reviewed_and_the_review_is_a_row(office: Office, chief: Browser) -> None:
    world = office.world
    world.in_state(IssueState.PRINTED)
    world.in_state(IssueState.FAILED)
    next_day(office, chief)
    with world.database.read() as session:
        head = bytes(session.get_one(LogHead, 1).hash).hex()
    chief.get("/reviews")
    assert "合計 2 件" in chief.words
    assert "令和8年6月15日(月)" in chief.words
    chief.send("/reviews")  # the period's own form, as it stands, says the same
    assert "合計 2 件" in chief.words
    form = next(one for one in forms_of(chief.page.text) if (one.method, one.action) == POST)
    chief.post("/reviews", **{**form.fields, "remark": "異常なし。\r\n欠番 1 件を確認。"})
    assert "期間を点検済みにしました" in chief.words
    said = rows(world, "period.reviewed")
    assert said == [
        {
            "from": "2026-06-15", "to": "2026-06-15", "rows": 2, "chain_head": head,
            "remark": "異常なし。\n欠番 1 件を確認。",
        }
    ]  # fmt: skip
    with world.database.read() as session:
        review = print_log.reviews(session)[0]
        assert (review.staff_id, review.rows, review.chain_head) == ("chief", 2, head)
    assert "欠番 1 件を確認。" in chief.words
    assert head[:12] in chief.words
    assert world.chain().fault is None


def test_days_wait_until_they_are_reviewed_after_their_last_issue(
    office: Office, chief: Browser
) -> None:
    world = office.world
    assert open_days(world) == {}
    world.settled(world.reserved(), NOT_STARTED)
    world.settled(world.reserved(), NOT_STARTED)
    day = world.services.today()
    assert open_days(world) == {"2026-06-15": 2}
    world.clock.advance(timedelta(minutes=1))
    print_log.review_period(world.services, "chief", day, day, "")
    assert open_days(world) == {}
    world.clock.advance(timedelta(minutes=1))
    world.settled(world.reserved(), NOT_STARTED)  # after the review, on the same day
    assert open_days(world) == {"2026-06-15": 1}
    world.clock.advance(timedelta(days=1))
    world.settled(world.reserved(), NOT_STARTED)
    assert open_days(world) == {"2026-06-15": 1, "2026-06-16": 1}
    world.clock.advance(timedelta(days=1))
    print_log.review_period(world.services, "chief", day, day + timedelta(days=1), "")
    assert open_days(world) == {}


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("2026-06-16", "2026-06-15", "始まりの日が終わりの日より後"),
        ("2026-06-15", "2026-06-17", "これから来る日は点検できません"),
        ("", "", "期間の始まりと終わりの日を入力"),
        ("きのう", "2026-06-15", "日付を読み取れません"),
    ],
)
def test_a_period_that_cannot_be_reviewed(
    office: Office, chief: Browser, first: str, last: str, sentence: str
) -> None:
    chief.get("/reviews")
    token = chief.form("/sign-out").fields["form_token"]
    chief.post("/reviews", form_token=token, to=last, remark="", **{"from": first})
    assert chief.page.status_code == 422
    assert sentence in chief.words
    assert office.world.count("period_review") == 0


def test_a_broken_chain_is_not_signed(office: Office, chief: Browser) -> None:
    world = office.world
    with world.database.write() as session:
        session.execute(text("UPDATE log_head SET hash = :no"), {"no": bytes(32)})
    chief.get("/reviews")
    token = chief.form("/sign-out").fields["form_token"]
    day = {"from": "2026-06-15", "to": "2026-06-15"}
    chief.post("/reviews", form_token=token, remark="所見は残ります", **day)
    assert chief.page.status_code == 422
    assert "操作記録の鎖が途中で合わない" in chief.words
    assert "所見は残ります" in chief.page.text
    assert world.count("period_review") == 0
