"""Events on the bus: one for each change, without personal data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from tests.journeys.clients import appeal_decision
from tests.journeys.deployed import DeployedStack
from tests.journeys.reported_uploads import (
    new_account,
    new_picture,
    own_hash,
    reported_upload,
    upload_and_publish,
)

_UPLOAD = {"upload_id", "platform", "account_id", "key", "state", "reason"}
_ACCOUNT = {"platform", "account_id", "case_id", "blocked"}
DETAILS: Mapping[str, set[str]] = {
    "upload.published": _UPLOAD,
    "upload.held": _UPLOAD,
    "upload.blocked": _UPLOAD,
    "upload.removed": _UPLOAD,
    "upload.rejected": _UPLOAD,
    "upload.released": _UPLOAD,
    "upload.reviewed": {"upload_id"},
    "account.blocked": _ACCOUNT,
    "account.unblocked": _ACCOUNT,
    "account.warned": {"platform", "account_id", "uploads"},
    "misuse.opened": {"review_id"},
    "misuse.decided": {"review_id", "outcome"},
    "report.filed": {"case_number"},
    "report.completed": {"case_number"},
    "case.opened": {"case_id", "origin"},
    "case.decided": {"case_id", "outcome", "uploads"},
    "case.reversed": {"case_id", "uploads"},
    "case.withdrawn": {"case_id"},
    "appeal.filed": {"appeal_id", "case_id", "platform", "account_id"},
    "appeal.decided": {"appeal_id", "outcome", "case_id", "platform", "account_id"},
    "bank.changed": {"entries", "seq"},
    "bank.swept": {"sweep_id", "entries"},
    "notice.issued": {"notice_id", "kind", "party", "platform", "account_id", "case_number"},
}
"""The fields that an event may have besides its id and time: ids, states and codes."""


def event_counts(stack: DeployedStack) -> Counter[str]:
    """Return how many events of each type were received since the last call."""
    stack.drain()
    return Counter(event["detail-type"] for event in stack.events())


@pytest.fixture(autouse=True)
def _quiet(stack: DeployedStack) -> None:
    stack.drain()
    stack.events()


def test_each_step_of_the_story_emits_one_event(stack: DeployedStack) -> None:
    alpha, robin = stack.app(), stack.reviewer()
    account_id, picture = new_account(), new_picture()
    upload_id = alpha.upload(account_id, picture)
    assert event_counts(stack) == {"upload.published": 1}

    stack.person().report(upload_id)
    assert event_counts(stack) == {"report.filed": 1, "case.opened": 1, "notice.issued": 1}

    case_id = robin.next()["case_id"]
    robin.reveal(case_id, upload_id)
    assert event_counts(stack) == {}

    robin.decide(case_id, "violating")
    assert event_counts(stack) == {
        "case.decided": 1,
        "upload.removed": 1,
        "account.blocked": 1,
        "bank.changed": 1,
        "bank.swept": 1,
        "notice.issued": 2,  # to the reporter and to the account holder
    }

    stack.app("beta").upload(new_account(), picture)
    assert event_counts(stack) == {"upload.blocked": 1, "notice.issued": 1}

    appeal = alpha.answer("POST", "/v1/appeals", json={"account_id": account_id, "statement": "No."})
    assert event_counts(stack) == {"appeal.filed": 1, "notice.issued": 1}

    decide = f"/v1/review/appeals/{appeal['appeal_id']}/decision"
    stack.reviewer("sasha").answer("POST", decide, json=appeal_decision("upheld"))
    assert event_counts(stack) == {
        "appeal.decided": 1,
        "case.reversed": 1,
        "account.unblocked": 1,
        "bank.changed": 1,
        "bank.swept": 1,
        "upload.released": 2,
        "upload.published": 2,
        "notice.issued": 3,  # the outcome of the appeal, the lifted block, and the notice to the reporter
    }


def test_reported_matched_and_withdrawn_hash_emits_once(stack: DeployedStack) -> None:
    picture, person = new_picture(), stack.person()
    person.report(hashes=[own_hash(picture)])
    assert event_counts(stack) == {
        "report.filed": 1,
        "case.opened": 1,
        "bank.changed": 1,
        "bank.swept": 1,
        "notice.issued": 1,
    }
    stack.app().upload(new_account(), picture)
    assert event_counts(stack) == {"upload.held": 1}
    person.withdraw()
    assert event_counts(stack) == {
        "case.withdrawn": 1,
        "bank.changed": 1,
        "bank.swept": 1,
        "upload.released": 1,
        "upload.published": 1,
    }


def test_repeated_request_emits_one_event(stack: DeployedStack) -> None:
    scene, robin, noor = reported_upload(stack), stack.reviewer(), stack.reviewer("noor")
    assert event_counts(stack) == {
        "upload.published": 1,
        "report.filed": 1,
        "case.opened": 1,
        "notice.issued": 1,
    }
    robin.claim(scene.case_id)
    for _ in range(2):
        robin.decide(scene.case_id, "not_violating")
    assert event_counts(stack) == {"case.decided": 1, "upload.reviewed": 1, "notice.issued": 1}
    for _ in range(2):
        order = {"platform": "alpha", "reason": "set manually"}
        noor.answer("POST", f"/v1/accounts/{scene.account_id}/block", json=order)
    assert event_counts(stack) == {"account.blocked": 1, "notice.issued": 1}


def test_rejected_upload_emits_an_event(stack: DeployedStack) -> None:
    stack.app().upload(new_account(), b"no image")
    assert event_counts(stack) == {"upload.rejected": 1}


def test_event_is_complete_and_holds_only_ids_and_states(stack: DeployedStack) -> None:
    upload_and_publish(stack, new_account(), new_picture())
    scene = reported_upload(stack)
    scene.person.withdraw()
    stack.person().report(hashes=[own_hash(scene.picture)])
    again = reported_upload(stack)
    stack.reviewer().decide(again.case_id, "violating")
    order = {"platform": "alpha", "reason": "set manually"}
    stack.reviewer("noor").answer("POST", f"/v1/accounts/{scene.account_id}/block", json=order)
    stack.drain()
    events = stack.events()
    assert len({event["detail"]["id"] for event in events}) == len(events) >= 6
    for event in events:
        assert event["source"] == "staydown"
        detail: dict[str, Any] = dict(event["detail"])
        UUID(detail.pop("id"))
        assert datetime.fromisoformat(detail.pop("time")).tzinfo is not None
        assert set(detail) == DETAILS[event["detail-type"]]


def test_record_delivered_twice_is_published_once(
    stack: DeployedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = stack.stack.functions["PublishEventsFunction"]
    delivered: list[Any] = []
    invoke = publisher.invoke

    def twice(records: Any) -> Any:
        delivered.append(records)
        invoke(records)
        return invoke(records)

    monkeypatch.setattr(publisher, "invoke", twice)
    scene = reported_upload(stack)
    stack.reviewer().claim(scene.case_id)
    stack.reviewer().decide(scene.case_id, "violating")
    everything = event_counts(stack)
    assert delivered
    assert everything == {
        "upload.published": 1,
        "report.filed": 1,
        "case.opened": 1,
        "case.decided": 1,
        "upload.removed": 1,
        "account.blocked": 1,
        "bank.changed": 1,
        "bank.swept": 1,
        "notice.issued": 3,
    }
    for records in delivered:  # and once more, much later
        assert invoke(records) == {"batchItemFailures": []}
    assert event_counts(stack) == {}


def test_published_event_is_removed_from_the_outbox(stack: DeployedStack) -> None:
    reported_upload(stack)
    stack.drain()
    table = stack.description["tables"]["outbox"]
    assert stack.stack.client("dynamodb").scan(TableName=table)["Count"] == 0
