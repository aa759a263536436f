"""One whole visit, from staff opening the terminal to the screen that waits for the next person."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from tests.screens import finger
from tests.visit.hand import Hand, Steps, VisitFailedError
from tests.visit.plan import Plan

#: Printing one sheet at the simulated head's speed, with all calls to the server.
PRINT_PATIENCE_S = 90.0
#: The self-test asks everything once.
BOOT_PATIENCE_S = 60.0
CARDS_PAGES = 10


def whole_visit(hand: Hand, plan: Plan) -> Steps:
    """Every step as a person makes it; raises VisitFailedError where they could not."""
    yield from open_terminal(hand, plan)
    yield from begin(hand)
    yield from applicant(hand, plan)
    yield from find_building(hand, plan)
    yield from look_and_confirm(hand, plan)
    if plan.fee:
        yield from pay_fee(hand, plan)
    yield from take_paper(hand)


def rest_idle(hand: Hand, plan: Plan, seconds: float) -> Steps:
    """Open, then nobody comes: what the resting terminal costs, as a share of one core."""
    yield from open_terminal(hand, plan)
    until = time.monotonic() + 5.0  # what opening left to be done is done
    while time.monotonic() < until:
        yield
    # From here the script only sleeps in long steps, so that it is not itself what is measured.
    hand.times["idle_from"], hand.times["cpu_from"] = time.monotonic(), time.process_time()
    hand.rest_s = seconds
    yield
    hand.times["idle_to"], hand.times["cpu_to"] = time.monotonic(), time.process_time()


def open_terminal(hand: Hand, plan: Plan) -> Steps:
    yield from hand.see("端末をひらく", patience_s=BOOT_PATIENCE_S)
    hand.mark("sign_in_seen")
    yield from hand.settle()
    yield from hand.picture("sign-in")
    yield from hand.tap("職員ID")
    yield from hand.keys(plan.staff_id)
    yield from hand.tap("暗証番号")
    yield from hand.keys(plan.pin)
    yield from hand.picture("sign-in-typed")
    if finger.sees("電源を入れ直しました"):
        yield from hand.tap("電源を入れ直しました", exact=False)
    hand.mark("sign_in_pressed")
    yield from hand.tap("端末をひらく")
    yield from hand.see(
        "画面にふれて", "もう一度", "ちがいます", patience_s=BOOT_PATIENCE_S
    )  # fmt: skip
    if not finger.sees("画面にふれて"):
        raise VisitFailedError(f"the terminal did not open: {finger.written()}")
    hand.mark("attract_seen")


def begin(hand: Hand) -> Steps:
    yield from hand.settle()
    yield from hand.picture("attract")
    yield from hand.tap("画面にふれて はじめる")
    yield from hand.arrive("ご利用の前に", "consent")
    yield from hand.tap("同意して進む")


def applicant(hand: Hand, plan: Plan) -> Steps:
    yield from hand.arrive("どちらの申請ですか", "applicant-empty")
    yield from hand.tap("次へ")  # a hurried person: every item says what it needs
    yield from hand.see("赤い印のところ")
    yield from hand.picture("applicant-faults")
    for place, part in enumerate(plan.name):
        if place:
            yield from hand.tap("空白")
        yield from hand.kana(part.kana)
        yield from hand.picture("kana")
        yield from choose(hand, part.word)
    yield from hand.tap("郵便番号")
    yield from hand.keys(plan.postal_code)
    yield from hand.tap("住所")
    yield from hand.tap("123")
    yield from hand.keys(plan.address_number)
    yield from hand.tap("電話番号")
    yield from hand.keys(plan.phone)
    yield from hand.picture("applicant")
    yield from hand.tap("次へ")


def choose(hand: Hand, word: str) -> Steps:
    """One of the candidates, looking through them as far as they go."""
    for _ in range(4):
        if finger.sees(word):
            break
        yield from hand.tap("ほかの字")
    yield from hand.tap(word)


def find_building(hand: Hand, plan: Plan) -> Steps:
    building = plan.building
    yield from hand.arrive("建物をさがす", "search-towns")
    yield from hand.tap(building.base)
    if building.chome:
        yield from hand.see("丁目をえらんで")
        yield from hand.picture("search-chome")
        yield from hand.tap(building.chome)
    yield from hand.see("番地を入れて")
    yield from hand.keys(building.number)
    yield from hand.picture("search-number")
    yield from hand.tap("検索")
    yield from hand.arrive("見つかった台帳", "results")
    for _ in range(CARDS_PAGES):
        if finger.sees(building.confirmation_no):
            break
        yield from hand.tap("次の", exact=False)
    yield from hand.tap(building.confirmation_no, exact=False)
    yield from hand.arrive("この建物ですか", "entry")
    yield from hand.tap("この建物の証明書")


def look_and_confirm(hand: Hand, plan: Plan) -> Steps:
    yield from hand.arrive("証明書の内容", "preview")
    yield from hand.tap("大きく見る")
    yield from hand.picture("preview-large")
    yield from hand.tap("全体を見る")
    yield from hand.tap("内容はよい")
    yield from hand.see("部数")
    yield from hand.settle()
    for _ in range(plan.copies - 1):
        yield from hand.tap("＋")
    yield from hand.picture("confirm")
    hand.mark("issue_pressed")
    yield from hand.tap("発行する")


def pay_fee(hand: Hand, plan: Plan) -> Steps:
    """Money from elsewhere, while the screen waits for it as it would for anybody."""
    from tests.visit.payer import pay

    yield from hand.see("お金を入れてください" if plan.fee == "acceptor" else "窓口で")
    yield from hand.settle()
    yield from hand.picture("payment")
    with ThreadPoolExecutor(1) as elsewhere:
        until = time.monotonic() + 3.0  # the machine has been asked by now
        while time.monotonic() < until:
            yield
        paying = elsewhere.submit(pay, plan)
        while not paying.done():
            yield
    if error := paying.exception():
        raise VisitFailedError(f"not paid: {error!r}")


def take_paper(hand: Hand) -> Steps:
    yield from hand.see("印刷しています", "発行できませんでした")
    yield from hand.frames(20)
    yield from hand.picture("printing")
    yield from hand.see(
        "証明書をお取りください", "発行できませんでした", "部数", patience_s=PRINT_PATIENCE_S
    )
    yield from hand.settle()
    if not finger.sees("証明書をお取りください"):
        yield from hand.picture("fault")
        raise VisitFailedError(f"no certificate: {finger.written()}")
    hand.mark("paper_out")
    yield from hand.picture("take-paper")
    yield from hand.tap("受け取りました")
    yield from hand.arrive("ありがとうございました", "end")
    yield from hand.tap("終了")
    yield from hand.arrive("画面にふれて", "attract-again")
