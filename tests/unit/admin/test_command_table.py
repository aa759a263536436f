"""The table of commands says where each one is: a command missing there could not be called."""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from admin.__main__ import MODULES, make_parser

CLI = Path(__file__).resolve().parents[3] / "admin" / "cli"


def commands_of(parser: argparse.ArgumentParser) -> set[str]:
    (subparsers,) = [
        action for action in parser._actions if isinstance(action, argparse._SubParsersAction)
    ]
    return set(subparsers.choices)


def test_every_module_with_commands_is_in_the_table() -> None:
    with_parsers = {
        path.stem for path in CLI.glob("*.py") if "\ndef add_parsers(" in path.read_text("utf-8")
    }
    assert with_parsers == set(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_has_the_commands_of_the_table(name: str) -> None:
    parser = argparse.ArgumentParser()
    subparsers = parser.add_subparsers()
    importlib.import_module(f"admin.cli.{name}").add_parsers(subparsers)
    assert commands_of(parser) == set(MODULES[name])


def test_help_and_a_command_that_is_none_know_all() -> None:
    every = {command for commands in MODULES.values() for command in commands}
    assert commands_of(make_parser("--help")) == commands_of(make_parser("none")) == every


def test_a_command_does_not_bring_the_web_server() -> None:
    words = "import sys, admin.__main__ as m; m.make_parser({!r}); print('fastapi' in sys.modules)"
    for command in ("search", "print-log", "list-staff", "serve"):
        asked = subprocess.run(
            [sys.executable, "-c", words.format(command)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert asked.stdout.strip() == "False", command
