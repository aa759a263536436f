"""One issue: detail, person, sheet, redrawing, and the decision flow with its rows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from admin.services.accounts import Role
from kiosk.domain.issuance import IssueState
from tests.fakes.sheet_maker import read_marks
from tests.fixtures.browser import Browser
from tests.fixtures.section import PRINTED, sample_applicant
from tests.integration.views.conftest import Office
from tests.integration.views.test_print_log import printed, rows, whole_log

XSS = "<img src=x onerror=alert(1)>見本&花子"
REASON = "排紙口に証明書が 1 枚あり、申請者に渡した。"


def test_the_detail_tells_the_whole_story(office: Office, chief: Browser) -> None:
    issue_id = office.world.in_state(IssueState.VOIDED)
    chief.get(f"/issues/{issue_id}")
    for words in ("発行 2026-000001 無効", "採番", "証明書を端末へ送付", "印刷を開始", "印刷済み",
                  "職員が結果を記録", "見本のため無効", "中央一丁目1番",
                  "見本-000001"):  # fmt: skip
        assert words in chief.words
    assert str(office.world.issue(issue_id).pdf_sha256) in chief.words
    assert "見本 太郎" not in chief.words  # the owner is not asked for here


def test_a_person_is_shown_for_a_purpose_and_the_look_is_a_row(
    office: Office, chief: Browser
) -> None:
    issue_id = printed(office.world, "見本 花子", corporation_name="見本建設株式会社")
    chief.get(f"/issues/{issue_id}")
    assert "見本 花子" not in chief.page.text
    chief.send(f"/issues/{issue_id}/applicant")
    assert chief.page.status_code == 422
    assert "目的を選んでください" in chief.words
    assert "見本 花子" not in chief.page.text
    assert rows(office.world, "person.viewed") == []
    chief.send(f"/issues/{issue_id}/applicant", purpose="disclosure")
    for item in ("法人", "見本建設株式会社", "見本 花子", "132-8501", "見本県見本市中央1-4-1",
                 "03-0000-1234", "本人からの開示の請求"):  # fmt: skip
        assert item in chief.words
    said = rows(office.world, "person.viewed")
    assert [(one["purpose"], one["number"], one["ok"]) for one in said] == [
        ("disclosure", "2026-000001", True)
    ]
    assert "見本 花子" not in whole_log(office.world)
    assert office.world.chain().fault is None


def test_a_name_with_markup_is_only_text(office: Office, chief: Browser) -> None:
    issue_id = printed(office.world, XSS)
    chief.get(f"/issues/{issue_id}")
    chief.send(f"/issues/{issue_id}/applicant", purpose="inquiry")
    assert "<img" not in chief.page.text
    assert "&lt;img src=x onerror=alert(1)&gt;見本&amp;花子" in chief.page.text


def test_a_person_whose_record_does_not_open_is_told(office: Office, chief: Browser) -> None:
    issue_id = printed(office.world)
    with office.world.database.write() as session:
        session.execute(text("UPDATE applicant SET name = phone"))
    chief.get(f"/issues/{issue_id}")
    chief.send(f"/issues/{issue_id}/applicant", purpose="inquiry")
    assert chief.page.status_code == 409
    assert "申請者の記録を開けませんでした" in chief.words
    assert rows(office.world, "person.viewed")[0]["ok"] is False


def test_a_purged_person_is_told(office: Office, chief: Browser) -> None:
    issue_id = printed(office.world)
    with office.world.database.write() as session:
        session.execute(text("DELETE FROM applicant"))
    chief.get(f"/issues/{issue_id}")
    chief.send(f"/issues/{issue_id}/applicant", purpose="inquiry")
    assert "保存の期間が過ぎた" in chief.words


def test_the_sheet_is_the_one_that_was_released(office: Office, chief: Browser) -> None:
    issue_id = printed(office.world)
    answer = chief.get(f"/issues/{issue_id}/sheet.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'inline; filename="2026-000001.pdf"'
    assert read_marks(answer.content)["issue_id"] == issue_id
    assert rows(office.world, "sheet.viewed") == [{"number": "2026-000001"}]


def test_a_sheet_that_was_never_made_or_was_tampered_with(office: Office, chief: Browser) -> None:
    failed = office.world.in_state(IssueState.FAILED)
    chief.get(f"/issues/{failed}/sheet.pdf")
    assert chief.page.status_code == 409
    assert "証明書を作っていません" in chief.words
    one, other = printed(office.world), printed(office.world)
    with office.world.database.write() as session:
        session.execute(
            text(
                "UPDATE issue SET sheet = (SELECT sheet FROM issue AS kept WHERE kept.id = :other) "
                "WHERE id = :one"
            ),
            {"one": one, "other": other},
        )
    chief.get(f"/issues/{one}/sheet.pdf")
    assert chief.page.status_code == 409
    assert "保存してある証明書を開けませんでした" in chief.words
    assert rows(office.world, "sheet.viewed") == []


def test_redrawing_compares_hashes(office: Office, chief: Browser) -> None:
    issue_id = printed(office.world)
    chief.get(f"/issues/{issue_id}")
    chief.send(f"/issues/{issue_id}/redraw")
    assert "1 バイトも違いません" in chief.words
    assert chief.words.count(str(office.world.issue(issue_id).pdf_sha256)) == 3
    office.world.maker.spoil = b"another renderer"
    chief.send(f"/issues/{issue_id}/redraw")
    assert "描き直した証明書が、発行したものと違います" in chief.words
    office.world.entries[1] = replace(office.world.entries[1], version=2)
    chief.send(f"/issues/{issue_id}/redraw")
    assert "台帳の記載が変わったため" in chief.words
    assert "今は版 2" in chief.words
    assert [one["result"] for one in rows(office.world, "sheet.viewed")] == [
        "same", "different", "entry_changed",
    ]  # fmt: skip


# --- decisions ----------------------------------------------------------------------------------


@pytest.mark.parametrize("new", [IssueState.PRINTED, IssueState.VOIDED])
def test_an_unknown_issue_is_decided_with_a_reason(
    office: Office, chief: Browser, new: IssueState
) -> None:
    issue_id = office.world.in_state(IssueState.UNKNOWN)
    chief.get(f"/issues/{issue_id}/decide")
    assert "端末のところで確かめてください" in chief.words
    chief.send(f"/issues/{issue_id}/decide", new=new.value, seen="yes", reason=REASON)
    assert chief.page.url.path == f"/issues/{issue_id}"
    assert "結果を記録しました" in chief.words
    assert REASON in chief.words
    assert office.world.state(issue_id) is new
    decided = rows(office.world, "issue.decided")
    assert decided == [{"old_state": "UNKNOWN", "new_state": new.value, "reason_text": REASON}]
    assert office.world.chain().fault is None


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"new": "PRINTED", "seen": "yes", "reason": " あ "}, "理由を 5〜1,000 文字で"),
        ({"new": "PRINTED", "reason": REASON}, "端末と排紙口を見て確かめたら"),
        ({"seen": "yes", "reason": REASON}, "結果を選んでください"),
        ({"new": "FAILED", "seen": "yes", "reason": REASON}, "結果を選んでください"),
    ],
)
def test_a_decision_without_its_grounds_changes_nothing(
    office: Office, chief: Browser, sent: dict[str, str], sentence: str
) -> None:
    issue_id = office.world.in_state(IssueState.UNKNOWN)
    chief.get(f"/issues/{issue_id}/decide")
    chief.send(f"/issues/{issue_id}/decide", **sent)
    assert chief.page.status_code == 422
    assert sentence in chief.words
    assert office.world.state(issue_id) is IssueState.UNKNOWN
    assert rows(office.world, "issue.decided") == []


def test_a_printed_sheet_is_voided_once(office: Office, chief: Browser) -> None:
    issue_id = printed(office.world)
    chief.get(f"/issues/{issue_id}/decide")
    assert "元に戻せません" in chief.words
    form = chief.form(f"/issues/{issue_id}/decide")
    chief.send(f"/issues/{issue_id}/decide", reason="宛名違いのため回収した")
    assert office.world.state(issue_id) is IssueState.VOIDED
    again = chief.request("POST", form.action, data={**form.fields, "reason": "もう一度無効に"})
    assert again.status_code == 422
    assert "今の状態では、この結果にできません" in again.text
    assert len(rows(office.world, "issue.decided")) == 1


@pytest.mark.parametrize("state", [IssueState.NUMBERED, IssueState.FAILED, IssueState.VOIDED])
def test_other_states_are_not_decided(office: Office, chief: Browser, state: IssueState) -> None:
    issue_id = office.world.in_state(state)
    chief.get(f"/issues/{issue_id}/decide")
    assert chief.page.status_code == 422
    assert "<textarea" not in chief.page.text


def test_the_counter_decides_unknown_but_voids_nothing(office: Office) -> None:
    browser = office.signed_in(Role.USER, "counter")
    unknown = office.world.in_state(IssueState.UNKNOWN)
    browser.get(f"/issues/{unknown}/decide")
    browser.send(f"/issues/{unknown}/decide", new="VOIDED", seen="yes", reason=REASON)
    assert office.world.state(unknown) is IssueState.VOIDED
    done = printed(office.world)
    browser.get(f"/issues/{done}")
    assert "無効にする" not in browser.words
    assert "申請者を見る" not in browser.words
    browser.get(f"/issues/{done}/decide")
    assert browser.page.status_code == 403


def test_a_reason_is_text_with_its_lines_and_nothing_else(office: Office, chief: Browser) -> None:
    issue_id = office.world.in_state(IssueState.UNKNOWN)
    chief.get(f"/issues/{issue_id}/decide")
    reason = "一行目です\r\n<b>二行目</b>\x00\x1b[31m"
    chief.send(f"/issues/{issue_id}/decide", new="VOIDED", seen="yes", reason=reason)
    said = rows(office.world, "issue.decided")[0]["reason_text"]
    assert said == "一行目です\n<b>二行目</b>[31m"
    assert "<b>二" not in chief.page.text
    assert office.world.chain().fault is None


def test_two_copies_are_two_issues_of_one_person(office: Office, chief: Browser) -> None:
    world = office.world
    application = world.application(applicant=sample_applicant("見本 二部"))
    for copy in (1, 2):
        order = world.order(application, copy_index=copy, copies=2)
        world.settled(world.spooled(order), PRINTED)
    chief.get("/print-log")
    assert "1/2" in chief.words
    assert "2/2" in chief.words
