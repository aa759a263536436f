"""The contract of the section server, on the real one and on the one in memory."""

from __future__ import annotations

import pytest

from kiosk.domain.ports import SectionServer
from kiosk.ledger_client.memory import InMemorySectionServer, MemorySection
from tests.contract.fee_contract import FeeContract
from tests.contract.section_contract import FELICA, PIN, SOFT_KEYS, STAFF, Rig, SectionContract
from tests.fakes.sheet_maker import FakeSheetMaker
from tests.fixtures.clock import FakeClock
from tests.fixtures.http_section import Http, cheap_hashes, http
from tests.fixtures.section import sample_entry

__all__ = ["cheap_hashes", "http"]


class TestInMemory(SectionContract, FeeContract):
    @pytest.fixture
    def rig(self) -> Rig:
        maker = FakeSheetMaker()
        section = MemorySection([sample_entry(n) for n in (1, 2, 3)], maker, FakeClock())

        section.felica_cards[FELICA] = STAFF
        for key in SOFT_KEYS:
            section.piv_cards[key.sha256] = (STAFF, key.public_key)

        def newborn() -> SectionServer:
            return InMemorySectionServer(section)

        server = newborn()
        server.open_terminal(STAFF, PIN, False)
        fees = section.fees
        return Rig(
            server, newborn, lambda: section.stop("点検のため"), section.entries, maker,
            lambda rate: setattr(fees, "rate", rate), fees.receive, fees.cancel,
        )  # fmt: skip


class TestOverHttp(SectionContract, FeeContract):
    """Over loopback, on SQLite and on PostgreSQL."""

    @pytest.fixture
    def rig(self, http: Http) -> Rig:
        server = http.opened()
        http.world.felica(STAFF, FELICA)
        for key in SOFT_KEYS:
            http.world.piv(STAFF, key)
        world = http.world
        return Rig(
            server, http.client, world.stop, world.entries, world.maker, world.charge,
            world.receive, world.cancel_payment,
        )  # fmt: skip
