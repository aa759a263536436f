"""申請番号: short enough to read out, and found again as people type it."""

from __future__ import annotations

import uuid

import pytest

from kiosk.domain.application_number import application_number, ids_begin

ID = "3f9c21be-7c10-4abc-9def-0123456789ab"


def test_a_number_is_the_beginning_of_its_id() -> None:
    assert application_number(ID) == "A-3F9C-21BE-7C10"
    for _ in range(200):
        one = str(uuid.uuid4())
        begin = ids_begin(application_number(one))
        assert begin is not None
        assert one.startswith(begin)


@pytest.mark.parametrize(
    "typed",
    ["A-3F9C-21BE-7C10", "a3f9c21be7c10", " Ａ－３Ｆ９Ｃ－２１ＢＥ－７Ｃ１０ ", "3F9C 21BE 7C10"],
)
def test_it_is_read_as_it_is_typed(typed: str) -> None:
    assert ids_begin(typed) == "3f9c21be-7c10-"


def test_a_whole_id_is_one_too() -> None:
    assert ids_begin(ID) == ids_begin(ID.upper()) == ID


@pytest.mark.parametrize(
    "typed", ["", "A", "A-3F9C-21BE", "U-7K2M-9QX4", "A-3F9C-21BE-7C1Z", "%", ID + "0"]
)
def test_what_is_no_number(typed: str) -> None:
    assert ids_begin(typed) is None


def test_what_is_no_id_stays() -> None:
    assert application_number("application-1") == "application-1"
