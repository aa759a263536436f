"""Sentences of the ledger that a person of the ward sees, in one place."""

from __future__ import annotations

from typing import Final

from kiosk.domain.ledger import NotCertifiable

#: Labels of buttons that narrow or widen a search.
LABELS: Final = {
    "year": "{year}年（{wareki}）",
    "any_year": "年を指定しないで探す",
    "any_town": "町を指定しないで探す",
    "residential": "住居表示として探す",
    "lot": "地名地番として探す",
    "owner": "建築主として探す",
    "guess": "「{place}」のことですか",
    "former": "{place}（旧 {former}）",
    "owner_guess": "1文字ちがう名前です",
    "place": "地名「{place}」で探す",
}

#: Why the ledger is not searched, by the code of SearchUnavailable.
UNAVAILABLE: Final = {
    "index_stale": "索引が古くなっています。python -m admin reindex-ledger を実行してください。",
    "owner_needs_place": "建築主で探すときは、--town か --year も付けてください。",
}

#: Why a former name of a town is not kept.
ALIAS_FAULTS: Final = {
    "alias_name": "旧町名は 2文字以上 40文字以内で、数字で終わらない名前にしてください。",
    "alias_town": "いまの町名が町の表にありません。中央一丁目 や 平井 のように書いてください。",
    "alias_dates": "使われた期間の終わりが、始まりより前になっています。",
    "alias_twice": "同じ旧町名と町の組が、すでにあります。",
    "alias_full": "旧町名が多すぎます。使わないものを削除してください。",
}

#: What may be recorded with an entry, by kiosk.domain.ledger.DispositionKind.
DISPOSITIONS: Final = {
    "plan_change": "計画変更",
    "intermediate_inspection": "中間検査",
    "minor_change": "軽微な変更",
    "cancellation": "取りやめ",
    "removal": "除却",
}

#: Why an entry is not certified here, for staff, by kiosk.domain.ledger.NotCertifiable.
NOT_CERTIFIABLE: Final[dict[str, str]] = {
    NotCertifiable.SCAN_ONLY: "画像だけの台帳",
    NotCertifiable.CANCELLED: "取り止め・取下げ",
    NotCertifiable.WITHHELD: "職員が保留中",
    NotCertifiable.NOT_RECORDED: "確認の記載なし",
    NotCertifiable.HANDWRITTEN: "手書きの台帳のみ",
    NotCertifiable.OTHER_AUTHORITY: "区以外の行政庁の確認",
    NotCertifiable.YEAR_LOST: "その年の台帳が現存しない",
    NotCertifiable.REMOVED: "台帳から除かれた",
}

#: Why a row, or the whole file, is not taken. Values in braces are never a person's name.
REFUSALS: Final = {
    "cannot_read": "ファイルを読めません（{detail}）。",
    "empty": "ファイルに何も書かれていません。",
    "encoding": "文字コードが UTF-8 でも CP932（シフトJIS）でもありません。"
    "この行に読めない文字があります。保存し直してください。",
    "no_rows": "見出しの下に、台帳の行がありません。",
    "no_date": "「{heading}」が日付ではありません。和暦か 2003-04-01 の形で書いてください。",
    "wide": "文字コードが UTF-16 です。UTF-8 か CP932 で保存し直してください。",
    "no_profile": "プロファイル {profile} がありません。使えるもの: {known}",
    "bad_profile": "プロファイル {profile} を使えません（{detail}）。",
    "csv": "CSV の形がこわれています。引用符の閉じ忘れを確かめてください。",
    "csv_open": "この行で始まる引用符が、ファイルの終わりまで閉じていません。",
    "csv_quote": "引用符で囲んだ値のあとに、区切りでない文字があります。"
    "値の中の引用符は2つ重ねてください。",
    "csv_endless": "1つの値が {limit} 文字をこえています。引用符の閉じ忘れを確かめてください。",
    "excel_error": "Excel のエラーか、幅の足りない表示（{text}）です。値を入れ直してください。",
    "excel_rounded": "Excel が末尾の桁を落とした数字（指数の形）です。値を入れ直してください。",
    "formula": "式の計算結果が保存されていません。Excel で開いて保存し直してください。",
    "merged": "結合したセル（{where}）の一部です。結合を解いて、どの行にも値を入れてください。",
    "in_cell": "「{heading}」: {said}",
    "no_heading": "見出しのない列（{column}）に値があります。見出しを付けてください。",
    "outside": "作業IDの範囲の外の台帳が {count:,} 件あります（{named}）。"
    "範囲に入れて許可を受け直すか、ファイルから除いてください。",
    "too_many_changed": "作業IDで更新できる件数をこえます（あわせて {count:,} 件）。",
    "no_entry": "台帳番号 {ledger_no} の台帳はありません。",
    "gone_entry": "台帳番号 {ledger_no} は、台帳から除かれています。読み込み直してください。",
    "unchanged_entry": "変わるところがありません。",
    "version_entry": "台帳が更新されました（いまは第 {version} 版）。見直してやり直してください。",
    "no_such_item": "「{heading}」という項目はありません。使えるもの: {known}",
    "fixed_item": "台帳番号は変えられません。除いてから、新しい番号で読み込んでください。",
    "no_disposition": "{number} 番目の検査・変更の記録はありません（{count} 件あります）。",
    "whole_nameless": "台帳番号を読めない行が {count:,} 行あります。どの台帳か分からないので、"
    "ファイルを台帳の全部として読み込むことはできません。",
    "whole_empty": "ファイルに台帳が1件もないので、台帳の全部として読み込むことはできません。",
    "sheets_unread": "シート「{sheet}」にも同じ見出しがありますが、読んでいません。"
    "--sheet にシートの名前か、全部なら '*' を付けてください。",
    "date_digits": "「{heading}」が数字だけで、日付として読めません。"
    "プロファイルの直し方（era_code、excel_day など）を確かめてください。",
    "date_excel": "「{heading}」が Excel の日数のようです（{day} の意味なら、プロファイルの"
    "直し方に excel_day を指定してください）。",
    "xlsx": "Excel のファイルがこわれているか、途中で切れています。保存し直してください。",
    "xlsx_large": "Excel のファイルが大きすぎます。年ごとなどに分けてください。",
    "xlsx_wide": "{limit} 列より右に値があります。要らない列を消してください。",
    "old_excel": "古い形式の Excel（.xls）です。.xlsx か CSV で保存し直してください。",
    "no_sheet": "シート「{sheet}」がありません。",
    "match_needed": "「{heading}」にする列を選んでください。",
    "category_code": "区分の読み替えは、{known} のどれかにしてください。",
    "orphan": "続きの行ですが、すぐ上に同じ台帳番号の行がありません。",
    "headings_missing": "見出しが足りません: {headings}",
    "headings_unknown": "知らない見出しがあります: {headings}",
    "headings_twice": "同じ見出しが2つあります: {headings}。"
    "プロファイルに「見出し#2」のように書くと、左から2つ目を選べます。",
    "cells": "列の数が {have} です。見出しは {want} 列です。",
    "broken_text": "「{heading}」に、読めない文字（文字化けか制御文字）があります。",
    "too_long": "「{heading}」が長すぎます（{limit} 文字まで）。",
    "required": "「{heading}」が空です。",
    "no_place": "「地名地番」と「住居表示」が両方とも空です。場所では探せません。",
    "category": "「区分」は {known} のどれかにしてください。",
    "date": "「{heading}」は、ない日付か明治6年より前の日付です。台帳を確かめてください。",
    "date_words": "「{heading}」を日付として読めません。書かれたとおりに記録します。",
    "odd_blank": "「{heading}」にタブなどの空白文字があります。書かれたとおりに記録し、"
    "証明書には空白か改行で印刷します。",
    "future": "「{heading}」が先の日付です。",
    "number": "「{heading}」に数字がありません。列がずれていないか確かめてください。",
    "number_slip": "「{heading}」が数ではありません。0 以上の数か、台帳の言葉で書いてください。",
    "twice": "「台帳番号」が、{line}と同じです。",
}


def label(code: str, **values: object) -> str:
    return LABELS[code].format(**values)


def refusal(code: str, **values: object) -> str:
    return REFUSALS[code].format(**values)
