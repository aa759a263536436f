"""A lift is certified with its own form from the reserve to the second drawing."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from admin.services import issuing, sheets
from admin.services.issuing import IssueRefusal
from admin.services.sheets import Redrawn
from kiosk.certificate.maker import CertificateMaker
from kiosk.domain.certificate import CertificateContent
from kiosk.domain.ledger import Category
from kiosk.domain.ports import Released
from tests.fixtures.section import PRINTED, World
from tests.unit.certificate.papers import said


def with_forms(world: World, kind: Category) -> CertificateMaker:
    """The section with the real forms; entry 1 is of this 区分."""
    maker = CertificateMaker.load("ledger-certificate")
    assert isinstance(maker, CertificateMaker), str(maker)
    world.services = replace(world.services, sheets=maker, seal=maker.seal)
    world.entries[1] = replace(world.entries[1], category=kind)
    return maker


def order_for(world: World, maker: CertificateMaker) -> issuing.ReserveOrder:
    content = maker.content(world.entries[1])
    assert isinstance(content, CertificateContent), content
    return world.order(form=content.form, content_sha256=content.content_sha256())


def test_a_lift_is_issued_with_the_form_of_lifts(world: World) -> None:
    maker = with_forms(world, Category.LIFT)
    released = world.released(order_for(world, maker))
    assert isinstance(released, Released)
    world.settled(released.issue_id, PRINTED)
    issue = world.issue(released.issue_id)
    assert issue.form_id == "lift-certificate"
    assert issue.form_sha256 == maker.form_for(Category.LIFT).sha256
    pdf = cast(bytes, sheets.stored_sheet(world.services.keys, issue))
    assert "（昇降機・工作物）" in said(pdf)[0]
    with world.database.read() as session:
        assert sheets.redraw(world.services, session, issue) is Redrawn.SAME


def test_a_building_is_issued_with_the_form_of_buildings(world: World) -> None:
    maker = with_forms(world, Category.BUILDING)
    released = world.released(order_for(world, maker))
    issue = world.issue(released.issue_id)
    assert issue.form_id == "ledger-certificate"
    with world.database.read() as session:
        assert sheets.redraw(world.services, session, issue) is Redrawn.SAME


def test_a_terminal_that_previewed_with_the_other_form_is_refused(world: World) -> None:
    maker = with_forms(world, Category.LIFT)
    for other in (maker.form_for(Category.BUILDING), maker.form()):
        order = replace(order_for(world, maker), form=other)
        assert issuing.reserve(world.services, order) == IssueRefusal("form_differs")
    assert world.serials(2026) == []
