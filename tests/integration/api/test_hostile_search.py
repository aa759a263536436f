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
    for words in hostile_strings():
        for query in (
            {"kind": "any", "text": words},
            {"kind": "owner", "text": "見本", "town": words},
            {"kind": words, "text": "中央"},
            {"kind": "lot", "text": "中央", "year": words},
        ):
            body = json.dumps({"query": query}).encode()
            answer = http.post(path, body, token=token)
            answers.add(answer.status_code)
            assert answer.status_code in {200, 422, 413, 400}, (words[:40], answer.text[:200])
            assert len(words) < 4 or words not in answer.text
    for odd in (-1, 0, 10**30, 1.5, True, None, [], {}, [[]], "2003", 1e308):
        for field in ("kind", "text", "town", "year"):
            body = json.dumps({"query": {"kind": "any", "text": "中央", field: odd}}).encode()
            answers.add(code := http.post(path, body, token=token).status_code)
            assert code in {200, 422, 413, 400}, (field, odd)
    assert 200 in answers
    assert not [one for one in caplog.records if one.levelname == "ERROR"]
