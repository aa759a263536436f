"""A wire that loses what a test tells it to lose, and says whether it did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from kiosk.domain.ports import SectionServer, ServerFault
from kiosk.domain.query import SearchUnavailable


@dataclass
class Loss:
    """The next ``times`` answers of ``call``. ``after``: the server did it, the answer is lost."""

    call: str
    after: bool
    times: int
    then: Callable[[], None]


class LossyServer:
    """Forwards every call of the port; ``as_server`` is the port."""

    def __init__(self, inner: SectionServer) -> None:
        self._inner = inner
        self._losses: list[Loss] = []
        self.down = False
        self.fired: list[str] = []
        self.called: list[str] = []
        self.before: dict[str, Callable[[], None]] = {}  # something happens as the call sets out
        self.after: dict[str, Callable[[], None]] = {}  # ... or once it was answered

    @property
    def as_server(self) -> SectionServer:
        return cast(SectionServer, self)

    def lose(
        self, call: str, *, after: bool, times: int = 1, then: Callable[[], None] = lambda: None
    ) -> None:
        self._losses.append(Loss(call, after, times, then))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)

        def call(*arguments: object) -> Any:
            return self._call(name, *arguments)

        return call

    def _call(self, name: str, *arguments: object) -> Any:
        self.called.append(name)
        if name in self.before:
            self.before.pop(name)()
        loss = next((loss for loss in self._losses if loss.call == name and loss.times), None)
        if self.down or (loss is not None and not loss.after):
            self._fire(name, loss)
            return self._lost(name, sent=False)
        answer = getattr(self._inner, name)(*arguments)
        if name in self.after:
            self.after.pop(name)()
        if loss is None:
            return answer
        self._fire(name, loss)
        return self._lost(name, sent=True)

    def _fire(self, name: str, loss: Loss | None) -> None:
        self.fired.append(name)
        if loss is not None:
            loss.times -= 1
            loss.then()

    @staticmethod
    def _lost(name: str, *, sent: bool) -> ServerFault | SearchUnavailable:
        code = "timeout" if sent else "offline"
        return SearchUnavailable(code) if name == "search" else ServerFault(code, sent)
