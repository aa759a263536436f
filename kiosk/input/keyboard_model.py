"""What is being typed: a line that stands, kana that may still become kanji, and its candidates."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from kiosk.domain.graphemes import graphemes, without_last
from kiosk.domain.ports import KanaKanji
from kiosk.input.kana import is_kana, marked_kana
from kiosk.input.kanji import variants

MAX_CANDIDATES = 18


@dataclass(frozen=True, slots=True)
class Typing:
    """``fixed`` stands; ``kana`` follows it and is underlined. Nothing of it is in its repr."""

    fixed: str = field(default="", repr=False)
    kana: str = field(default="", repr=False)
    candidates: tuple[str, ...] = field(default=(), repr=False)
    #: What the candidates would replace at the end of ``fixed`` (異体字); 0 when they are of kana.
    replaces: int = 0

    @property
    def text(self) -> str:
        return self.fixed + self.kana


def typed(state: Typing, letter: str) -> Typing:
    """A key: kana go on, anything else first lets the kana stand."""
    if is_kana(letter):
        return Typing(state.fixed, state.kana + letter)
    return Typing(state.text + letter)


def marked(state: Typing) -> Typing:
    """゛゜小 on the last letter."""
    if state.kana:
        return Typing(state.fixed, state.kana[:-1] + marked_kana(state.kana[-1]))
    return state


def erased(state: Typing) -> Typing:
    """One character less, as people count characters."""
    if state.kana:
        return Typing(state.fixed, without_last(state.kana))
    return Typing(without_last(state.fixed))


def asked(state: Typing, kanji: KanaKanji) -> Typing:
    """変換: candidates for the kana; without kana, other forms of the last character."""
    if state.kana:
        found = tuple(kanji.candidates(state.kana, MAX_CANDIDATES))
        return replace(state, candidates=found, replaces=0)
    last = graphemes(state.fixed)[-1:]
    forms = tuple(variants(last[0])) if last else ()
    return replace(state, candidates=forms, replaces=len(last[0]) if forms else 0)


def chosen(state: Typing, candidate: str) -> Typing:
    """One candidate taken; it stands now."""
    if candidate not in state.candidates:
        return state
    if state.replaces:
        return Typing(state.fixed[: -state.replaces] + candidate)
    return Typing(state.fixed + candidate)


def settled(state: Typing) -> Typing:
    """確定: the kana stand as they are."""
    return Typing(state.text)


def starting_with(text: str) -> Typing:
    return Typing(text)
