"""Many terminals at the same moment: unique numbers without a gap, one winner of every race."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from admin.services import issuing, terminals
from admin.services.issuing import IssueRefusal
from kiosk.domain.issuance import IssueState
from kiosk.domain.ports import Released, Reserved
from kiosk.domain.printer import ClearState
from tests.fixtures.section import NOT_STARTED, PRINTED, UNKNOWN, World

TERMINALS = 8
EACH = 5

T = TypeVar("T")


def at_once(deeds: list[Callable[[], T]]) -> list[T]:
    """All deeds in threads of their own that start together."""
    gate = threading.Barrier(len(deeds))

    def run(deed: Callable[[], T]) -> T:
        gate.wait(30)
        return deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def test_numbers_are_unique_and_gapless(world: World) -> None:
    orders = [
        [world.order(terminal=f"terminal-{n}", entry_id=1) for _ in range(EACH)]
        for n in range(TERMINALS)
    ]

    def work(mine: list[issuing.ReserveOrder]) -> list[str]:
        return [
            issue_id for order in mine
            if (issue_id := world.reserved(order)) and world.settled(issue_id, NOT_STARTED)
        ]  # fmt: skip

    made = at_once([lambda mine=mine: work(mine) for mine in orders])  # type: ignore[misc]
    issued = [issue_id for one in made for issue_id in one]
    assert len(set(issued)) == TERMINALS * EACH
    assert world.serials(2026) == list(range(1, TERMINALS * EACH + 1))
    for issue_id, order in zip(issued, [o for one in orders for o in one], strict=True):
        assert world.issue(issue_id).idempotency_key == order.idempotency_key
    assert world.chain().fault is None


def test_one_key_sent_by_many_threads_is_one_issue(world: World) -> None:
    order = world.order()
    answers = at_once([lambda: issuing.reserve(world.services, order)] * TERMINALS)
    assert len(set(answers)) == 1
    assert isinstance(answers[0], Reserved)
    assert world.serials(2026) == [1]


def test_many_keys_of_one_terminal_leave_one_open_issue(world: World) -> None:
    application = world.application()
    orders = [world.order(application) for _ in range(TERMINALS)]
    answers = at_once(
        [lambda order=order: issuing.reserve(world.services, order) for order in orders]  # type: ignore[misc]
    )
    assert sum(isinstance(answer, Reserved) for answer in answers) == 1
    assert answers.count(IssueRefusal("open_issue")) == TERMINALS - 1
    assert world.serials(2026) == [1]


def test_a_release_sent_by_many_threads_leaves_once(world: World) -> None:
    issue_id = world.reserved()
    answers = at_once([lambda: issuing.release(world.services, issue_id, "terminal-1")] * TERMINALS)
    assert sum(isinstance(answer, Released) for answer in answers) == 1
    assert answers.count(IssueRefusal("already_released")) == TERMINALS - 1
    assert world.events(issue_id).count("issue.released") == 1


def test_a_settle_sent_by_many_threads_ends_once(world: World) -> None:
    issue_id = world.spooled()
    outcomes = [PRINTED, UNKNOWN, NOT_STARTED, PRINTED]
    answers = at_once(
        [
            lambda outcome=outcome: issuing.settle(  # type: ignore[misc]
                world.services, issue_id, "terminal-1", outcome
            )
            for outcome in outcomes
        ]
    )
    assert len(set(answers)) == 1
    assert world.count("print_attempt") == 2


def test_a_stop_order_and_a_release_do_not_wait_for_each_other_crosswise(world: World) -> None:
    """Both touch the log's head and the terminal's row; in one order, or PostgreSQL kills one."""
    for _ in range(6):
        issue_id = world.released().issue_id

        def stop() -> object:
            with world.database.write() as session:
                return terminals.stop(session, "terminal-1", "chief", "点検", world.clock.now())

        def settle(issue_id: str = issue_id) -> object:
            return issuing.settle(world.services, issue_id, "terminal-1", UNKNOWN)

        def recover() -> object:
            return issuing.recover(
                world.services, "terminal-1", ClearState.UNKNOWN, power_cycled=False
            )

        at_once([stop, settle, recover])
        assert world.state(issue_id) is IssueState.UNKNOWN
        with world.database.write() as session:
            assert terminals.reopen(session, "terminal-1", "chief", world.clock.now())
    assert world.chain().fault is None


def test_the_chain_is_checked_while_others_write(world: World) -> None:
    """A check during opening hours must not cry wolf over rows that come meanwhile."""
    done = threading.Event()

    def write() -> list[str]:
        for _ in range(12):
            world.settled(world.reserved(), NOT_STARTED)
        done.set()
        return []

    def check() -> list[str]:
        found = []
        while not done.is_set():
            found.append(str(world.chain().fault))
        return found

    _, first, second = at_once([write, check, check])
    assert set(first) | set(second) == {"None"}
