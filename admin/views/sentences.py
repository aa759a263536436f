"""Sentences for what was refused and what was done: the cause, and what to do now."""

from __future__ import annotations

#: Codes of admin/services/accounts.py.
ACCOUNT_REFUSALS: dict[str, str] = {
    "sign_in_refused": (
        "職員IDかパスワードが違うか、権限の期間ではありません。"
        "確かめてもう一度入力し、分からないときは統括管理者に再発行を頼んでください。"
    ),
    "locked": (
        "続けて間違えたため、しばらく使えません。15分たってから、もう一度入力してください。"
    ),
    "password_short": "新しいパスワードは 8 文字以上にしてください。",
    "password_characters": "新しいパスワードは 128 文字までの、ふつうの文字にしてください。",
    "password_kinds": (
        "新しいパスワードは、英大文字・英小文字・数字・記号のうち 3 種類以上を使ってください。"
    ),
    "password_same": "今と同じパスワードは使えません。別のものにしてください。",
    "password_differs": "新しいパスワードが 2 回とも同じになるように、もう一度入力してください。",
    "old_password": "今のパスワードが違います。確かめて、もう一度入力してください。",
    "staff_id_shape": (
        "職員IDは、半角の英数字と - _ で 2〜32 文字にしてください。最初は英数字です。"
    ),
    "staff_id_taken": "この職員IDは使われています。職員IDは使い回せません。別のIDにしてください。",
    "display_name": "氏名を 100 文字までで入力してください。",
    "period": "権限の期間は、終わりの日を始まりの日より後にしてください。",
    "pin_shape": (
        "暗証番号は 6〜12 けたの数字にしてください。"
        "同じ数字だけのものや、123456 のような並びは使えません。"
    ),
    "role": "役割を選んでください。",
    "unknown_account": "この職員IDは、登録がないか、すでに停止しています。",
    "last_manager": (
        "最後の統括管理者は外せません。先に、別の職員を統括管理者として登録してください。"
    ),
    "idm_shape": "FeliCa の IDm は、0〜9 と A〜F の 16 けたで入力してください。",
    "card_taken": (
        "このカードはすでに登録されています。使い回すときは、先に前の登録を停止してください。"
    ),
    "card_pem": (
        "証明書を読み取れません。-----BEGIN CERTIFICATE----- から "
        "-----END CERTIFICATE----- までを残らず貼り付けてください。"
    ),
    "card_key_kind": (
        "このカードの鍵は使えません。ECC P-256 か RSA 2048 ビットの鍵のカードを使ってください。"
    ),
    "card_over": "この証明書は期限が切れています。カードを更新してから登録してください。",
    "unknown_card": "このカードは、登録がないか、すでに停止しています。",
    "too_early": "権限の期間が今日より前に終わっています。停止するときは「停止」を使ってください。",
}

#: Codes of the deeds on the print log.
DEED_REFUSALS: dict[str, str] = {
    "reason_needed": "理由を 5〜1,000 文字で書いてください。",
    "unknown_issue": "この発行はありません。印刷記録から選び直してください。",
    "not_allowed": "今の状態では、この結果にできません。最新の状態を確かめてください。",
    "result_needed": "結果を選んでください。",
    "seen_needed": "端末と排紙口を見て確かめたら、印を付けてください。",
    "purpose_needed": "目的を選んでください。",
    "bad_period": "期間は、始まりの日が終わりの日より後にならないようにしてください。",
    "period_needed": "期間の始まりと終わりの日を入力してください。",
    "future": "これから来る日は点検できません。今日までの日にしてください。",
    "remark_too_long": "所見は 1,000 文字までにしてください。",
    "chain_broken": (
        "操作記録の鎖が途中で合わないため、点検済みにできません。"
        "すぐに統括管理者へ知らせてください。"
    ),
    "bad_day": "日付を読み取れません。令和8年4月1日、R8.4.1、2026-04-01 のように入力してください。",
    "nothing": "条件に合う記録がありません。条件を変えてください。",
    "too_many_rows": "一度に書き出せるのは 20,000 件までです。期間を短くしてください。",
    "format_needed": "形式を選んでください。",
    "stop_reason": "理由を 2〜200 文字で書いてください。",
    "already": "すでにその状態です。最新の状態を確かめてください。",
    "profile_name": "読み方の名前を、日本語か英数字で 1〜40 文字にしてください。",
    "profile_taken": "その名前は、はじめからある読み方の名前です。別の名前にしてください。",
    "sample_needed": "ファイルを選んでください。選んでから時間がたったときは、選び直してください。",
    "sample_headings": "1行目に見出しのある、200列までのファイルにしてください。",
    "number_or_code": (
        "発行番号は 2026-000123 のように入力してください。"
        "二次元コードは、D1 で始まる文字を残らず入れてください。"
        "申請は、申請番号 (A-3F9C-21BE-7C10) か利用者ID (U-7K2M-9QX4) で探せます。"
    ),
    "no_such_application": "この申請番号・利用者IDの申請はありません。控えをもう一度見てください。",
    "unknown_payment": "このお支払いはありません。入金の一覧から選び直してください。",
    "not_awaiting": "このお支払いは、もう待っていません。最新の状態を確かめてください。",
    "amount_differs": "受け取った額が請求の額とちがいます。おつりを除いた額を入れてください。",
    "nothing_owed": "返すお金はありません。最新の状態を確かめてください。",
    "machine_returning": (
        "端末の機械が返しているところかもしれません。"
        "1分ほど待って、返却口と最新の状態を確かめてください。"
    ),
    "look_first": (
        "機械がもう返しているかもしれません。"
        "返却口と機械の中を確かめて、「確かめた」に印を付けてください。"
    ),
    "open_issue": "証明書を印刷しているところです。終わるまで待ってください。",
    "no_sheet": "この番号では証明書を作っていません。",
    "sheet_damaged": (
        "保存してある証明書を開けませんでした。記録と合わないか、鍵が違います。"
        "統括管理者に知らせてください。"
    ),
    "person_damaged": (
        "申請者の記録を開けませんでした。鍵が違うか、記録が壊れています。"
        "統括管理者に知らせてください。"
    ),
    "no_person": "申請者の記録は、保存の期間が過ぎたため残っていません。",
}

#: What a form's success page says; the address carries only the key.
DONE: dict[str, str] = {
    "profile_saved": "読み方を保存しました。import-ledger の --profile で使えます。",
    "password": "パスワードを変更しました。",
    "signed_out": "サインアウトしました。",
    "expired": "時間がたったため、サインアウトしました。もう一度サインインしてください。",
    "decided": "結果を記録しました。",
    "reviewed": "期間を点検済みにしました。",
    "received": "入金を記録しました。端末で、まもなく印刷が始まります。",
    "payment_cancelled": "お支払いを取り消しました。",
    "handed_out": "記録しました。",
    "stopped": "停止の指示を出しました。端末は数秒で休止します。",
    "reopened": "停止の指示を取り消しました。端末で職員IDと暗証番号を入れると再開できます。",
    "verified": "操作記録をはじめから確かめました。鎖は合っています。",
    "disabled": "職員IDを停止しました。この職員のサインインはすべて切れました。",
    "pin": "暗証番号を設定しました。",
    "period": "権限の期間を変更しました。",
    "card": "カードを登録しました。端末で開始できるか、本人に試してもらってください。",
    "card_revoked": "カードを停止しました。このカードではもう端末を開始できません。",
}

#: Why a person's record or a list is opened: what the log keeps (個人情報保護法 第61条, 第69条).
PURPOSES: dict[str, str] = {
    "inquiry": "窓口・電話での照会への回答",
    "issue_check": "発行の結果の確認",
    "review": "記録の点検",
    "disclosure": "本人からの開示の請求",
    "incident": "障害・事故の調査",
    "statistics": "件数の報告",
}


def refusal(code: str) -> str:
    """The sentence of a code, whichever service gave it."""
    return ACCOUNT_REFUSALS.get(code) or DEED_REFUSALS[code]
