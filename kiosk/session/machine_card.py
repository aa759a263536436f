"""Staff's cards: signing in with one, and what becomes of it when the card is taken away."""

from __future__ import annotations

from dataclasses import replace

from kiosk.domain.card import (
    CardFault,
    CardRefusal,
    CardSeen,
    FelicaCard,
    PivCard,
    SignInMethod,
    StaffCard,
)
from kiosk.domain.ports import ServerFault
from kiosk.session.effects import CloseTerminal, OpenByCard
from kiosk.session.events import CardLooked, CardOpened, StaffCardSignIn
from kiosk.session.machine_boot import opened, staff_notice
from kiosk.session.moves import Step, give_up_waiting, rest, say, stay, wait_for
from kiosk.session.notices import Notice
from kiosk.session.state import Facts, Phase, Session

SIGNING = "OpenByCard"

_NOTICES: dict[CardFault, Notice] = {
    CardFault.GONE: Notice.CARD_REMOVED,
    CardFault.PIN_SHAPE: Notice.CARD_PIN_SHAPE,
    CardFault.PIN_WRONG: Notice.CARD_PIN_WRONG,
    CardFault.PIN_LAST: Notice.CARD_PIN_LAST,
    CardFault.PIN_BLOCKED: Notice.CARD_BLOCKED,
    CardFault.NO_KEY: Notice.CARD_NO_KEY,
    CardFault.FAILED: Notice.CARD_FAILED,
}


def usable(facts: Facts) -> StaffCard | None:
    """The card that lies there, if this terminal takes its kind."""
    card = facts.card
    if isinstance(card, FelicaCard) and SignInMethod.FELICA in facts.methods:
        return card
    if isinstance(card, PivCard) and SignInMethod.PIV in facts.methods:
        return card
    return None


def card_sign_in(session: Session, event: StaffCardSignIn) -> Step:
    if session.phase is not Phase.SIGN_IN or session.waiting:
        return stay(session)
    card = usable(session.facts)
    if card is None:
        return say(session, Notice.CARD_NEEDED)
    facts = replace(
        session.facts, power_cycled=event.power_cycled, menu_wanted=event.menu, signing=card
    )
    said = replace(session, facts=facts)
    return wait_for(said, OpenByCard(said.generation, card, event.pin, event.power_cycled))


def card_opened(session: Session, event: CardOpened) -> Step:
    if event.generation != session.generation:
        return _opened_too_late(session, event)
    if session.phase is not Phase.SIGN_IN or session.waiting != SIGNING:
        return stay(session)
    answer = event.answer
    if isinstance(answer, CardRefusal):
        return say(session, _NOTICES[answer.fault], f"{answer.status:04x}")
    if isinstance(answer, ServerFault):
        return say(session, staff_notice(answer), answer.code)
    return opened(session, answer)


def _opened_too_late(session: Session, event: CardOpened) -> Step:
    """The card was taken away before the server's answer came. A terminal that nobody had opened
    before is not opened by it; one that was open stays so, for the public; a sign-in that is under
    way again replaces what was opened."""
    refused = isinstance(event.answer, ServerFault | CardRefusal)
    if refused or session.facts.opened or session.waiting:
        return stay(session)
    return session, (CloseTerminal(session.generation, "card_removed"),)


def card_looked(session: Session, event: CardLooked) -> Step:
    """A card that came, or went. Whatever stands on the card that was there ends now."""
    known = replace(session, facts=replace(session.facts, card=event.seen))
    signing = known.facts.signing
    if signing is None or _still(event.seen, signing):
        return stay(known)
    gone = replace(known, facts=replace(known.facts, signing=None))
    if gone.phase is Phase.SIGN_IN and gone.waiting == SIGNING:
        return say(give_up_waiting(gone), Notice.CARD_REMOVED)
    if gone.phase is Phase.STAFF_MENU:
        return rest(give_up_waiting(gone))
    if gone.phase is Phase.SELF_TEST:
        return stay(replace(gone, facts=replace(gone.facts, menu_wanted=False)))
    return stay(gone)


def _still(seen: CardSeen, signing: StaffCard) -> bool:
    return seen == signing
