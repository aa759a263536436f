"""From the start of the process to the first visitor, and back whenever nobody is being served."""

from __future__ import annotations

from dataclasses import replace

from kiosk.domain.card import SignInMethod
from kiosk.domain.ports import Heartbeat, Recovered, ServerFault, ServerHello, StaffOpened
from kiosk.session.effects import (
    CloseTerminal,
    Effect,
    OpenTerminal,
    Recover,
    RunSelfTest,
    SayHello,
    Settle,
)
from kiosk.session.events import (
    BackPressed,
    ClosePressed,
    HeartbeatAnswered,
    HelloAnswered,
    MenuLeft,
    PrinterSeen,
    RecoverAnswered,
    SelfTestAgain,
    SelfTestEnded,
    StaffAnswered,
    StaffSignIn,
    StaffWanted,
)
from kiosk.session.ids import new_seed
from kiosk.session.moves import (
    FREE_PHASES,
    REST_PHASES,
    RETRY_S,
    Step,
    go,
    look_at_printer,
    not_heard,
    rest,
    say,
    server_lost,
    sorry,
    stay,
    wait_for,
)
from kiosk.session.notices import Notice
from kiosk.session.state import WARN_AFTER_S, Facts, Phase, Session, Trouble


def boot(
    t: float, seed: str | None = None, warn_after_s: float = WARN_AFTER_S,
    methods: tuple[SignInMethod, ...] = (SignInMethod.STAFF_ID,),
) -> Step:  # fmt: skip
    """The first session of a process and its first effect. ``seed`` is given by tests only;
    ``warn_after_s`` is the configured time until a screen asks whether somebody is there,
    ``methods`` are the ways of signing in that this terminal offers."""
    session = Session(
        seed=seed or new_seed(), now=t, touched_at=t, entered_at=t, last_heartbeat=t,
        warn_after_s=warn_after_s, facts=Facts(methods=methods),
    )  # fmt: skip
    return wait_for(session, SayHello(session.generation))


# --- the server's greeting ----------------------------------------------------------------------


def hello_answered(session: Session, event: HelloAnswered) -> Step:
    if session.waiting != "SayHello":
        return stay(session)
    answer = event.answer
    if isinstance(answer, ServerFault):
        notice = Notice.SERVER_UNHEARD if not_heard(answer) else Notice.SERVER_REFUSED
        shown = replace(go(session, Phase.OUT_OF_ORDER, notice, answer.code))
        return replace(shown, trouble=Trouble.SERVER, retry_at=session.now + RETRY_S), ()
    known = replace(session, facts=_facts_of(session, answer), last_heartbeat=session.now)
    if answer.open_issue:
        # The process died in the middle of an issue: it is ended before anybody can sign in.
        starting = go(known, Phase.STARTING)
        return wait_for(starting, Recover(starting.generation, power_cycled=False))
    return go(known, Phase.SIGN_IN, Notice.STAFF_NEEDED), ()


def _facts_of(session: Session, hello: ServerHello) -> Facts:
    return replace(
        session.facts,
        terminal=hello.terminal,
        label=hello.terminal_label,
        production=hello.production,
        data_as_of=hello.data_as_of,
        accepting=hello.accepting,
        fee=hello.fee,
    )


# --- staff --------------------------------------------------------------------------------------


def staff_wanted(session: Session, _: StaffWanted) -> Step:
    if session.phase not in REST_PHASES or not session.facts.terminal:
        return stay(session)
    notice = Notice.POWER_CYCLE_NEEDED if session.facts.power_cycle_needed else ""
    return go(session, Phase.SIGN_IN, notice), ()


def staff_sign_in(session: Session, event: StaffSignIn) -> Step:
    if session.phase is not Phase.SIGN_IN or session.waiting:
        return stay(session)
    if SignInMethod.STAFF_ID not in session.facts.methods:
        return stay(session)
    facts = replace(
        session.facts, power_cycled=event.power_cycled, menu_wanted=event.menu, signing=None
    )
    said = replace(session, facts=facts)
    return wait_for(
        said, OpenTerminal(said.generation, event.staff_id, event.pin, event.power_cycled)
    )


def staff_answered(session: Session, event: StaffAnswered) -> Step:
    if session.phase is not Phase.SIGN_IN or session.waiting != "OpenTerminal":
        return stay(session)
    answer = event.answer
    if isinstance(answer, ServerFault):
        return say(session, staff_notice(answer), answer.code)
    return opened(session, answer)


def staff_notice(fault: ServerFault) -> Notice:
    if not_heard(fault):
        return Notice.SERVER_UNHEARD
    if fault.code == "method_not_allowed":
        return Notice.METHOD_NOT_ALLOWED
    return Notice.STAFF_LOCKED if "lock" in fault.code else Notice.STAFF_REFUSED


def opened(session: Session, staff: StaffOpened) -> Step:
    """Open: first the last sheet's end if it is still owed, then whatever else was left."""
    facts = replace(
        session.facts, opened=True, need_staff=False, tested=False, staff_name=staff.display_name
    )
    # A heartbeat that set out before this still says that nobody has opened the terminal: the new
    # generation tells them apart.
    now_open = replace(session, facts=facts, generation=session.generation + 1)
    now_open = go(now_open, Phase.SELF_TEST)
    if now_open.pending is None:
        return recover(now_open)
    pending = replace(now_open.pending, attempt=now_open.pending.attempt + 1, retry_at=None)
    owed: tuple[Effect, ...] = (
        Settle(now_open.generation, pending.issue_id, pending.outcome, pending.attempt),
    )
    return replace(now_open, pending=pending, waiting="Settle"), owed


def recover(session: Session) -> Step:
    """Ask printer and server what is left of the last issue, with what staff said of the power."""
    return wait_for(session, Recover(session.generation, session.facts.power_cycled))


def recover_answered(session: Session, event: RecoverAnswered) -> Step:
    if session.waiting != "Recover":
        return stay(session)
    answer = event.answer
    if isinstance(answer, ServerFault):
        return _not_recovered(session, answer)
    facts = replace(
        session.facts, recovered=answer, power_cycle_needed=answer.power_cycle_needed,
        recover_needed=False, power_cycled=False, acceptor=None,
    )  # fmt: skip
    known = replace(session, facts=facts, waiting="")
    if session.phase is Phase.STARTING:
        return go(known, Phase.SIGN_IN, _after_recovery(answer)), ()
    if session.phase is not Phase.SELF_TEST:
        return rest(known)
    if answer.power_cycle_needed:
        closed = replace(known, facts=replace(facts, opened=False))
        return go(closed, Phase.SIGN_IN, Notice.POWER_CYCLE_NEEDED), ()
    return wait_for(known, RunSelfTest(known.generation))


def _after_recovery(answer: Recovered) -> Notice:
    if answer.power_cycle_needed:
        return Notice.POWER_CYCLE_NEEDED
    return Notice.OPEN_ISSUE_ENDED if answer.failed or answer.unknown else Notice.STAFF_NEEDED


def _not_recovered(session: Session, fault: ServerFault) -> Step:
    if session.phase is Phase.STARTING:
        return go(session, Phase.SIGN_IN, Notice.STAFF_NEEDED), ()  # asked again after sign-in
    if session.phase is Phase.OUT_OF_ORDER:
        return replace(session, waiting="", retry_at=session.now + RETRY_S), ()
    facts = replace(session.facts, recover_needed=True, opened=False)
    return go(replace(session, facts=facts), Phase.SIGN_IN, Notice.RECOVER_FAILED, fault.code), ()


# --- the self-test ------------------------------------------------------------------------------


def self_test_ended(session: Session, event: SelfTestEnded) -> Step:
    if session.phase is not Phase.SELF_TEST or session.waiting != "RunSelfTest":
        return stay(session)
    good = bool(event.checks) and all(check.ok for check in event.checks)
    facts = replace(session.facts, checks=event.checks, tested=good and event.reported)
    known = replace(session, facts=facts, waiting="")
    if not facts.tested:
        shown, effects = _after_test(known)
        if good and shown.trouble is Trouble.SELF_TEST:
            return replace(shown, notice=str(Notice.SELF_TEST_UNREPORTED)), effects
        return shown, effects
    # The checks' own look at the printer is not kept: the terminal opens on a reading of its own.
    looked, effects = look_at_printer(known)
    return replace(looked, waiting="LookAtPrinter"), effects


def _after_test(session: Session) -> Step:
    """To the staff's menu if they signed in for it, whatever the checks found; else to work."""
    if not session.facts.menu_wanted or not session.facts.opened:
        return rest(session)
    facts = replace(session.facts, menu_wanted=False)
    return go(replace(session, facts=facts), Phase.STAFF_MENU), ()


def closed_by_staff(session: Session, _: ClosePressed) -> Step:
    """受付を終える: nobody is served until staff sign in again."""
    if session.waiting:
        return stay(session)
    facts = replace(session.facts, opened=False, signing=None)
    closed = replace(session, facts=facts, generation=session.generation + 1)
    closed = go(closed, Phase.SIGN_IN, Notice.STAFF_NEEDED)
    return closed, (CloseTerminal(closed.generation, "staff"),)


def menu_left(session: Session, _: MenuLeft) -> Step:
    return stay(session) if session.waiting else rest(session)


def sign_in_left(session: Session, _: BackPressed) -> Step:
    """Somebody else's finger on the staff corner: an open terminal goes back to its work."""
    return rest(session) if session.facts.opened and not session.waiting else stay(session)


def self_test_again(session: Session, _: SelfTestAgain) -> Step:
    if session.phase is not Phase.OUT_OF_ORDER or session.trouble is not Trouble.SELF_TEST:
        return stay(session)
    return recover(go(session, Phase.SELF_TEST))


# --- what is heard all the time -----------------------------------------------------------------


def seen_devices(session: Session, event: PrinterSeen) -> Session:
    facts = replace(session.facts, printer=event.status, acceptor=event.acceptor)
    return replace(session, facts=facts)


def printer_seen(session: Session, event: PrinterSeen) -> Step:
    known = seen_devices(session, event)
    if known.phase is Phase.SELF_TEST and known.waiting == "LookAtPrinter":
        return _after_test(known)
    return rest(known) if known.phase in REST_PHASES else stay(known)


def heartbeat_answered(session: Session, event: HeartbeatAnswered) -> Step:
    answer = event.answer
    if isinstance(answer, Heartbeat):
        late = event.generation != session.generation
        facts = replace(
            session.facts, accepting=answer.accepting, stop_reason=answer.reason,
            fee=answer.fee, data_as_of=answer.data_as_of or session.facts.data_as_of,
            opened=session.facts.opened and (answer.staff_session or late),
        )  # fmt: skip
        session = replace(session, facts=facts, last_heartbeat=session.now)
    return heed_server(session)


def heed_server(session: Session) -> Step:
    """What a stop order, a lost server or a lost staff session does to who stands there.

    A sheet that is being issued is not touched: the server itself refuses a release after a stop,
    and what it has released finishes. Paper that is out is taken.
    """
    if session.phase in REST_PHASES:
        return rest(session)
    if session.phase is Phase.STAFF_MENU and not session.facts.opened and not session.waiting:
        return rest(session)
    if session.phase in FREE_PHASES:
        if not session.facts.accepting:
            return sorry(session, Notice.STOPPED, "stopped")
        if not session.facts.opened:
            return sorry(session, Notice.STAFF_NEEDED, "stopped")
        if server_lost(session):
            return sorry(session, Notice.SERVER_LOST)
    return stay(session)
