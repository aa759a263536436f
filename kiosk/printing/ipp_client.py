"""IPP operations over HTTP (RFC 8010, 8011): one request with a limit each, answered by a value."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from kiosk.printing.ipp_codec import (
    VERSION,
    VERSION_1_1,
    Attribute,
    Group,
    IppError,
    Message,
    Tag,
    Value,
    decode,
    encode,
)

#: Document bytes handed to the connection at a time; each is counted.
PIECE: Final = 32 * 1024
SUCCESS_BELOW: Final = 0x0100
NOT_FOUND: Final = 0x0406
#: server-error-busy, -service-unavailable, -temporary-error.
BUSY_CODES: Final = frozenset({0x0507, 0x0502, 0x0505})
VERSION_NOT_SUPPORTED: Final = 0x0503
#: successful-ok-ignored-or-substituted-attributes, -conflicting-attributes.
SUBSTITUTED: Final = frozenset({0x0001, 0x0002})
#: More jobs than this in a printer's queue are not looked at one by one.
JOBS_MOST: Final = 500

GET_PRINTER, GET_JOBS, GET_JOB = 0x000B, 0x000A, 0x0009
CREATE_JOB, SEND_DOCUMENT, PRINT_JOB, CANCEL_JOB = 0x0005, 0x0006, 0x0002, 0x0008
VALIDATE_JOB: Final = 0x0004
#: Asked again at once if the connection broke: they change nothing.
QUESTIONS: Final = frozenset({GET_PRINTER, GET_JOBS, GET_JOB})

Attributes = dict[str, tuple[Value, ...]]


class IppFault(StrEnum):
    """What can go wrong with a request. Closed."""

    OFFLINE = "offline"  # no connection
    TIMED_OUT = "timed-out"
    GARBLED = "garbled"  # an answer that is no IPP, or not to this request
    REFUSED = "refused"  # an IPP error status
    BUSY = "busy"
    NOT_FOUND = "not-found"


@dataclass(frozen=True, slots=True)
class Failure:
    """``detail`` is the status code in hex, or what else is known, for the log."""

    fault: IppFault
    detail: str = ""


#: ``Failure.detail`` of a connection that was there and broke before its answer.
BROKEN: Final = "broken"


class Http(Protocol):
    """One POST. Tests bring one whose time is a fake clock's."""

    def post(self, body: Iterator[bytes], length: int, timeout_s: float) -> bytes | Failure:
        """``length`` is the number of bytes of ``body``."""
        ...

    def close(self) -> None: ...


@dataclass
class IppClient:
    """Requests of one user to one printer. ``user`` is a name of the terminal, of no person.

    Speaks IPP 2.0 until the printer says that it knows 1.1 only.
    """

    uri: str
    user: str
    http: Http
    version: bytes = VERSION
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def printer(self, names: Sequence[str], timeout_s: float) -> Attributes | Failure:
        return self._one(GET_PRINTER, [_wanted(names)], Group.PRINTER, timeout_s)

    def jobs(self, timeout_s: float) -> list[Attributes] | Failure:
        """All jobs that are not completed, everybody's."""
        names = ("job-id", "job-name", "job-originating-user-name", "job-state")
        asked = [
            Attribute("limit", Tag.INTEGER, (JOBS_MOST,)),
            _wanted(names),
            Attribute("which-jobs", Tag.KEYWORD, ("not-completed",)),
        ]
        answer = self._ask(GET_JOBS, asked, timeout_s)
        return answer if isinstance(answer, Failure) else answer.group(Group.JOB)

    def job(self, job_id: int, names: Sequence[str], timeout_s: float) -> Attributes | Failure:
        return self._one(GET_JOB, [_job_id(job_id), _wanted(names)], Group.JOB, timeout_s)

    def cancel(self, job_id: int, timeout_s: float) -> Failure | None:
        answer = self._ask(CANCEL_JOB, [_job_id(job_id)], timeout_s)
        return answer if isinstance(answer, Failure) else None

    def create(
        self, name: str, ticket: Sequence[Attribute], timeout_s: float
    ) -> Attributes | Failure:
        """A job without a document: nothing can be printed of it yet.

        A printer that made it otherwise than asked is told to drop it, and has REFUSED.
        """
        asked = [_named(name), _fidelity()]
        answer = self._ask(CREATE_JOB, asked, timeout_s, ticket)
        if isinstance(answer, Failure):
            return answer
        made = (answer.group(Group.JOB) or [{}])[0]
        otherwise = _substituted(answer, ticket)
        if otherwise is None:
            return made or Failure(IppFault.GARBLED, "no attributes")
        for number in made.get("job-id", ()):
            if type(number) is int:
                self.cancel(number, timeout_s)
        return otherwise

    def validate(
        self, name: str, mime_type: str, ticket: Sequence[Attribute], timeout_s: float
    ) -> Failure | None:
        """Whether Print-Job would be taken as it is; nothing is made."""
        asked = [
            _named(name),
            _fidelity(),
            Attribute("document-format", Tag.MIME_TYPE, (mime_type,)),
        ]
        answer = self._ask(VALIDATE_JOB, asked, timeout_s, ticket)
        return answer if isinstance(answer, Failure) else _substituted(answer, ticket)

    def send(
        self,
        job_id: int,
        mime_type: str,
        document: bytes,
        handed: Callable[[int], None],
        timeout_s: float,
    ) -> Attributes | Failure:
        """The only document of a job. ``handed(bytes so far)`` as they leave."""
        asked = [
            _job_id(job_id),
            Attribute("document-format", Tag.MIME_TYPE, (mime_type,)),
            Attribute("last-document", Tag.BOOLEAN, (True,)),
        ]
        return self._one(
            SEND_DOCUMENT, asked, Group.JOB, timeout_s, document=document, handed=handed
        )

    def print_job(
        self,
        name: str,
        mime_type: str,
        ticket: Sequence[Attribute],
        document: bytes,
        handed: Callable[[int], None],
        timeout_s: float,
    ) -> Attributes | Failure:
        """Job and document at once, for printers that know nothing else."""
        asked = [
            _named(name),
            _fidelity(),
            Attribute("document-format", Tag.MIME_TYPE, (mime_type,)),
        ]
        return self._one(PRINT_JOB, asked, Group.JOB, timeout_s, ticket, document, handed)

    def close(self) -> None:
        self.http.close()

    def _one(
        self,
        operation: int,
        asked: Sequence[Attribute],
        group: Group,
        timeout_s: float,
        ticket: Sequence[Attribute] = (),
        document: bytes = b"",
        handed: Callable[[int], None] = lambda _: None,
    ) -> Attributes | Failure:
        answer = self._ask(operation, asked, timeout_s, ticket, document, handed)
        if isinstance(answer, Failure):
            return answer
        found = answer.group(group)
        return found[0] if found else Failure(IppFault.GARBLED, "no attributes")

    def _ask(
        self,
        operation: int,
        asked: Sequence[Attribute],
        timeout_s: float,
        ticket: Sequence[Attribute] = (),
        document: bytes = b"",
        handed: Callable[[int], None] = lambda _: None,
    ) -> Message | Failure:
        """A question on a connection that had gone stale, or of a version unknown there, is put
        again; whatever could make a job is not."""
        answer = self._once(operation, asked, timeout_s, ticket, document, handed)
        if operation in QUESTIONS and answer == Failure(IppFault.OFFLINE, BROKEN):
            answer = self._once(operation, asked, timeout_s)
        old = Failure(IppFault.REFUSED, f"{VERSION_NOT_SUPPORTED:#06x}")
        if answer == old and self.version != VERSION_1_1 and not document:
            self.version = VERSION_1_1
            answer = self._once(operation, asked, timeout_s, ticket)
        return answer

    def _once(
        self,
        operation: int,
        asked: Sequence[Attribute],
        timeout_s: float,
        ticket: Sequence[Attribute] = (),
        document: bytes = b"",
        handed: Callable[[int], None] = lambda _: None,
    ) -> Message | Failure:
        number = next(self._ids)
        groups: list[tuple[Group, Sequence[Attribute]]] = [
            (Group.OPERATION, _ordered(self.uri, self.user, asked))
        ]
        if ticket:
            groups.append((Group.JOB, ticket))
        head = encode(operation, number, groups, self.version)
        body = _body(head, document, handed)
        raw = self.http.post(body, len(head) + len(document), timeout_s)
        if isinstance(raw, Failure):
            return raw
        try:
            answer = decode(raw)
        except IppError as error:
            return Failure(IppFault.GARBLED, str(error))
        if answer.request_id != number:
            return Failure(IppFault.GARBLED, "an answer to another request")
        return answer if answer.code < SUCCESS_BELOW else _refusal(answer.code)


def _body(head: bytes, document: bytes, handed: Callable[[int], None]) -> Iterator[bytes]:
    yield head
    for start in range(0, len(document), PIECE):
        piece = document[start : start + PIECE]
        # Told before it is given away: what may have left counts as having left.
        handed(start + len(piece))
        yield piece


def _refusal(code: int) -> Failure:
    if code == NOT_FOUND:
        return Failure(IppFault.NOT_FOUND, f"{code:#06x}")
    return Failure(IppFault.BUSY if code in BUSY_CODES else IppFault.REFUSED, f"{code:#06x}")


def _substituted(answer: Message, ticket: Sequence[Attribute]) -> Failure | None:
    """The printer took the job, but would print it in another way than the ticket says."""
    if answer.code not in SUBSTITUTED:
        return None
    asked = {attribute.name for attribute in ticket}
    changed = sorted(
        name for group in answer.group(Group.UNSUPPORTED) for name in group if name in asked
    )
    return Failure(IppFault.REFUSED, f"{answer.code:#06x} {' '.join(changed)}") if changed else None


def _ordered(uri: str, user: str, asked: Sequence[Attribute]) -> list[Attribute]:
    """RFC 8011 4.1.4 and 4.1.5: charset, language, target, in this order, then the rest."""
    target = [attribute for attribute in asked if attribute.name == "job-id"]
    rest = [attribute for attribute in asked if attribute.name != "job-id"]
    return [
        Attribute("attributes-charset", Tag.CHARSET, ("utf-8",)),
        Attribute("attributes-natural-language", Tag.LANGUAGE, ("en",)),
        Attribute("printer-uri", Tag.URI, (uri,)),
        *target,
        Attribute("requesting-user-name", Tag.NAME, (user,)),
        *rest,
    ]


def _wanted(names: Sequence[str]) -> Attribute:
    return Attribute("requested-attributes", Tag.KEYWORD, tuple(names))


def _job_id(job_id: int) -> Attribute:
    return Attribute("job-id", Tag.INTEGER, (job_id,))


def _named(name: str) -> Attribute:
    return Attribute("job-name", Tag.NAME, (name,))


def _fidelity() -> Attribute:
    """Refuse the job rather than print it in another way than asked."""
    return Attribute("ipp-attribute-fidelity", Tag.BOOLEAN, (True,))
