"""Every field of every staff page gets strings that nobody types: a page or a refusal, no fault."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.bench.hostile import hostile_strings
from tests.fixtures.browser import Browser, forms_of
from tests.integration.views.conftest import Office

#: Pages with the fields that are asked for in their address.
ASKED = {
    "/print-log": ("from", "to", "state", "terminal", "number", "user_id", "name", "after"),
    "/operations": ("from", "to", "event", "actor", "before"),
    "/reviews": ("from", "to"),
    "/exports": ("from", "to"),
    "/sign-in": ("next",),
    "/lookup": ("number",),
    "/payments": ("state",),
}
#: Pages whose forms are filled in.
FILLED = ("/print-log", "/reviews", "/lookup", "/accounts/new", "/password")
#: What a client sends in an address at most.
MOST_ADDRESS = 2000


def _address(words: str) -> str:
    return quote(words.encode("utf-8", "surrogatepass"), safe="")[:MOST_ADDRESS]


@pytest.fixture
def answered(chief: Browser) -> Browser:
    chief.get("/")
    return chief


def test_in_addresses(answered: Browser, caplog: pytest.LogCaptureFixture) -> None:
    pages = [(page, name) for page, names in ASKED.items() for name in names]
    codes = set()
    for number, words in enumerate(hostile_strings()):
        page, name = pages[number % len(pages)]
        others = (pages[(number * 7 + 3) % len(pages)], (page, name))
        for where, what in others:
            answer = answered.request("GET", f"{where}?{what}={_address(words)}", headers={})
            codes.add(answer.status_code)
            assert answer.status_code < 500, (where, what, words[:40])
    assert 200 in codes
    assert not [one for one in caplog.records if one.levelname == "ERROR"]


def test_in_paths(answered: Browser) -> None:
    for words in hostile_strings():
        for start in ("/issues/", "/accounts/", "/terminals/", "/payments/"):
            answer = answered.request("GET", start + (_address(words) or "x"), headers={})
            assert answer.status_code < 500, (start, words[:40])


@pytest.mark.parametrize("page", FILLED)
def test_in_forms(answered: Browser, page: str) -> None:
    """Each field of each form in turn, the others as the page gave them."""
    answered.get(page)
    fields = [
        (form, name)
        for form in forms_of(answered.page.text)
        if form.action.partition("#")[0] != "/sign-out"
        for name in form.fields
        if name != "form_token"
    ]
    assert fields
    strings = [one.encode("utf-8", "replace").decode() for one in hostile_strings()]
    for number, words in enumerate(strings[number_of(page) :: 2]):
        form, name = fields[number % len(fields)]
        filled = {**form.fields, name: words}
        where = form.action or page
        if form.method == "get":
            filled[name] = words[: MOST_ADDRESS // 10]
            answer = answered.request("GET", where, params=filled)
        else:
            answer = answered.request("POST", where, data=filled)
        assert answer.status_code < 500, (where, name, words[:40])


def test_at_the_door(office: Office) -> None:
    """The sign-in, to which anybody comes."""
    browser = office.browser()
    browser.get("/sign-in")
    form = browser.form("/sign-in")
    for number, words in enumerate(hostile_strings()):
        name = ("staff_id", "password", "next", "form_token")[number % 4]
        said = {**form.fields, "staff_id": "x", "password": "x", name: words.encode(
            "utf-8", "replace").decode()}  # fmt: skip
        answer = browser.request("POST", "/sign-in", data=said)
        assert answer.status_code < 500, (name, words[:40])


def number_of(page: str) -> int:
    """Which half of the strings a page gets."""
    return FILLED.index(page) % 2
