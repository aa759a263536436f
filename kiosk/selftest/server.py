"""The server is heard, is the same build, knows this terminal, and has nothing left open."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.domain.checks import CheckCode, CheckName
from kiosk.domain.ports import ServerFault
from kiosk.selftest.check import Finding
from kiosk.selftest.greeting import Greeting

#: Codes that say nothing of what the server thinks of this terminal.
_UNHEARD = frozenset({"offline", "timeout", "garbled", "busy", "internal"})


@dataclass(frozen=True, slots=True)
class Own:
    """What this terminal is. ``contract`` is the wire's version, ``build`` the program's."""

    terminal: str
    contract: int
    build: str


class ServerCheck:
    """The handshake. A terminal of another version than its server would draw other sheets."""

    name = CheckName.SERVER

    def __init__(self, greeting: Greeting, own: Own) -> None:
        self._greeting = greeting
        self._own = own

    def run(self) -> Finding:
        hello, own = self._greeting.heard().answer, self._own
        if isinstance(hello, ServerFault):
            unheard = hello.code in _UNHEARD
            code = CheckCode.SERVER_UNHEARD if unheard else CheckCode.SERVER_REFUSED
            return Finding(code, hello.code)
        if hello.contract != own.contract:
            return Finding(CheckCode.SERVER_CONTRACT, f"{own.contract}/{hello.contract}")
        if hello.build != own.build:
            return Finding(CheckCode.SERVER_BUILD, f"{own.build}/{hello.build}")
        if hello.terminal != own.terminal:
            return Finding(CheckCode.SERVER_OTHER_TERMINAL, f"{own.terminal}/{hello.terminal}")
        return Finding(detail=hello.build)


class RecoveryCheck:
    """No issue of this terminal is open: the recovery before this self-test has ended them all."""

    name = CheckName.RECOVERY

    def __init__(self, greeting: Greeting) -> None:
        self._greeting = greeting

    def run(self) -> Finding:
        hello = self._greeting.hello()
        if hello is None:
            return Finding(CheckCode.RECOVERY_UNKNOWN)
        return Finding(CheckCode.RECOVERY_OPEN_ISSUE) if hello.open_issue else Finding()
