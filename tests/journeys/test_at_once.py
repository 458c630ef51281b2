"""Promise 2: once a decision `violating` has returned, the very next upload of the picture is blocked."""

from __future__ import annotations

import pytest

from tests.journeys.deployed import Deployed
from tests.journeys.pictures import drawn, jpeg
from tests.journeys.scenes import new_account

REPETITIONS = 100
_A_REPORT = 10
"""Pictures that one report names."""


@pytest.mark.slow
def test_an_upload_that_follows_a_decision_at_once_is_blocked_each_time(stack: Deployed) -> None:
    alpha, beta, robin = stack.app("alpha"), stack.app("beta"), stack.reviewer()
    pictures = [jpeg(drawn(50_000 + number)) for number in range(REPETITIONS)]
    uploads = [alpha.upload(new_account(), picture) for picture in pictures]
    stack.drain()
    for start in range(0, REPETITIONS, _A_REPORT):
        stack.person().report(*uploads[start : start + _A_REPORT])
    # Asked for beforehand, so that nothing lies between the decision and the next upload.
    tickets = [beta.ticket(new_account()) for _ in pictures]
    cases = [alpha.status(upload_id)["case_ids"] for upload_id in uploads]
    stack.drain()

    seen = []
    for picture, ticket, (case_id,) in zip(pictures, tickets, cases, strict=True):
        robin.decide(case_id, "violating")
        beta.put(ticket, picture)
        stack.drain()
        status = beta.status(ticket["upload_id"])
        seen.append((status["state"], status["reason"]))

    assert seen == [("blocked", "matches_confirmed_entry")] * REPETITIONS
    published = stack.stack.client("s3").list_objects_v2(Bucket=stack.description["buckets"]["published"])
    assert published["KeyCount"] == 0
    assert {alpha.status(upload_id)["state"] for upload_id in uploads} == {"removed"}
