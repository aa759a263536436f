"""Money of the scripted visit: coins into the simulated machine, or staff at their 入金 page."""

from __future__ import annotations

import json
import re
from pathlib import Path

from sqlalchemy import select

from admin.db.engine import Database
from admin.db.fee_tables import PaymentEntry, PaymentRow
from admin.services.payment_ledger import transfer_of
from kiosk.domain.fees import FeeMode, PaymentState, Pot, balances, yen_text
from kiosk.domain.hands import ask
from tests.fixtures.browser import FarBrowser
from tests.visit.plan import Plan
from tests.visit.proof import ProofError

#: Yen of one copy, and the coin that is put in: there is change to be given.
YEN, COIN = 400, 500
_NEW_PASSWORD = "Mihon-2026-hana"


class NotPaidError(AssertionError):
    """The money did not go in; the message says why."""


def pay(plan: Plan) -> None:
    """What is due, by the way that the fee is paid. Raises NotPaidError."""
    due = YEN * plan.copies
    if plan.fee == FeeMode.ACCEPTOR.value:
        answers = ask(Path(plan.coins), [f"insert-{COIN}"] * -(-due // COIN))
        if not all(answer.startswith("ok") for answer in answers):
            raise NotPaidError(f"the machine took no coin: {answers}")
        return
    staff = FarBrowser(plan.section)
    staff.sign_in("chief", plan.chief_password)
    staff.send("/password", old=plan.chief_password, new=_NEW_PASSWORD, again=_NEW_PASSWORD)
    staff.get("/payments")
    found = re.search(r"/payments/[0-9a-f-]{36}", staff.page.text)
    if found is None:
        raise NotPaidError(f"nobody waits at the counter: {staff.words}")
    staff.get(found[0])
    staff.send(f"{found[0]}/receive", amount=yen_text(due), remark="領収書 見本")
    if "入金を記録しました" not in staff.words:
        raise NotPaidError(f"the money was not taken: {staff.words}")


def prove_money(database_url: str, plan: Plan) -> str:
    """The ward earned every copy and nothing else; the machine holds just that. Returns a
    sentence. Raises ProofError."""
    earned = YEN * plan.copies
    database = Database(database_url)
    with database.read() as session:
        pots = balances(map(transfer_of, session.scalars(select(PaymentEntry))))
        states = list(session.scalars(select(PaymentRow.state)))
    database.dispose()
    left = {pot: yen for pot, yen in pots.items() if yen}
    if (left, states) != (
        {Pot.PERSON: -earned, Pot.EARNED: earned}, [PaymentState.CLOSED.value]
    ):  # fmt: skip
        raise ProofError(f"the money is elsewhere: {left} {states}")
    if plan.fee == FeeMode.ACCEPTOR.value:
        told = json.loads(Path(plan.coins).with_suffix(".json").read_text(encoding="utf-8"))
        back = -(-earned // COIN) * COIN - earned
        if (told["cash_box"], told["tray"]) != (earned, back):
            raise ProofError(f"the machine holds {told}")
    return f"手数料 {yen_text(earned)} を収納し、ほかのお金はどこにも残っていません。"
