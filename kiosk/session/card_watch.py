"""The card reader, looked at without end, and not believed when it stops answering.

A call into the reader's service can hang, and with it the last thing that was seen: staff's menu
would stay open on a card that is long gone. So one thread looks and another one tells.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from kiosk.domain.card import CardSeen, NoReader, NoReaderReason
from kiosk.domain.ports import CardReader, Clock

log = logging.getLogger("kiosk.session.card_watch")

#: How often the card reader is looked at: a card that is taken away is missed within half a second.
CARD_LOOK_S = 0.25
#: A look that takes longer hangs. The longest honest one asks a card four times what it is.
CARD_HUNG_S = 5.0
_HUNG = NoReader(NoReaderReason.SERVICE)


class CardWatch:
    """``tell`` is called, on a thread of its own, with what is seen whenever that changes."""

    def __init__(
        self, reader: CardReader, clock: Clock, closing: threading.Event,
        tell: Callable[[CardSeen], None],
    ) -> None:  # fmt: skip
        self._reader = reader
        self._clock = clock
        self._closing = closing
        self._tell = tell
        self._lock = threading.Lock()
        self._seen: CardSeen | None = None
        self._since: float | None = None  # when the look that runs began
        self._threads = [
            threading.Thread(target=work, name=name, daemon=True)
            for work, name in ((self._look, "lane-reader"), (self._told, "lane-cards"))
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self, timeout_s: float) -> None:
        """The one that tells; the other may hang for ever, and then dies with the process."""
        self._threads[1].join(timeout_s)

    def _look(self) -> None:
        while not self._closing.is_set():
            with self._lock:
                self._since = self._clock.monotonic()
            try:
                seen = self._reader.look()
            except Exception as error:
                log.error("failed card look: %s", type(error).__name__)
                seen = _HUNG
            with self._lock:
                self._since, self._seen = None, seen
            self._closing.wait(CARD_LOOK_S)

    def _now_seen(self) -> CardSeen | None:
        with self._lock:
            if self._since is not None and self._clock.monotonic() - self._since > CARD_HUNG_S:
                return _HUNG
            return self._seen

    def _told(self) -> None:
        before: CardSeen | None = None
        while not self._closing.is_set():
            seen = self._now_seen()
            if seen is not None and seen != before:
                before = seen
                log.info("card reader: %s", type(seen).__name__)
                self._tell(seen)
            self._closing.wait(CARD_LOOK_S / 2)
