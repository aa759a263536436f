"""更新内容確認届出書 (第4号様式の2): what was changed under a work ID, drawn from the rows.

Only the form's title is in the rules; the layout is ours until the ward gives its own.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from admin.db.change_tables import ChangeAuthority, What
from admin.db.staff_tables import StaffAccount
from admin.reports.paper import Paper
from admin.services import change_rows
from admin.services.change_limits import limits_of
from admin.services.context import JST
from kiosk.certificate.fonts import FontSet
from kiosk.certificate.places import MM
from kiosk.domain.eras import wareki

TITLE = "更新内容確認届出書（第4号様式の2）"
#: Entries spelled out; the rest is counted, and stands in the database.
LISTED = 2000
WORDS = {What.CREATED: "追加", What.UPDATED: "変更", What.REMOVED: "削除"}
EDITS = {"edit-entry": "1件の訂正", "remove-entry": "1件の削除"}
_NONE = "（なし）"


def change_report(
    session: Session, authority: ChangeAuthority, fonts: FontSet, today: date
) -> bytes:
    """The report as PDF. It can be drawn while the work goes on, and says so then."""
    paper = Paper(fonts)
    paper.title(TITLE)
    paper.row("作成日", wareki(today))
    paper.row("作業ID", authority.work_id)
    paper.row("申請者", _person(session, authority.applicant))
    paper.row("許可した者", _person(session, authority.approver))
    paper.row("更新する理由", authority.reason)
    paper.row("更新の範囲", authority.scope)
    limits = limits_of(authority).words()
    if limits:
        paper.row("範囲の確認", f"{limits}（この範囲の外は、更新できません）")
    paper.row("許可の期間", f"{moment(authority.valid_from)}から {moment(authority.valid_to)}まで")
    if authority.closed_at is None:
        paper.row("作業の終了", "まだ終わっていません")
    else:
        paper.row("作業の終了", moment(authority.closed_at))
        paper.row("確認した者", _person(session, authority.closed_by or ""))
        paper.row("確認の結果", authority.remark or "")
    paper.rule()
    _loads(session, paper, authority.work_id)
    paper.rule()
    _entries(session, paper, authority.work_id)
    return paper.pdf(f"{TITLE} {authority.work_id}", today)


def _loads(session: Session, paper: Paper, work_id: str) -> None:
    counted = change_rows.counts(session, work_id)
    paper.row("件数", "、".join(f"{WORDS[what]} {counted[what]:,} 件" for what in What))
    for load in change_rows.loads(session, work_id):
        if load.profile in EDITS:
            paper.row(EDITS[load.profile], moment(load.at))
            continue
        paper.row(
            "読み込み",
            f"{moment(load.at)}  プロファイル {load.profile}  {load.rows:,} 行"
            f"（受け付けられない行 {load.refused:,}）\nSHA-256 {load.file_sha256}",
        )


def _entries(session: Session, paper: Paper, work_id: str) -> None:
    left = sum(change_rows.counts(session, work_id).values())
    for at, entry in enumerate(change_rows.changes(session, work_id)):
        if at == LISTED:
            paper.words(f"ほか {left - LISTED:,} 件は、台帳の記録にあります。")
            return
        paper.words(f"{WORDS[entry.what]}  台帳番号 {entry.ledger_no}")
        for heading, old, new in entry.differences():
            indent = 6 * MM
            if entry.what is What.CREATED:
                paper.words(f"{heading}: {new}", indent=indent)
            elif entry.what is What.REMOVED:
                paper.words(f"{heading}: {old}", indent=indent)
            else:
                paper.words(f"{heading}: {old or _NONE} → {new or _NONE}", indent=indent)
    if not left:
        paper.words("更新した台帳はありません。")


def _person(session: Session, staff_id: str) -> str:
    account = session.get(StaffAccount, staff_id)
    return f"{account.display_name}（{staff_id}）" if account else staff_id


def moment(at: datetime) -> str:
    """``令和8年11月24日 9時30分``, Japan time."""
    local = at.astimezone(JST)
    return f"{wareki(local.date())} {local.hour}時{local.minute:02d}分"
