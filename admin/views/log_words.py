"""How the operation log's own words are shown: every key, and every value that is a code.

The log keeps codes, so that what it hashed reads the same in ten years; people read these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from admin.services import issue_words
from admin.services.authority import Deed
from admin.services.lookup import Standing, Verdict
from admin.services.operation_log import FAULT_WORDS
from admin.services.row_audit import ROW_WORDS
from admin.services.sheets import Redrawn
from admin.views import sentences, show, words
from kiosk.domain.applicant import ApplicantKind
from kiosk.domain.printer import ClearState, PrinterReason
from kiosk.domain.query import QueryKind

#: One for every key of kiosk.domain.events.ALLOWED_KEYS.
KEYS: dict[str, str] = {
    "accepting": "受付", "account": "職員ID", "application_id": "申請", "build": "版",
    "bytes_total": "送る量", "bytes_written": "送った量", "category": "区分",
    "chain_head": "鎖の先頭", "changed": "変更", "checks": "診断", "clear": "プリンターの残り",
    "code": "内容", "completion_mark": "完了の応答", "content_sha256": "内容のハッシュ",
    "copies": "部数", "copy": "何部目", "count": "件数", "digest": "ハッシュ",
    "encoding": "文字コード", "ending": "終わり方", "entries": "新しい台帳", "entry_id": "台帳",
    "entry_version": "台帳の版", "evidence": "証拠", "failed": "欠番にした件数",
    "fault": "原因", "fields": "項目", "file_sha256": "ファイルのハッシュ", "filters": "条件",
    "form": "様式", "form_version": "様式の版", "format": "形式", "from": "から", "kind": "区分",
    "lines": "行数", "new_state": "あとの状態", "number": "発行番号", "ok": "結果",
    "old_state": "前の状態", "page_count": "枚数", "pages_completed": "出た枚数",
    "pdf_sha256": "証明書のハッシュ", "period": "期間", "power_cycled": "電源の入れ直し",
    "presenter_taken": "受け取り", "printer": "プリンター", "profile": "読み方", "purpose": "目的",
    "query_kind": "検索の種類", "raster_sha256": "印刷した絵のハッシュ", "reason": "理由",
    "reason_text": "理由", "refused": "除いた行", "remark": "所見", "result": "結果",
    "revision": "データベースの版", "role": "役割", "rows": "行数",
    "salted_sha256": "申請者のハッシュ", "serial": "通し番号", "staff_id": "職員ID",
    "status": "プリンターの状態", "terminal": "端末", "to": "まで", "updated": "更新",
    "user_id": "利用者ID", "valid_from": "権限の開始", "valid_to": "権限の終了",
    "visit": "利用", "work_id": "作業ID", "year": "年度", "first_day": "始まりの日",
    "issue": "発行", "line": "行", "looked": "返却口の確認", "mode": "支払いの時",
    "money": "お金の種類", "payment": "支払い", "source": "どこから", "target": "どこへ",
    "yen": "円",
}  # fmt: skip

QUERY_KINDS: dict[QueryKind, str] = {
    QueryKind.ANY: "指定なし",
    QueryKind.LOT: "地名地番",
    QueryKind.RESIDENTIAL: "住居表示",
    QueryKind.CONFIRMATION: "確認番号",
    QueryKind.OWNER: "建築主",
}
CLEAR_STATES: dict[ClearState, str] = {
    ClearState.CLEAR: "残っていない",
    ClearState.HOLDS_OWN: "前の印刷が残っている",
    ClearState.NEEDS_POWER_CYCLE: "電源の入れ直しが要る",
    ClearState.UNKNOWN: "分からない",
}
REDRAWN: dict[Redrawn, str] = {
    Redrawn.SAME: "発行したものと同じ",
    Redrawn.DIFFERENT: "発行したものと違う",
    Redrawn.OTHER_VERSION: "様式などの版が変わった",
    Redrawn.ENTRY_CHANGED: "台帳の記載が変わった",
    Redrawn.NEVER_RELEASED: "証明書を作っていない",
}
STANDINGS: dict[Standing, str] = {
    Standing.ISSUED: "発行済み",
    Standing.VOIDED: "無効",
    Standing.UNDECIDED: "要確認",
    Standing.UNDER_WAY: "発行の途中",
    Standing.NO_SHEET: "欠番",
    Standing.NO_SUCH_NUMBER: "発行していない番号",
}
VERDICTS: dict[Verdict, str] = {
    Verdict.GENUINE: "署名は正しい",
    Verdict.REPLACED_KEY: "取り替える前の鍵の署名",
    Verdict.MALFORMED: "読めない二次元コード",
    Verdict.UNKNOWN_KEY: "知らない鍵の署名",
    Verdict.FORGED: "署名が合わない",
    Verdict.DIFFERS: "印刷記録と一致しない",
}
#: The terminal's search (kiosk.ledger_client.wire) and the command's.
_SEARCHES = {
    "found": "見つかった", "none": "見つからない", "nohits": "見つからない",
    "too_many": "多すぎる", "toomany": "多すぎる", "unavailable": "検索できない",
}  # fmt: skip
#: kiosk.session.effects.EndVisit.
ENDINGS = {
    "done": "終わった", "cancelled": "中止", "timed_out": "時間切れ", "fault": "故障",
    "stopped": "停止",
}  # fmt: skip
#: What signatures, pages and authorities refuse, and what is not a sentence of its own.
CODES = {
    "signature": "端末の署名が正しくない", "signature_age": "端末の時計がずれている",
    "signature_old_server": "再起動の前の署名", "signature_replay": "同じ署名がもう一度来た",
    "cross_site": "ほかのサイトからの送信", "form_token": "古い画面からの送信",
    "applicant": "申請者が権限の外", "approver": "許可する者が権限の外", "reason": "理由がない",
    "scope": "範囲がない", "period": "期間が正しくない", "long": "期間が長すぎる",
}  # fmt: skip
_FILTERS = {
    "from": "いつから", "to": "いつまで", "state": "状態", "terminal": "端末",
    "number": "発行番号", "user_id": "利用者ID", "name": "氏名", "event": "操作",
    "actor": "だれが",
}  # fmt: skip


def _named(kind: Mapping[Any, str]) -> dict[str, str]:
    """A catalogue by enumeration as one by the values that the log keeps."""
    return {str(key): word for key, word in kind.items()}


_STATES = _named(words.STATES)
_DEEDS = {deed.value: f"権限がない（{words.DEEDS[deed]}）" for deed in Deed}
#: Value by key; a value that is not here is shown as it is.
VALUES: dict[str, dict[str, str]] = {
    "account": {"unknown": "登録のない職員ID"},
    "changed": {"pin": "暗証番号", "disabled": "停止", "period": "権限の期間"},
    "clear": _named(CLEAR_STATES),
    "code": {**_DEEDS, **_named(VERDICTS), **CODES},
    "encoding": {"utf-8": "UTF-8", "utf-8-sig": "UTF-8（BOM あり）", "cp932": "CP932"},
    "ending": ENDINGS,
    "fields": {"with_applicants": "申請者を含む", "without_applicants": "申請者を含まない"},
    "format": {"csv": "CSV", "xlsx": "XLSX", "jsonl": "JSON"},
    "kind": {
        ApplicantKind.INDIVIDUAL.value: "個人", ApplicantKind.CORPORATION.value: "法人",
        "added": "追加", "removed": "削除", **words.METHODS,
    },
    "new_state": _STATES,
    "old_state": _STATES,
    "purpose": {**sentences.PURPOSES, "command-line": "コマンドでの表示"},
    "query_kind": _named(QUERY_KINDS),
    "result": {**_named(REDRAWN), **_named(STANDINGS), **_SEARCHES},
    "role": _named(words.ROLES),
}  # fmt: skip


def _fault(said: str) -> str:
    """Why an issue did not end well, or why the chain or a row does not hold."""
    code, _, which = said.partition(" ")
    if said in FAULT_WORDS:
        return FAULT_WORDS[said]
    if which and code in ROW_WORDS:
        return f"{which}: {ROW_WORDS[code]}"
    return issue_words.fault(said)


def _filter(said: str) -> str:
    """``state=UNKNOWN`` as 状態 要確認; a name is only named."""
    key, _, text = said.partition("=")
    shown = _STATES.get(text, text) if key == "state" else text
    if key == "event":
        shown = next((word for event, word in words.EVENTS.items() if event.value == text), text)
    return f"{_FILTERS.get(key, key)} {shown}".strip()


def _check(said: str) -> str:
    """``paper:media_empty`` as what a failed check says to staff."""
    check, _, code = said.partition(":")
    shown = "良" if code == "ok" else words.check_sentence(code)
    return f"{words.check(check)} {shown}"


def _status(said: str) -> str:
    """``stopped media-empty`` as 止まっています 用紙切れ."""
    state, *reasons = said.split()
    states = {one.value: word for one, word in words.PRINTER_STATES.items()}
    known = {one.value: one for one in PrinterReason}
    told = [words.PRINTER_REASONS[known[one]] if one in known else one for one in reasons]
    return " ".join([states.get(state, state), *told])


def _instant(said: str) -> str:
    """An instant of the log (UTC) on the office's clock."""
    try:
        return show.moment(datetime.fromisoformat(said))
    except ValueError:
        return said


_SPECIAL: dict[str, Callable[[str], str]] = {
    "checks": _check, "fault": _fault, "filters": _filter, "reason": _fault, "status": _status,
    "valid_from": _instant, "valid_to": _instant,
}  # fmt: skip


def value(key: str, said: object) -> str:
    """One value of a log row, readable."""
    if isinstance(said, bool):
        return "はい" if said else "いいえ"
    if said is None:
        return "—"
    if isinstance(said, list):
        return "、".join(value(key, item) for item in said)
    text = str(said)
    if key in _SPECIAL and text:
        return _SPECIAL[key](text)
    return VALUES.get(key, {}).get(text, text)
