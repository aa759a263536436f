"""docs/openapi.json is the contract as it is; ``python -m admin.api.published`` writes it."""

from __future__ import annotations

import json
import os
from pathlib import Path

from admin.api import published
from kiosk.ledger_client import wire

FILE = Path(__file__).parents[3] / "docs" / "openapi.json"
#: Set to 1 to write the file instead of comparing it.
UPDATE = "DAICHO_UPDATE_OPENAPI"


def test_the_published_contract_is_up_to_date() -> None:
    if os.environ.get(UPDATE) == "1":
        FILE.write_text(published.text(), encoding="utf-8")
    assert FILE.read_text(encoding="utf-8") == published.text(), (
        f"the contract has changed: {UPDATE}=1, and raise CONTRACT_VERSION if the other side must "
        "know"
    )


def test_it_tells_the_whole_contract_and_nothing_else() -> None:
    said = json.loads(FILE.read_text(encoding="utf-8"))
    assert said["info"]["version"] == str(wire.CONTRACT_VERSION)
    assert len(said["paths"]) == 21
    assert all(path.startswith(f"{wire.PREFIX}/") for path in said["paths"])
    for path in said["paths"].values():
        for operation in path.values():
            fault = operation["responses"]["default"]["content"]["application/json"]["schema"]
            assert fault == {"$ref": "#/components/schemas/Fault"}
            assert "422" not in operation["responses"]
    for component in wire.SIGNED_COMPONENTS:
        assert component in said["info"]["description"]
    names = said["components"]["schemas"]
    assert {"Applicant", "ReleaseAnswer", "SettleRequest", "PrintEvidence"} <= set(names)
    referred = json.dumps(said)
    for name in names:
        assert f'"#/components/schemas/{name}"' in referred, name
