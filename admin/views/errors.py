"""Faults as pages: what happened, and what the person can do now. They say nothing else."""

from __future__ import annotations

from fastapi import Request, Response

from admin.views.pages import render

#: Status -> (heading, sentence). A status that is not here is told as its hundred.
FAULTS: dict[int, tuple[str, str]] = {
    400: (
        "送られた内容を読み取れませんでした",
        "前のページに戻り、入力した内容を確かめて、もう一度送ってください。",
    ),
    403: (
        "この操作はできません",
        "この操作の権限がありません。必要なときは、統括管理者に相談してください。"
        "できなかったことは操作記録に残ります。",
    ),
    404: (
        "ページが見つかりません",
        "アドレスを確かめるか、はじめのページから選び直してください。",
    ),
    405: (
        "このページは直接開けません",
        "はじめのページから、もう一度操作してください。",
    ),
    409: (
        "ほかの操作と重なりました",
        "最新の内容を開き直してから、もう一度操作してください。",
    ),
    413: (
        "送られた内容が長すぎます",
        "文を短くして、もう一度送ってください。",
    ),
    500: (
        "サーバーに問題が起きました",
        "操作は行われていません。もう一度試し、続くときはシステムリーダーに知らせてください。",
    ),
    503: (
        "サーバーが混み合っています",
        "操作は行われていません。少し待ってから、もう一度試してください。",
    ),
}


def error_page(request: Request, status: int) -> Response:
    """The page of a fault; touches neither database nor session, for they may be what failed."""
    heading, sentence = FAULTS.get(status) or FAULTS[400 if status < 500 else 500]
    answer = render(
        request, "error.html", status=status, heading=heading, sentence=sentence, code=status
    )
    if status == 503:
        answer.headers["Retry-After"] = "2"
    return answer
