"""The product installed from its own wheel, away from the checkout: it finds all it needs."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

LOOK = """
import sys
from pathlib import Path
from kiosk.domain.assets import asset_path
from kiosk.domain.towns import ward_towns
from kiosk.screens.strings import catalogue
from kiosk.certificate.maker import CertificateMaker
from admin.ledger.profile import known_profiles
import admin, kiosk
checkout = Path(sys.argv[1])
for module in (admin, kiosk):
    assert checkout not in Path(module.__file__).parents, module.__file__
assert checkout not in asset_path("forms").parents, asset_path("forms")
assert len(ward_towns()) > 100
assert catalogue()["screen.back"]
assert "standard" in known_profiles()
maker = CertificateMaker.load("ledger-certificate")
assert isinstance(maker, CertificateMaker), maker
assert (Path(admin.__file__).parent / "templates" / "frame.html").exists()
assert (Path(admin.__file__).parent / "static" / "tokens.css").exists()
print("found")
"""


def _run(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    environment["DAICHO_DATA_DIR"] = str(cwd / "data")
    return subprocess.run(
        words, cwd=cwd, env=environment, capture_output=True, text=True, timeout=240, check=False
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the wheel installed, and this run's libraries beside it."""
    folder = tmp_path_factory.mktemp("installed")
    built = _run(
        sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index",
        "-q", "-w", str(folder), str(ROOT), cwd=folder,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    wheel = next(folder.glob("*.whl"))
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    placed = _run(
        sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index",
        "-q", str(wheel), cwd=folder,
    )  # fmt: skip
    assert placed.returncode == 0, placed.stderr
    libraries = sysconfig.get_path("purelib")
    own = next((folder / "venv" / "lib").glob("python*")) / "site-packages"
    # After the wheel's own folder, so that the editable checkout is not what is found.
    (own / "libraries.pth").write_text(libraries + "\n", encoding="utf-8")
    return python


def test_the_wheel_carries_what_the_program_needs(installed: Path, tmp_path: Path) -> None:
    made = _run(str(installed), "-c", LOOK, str(ROOT), cwd=tmp_path)
    assert made.stdout == "found\n", made.stderr


def test_the_installed_commands_run(installed: Path, tmp_path: Path) -> None:
    migrated = _run(str(installed), "-m", "admin", "migrate", cwd=tmp_path)
    assert migrated.returncode == 0, migrated.stderr
    assert (tmp_path / "data" / "daicho.db").exists()
    helped = _run(str(installed), "-m", "kiosk", "--help", cwd=tmp_path)
    assert helped.returncode == 0, helped.stderr
