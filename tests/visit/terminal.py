"""The terminal with a hand at it: the real application, and the script between its frames.

``python -m tests.visit.terminal --config kiosk.toml --plan plan.json --out DIR``
Exit 0 only when the script came to its end.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

_BEGUN = time.monotonic()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.visit.terminal", description=__doc__)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--plan", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--headless", action="store_true")
    parser.add_argument("--idle", type=float, help="only open, then rest this many seconds")
    chosen = parser.parse_args()

    from kiosk.app import equip, make_app, start_logging
    from kiosk.config import ConfigFault, load_config
    from tests.visit.plan import Plan

    start_logging()
    config = load_config(chosen.config)
    if isinstance(config, ConfigFault):
        sys.stderr.write(f"{config.sentence}\n")
        return 2
    app = make_app(config, equip(config), headless=chosen.headless)

    from kivy.clock import Clock

    from tests.visit.hand import Hand, VisitFailedError
    from tests.visit.script import rest_idle, whole_visit

    hand = Hand(chosen.out / "screens")
    hand.times["process_begun"] = _BEGUN
    plan = Plan.load(chosen.plan)
    steps = rest_idle(hand, plan, chosen.idle) if chosen.idle else whole_visit(hand, plan)
    record = config.printer.record_to
    result = [1]

    def play(_dt: float) -> None:
        if record is not None:
            hand.watch_printer(record)
        try:
            next(steps)
        except StopIteration:
            result[0] = 0
        except VisitFailedError as error:
            sys.stderr.write(f"the visit failed: {error}\n")
        else:
            if hand.rest_s:
                Clock.unschedule(play)
                Clock.schedule_once(play, hand.rest_s)
                hand.rest_s = 0.0
            return
        Clock.unschedule(play)
        app.stop()

    Clock.schedule_interval(play, 0)
    app.run()
    (chosen.out / "times.json").write_text(json.dumps(hand.times), encoding="utf-8")
    return result[0]


if __name__ == "__main__":
    sys.exit(main())
