"""``python -m tests.visit``: one whole visit through the real window, HTTP, database and driver.

Leaves in --out: screens/NN-name.png, certificate.pdf (one a copy), printer.bin, print-log.jsonl.
Exit 0 only if every copy reached PRINTED, each PDF is its row's, the paper equals the PDF dot by
dot, the log's chain verifies, and no file of the terminal knows the visitor. With --fee the money
is proved too: earned for each copy, and nothing left over.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.visit.display import virtual_display
from tests.visit.payer import YEN, prove_money
from tests.visit.plan import Plan, choose_building
from tests.visit.proof import ProofError, prove, write_rows
from tests.visit.section import Section
from tests.visit.traces import markers, search_works, traces

#: What is done to the printer: a control word, and at which band of the sheet.
PRINTERS: dict[str, tuple[str, ...]] = {
    "ok": (),
    "empty": ("paper-empty@12",),
    "jam": ("jam@12",),
    "mute": ("mute@12",),
}
VISIT_S = 420.0


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.visit", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/visit"), help="絵と証明書を置く所")
    parser.add_argument("--printer", choices=sorted(PRINTERS), default="ok")
    parser.add_argument("--copies", type=int, choices=range(1, 6), default=1)
    parser.add_argument("--demo", type=Path, help="動いている見本のデータ (make run のもの)")
    parser.add_argument("--port", type=int, help="動いているサーバーのポート (--demo とともに)")
    parser.add_argument(
        "--fee", choices=("counter", "acceptor"), default="", help="手数料をいただく (見本の額)"
    )
    chosen = parser.parse_args()
    if chosen.fee and chosen.demo:
        parser.error("--fee sets a fee: not in a demo that somebody else uses")
    return chosen


def _clean(out: Path) -> None:
    """Only what a visit leaves is removed: the folder may be somebody's own."""
    out.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(out / "screens", ignore_errors=True)
    for old in (*out.glob("certificate*.pdf"), out / "printer.bin", out / "print-log.jsonl"):
        old.unlink(missing_ok=True)


def _config(section: Section, out: Path, printer: str, folder: Path, table: str = "") -> Path:
    """The demo's configuration with the bytes recorded and the printer's fate armed, or with
    another ``table`` of the printer."""
    raw = tomllib.loads(Path(section.facts["kiosk_config"]).read_text(encoding="utf-8"))
    words = ", ".join(json.dumps(word) for word in PRINTERS[printer])
    simulated = (
        'driver = "simulated"\n'
        f"record_to = {json.dumps(str((out / 'printer.bin').resolve()))}\n"
        f"simulator_start = [{words}]\n"
    )
    coins = folder / "coins.sock"
    path = folder / "kiosk.toml"
    path.write_text(
        f"server_url = {json.dumps(section.url)}\n"
        f"terminal = {json.dumps(raw['terminal'])}\n"
        f"key_file = {json.dumps(raw['key_file'])}\n"
        f"[printer]\n{table or simulated}\n"
        '[acceptor]\ndriver = "simulated"\n'
        f"control_socket = {json.dumps(str(coins))}\n"
        f"memory = {json.dumps(str(coins.with_suffix('.json')))}\n",
        encoding="utf-8",
    )
    return path


class Played:
    """One run of the terminal's own process, in folders that nothing else writes to."""

    def __init__(self, section: Section, folder: Path, copies: int = 1, fee: str = "") -> None:
        self.section = section
        self.folder = folder
        self.own = [folder / "home", folder / "tmp", folder / "log"]
        for own in self.own:
            own.mkdir(parents=True, exist_ok=True)
        facts = section.facts
        building = choose_building(section.data / "sample-ledger.csv")
        self.plan = Plan(
            facts["terminal_staff_id"], facts["terminal_pin"], building, copies=copies, fee=fee,
            coins=str(folder / "coins.sock"), section=section.url,
            chief_password=facts["first_password"],
        )  # fmt: skip
        if fee:
            made = section.command("fee", "set", "--mode", fee, "--yen", str(YEN))
            if made.returncode:
                raise RuntimeError(f"no fee: {made.stderr}")

    def play(
        self, out: Path, printer: str, *more: str, timeout_s: float = VISIT_S, table: str = ""
    ) -> int:
        """The whole script under a display of our own. Returns its exit code."""
        plan = self.folder / "plan.json"
        self.plan.save(plan)
        command = [sys.executable, "-m", "tests.visit.terminal", "--plan", str(plan)]
        command += ["--config", str(_config(self.section, out, printer, self.folder, table))]
        command += ["--out", str(out), *more]
        home, temporary, log_folder = self.own
        log_path = log_folder / "terminal.log"
        with virtual_display() as display, log_path.open("wb") as log:
            environment = {
                **os.environ, "DISPLAY": display, "HOME": str(home), "TMPDIR": str(temporary)
            }  # fmt: skip
            try:
                code = subprocess.run(
                    command,
                    env=environment,
                    stdout=log,
                    stderr=log,
                    timeout=timeout_s,
                    check=False,
                ).returncode
            except subprocess.TimeoutExpired:
                code = 1
        if code:
            text = log_path.read_text(encoding="utf-8", errors="replace")
            sys.stderr.write("".join(line + "\n" for line in text.splitlines()[-30:]))
        return code

    def prove_no_traces(self) -> None:
        """Nothing of the visitor is in any file of the terminal. Raises ProofError."""
        wanted = markers(self.plan)
        if not search_works(self.own[1], wanted):
            raise ProofError("the search for traces does not find what was planted")
        left = traces(self.own, wanted)
        if left:
            raise ProofError(f"traces of the visitor are left: {left}")


def _rows(section: Section, since: datetime) -> list[dict[str, Any]]:
    made = section.command("print-log", "--since", since.isoformat())
    if made.returncode:
        raise ProofError(f"print-log: {made.stderr}")
    return [json.loads(line) for line in made.stdout.splitlines()]


def _sheets(section: Section, out: Path, rows: list[dict[str, Any]]) -> dict[str, bytes]:
    """The certificates as the server keeps them; the first is ``certificate.pdf``."""
    sheets: dict[str, bytes] = {}
    for row in rows:
        if not row["pdf_sha256"]:
            continue  # a gap: nothing was released
        name = f"certificate-{len(sheets) + 1}.pdf" if sheets else "certificate.pdf"
        made = section.command("sheet", row["number"], str(out / name))
        if made.returncode:
            raise ProofError(f"sheet {row['number']}: {made.stderr}")
        sheets[row["number"]] = (out / name).read_bytes()
    return sheets


def _verify_chain(section: Section) -> None:
    made = section.command("verify-log")
    if made.returncode or not made.stdout.startswith("ok "):
        raise ProofError(f"the log's chain: {made.stdout}{made.stderr}")


def visit(section: Section, chosen: argparse.Namespace, folder: Path) -> int:
    since = datetime.now(UTC)
    say("端末をひらいて、一回の発行をはじめから終わりまで行います…")
    played = Played(section, folder, chosen.copies, chosen.fee)
    code = played.play(chosen.out, chosen.printer)
    try:
        rows = _rows(section, since)
        write_rows(chosen.out / "print-log.jsonl", rows)
        sheets = _sheets(section, chosen.out, rows)
        _verify_chain(section)
        played.prove_no_traces()
        for row in rows:
            say(f"発行番号 {row['number']}  {row['state']}")
        if code:
            say("この回は終わりまで行けませんでした。上の行と screens/ の絵に理由があります。")
            return 1
        say(prove(chosen.out, rows, sheets))
        if chosen.fee:
            say(prove_money(section.facts["database"], played.plan))
    except ProofError as error:
        say(f"証拠が合いません: {error}")
        return 1
    say(f"絵 {chosen.out / 'screens'}、証明書 {chosen.out / 'certificate.pdf'}")
    return 0


def main() -> int:
    chosen = _arguments()
    chosen.out = chosen.out.resolve()
    _clean(chosen.out)
    with tempfile.TemporaryDirectory(prefix="visit-") as name:
        folder = Path(name)
        data = chosen.demo or folder / "data"
        try:
            with Section(data, chosen.port, running=chosen.demo is not None) as section:
                return visit(section, chosen, folder)
        except RuntimeError as error:
            say(str(error))
            return 1


if __name__ == "__main__":
    sys.exit(main())
