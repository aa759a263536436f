"""What the demo's server registers is what the demo's reader shows."""

from __future__ import annotations

from admin.cli.demo_command import SAMPLE_IDM as REGISTERED
from kiosk.cards.simulated import SAMPLE_IDM


def test_the_demos_card_is_one_on_both_sides() -> None:
    assert bytes.fromhex(REGISTERED) == SAMPLE_IDM
