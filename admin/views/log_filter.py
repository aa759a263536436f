"""The print log's filter as it is typed: read, said back, and kept in an address without a name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Form, Query

from admin.services.print_log import LogFilter
from admin.views.forms import one_line
from admin.views.show import read_day
from kiosk.domain.issuance import IssueState

_Said = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True, slots=True)
class TypedFilter:
    """What stands in the fields. A name never goes into an address."""

    first: str = ""
    last: str = ""
    states: tuple[str, ...] = ()
    terminal: str = ""
    number: str = ""
    user_id: str = ""
    name: str = field(default="", repr=False)

    def meant(self) -> LogFilter:
        """What it asks for. Raises ValueError when a day or a state is none."""
        return LogFilter(
            first_day=read_day(self.first),
            last_day=read_day(self.last),
            states=tuple(IssueState(state) for state in self.states),
            terminal=self.terminal,
            number=self.number,
            user_id=self.user_id,
            name=self.name,
        )

    def address(self) -> str:
        """The query string of this filter, without the name."""
        pairs = [
            ("from", self.first), ("to", self.last), *(("state", one) for one in self.states),
            ("terminal", self.terminal), ("number", self.number), ("user_id", self.user_id),
        ]  # fmt: skip
        return urlencode([(key, value) for key, value in pairs if value])

    @property
    def empty(self) -> bool:
        return not (self.address() or self.name)


def asked_filter(
    first: Annotated[str, Query(alias="from", max_length=40)] = "",
    last: Annotated[str, Query(alias="to", max_length=40)] = "",
    state: Annotated[list[str] | None, Query(max_length=10)] = None,
    terminal: _Said = "",
    number: _Said = "",
    user_id: _Said = "",
) -> TypedFilter:
    """From an address."""
    return _typed(first, last, state, terminal, number, user_id, "")


def sent_filter(
    first: Annotated[str, Form(alias="from", max_length=40)] = "",
    last: Annotated[str, Form(alias="to", max_length=40)] = "",
    state: Annotated[list[str] | None, Form(max_length=10)] = None,
    terminal: Annotated[str, Form(max_length=200)] = "",
    number: Annotated[str, Form(max_length=200)] = "",
    user_id: Annotated[str, Form(max_length=200)] = "",
    name: Annotated[str, Form(max_length=200)] = "",
) -> TypedFilter:
    """From a form, where a name may be asked for too."""
    return _typed(first, last, state, terminal, number, user_id, name)


def _typed(
    first: str, last: str, states: list[str] | None, terminal: str, number: str, user_id: str,
    name: str,
) -> TypedFilter:  # fmt: skip
    return TypedFilter(
        first=one_line(first), last=one_line(last),
        states=tuple(dict.fromkeys(one_line(one) for one in states or ())),
        terminal=one_line(terminal), number=one_line(number), user_id=one_line(user_id),
        name=one_line(name),
    )  # fmt: skip
