"""The section's words for an issue's state and for why it did not end well."""

from __future__ import annotations

from kiosk.domain.fees import Money
from kiosk.domain.issuance import IssueState
from kiosk.domain.printer import PrintFault

STATES: dict[IssueState, str] = {
    IssueState.NUMBERED: "採番済み",
    IssueState.RELEASED: "端末へ送付",
    IssueState.SPOOLED: "印刷中",
    IssueState.PRINTED: "印刷済み",
    IssueState.FAILED: "欠番",
    IssueState.UNKNOWN: "要確認",
    IssueState.VOIDED: "無効",
}

PRINT_FAULTS: dict[PrintFault, str] = {
    PrintFault.NOT_READY: "プリンターの準備ができていませんでした",
    PrintFault.BUSY: "プリンターがほかの印刷をしていました",
    PrintFault.RASTER_FAILED: "印刷する絵を作れませんでした",
    PrintFault.SHORT_WRITE: "プリンターが途中までしか受け取りませんでした",
    PrintFault.TIMED_OUT: "時間内に終わりませんでした",
    PrintFault.DISCONNECTED: "プリンターとの接続が切れました",
    PrintFault.STALLED: "印刷が途中で止まりました",
    PrintFault.STATUS_CHANGED: "印刷中にプリンターの異常が起きました",
    PrintFault.NO_COMPLETION: "印刷の完了を確かめられませんでした",
    PrintFault.COUNTER_MISMATCH: "出た枚数が合いませんでした",
    PrintFault.RESTARTED: "端末が途中で再起動しました",
    PrintFault.MISMATCH: "印刷前の照合が合いませんでした",
    PrintFault.INTERNAL: "端末のプログラムに問題が起きました",
}
#: Why the server itself ended an issue before release (admin/services/issuing.py).
RELEASE_FAULTS: dict[str, str] = {
    "stopped": "停止の指示が出ていました",
    "stale_content": "台帳が更新されました",
    "clock": "サーバーの時計が正しくありませんでした",
    "not_certifiable": "証明できない記載でした",
    "missing_glyph": "印字できない文字がありました",
    "form_invalid": "様式に問題がありました",
    "stamp_incomplete": "番号・日付・公印がそろいませんでした",
    "code_unsigned": "二次元コードに署名できませんでした",
    "incomplete": "証明書に足りない項目がありました",
    "internal": "サーバーに問題が起きました",
    "fee_unpaid": "手数料のお支払いを確かめられませんでした",
}
#: What a row of the payment ledger is.
MONEY: dict[Money, str] = {
    Money.INSERTED: "機械に投入",
    Money.RECEIVED: "窓口で入金",
    Money.VENDED: "収納",
    Money.HELD: "結果待ちで保留",
    Money.KEPT: "保留から収納",
    Money.OWED: "返金の決定",
    Money.RETURNED: "機械が返却",
    Money.REFUNDED: "窓口で返金",
    Money.MISSING: "機械にない",
    Money.UNCLAIMED: "預かり",
    Money.SHORT: "機械の不足",
}
#: How an issue's fee stands (admin.services.payment_list).
ISSUE_MONEY: dict[str, str] = {
    "earned": "収納済み",
    "held": "結果待ちで保留",
    "owed": "返金待ち",
    "refunded": "返金済み",
    "none": "収納なし",
}


def fault(code: str) -> str:
    """Why an issue did not end well, in words; the code itself if it is not known."""
    known: dict[str, str] = {item.value: text for item, text in PRINT_FAULTS.items()}
    return known.get(code) or RELEASE_FAULTS.get(code, code)
