"""Everything on one machine: the section's server and the terminal as sibling processes.

``python -m deploy.one_machine run`` is what ``make run`` calls; ``reset`` forgets the demo.
The server never depends on the terminal: when the terminal dies it is started again, finds its
open issue at the server, and asks for staff.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
#: DAICHO_DEMO names another folder: for a second demo on one machine, and for tests.
DATA = Path(os.environ.get("DAICHO_DEMO", ROOT / "var" / "demo")).absolute()
HOST = "127.0.0.1"
DEFAULT_PORT = 8600
#: Below these the system wants an administrator; above, there are none.
LOWEST_PORT, HIGHEST_PORT = 1024, 65535
#: A cold start on two cores takes about two seconds; this is for a machine under load.
SERVER_START_S = 60.0
#: A server that is told to stop finishes its request; then it is made to.
STOP_S = 10.0
#: Crashes in a row, each within CRASH_WINDOW_S, after which the terminal is left closed.
CRASHES_MAX = 5
CRASH_WINDOW_S = 30.0
#: Seconds between two looks at whether both programs live.
WATCH_EVERY_S = 0.5


class Said(Exception):  # noqa: N818 - it is a sentence for the person, not an error's name
    """Ends the program with a sentence."""


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@contextlib.contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Hold the demo's lock, or say that it runs already."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Said(
                "すでに動いています。先に動かしたほうを Ctrl-C で止めてから、もう一度どうぞ。"
            ) from None
        yield


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def prepare(data: Path, port: int) -> dict[str, Any]:
    """Database, keys, sample ledger and demo accounts; done once, then only read."""
    say("見本の台帳と鍵を用意しています…")
    command = [sys.executable, "-m", "admin", "demo", "--data-dir", str(data), "--port", str(port)]
    if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
        raise Said(
            "用意できませんでした。上の行に理由があります。make reset-demo で最初からやり直せます。"
        )
    facts: dict[str, Any] = json.loads((data / "demo.json").read_text(encoding="utf-8"))
    return facts


def answers(port: int) -> bool:
    """Whether the program behind the port is ready: the port alone listens earlier."""
    asked = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        asked.request("GET", "/")
        asked.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()
    return True


def start_server(data: Path, port: int) -> subprocess.Popen[bytes]:
    """The server in a session of its own: the keys of this terminal window do not reach it."""
    log = (data / "server.log").open("ab")
    command = [sys.executable, "-m", "admin", "serve", "--data-dir", str(data)]
    command += ["--host", HOST, "--port", str(port)]
    server = subprocess.Popen(
        command, cwd=ROOT, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
    )
    deadline = time.monotonic() + SERVER_START_S
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        if answers(port):
            return server
        time.sleep(0.1)
    stop(server)
    raise Said(f"サーバーが始まりません。記録: {data / 'server.log'}")


def stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def introduce(facts: dict[str, Any], port: int) -> None:
    say("")
    say("  職員のページ     " + f"http://{HOST}:{port}/")
    say(f"    職員ID       {facts['staff_id']}")
    first = facts["first_password"]
    said = (
        f"最初のパスワード {first}  (はじめに変更します)"
        if first
        else "パスワード     変更したもの"
    )
    say(f"    {said}")
    say("  端末をひらく")
    say(f"    職員ID       {facts['terminal_staff_id']}")
    say(f"    暗証番号       {facts['terminal_pin']}")
    say("  プリンターであそぶ (別の窓で。ほかの言葉は --help)")
    say("    .venv/bin/python -m kiosk.printing.simulator_control \\")
    say(f"      {DATA / 'printer.sock'} paper-empty")
    say("  職員カードであそぶ (insert-felica, insert-piv, remove。PIV の暗証番号は --help)")
    say("    .venv/bin/python -m kiosk.cards.simulator_control \\")
    say(f"      {DATA / 'card.sock'} insert-felica")
    say("  おわるとき       Ctrl-C      最初から  make reset-demo")
    say("")


class Crashes:
    """How often one program has died lately; too often is no accident."""

    def __init__(self, name: str, log: Path) -> None:
        self._name, self._log = name, log
        self._times: list[float] = []

    def another(self) -> None:
        """Raises Said when it must not be started again."""
        now = time.monotonic()
        self._times = [t for t in self._times if now - t < CRASH_WINDOW_S] + [now]
        if len(self._times) > CRASHES_MAX:
            raise Said(
                f"{self._name}が続けて止まります。{self._log} を見て、"
                "原因を直してからもう一度どうぞ。"
            )


def start_terminal(config: str) -> subprocess.Popen[bytes]:
    with (DATA / "terminal.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "kiosk", "run", "--config", config],
            cwd=ROOT,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def watch(server: subprocess.Popen[bytes], facts: dict[str, Any], port: int) -> None:
    """Keep both open until the terminal is closed on purpose; whichever dies starts again."""
    terminals = Crashes("端末", DATA / "terminal.log")
    servers = Crashes("サーバー", DATA / "server.log")
    say(f"  記録             {DATA / 'terminal.log'} と server.log")
    terminal = start_terminal(facts["kiosk_config"])
    try:
        while terminal.poll() != 0:
            if server.poll() is not None:
                say(f"サーバーが止まりました ({server.returncode})。もう一度動かします。")
                servers.another()
                server = start_server(DATA, port)
            if terminal.poll() is not None:
                say(
                    f"端末が止まりました ({terminal.returncode})。もう一度ひらきます。"
                    "係員が暗証番号でひらくまで受け付けません。"
                )
                terminals.another()
                terminal = start_terminal(facts["kiosk_config"])
            time.sleep(WATCH_EVERY_S)
    finally:
        stop(terminal)
        stop(server)


def play_visit(port: int) -> int:
    """No display: a whole visit on a virtual one, with pictures and the certificate left behind."""
    out = ROOT / "out" / "visit"
    say("画面 (DISPLAY) がありません。仮の画面で、はじめから終わりまでの一回を実演します。")
    if subprocess.run(["sh", "deploy/bootstrap.sh", "visit"], cwd=ROOT, check=False).returncode:  # noqa: S607
        return 1
    command = [sys.executable, "-m", "tests.visit", "--out", str(out)]
    command += ["--demo", str(DATA), "--port", str(port)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def run(port: int) -> int:
    # SIGINT too: a shell starts its background jobs with Ctrl-C ignored.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _interrupt)
    with only_one(DATA):
        if not port_is_free(port):
            raise Said(
                f"ポート {port} はほかのプログラムが使っています。"
                f"それを止めるか、DAICHO_PORT=8601 make run のように番号を変えてください。"
            )
        facts = prepare(DATA, port)
        server = start_server(DATA, port)
        try:
            introduce(facts, port)
            if not os.environ.get("DISPLAY"):
                return play_visit(port)
            watch(server, facts, port)
        except KeyboardInterrupt:
            say("\n終わります…")
        finally:
            stop(server)
    return 0


def holders(lock: Path) -> list[str]:
    """Process numbers of who holds the file's lock (proc_locks(5))."""
    held = []
    for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
        _, kind, _, _, pid, place = line.split()[:6]
        if kind == "FLOCK" and int(place.rpartition(":")[2]) == lock.stat().st_ino:
            held.append(pid)
    return held


@contextlib.contextmanager
def no_server(data: Path) -> Iterator[None]:
    """Refuse while a server that outlived its launcher still works on the data."""
    with (data / "server.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pids = " ".join(holders(data / "server.lock"))
            raise Said(
                f"サーバーがまだ動いています。kill {pids} で止めてから、もう一度どうぞ。"
            ) from None
        yield


def reset() -> int:
    with only_one(DATA), no_server(DATA):
        shutil.rmtree(DATA)
    say("見本のデータ・鍵・パスワードを消しました。make run で新しく始まります。")
    return 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.one_machine", description=__doc__)
    parser.add_argument("command", choices=("run", "reset"))
    chosen = parser.parse_args(arguments)
    try:
        port = int(os.environ.get("DAICHO_PORT", DEFAULT_PORT))
        if not LOWEST_PORT <= port <= HIGHEST_PORT:
            raise ValueError(port)
        return run(port) if chosen.command == "run" else reset()
    except ValueError:
        say(
            f"DAICHO_PORT は {LOWEST_PORT} から {HIGHEST_PORT} までの数字で書いてください。"
            "例: DAICHO_PORT=8601 make run"
        )
        return 2
    except Said as sentence:
        say(str(sentence))
        return 2


if __name__ == "__main__":
    sys.exit(main())
