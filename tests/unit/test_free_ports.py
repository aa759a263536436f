"""Ports for the peers of the tests: no two alike, none that is taken or the kernel's to give."""

from __future__ import annotations

import socket

import pytest

from tests.fixtures import ports


def test_no_port_is_given_twice() -> None:
    given = [ports.free_port() for _ in range(200)]
    assert len(set(given)) == len(given)


def test_they_lie_below_the_kernels_own() -> None:
    with socket.socket() as other:
        other.bind((ports.HOST, 0))
        assert ports.free_port() < other.getsockname()[1]


def test_a_port_that_is_taken_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = ports.free_port()
    ports._given.discard(taken)
    with socket.create_server((ports.HOST, taken)):
        monkeypatch.setattr(ports, "LOWEST", taken)
        monkeypatch.setattr(ports, "_end", lambda: taken + 1)
        with pytest.raises(RuntimeError, match="no free port"):
            ports.free_port()
