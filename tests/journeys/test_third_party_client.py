"""A client with `.local/stack.json` and the OpenAPI document, against a stack that runs on its own.

As after `make run`, messages are delivered in the background, so that the client polls for each state.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from infra.local.stack import LocalStack
from tests.journeys.clients import PlatformClient, ReporterClient, ReviewerClient, appeal_decision
from tests.journeys.contract import Contract
from tests.journeys.leak_watch import LeakWatch
from tests.journeys.sample_images import jpeg, photograph

_TIMEOUT_SECONDS = 30
"""Maximum wait in seconds; each step takes well under one."""


@pytest.fixture(scope="module")
def state_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("local") / "stack.json"
    watch = LeakWatch()
    with LocalStack(background=True, state_file=path, report=watch.report):
        yield path
    assert watch.failures() == []
    assert not path.exists(), "the description file outlives the stack"


def wait_for_state(wanted: str, look: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Poll until the upload has the wanted state."""
    until = time.monotonic() + _TIMEOUT_SECONDS
    pause = threading.Event()
    while (seen := look())["state"] != wanted:
        assert time.monotonic() < until, f"the state is still {seen['state']}, expected {wanted}"
        pause.wait(0.05)
    return seen


def test_client_needs_only_the_state_file_and_the_document(state_file: Path) -> None:
    description = json.loads(state_file.read_text(encoding="utf-8"))
    document = requests.get(f"{description['api_url']}/v1/openapi.json", timeout=30)
    assert document.headers["content-type"].startswith("application/vnd.oai.openapi+json")
    contract, watch = Contract(document.json()), LeakWatch()
    apps = [
        PlatformClient(description, contract, watch, platform["token"])
        for platform in description["platforms"]
    ]
    reviewers = [
        ReviewerClient(description, contract, watch, person["token"])
        for person in description["reviewers"]
        if person["group"] == "reviewer"
    ]
    person = ReporterClient(description, contract, watch)
    assert (len(apps), len(reviewers)) == (2, 3)
    picture = photograph("coffee")

    upload_id = apps[0].upload("mallory", jpeg(picture))
    shown = wait_for_state("published", lambda: apps[0].status(upload_id))["url"]
    assert requests.get(shown, timeout=30).content == jpeg(picture)

    person.report(upload_id)
    case_id = reviewers[0].next()["case_id"]
    reviewers[0].decide(case_id, "violating")
    assert requests.get(shown, timeout=30).status_code == 403

    copy = apps[1].upload("copyist", jpeg(picture, 40))
    assert wait_for_state("blocked", lambda: apps[1].status(copy))["reason"] == "matches_confirmed_entry"

    form = {"account_id": "mallory", "statement": "That is my own picture."}
    appeal = apps[0].answer("POST", "/v1/appeals", json=form)
    decide = f"/v1/review/appeals/{appeal['appeal_id']}/decision"
    assert reviewers[0].post(decide, appeal_decision("upheld")).status_code == 403
    assert reviewers[1].post(decide, appeal_decision("upheld")).status_code == 200
    wait_for_state("published", lambda: apps[0].status(upload_id))
    wait_for_state("published", lambda: apps[1].status(copy))
    assert requests.get(shown, timeout=30).status_code == 200
    assert apps[0].account("mallory")["state"] == "active"


def test_credentials_of_the_state_file_get_working_tokens(state_file: Path) -> None:
    description = json.loads(state_file.read_text(encoding="utf-8"))
    platform = description["platforms"][0]
    granted = requests.post(
        description["token_url"],
        data={"grant_type": "client_credentials"},
        auth=(platform["client_id"], platform["client_secret"]),
        timeout=30,
    ).json()
    bearer = {"Authorization": f"{granted['token_type']} {granted['access_token']}"}
    answer = requests.get(f"{description['api_url']}/v1/accounts/anyone", headers=bearer, timeout=30)
    assert (answer.status_code, answer.json()["platform"]) == (200, platform["platform"])
