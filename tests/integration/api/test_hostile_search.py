"""Every hostile string in every field of a search over HTTP: an answer or a fault, never a 5xx."""

from __future__ import annotations

import json

import pytest

from admin.app import create_app
from tests.bench.hostile import hostile_strings
from tests.fixtures.http_section import Http


def test_over_http(http: Http, caplog: pytest.LogCaptureFixture) -> None:
    here = http.app.state.server
    here.search = create_app(here.settings, http.world.services).state.server.search
    token = http.token()
    path = f"/applications/{http.world.application().application_id}/search"
    answers = set()
    for number, words in enumerate(hostile_strings()):
        queries = (
            {"kind": "any", "text": words},
            {"kind": "owner", "text": "見本", "town": words},
            {"kind": words, "text": "中央"},
            {"kind": "lot", "text": "中央", "year": words},
        )
        body = json.dumps({"query": queries[number % len(queries)]}).encode()
        answer = http.post(path, body, token=token)
        answers.add(answer.status_code)
        assert answer.status_code in {200, 422, 413, 400}, (words[:40], answer.text[:200])
        assert len(words) < 4 or words not in answer.text
    assert 200 in answers
    assert not [one for one in caplog.records if one.levelname == "ERROR"]
