"""The whole terminal without a window: its session, its lanes, its printer, and a section.

Time is the fake clock's: it passes when the printer moves paper, when a driver waits, and in
``wait``. The heartbeat is beaten here, every two seconds of that time, as its thread would.
"""

from __future__ import annotations

import queue
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from kiosk.coins.simulator import SimulatedAcceptor
from kiosk.domain.card import SignInMethod
from kiosk.domain.fees import Pot, balances
from kiosk.domain.issuance import IssueState
from kiosk.domain.ports import CardReader, CheckResult, CoinAcceptor, Printer, SectionServer
from kiosk.ledger_client.memory import InMemorySectionServer, MemorySection
from kiosk.ledger_client.wire import CONTRACT_VERSION
from kiosk.printing.simulated import SimulatedPrinter
from kiosk.printing.simulator import SimulatedDevice
from kiosk.selftest.boot import Tested, boot_self_test
from kiosk.selftest.display import DisplaySize
from kiosk.selftest.server import Own
from kiosk.session import events as ev
from kiosk.session.moves import HEARTBEAT_S
from kiosk.session.runner import Parts, Runner
from kiosk.session.state import Phase, Session
from kiosk.session.terminal import Terminal
from tests.fakes.clock import FakeClock
from tests.fakes.sheet_maker import FakeSheetMaker, FakeSlips, read_marks
from tests.flows.lossy import LossyServer
from tests.flows.people import HOUSE, LEDGER, PERSON
from tests.flows.rasters import PAGE_BYTES, SheetDots, rows_of

STAFF_ID, PIN = "opener", "482913"
IDLE_S = 60.0  # real seconds: a lane that takes longer hangs


@dataclass
class World:
    """What outlives a process of the terminal: the section, the printer, the clock."""

    clock: FakeClock = field(default_factory=FakeClock)
    maker: FakeSheetMaker = field(default_factory=FakeSheetMaker)
    device: SimulatedDevice = field(default_factory=lambda: SimulatedDevice(keep_sheets=True))
    machine: SimulatedAcceptor | None = None

    def __post_init__(self) -> None:
        self.section = MemorySection(LEDGER, self.maker, self.clock)

    @property
    def states(self) -> list[IssueState]:
        return [row.state for row in self.section.desk.rows]

    def pots(self) -> dict[Pot, int]:
        """Yen in every pot of every payment together; what is zero is left out."""
        rows = [row for book in self.section.fees.books for row in book.rows]
        return {pot: yen for pot, yen in balances(rows).items() if yen}

    @property
    def numbers(self) -> list[str]:
        return [str(row.number) for row in self.section.desk.rows]


class Kiosk:
    """One process of the terminal. ``touch`` is a finger; everything else follows by itself."""

    def __init__(
        self,
        world: World,
        server: SectionServer | None = None,
        driver: Printer | None = None,
        slip_driver: Printer | None = None,
        cards: CardReader | None = None,
        acceptor: CoinAcceptor | None = None,
    ) -> None:
        self.world = world
        self.wire = LossyServer(server or InMemorySectionServer(world.section))
        self.maker = FakeSheetMaker()
        self.printer = SimulatedPrinter(SheetDots(), world.clock, device=world.device)
        self._driver: Printer = driver or self.printer
        self._slip_driver = slip_driver
        self.cards = cards
        self._acceptor = acceptor or world.machine
        self.slips = FakeSlips()
        self.wiped = 0
        self.seen: list[tuple[Phase, str]] = []
        self._posted: queue.SimpleQueue[ev.At] = queue.SimpleQueue()
        self._beaten = world.clock.monotonic()
        self.runner = Runner(self._parts(), self._posted.put)
        self.terminal = Terminal(self.runner, self._changed)

    def _parts(self) -> Parts:
        world = self.world
        tested = Tested(
            Own("terminal-1", CONTRACT_VERSION, "memory"), self.wire.as_server, self._driver,
            self.maker, world.clock, lambda: DisplaySize(1080, 1920), cards=self.cards,
            card_needed=True, acceptor=self._acceptor,
        )  # fmt: skip
        return Parts(
            server=self.wire.as_server,
            printer=self._driver,
            maker=self.maker,
            clock=world.clock,
            self_test=boot_self_test(tested),
            read_marks=read_marks,
            wipe=self._wipe,
            cards=self.cards,
            slips=self.slips,
            slip_printer=self._slip_driver,
            acceptor=self._acceptor,
        )

    def _wipe(self) -> None:
        self.wiped += 1

    def _changed(self, _before: Session, after: Session) -> None:
        if not self.seen or self.seen[-1] != (after.phase, after.notice):
            self.seen.append((after.phase, after.notice))

    # --- time and answers ---------------------------------------------------------------------

    @property
    def session(self) -> Session:
        return self.terminal.session

    @property
    def phase(self) -> Phase:
        return self.session.phase

    def at(self, phase: Phase) -> bool:
        return self.session.phase is phase

    @property
    def notice(self) -> str:
        return self.session.notice

    def now(self) -> float:
        return self.world.clock.monotonic()

    def work(self) -> None:
        """Until no lane works and no answer waits."""
        while True:
            assert self.runner.wait_idle(IDLE_S), "a lane hangs"
            try:
                event = self._posted.get_nowait()
            except queue.Empty:
                return
            self._beat()
            self.terminal.dispatch(event)

    def _beat(self) -> None:
        if self.now() - self._beaten < HEARTBEAT_S:
            return
        self._beaten = self.now()
        session = self.session
        answer = self.wire.as_server.heartbeat(session.phase.value, session.facts.printer)
        self.terminal.dispatch(ev.HeartbeatAnswered(self.now(), session.generation, answer))

    def dispatch(self, event: ev.At) -> None:
        self.terminal.dispatch(event)
        self.work()

    def wait(self, seconds: float) -> None:
        """Time passes, a tick each second."""
        for _ in range(int(seconds)):
            self.world.clock.advance(1.0)
            self._beat()
            self.dispatch(ev.Tick(self.now()))

    def wait_for(self, phase: Phase, seconds: int = 120) -> None:
        for _ in range(seconds):
            if self.at(phase):
                return
            self.wait(1)
        raise AssertionError(f"{phase} did not come in {seconds} s; last {self.seen[-5:]}")

    # --- fingers ------------------------------------------------------------------------------

    def touch(self, kind: type[ev.At], **values: object) -> None:
        self.dispatch(kind(self.now(), **values))

    def start(self, methods: tuple[SignInMethod, ...] = (SignInMethod.STAFF_ID,)) -> None:
        self.terminal.start(self.now(), methods=methods)
        self.work()

    def sign_in(self, pin: str = PIN, *, power_cycled: bool = False) -> None:
        self.touch(ev.StaffSignIn, staff_id=STAFF_ID, pin=pin, power_cycled=power_cycled)

    def open(self) -> None:
        """From power-on to the first visitor."""
        self.start()
        assert self.at(Phase.SIGN_IN)
        self.sign_in()
        assert self.at(Phase.ATTRACT), self.seen

    def to_search(self) -> None:
        self.touch(ev.Begin)
        self.touch(ev.ConsentGiven)
        for name, text in PERSON.items():
            self.touch(ev.FieldEdited, name=name, text=text)
        self.touch(ev.ApplicantDone)
        assert self.at(Phase.SEARCH), self.seen

    def to_entry(self, entry_id: int = HOUSE.entry_id) -> None:
        self.touch(ev.TownChosen, base="中央", town="中央一丁目")
        self.touch(ev.SearchPressed)
        assert self.at(Phase.RESULTS), self.seen
        self.touch(ev.HitChosen, entry_id=entry_id)
        assert self.at(Phase.ENTRY), self.seen

    def to_confirm(self, copies: int = 1, entry_id: int = HOUSE.entry_id) -> None:
        self.to_entry(entry_id)
        self.touch(ev.CertifyPressed)
        assert self.at(Phase.PREVIEW), self.seen
        self.touch(ev.PreviewAccepted)
        if copies > 1:
            self.touch(ev.CopiesChosen, copies=copies)
        assert self.at(Phase.CONFIRM), self.seen

    def issue(self, copies: int = 1) -> None:
        """From the attract screen to the end of the printing."""
        self.to_search()
        self.to_confirm(copies)
        self.touch(ev.IssuePressed)

    # --- what came of it ----------------------------------------------------------------------

    @property
    def checks(self) -> Sequence[CheckResult]:
        return self.session.facts.checks

    def close(self) -> None:
        assert self.runner.close()
        self.printer.close()


def sheets_of(world: World) -> list[str]:
    """Issue ids of the sheets that came out, oldest first.

    "?" is a whole sheet that nobody issued, "part" the beginning of a sheet that was cut off.
    """
    expected: dict[bytes, str] = {}
    for row in world.section.desk.rows:
        for stamp in world.maker.drawn:
            if stamp is not None and stamp.issue_id == row.issue_id:
                content = row.order.content
                drawn = FakeSheetMaker().draw(content, stamp)
                expected[rows_of(getattr(drawn, "pdf", b""))] = row.issue_id
    return [
        "part" if len(sheet.rows) < PAGE_BYTES else expected.get(sheet.rows, "?")
        for sheet in world.device.sheets
    ]


def no_person_in(session: Session) -> bool:
    """Nothing that the person typed is anywhere in the session's values."""
    return session.visit is None or (
        session.visit.applicant is None
        and session.visit.draft.name == ""
        and session.visit.application is None
        and session.visit.entry is None
        and session.visit.content is None
        and session.visit.preview_pages == ()
        and session.visit.job is None
    )


@contextmanager
def kiosk(
    world: World | None = None,
    *,
    opened: bool = True,
    driver: Printer | None = None,
    slip_driver: Printer | None = None,
) -> Iterator[Kiosk]:
    made = Kiosk(world or World(), driver=driver, slip_driver=slip_driver)
    try:
        if opened:
            made.open()
        yield made
    finally:
        made.close()
