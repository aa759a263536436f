"""A coin acceptor made of memory, to play with: coins, a lever, a cash box, and what goes wrong.

It behaves as machines with an escrow do: coins lie in the escrow until the program takes them or
gives them back; the lever works only until the amount is reached; without change the rest of a
larger coin stays inside. Its sums are kept in a file, as a machine keeps them over a power cut.
"""

from __future__ import annotations

import json
import os
import threading
from dataclasses import asdict, dataclass, field
from itertools import combinations
from pathlib import Path

from kiosk.domain.acceptor import (
    ACCEPTOR_OFFLINE,
    ACCEPTOR_UNKNOWN,
    AcceptorState,
    AcceptorStatus,
    Escrow,
)

#: What the slot takes, in yen: coins and the 1,000 yen note.
DENOMINATIONS = (10, 50, 100, 500, 1000)
#: More pieces than this do not fit the escrow; it also bounds the search for exact coins.
MAX_PIECES = 15


@dataclass
class Drawer:
    """The escrow of one payment. ``pieces`` may be worth less than what is held: no change."""

    payment_id: str
    due: int
    pieces: list[int] = field(default_factory=list)
    inserted: int = 0
    taken: int = 0
    returned: int = 0
    accepting: bool = True

    @property
    def held(self) -> int:
        return self.inserted - self.taken - self.returned

    def told(self) -> Escrow:
        return Escrow(self.payment_id, self.inserted, self.taken, self.returned)


@dataclass
class Condition:
    plugged: bool = True
    mute: bool = False
    jammed: bool = False
    full: bool = False
    change: bool = True


def _most(pieces: list[int], yen: int) -> list[int]:
    """Some of the pieces, worth as much as can be but not more than ``yen``."""
    best: list[int] = []
    for size in range(len(pieces) + 1):
        for some in combinations(sorted(pieces, reverse=True), size):
            if sum(best) < sum(some) <= yen:
                best = list(some)
    return best


def coins_for(yen: int) -> list[int]:
    """As few pieces as can be; what is below the smallest coin cannot be paid."""
    out = []
    for piece in sorted(DENOMINATIONS, reverse=True):
        while yen >= piece:
            out.append(piece)
            yen -= piece
    return out


class SimulatedAcceptor:
    """``ports.CoinAcceptor``, and a person's hands on it (``insert``, ``lever``, ``set``).

    ``memory``: the file that keeps the escrow when the process is killed; None: nothing outlives
    this object. Thread-safe.
    """

    def __init__(self, memory: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._memory = memory
        self.condition = Condition()
        self.drawer: Drawer | None = None
        self.cash_box = 0  # yen, change apart
        self.tray = 0  # yen that came out since the start
        self._remember_from_file()

    # --- the port -----------------------------------------------------------------------------

    def status(self) -> AcceptorStatus:
        with self._lock:
            now = self.condition
            if not now.plugged:
                return ACCEPTOR_OFFLINE
            if now.mute:
                return ACCEPTOR_UNKNOWN
            return AcceptorStatus(self._state(), self.drawer.told() if self.drawer else None)

    def _state(self) -> AcceptorState:
        now = self.condition
        if now.jammed:
            return AcceptorState.JAMMED
        if now.full:
            return AcceptorState.FULL
        return AcceptorState.READY if now.change else AcceptorState.NO_CHANGE

    def begin(self, payment_id: str, due: int) -> AcceptorStatus:
        with self._lock:
            heard = self.status().heard
            old = self.drawer
            if heard and (old is None or (old.payment_id != payment_id and not old.held)):
                self.drawer = Drawer(payment_id, due)
                self._keep()
            return self.status()

    def take(self, payment_id: str, total: int) -> AcceptorStatus:
        with self._lock:
            drawer = self._working(payment_id)
            if drawer is not None:
                drawer.accepting = False
                yen = min(total - drawer.taken, drawer.held)
                if yen > 0 and not self.condition.jammed:
                    self._take(drawer, yen)
                self._keep()
            return self.status()

    def _take(self, drawer: Drawer, yen: int) -> None:
        rest = drawer.held - yen
        stays = _most(drawer.pieces, rest)
        # Pieces go into the box whole; what is missing then comes out of the change, if there is.
        short = rest - sum(stays)
        drawer.pieces = stays + (coins_for(short) if self.condition.change else [])
        drawer.taken += yen
        self.cash_box += yen

    def give_back(self, payment_id: str) -> AcceptorStatus:
        with self._lock:
            drawer = self._working(payment_id)
            if drawer is not None:
                drawer.accepting = False
                if not self.condition.jammed:
                    self._give_back(drawer)
                self._keep()
            return self.status()

    def _give_back(self, drawer: Drawer) -> None:
        if sum(drawer.pieces) < drawer.held and self.condition.change:
            drawer.pieces = coins_for(drawer.held)  # the change was filled up meanwhile
        yen = min(sum(drawer.pieces), drawer.held)
        drawer.pieces = []
        drawer.returned += yen
        self.tray += yen

    def _working(self, payment_id: str) -> Drawer | None:
        drawer = self.drawer
        mine = drawer is not None and drawer.payment_id == payment_id
        return drawer if mine and self.status().heard else None

    def close(self) -> None:
        """The machine goes on; only this program leaves it."""

    # --- a person's hands ---------------------------------------------------------------------

    def insert(self, yen: int) -> bool:
        """One piece into the slot; False if it falls through."""
        with self._lock:
            drawer, now = self.drawer, self.condition
            if drawer is None or not drawer.accepting or yen not in DENOMINATIONS:
                return False
            if not now.plugged or now.jammed or now.full or len(drawer.pieces) >= MAX_PIECES:
                return False
            if not now.change and drawer.held + yen > drawer.due:
                return False
            drawer.pieces.append(yen)
            drawer.inserted += yen
            drawer.accepting = drawer.held < drawer.due
            self._keep()
            return True

    def lever(self) -> int:
        """The return lever; yen that came out. Dead once the amount is reached."""
        with self._lock:
            drawer, now = self.drawer, self.condition
            if drawer is None or not drawer.accepting or not now.plugged or now.jammed:
                return 0
            before = self.tray
            self._give_back(drawer)
            self._keep()
            return self.tray - before

    def set(self, **changes: bool) -> None:
        """``plugged``, ``mute``, ``jammed``, ``full``, ``change``."""
        with self._lock:
            for name, value in changes.items():
                setattr(self.condition, name, value)

    def forget(self) -> None:
        """Somebody opened it and took the escrow out: it does not know of it any more."""
        with self._lock:
            self.drawer = None
            self._keep()

    # --- memory -------------------------------------------------------------------------------

    def _keep(self) -> None:
        if self._memory is None:
            return
        said = {
            "drawer": asdict(self.drawer) if self.drawer else None, "cash_box": self.cash_box,
            "tray": self.tray,
        }  # fmt: skip
        beside = self._memory.with_suffix(".new")
        with beside.open("w", encoding="utf-8") as file:
            json.dump(said, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._memory)

    def _remember_from_file(self) -> None:
        """A file that cannot be read is a machine that has forgotten."""
        if self._memory is None or not self._memory.exists():
            return
        try:
            said = json.loads(self._memory.read_text(encoding="utf-8"))
            self.drawer = Drawer(**said["drawer"]) if said["drawer"] else None
            self.cash_box, self.tray = int(said["cash_box"]), int(said["tray"])
        except (OSError, ValueError, TypeError, KeyError):
            self.drawer = None
