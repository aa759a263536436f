"""Every sentence that a screen asks for is in a catalogue, and none is there for nobody."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kiosk.domain.applicant import FIELD_ORDER, ApplicantKind, FieldFault
from kiosk.domain.checks import CheckName
from kiosk.domain.ledger import DispositionKind
from kiosk.domain.near import HappeningKind
from kiosk.domain.query import QueryKind
from kiosk.screens.present.frame import STEPS
from kiosk.screens.present.issue import overlay
from kiosk.screens.present.screens import PRESENTERS, present
from kiosk.screens.present.search import ERA_KEYS
from kiosk.screens.strings import SentenceMissingError, catalogue, has, tr
from kiosk.screens.widgets.palette import INK, PALETTE, PAPER, SOFT_INK, WHITE, Rgba
from kiosk.session import effects
from kiosk.session.state import Phase, Stage
from tests.factories.sessions import GALLERY

ROOT = Path(__file__).resolve().parents[3]
SOURCES = sorted((ROOT / "kiosk" / "screens").rglob("*.py"))


def _literal_keys() -> set[str]:
    found: set[str] = set()
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r"""["']((?:screen|applicant)\.[a-z_.0-9]+)["']""", text))
    return found


def _made_keys() -> set[str]:
    """Keys that are put together from a value: all the values there are."""
    waits = [
        name for name in vars(effects)
        if isinstance(vars(effects)[name], type) and issubclass(vars(effects)[name], effects.Effect)
    ]  # fmt: skip
    silent = {"Effect", "EndVisit", "Wipe", "CloseTerminal"}
    made = {f"screen.busy.{name}" for name in waits if name not in silent}
    made |= {f"screen.check.{one.value}" for one in CheckName}
    made |= {f"screen.step.{number}" for number in range(1, STEPS + 1)}
    made |= {f"screen.printing.{one.value}" for one in Stage}
    made |= {f"screen.disposition.{one.value}" for one in DispositionKind}
    made |= {f"screen.history.kind.{one.value}" for one in HappeningKind}
    made |= {f"screen.history.badge.{one}" for one in ("here", "counter", "doubtful")}
    made |= {f"screen.neighbours.{one}" for one in ("words", "none", "no_site", "many", "count")}
    made |= {f"screen.history.{one}" for one in ("words", "only")}
    made |= {f"screen.map.guide.{one}" for one in ("area", "town", "chome")}
    made |= {f"screen.search.era.{era}" for era in ERA_KEYS}
    made |= {f"screen.search.kind.{one.value}" for one in QueryKind}
    made |= {f"screen.search.hint.{one.value}" for one in QueryKind}
    made |= {
        f"screen.search.guide.{one}" for one in ("base", "chome", "number", "confirmation", "owner")
    }
    made |= {f"screen.keyboard.{one}" for one in ("kana", "latin", "digits", "symbols")}
    made |= {f"screen.sign_in.{one}" for one in ("staff_id", "pin")}
    made |= {f"screen.attract.step{n}" for n in (1, 2, 3)}
    made |= {f"screen.consent.item{n}" for n in (1, 2, 3, 4)}
    made |= {f"screen.results.help{n}" for n in (1, 2, 3, 4)}
    made |= {f"applicant.kind.{one.value}" for one in ApplicantKind}
    for field in FIELD_ORDER:
        made |= {f"applicant.{field}.{part}" for part in ("label", "hint")}
        made |= {f"applicant.{field}.{fault.value}" for fault in FieldFault}
    return made


def test_no_sentence_is_missing() -> None:
    wanted = {key for key in _literal_keys() if not key.endswith(".")} | _made_keys()
    assert {key for key in wanted if not has(key)} == set()
    assert len(wanted) > 150


def test_no_sentence_is_unused() -> None:
    ours = {key for key in catalogue() if key.startswith(("screen.", "applicant."))}
    assert ours - _literal_keys() - _made_keys() == set()


def test_every_phase_has_a_presenter() -> None:
    assert set(PRESENTERS) == set(Phase)


def test_a_missing_sentence_is_an_error() -> None:
    with pytest.raises(SentenceMissingError):
        tr("screen.nobody_wrote_this")


@pytest.mark.parametrize("name", GALLERY)
def test_presenters_find_all_their_words(name: str) -> None:
    frame = present(GALLERY[name])
    assert frame.body is not None
    overlay(GALLERY[name])


def _luminance(colour: Rgba) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def _contrast(one: Rgba, other: Rgba) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_text_can_be_read_by_tired_eyes() -> None:
    for name, look in PALETTE.items():
        assert _contrast(look.text, look.face) >= 4.5, name
        assert _contrast(look.text, look.pressed) >= 4.5, name
    for ground in (PAPER, WHITE):
        assert _contrast(INK, ground) >= 7
        assert _contrast(SOFT_INK, ground) >= 4.5
