"""Words of the section for the program's values; a test keeps every catalogue complete."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

import yaml

from admin.services.accounts import Role
from admin.services.authority import Deed
from admin.services.issue_words import ISSUE_MONEY, MONEY, STATES, fault
from admin.services.lookup import Standing, Verdict
from admin.services.sheets import Redrawn
from kiosk.domain.applicant import ApplicantKind
from kiosk.domain.assets import asset_path
from kiosk.domain.checks import CheckName
from kiosk.domain.events import EventCode
from kiosk.domain.fees import FeeMode, PaymentState
from kiosk.domain.issuance import IssueState
from kiosk.domain.printer import PrinterReason, PrinterState

__all__ = ["ISSUE_MONEY", "MONEY", "STATES", "fault"]

Kind = TypeVar("Kind", bound=StrEnum)

ROLES: dict[Role, str] = {
    Role.GENERAL_MANAGER: "統括管理者",
    Role.OPERATIONS_MANAGER: "運用管理者",
    Role.WORKPLACE_MANAGER: "職場管理者",
    Role.SYSTEM_LEADER: "システムリーダー",
    Role.USER: "利用者",
}

#: What a state means, for the person who has to act on it.
STATE_SENTENCES: dict[IssueState, str] = {
    IssueState.NUMBERED: "番号を取りました。証明書はまだ端末へ送られていません。",
    IssueState.RELEASED: "証明書を端末へ送りました。印刷の結果を待っています。",
    IssueState.SPOOLED: "端末が印刷しています。結果を待っています。",
    IssueState.PRINTED: "プリンターが、すべての紙を出し終えたことを確かめました。",
    IssueState.FAILED: "紙は出ていません。この番号は欠番で、もう使われません。",
    IssueState.UNKNOWN: "紙が出たかどうか分かりません。端末を見て、結果を記録してください。",
    IssueState.VOIDED: "この証明書は無効です。番号はもう使われません。",
}
#: The colour family of a state's label in staff.css; the word itself is always there too.
STATE_TONES: dict[IssueState, str] = {
    IssueState.NUMBERED: "moving",
    IssueState.RELEASED: "moving",
    IssueState.SPOOLED: "moving",
    IssueState.PRINTED: "good",
    IssueState.FAILED: "quiet",
    IssueState.UNKNOWN: "alert",
    IssueState.VOIDED: "void",
}

EVENTS: dict[EventCode, str] = {
    EventCode.TERMINAL_REGISTERED: "端末を登録",
    EventCode.TERMINAL_OPENED: "端末を開始",
    EventCode.TERMINAL_OPEN_REFUSED: "端末の開始を拒否",
    EventCode.TERMINAL_CLOSED: "端末の受付を終了",
    EventCode.TERMINAL_SELF_TEST: "端末の自己診断",
    EventCode.TERMINAL_RECOVERED: "端末の復旧",
    EventCode.TERMINAL_STOPPED: "端末を停止",
    EventCode.TERMINAL_REOPENED: "端末の停止を解除",
    EventCode.TERMINAL_REFUSED: "端末の通信を拒否",
    EventCode.APPLICATION_CREATED: "申請を受付",
    EventCode.SEARCH_SHOWN: "検索結果を表示",
    EventCode.SEARCH_SLOWED: "大量の検索を遅らせた",
    EventCode.ENTRY_OPENED: "台帳の記載を表示",
    EventCode.HISTORY_SHOWN: "敷地の履歴を表示",
    EventCode.NEIGHBOURS_SHOWN: "となりの地番を表示",
    EventCode.VISIT_ENDED: "利用の終了",
    EventCode.ISSUE_NUMBERED: "採番",
    EventCode.ISSUE_RELEASED: "証明書を端末へ送付",
    EventCode.ISSUE_SPOOLED: "印刷を開始",
    EventCode.ISSUE_PRINTED: "印刷済み",
    EventCode.ISSUE_FAILED: "欠番",
    EventCode.ISSUE_UNKNOWN: "結果不明 (要確認)",
    EventCode.ISSUE_DECIDED: "職員が結果を記録",
    EventCode.ISSUE_VOIDED: "無効",
    EventCode.ACCOUNT_CREATED: "職員IDを登録",
    EventCode.ACCOUNT_CHANGED: "職員IDを変更",
    EventCode.ACCOUNT_LOCKED: "職員IDを一時停止 (連続の失敗)",
    EventCode.CARD_REGISTERED: "職員のカードを登録",
    EventCode.CARD_REVOKED: "職員のカードを停止",
    EventCode.SIGNED_IN: "サインイン",
    EventCode.SIGN_IN_REFUSED: "サインインを拒否",
    EventCode.SIGNED_OUT: "サインアウト",
    EventCode.PASSWORD_CHANGED: "パスワードを変更",
    EventCode.PASSWORD_RESET: "パスワードを再発行",
    EventCode.ACCESS_REFUSED: "操作を拒否",
    EventCode.LOG_SEARCHED: "記録を検索",
    EventCode.PERSON_VIEWED: "申請者を表示",
    EventCode.SHEET_VIEWED: "証明書を表示",
    EventCode.SHEET_LOOKED_UP: "証明書を照合",
    EventCode.LOG_EXPORTED: "記録を書き出し",
    EventCode.PERIOD_REVIEWED: "期間を点検",
    EventCode.LOG_VERIFIED: "操作記録を検証",
    EventCode.LEDGER_IMPORTED: "台帳を読み込み",
    EventCode.LEDGER_IMPORT_REFUSED: "台帳の読み込みを拒否",
    EventCode.LEDGER_COPIED: "台帳を複製",
    EventCode.TOWN_ALIAS_CHANGED: "旧町名の表を変更",
    EventCode.DATABASE_MIGRATED: "データベースの版を更新",
    EventCode.CHANGE_RULED: "台帳の更新に作業IDを要るとした",
    EventCode.CHANGE_AUTHORIZED: "台帳の更新を許可",
    EventCode.CHANGE_REFUSED: "台帳の更新を断った",
    EventCode.CHANGE_CLOSED: "台帳の更新作業を終了",
    EventCode.CHANGE_REPORTED: "更新内容確認届出書を作成",
    EventCode.FEE_SET: "手数料を設定",
    EventCode.PAYMENT_REQUESTED: "手数料の支払いを開始",
    EventCode.PAYMENT_MONEY: "お金の出入り",
    EventCode.PAYMENT_TAKEN: "手数料を収納",
    EventCode.PAYMENT_MOVED: "支払いの状態を変更",
    EventCode.PROFILE_TRIED: "台帳ファイルの読み方を試行",
    EventCode.PROFILE_SAVED: "台帳ファイルの読み方を保存",
}


def event(code: str) -> str:
    """A deed's words; one that this program does not know (a newer one wrote it) by its code."""
    known = next((words for one, words in EVENTS.items() if one.value == code), None)
    return known or f"この版の知らない操作 ({code})"


DEEDS: dict[Deed, str] = {
    Deed.READ_PRINT_LOG: "印刷記録を見る",
    Deed.VIEW_PERSON: "申請者を見る",
    Deed.VIEW_SHEET: "証明書を見る",
    Deed.DECIDE_UNKNOWN: "要確認の結果を記録する",
    Deed.VOID_PRINTED: "印刷済みの証明書を無効にする",
    Deed.REVIEW: "期間を点検する",
    Deed.EXPORT: "書き出す",
    Deed.VIEW_TERMINALS: "端末を見る",
    Deed.STOP_TERMINAL: "端末を停止する",
    Deed.REOPEN_TERMINAL: "端末の停止を解除する",
    Deed.READ_OPERATIONS: "操作記録を見る",
    Deed.READ_ACCOUNTS: "職員IDを見る",
    Deed.KEEP_ACCOUNTS: "職員IDを管理する",
    Deed.KEEP_PROFILES: "台帳ファイルの読み方を決める",
    Deed.TAKE_FEES: "手数料の入金・返金を記録する",
}

PRINTER_STATES: dict[PrinterState, str] = {
    PrinterState.IDLE: "印刷できます",
    PrinterState.BUSY: "印刷中",
    PrinterState.STOPPED: "止まっています",
    PrinterState.OFFLINE: "つながっていません",
    PrinterState.UNKNOWN: "応答がありません",
}
PRINTER_REASONS: dict[PrinterReason, str] = {
    PrinterReason.MEDIA_EMPTY: "用紙切れ",
    PrinterReason.MEDIA_LOW: "用紙残りわずか",
    PrinterReason.MEDIA_JAM: "紙づまり",
    PrinterReason.COVER_OPEN: "カバーが開いている",
    PrinterReason.CUTTER_ERROR: "カッターの異常",
    PrinterReason.PRESENTER_OCCUPIED: "排紙口に紙が残っている",
    PrinterReason.OTHER_JOB: "ほかの印刷の実行中",
    PrinterReason.OWN_JOB: "前の印刷が残っている",
    PrinterReason.OFFLINE: "未接続",
    PrinterReason.NO_ANSWER: "応答なし",
    PrinterReason.GARBLED_ANSWER: "応答を読み取れない",
    PrinterReason.HARDWARE_ERROR: "機器の故障",
}

FEE_MODES: dict[FeeMode, str] = {
    FeeMode.OFF: "いただかない",
    FeeMode.COUNTER: "窓口で受け取る",
    FeeMode.ACCEPTOR: "端末の機械で受け取る",
}
PAYMENT_STATES: dict[PaymentState, str] = {
    PaymentState.AWAITING: "お支払い待ち",
    PaymentState.PAID: "お支払い済み",
    PaymentState.OWING: "返金・確認待ち",
    PaymentState.CLOSED: "完了",
}

#: Codes of admin.services.awaiting.terminal_faults.
TERMINAL_FAULTS: dict[str, str] = {
    "stopped": "停止の指示が出ています",
    "never_seen": "まだ一度も応答していません",
    "silent": "30 秒以上、応答がありません",
    "not_open": "職員による開始を待っています",
    "power_cycle": "プリンターの電源の入れ直しが要ります",
    "printer": "プリンターに異常があります",
    "self_test": "最後の自己診断が不合格でした",
}
#: Tone and word of admin.views.accounts.account_state.
ACCOUNT_STATES: dict[str, tuple[str, str]] = {
    "in_force": ("good", "使えます"),
    "first_password": ("moving", "受け渡し前"),
    "expired": ("warn", "期限切れ"),
    "early": ("quiet", "期間前"),
    "over": ("quiet", "期間後"),
    "disabled": ("void", "停止"),
}

REDRAWN: dict[Redrawn, tuple[str, str]] = {
    Redrawn.SAME: ("good", "描き直した証明書は、発行したものと 1 バイトも違いません。"),
    Redrawn.DIFFERENT: (
        "alert",
        "描き直した証明書が、発行したものと違います。統括管理者に知らせてください。",
    ),
    Redrawn.OTHER_VERSION: (
        "info",
        "発行したあとに様式・字体・公印の版が変わったため、描き直して比べることはできません。"
        "保存してある証明書は、そのまま見られます。",
    ),
    Redrawn.ENTRY_CHANGED: (
        "info",
        "発行したあとに台帳の記載が変わったため、描き直して比べることはできません。"
        "保存してある証明書は、そのまま見られます。",
    ),
    Redrawn.NEVER_RELEASED: ("info", "この番号では証明書を作っていません。"),
}

STANDINGS: dict[Standing, tuple[str, str]] = {
    Standing.ISSUED: ("good", "この番号の証明書は発行済みで、有効です。"),
    Standing.VOIDED: ("alert", "この番号の証明書は無効です。使えません。"),
    Standing.UNDECIDED: (
        "warn",
        "この番号は、紙が出たかどうかの確認が済んでいません。発行の画面で結果を記録してください。",
    ),
    Standing.UNDER_WAY: (
        "info",
        "この番号は発行の途中です。終わってから、もう一度照合してください。",
    ),
    Standing.NO_SHEET: (
        "alert",
        "この番号は欠番です。証明書は出していません。お手元の紙を預かり、"
        "統括管理者に知らせてください。",
    ),
    Standing.NO_SUCH_NUMBER: (
        "alert",
        "この番号は発行していません。読みまちがいがないか確かめ、同じであれば"
        "統括管理者に知らせてください。",
    ),
}
VERDICTS: dict[Verdict, tuple[str, str]] = {
    Verdict.GENUINE: ("good", "署名は正しく、内容は印刷記録と一致します。"),
    Verdict.REPLACED_KEY: (
        "warn",
        "署名と内容は合っていますが、取り替える前の鍵で署名されています。"
        "発行日と記載を、印刷記録と見比べてください。",
    ),
    Verdict.MALFORMED: (
        "alert",
        "この証明書の二次元コードとして読めません。もう一度読み取り、"
        "同じであれば番号で照合してください。",
    ),
    Verdict.UNKNOWN_KEY: (
        "alert",
        "この区の鍵で署名されていません。証明書として扱わないでください。",
    ),
    Verdict.FORGED: (
        "alert",
        "署名が合いません。書き換えられたか、作られたものです。証明書として扱わないでください。",
    ),
    Verdict.DIFFERS: (
        "alert",
        "署名は正しいのに、印刷記録と一致しません。すぐに統括管理者に知らせてください。",
    ),
}

KINDS: dict[ApplicantKind, str] = {
    ApplicantKind.INDIVIDUAL: "個人",
    ApplicantKind.CORPORATION: "法人",
}

#: kiosk/session names these; a terminal with another build may name more.
PHASES: dict[str, str] = {
    "starting": "起動中",
    "sign_in": "職員の開始待ち",
    "self_test": "自己診断中",
    "out_of_order": "故障のため休止 (係員待ち)",
    "closed": "休止中",
    "attract": "受付中 (待ち受け)",
    "consent": "利用中",
    "applicant": "利用中",
    "search": "利用中",
    "results": "利用中",
    "entry": "利用中",
    "preview": "利用中",
    "confirm": "利用中",
    "printing": "印刷中",
    "take_paper": "利用中",
    "end": "利用中",
    "sorry": "利用中 (窓口を案内)",
}

#: Parts of the server that do something of their own accord.
SYSTEMS: dict[str, str] = {
    "command-line": "コマンド",
    "demo": "見本の用意",
    "pages": "職員のページ",
    "sign-in": "サインイン",
    "signature": "署名の確認",
}

CHECKS: dict[CheckName, str] = {
    CheckName.PRINTER: "プリンター",
    CheckName.PAPER: "用紙",
    CheckName.SERVER: "サーバー",
    CheckName.FORM: "様式",
    CheckName.CLOCK: "時計",
    CheckName.FONTS: "字体",
    CheckName.DISPLAY: "画面",
    CheckName.DISK: "ディスク",
    CheckName.RECOVERY: "前回の発行の後始末",
    CheckName.CARD: "カードリーダー",
    CheckName.ACCEPTOR: "硬貨の機械",
}


def check(name: str) -> str:
    """A check's name; one that a newer terminal sent stands as it is."""
    known = _member(CheckName, name)
    return CHECKS[known] if known else name


CARD_KINDS: dict[str, str] = {"felica": "FeliCa", "piv": "PIV"}
#: The colour family and the word of a card's state.
CARD_STATES: dict[str, tuple[str, str]] = {
    "live": ("good", "使えます"),
    "over": ("warn", "証明書の期限切れ"),
    "revoked": ("quiet", "停止"),
}
#: What stands under ``kind`` in the log where it is not an applicant's.
METHODS: dict[str, str] = {"staff_id": "職員ID", **CARD_KINDS}


def printer(status: Mapping[str, Any] | None) -> str:
    """A heartbeat's printer status, in words."""
    if not status:
        return "まだ届いていません"
    state = _member(PrinterState, str(status.get("state", "")))
    reasons = [
        PRINTER_REASONS[reason] if reason else str(text)
        for text in status.get("reasons", [])
        for reason in [_member(PrinterReason, str(text))]
    ]
    said = PRINTER_STATES[state] if state else str(status.get("state", ""))
    return f"{said} ({'、'.join(reasons)})" if reasons else said


def _member(kind: type[Kind], value: str) -> Kind | None:
    try:
        return kind(value)
    except ValueError:
        return None


def actor(who: str) -> str:
    """``staff:chief`` as 職員 chief."""
    kind, _, name = who.partition(":")
    word = {"staff": "職員", "terminal": "端末", "system": "システム"}.get(kind, kind)
    return f"{word} {SYSTEMS.get(name, name) if kind == 'system' else name}".strip()


def role(said: str) -> str:
    """The word of a stored role."""
    return ROLES[Role(said)]


@functools.lru_cache(maxsize=1)
def _check_sentences() -> dict[str, str]:
    """The terminal's own sentences for staff, by the self-test's code."""
    text = asset_path("strings", "session.ja.yaml").read_text(encoding="utf-8")
    found: dict[str, str] = yaml.safe_load(text)["check"]
    return found


def check_sentence(code: str) -> str:
    """What a failed check says to staff; an unknown code as it is."""
    return _check_sentences().get(code, code)
