"""Once a `violating` decision has returned, the next upload of the image is blocked."""

from __future__ import annotations

import os

import pytest

from tests.journeys.deployed import DeployedStack, deployed_stack
from tests.journeys.reported_uploads import new_account
from tests.journeys.sample_images import drawn, jpeg

REPETITIONS = int(os.environ.get("STAYDOWN_REPETITIONS", "24"))
"""Number of decisions; a hundred take about two minutes."""
IMAGES_PER_REPORT = 5
"""Number of images in one report."""
SMALL = (80, 60)


def pictures() -> list[bytes]:
    return [jpeg(drawn(50_000 + number).resize(SMALL)) for number in range(REPETITIONS)]


def reported(stack: DeployedStack, files: list[bytes]) -> list[str]:
    """Publish and report all images. Return the case of each."""
    alpha = stack.app("alpha")
    uploads = [alpha.upload(new_account(), file) for file in files]
    stack.drain()
    for start in range(0, len(uploads), IMAGES_PER_REPORT):
        stack.person().report(*uploads[start : start + IMAGES_PER_REPORT])
    stack.drain()
    cases = [alpha.status(upload_id)["case_ids"] for upload_id in uploads]
    return [case_id for (case_id,) in cases]


@pytest.mark.slow
def test_upload_right_after_a_decision_is_blocked() -> None:
    with deployed_stack() as stack:
        beta, robin = stack.app("beta"), stack.reviewer()
        files = pictures()
        cases = reported(stack, files)
        stack.events()

        for number, (file, case_id) in enumerate(zip(files, cases, strict=True)):
            robin.decide(case_id, "violating")
            beta.put_object(f"beta/copyist/{number}", file)
            stack.drain()

        events = [
            event["detail"]
            for event in stack.events()
            if event["detail-type"].startswith("upload.") and event["detail"]["platform"] == "beta"
        ]
        assert [(one["key"], one["state"], one["reason"]) for one in events] == [
            (f"beta/copyist/{number}", "blocked", "matches_confirmed_entry") for number in range(REPETITIONS)
        ]
        public = stack.stack.client("s3").list_objects_v2(Bucket=stack.description["buckets"]["published"])
        assert public["KeyCount"] == 0
