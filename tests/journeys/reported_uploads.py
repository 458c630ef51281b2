"""Starting situations that many tests share: a published, reported or removed upload."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from staydown.imaging.fingerprint import fingerprint_file
from staydown.imaging.limits import Limits

from tests.journeys.clients import Json, ReporterClient
from tests.journeys.deployed import DeployedStack
from tests.journeys.sample_images import drawn, jpeg

_numbers = itertools.count(1)
_LIMITS = Limits(max_bytes=10_000_000, max_pixels=10_000_000, max_frames=1)


@dataclass(frozen=True, slots=True)
class ReportedUpload:
    """An upload and its report. picture: the file. case_id: the case of the report."""

    account_id: str
    picture: bytes
    upload_id: str
    person: ReporterClient
    case_id: str


def new_picture() -> bytes:
    """Return a JPEG that no other test uses."""
    return jpeg(drawn(next(_numbers)))


def new_account() -> str:
    return f"account-{next(_numbers)}"


def own_hash(picture: bytes) -> Json:
    """Return the hash that a person's own device computes."""
    upright = fingerprint_file(picture, _LIMITS).upright
    return {"pdq": upright.pdq.hex, "quality": upright.quality}


def upload_and_publish(stack: DeployedStack, account_id: str, picture: bytes, platform: str = "alpha") -> str:
    app = stack.app(platform)
    upload_id = app.upload(account_id, picture)
    stack.drain()
    assert app.status(upload_id)["state"] == "published"
    return upload_id


def reported_upload(stack: DeployedStack) -> ReportedUpload:
    """Publish and report a new image."""
    account_id, picture = new_account(), new_picture()
    upload_id = upload_and_publish(stack, account_id, picture)
    person = stack.person()
    person.report(upload_id)
    (case_id,) = stack.app().status(upload_id)["case_ids"]
    return ReportedUpload(account_id, picture, upload_id, person, case_id)


def removed_upload(stack: DeployedStack, reviewer: str = "robin") -> ReportedUpload:
    """Publish, report and remove a new image; its account is blocked."""
    scene = reported_upload(stack)
    robin = stack.reviewer(reviewer)
    robin.claim(scene.case_id)
    robin.decide(scene.case_id, "violating")
    stack.drain()
    return scene


def repeat_offender(stack: DeployedStack, times: int = 3) -> tuple[str, ReportedUpload]:
    """Upload a confirmed image on beta repeatedly. Return the account and the confirmed upload."""
    scene, account_id = removed_upload(stack), new_account()
    for _ in range(times):
        stack.app("beta").upload(account_id, scene.picture)
        stack.drain()
    return account_id, scene


def unfounded_reporter(stack: DeployedStack, times: int = 3) -> tuple[str, str]:
    """File unfounded reports from a beta account; robin dismisses them. Return the account and the review id.

    With two reports the last one stays undecided.
    """
    account_id, beta, robin = new_account(), stack.app("beta"), stack.reviewer()
    before = {one["review_id"] for one in robin.answer("GET", "/v1/review/misuse?limit=100")["reviews"]}
    for _ in range(times):
        upload_id = upload_and_publish(stack, new_account(), new_picture())
        beta.report(account_id, upload_id)
        (case_id,) = stack.app().status(upload_id)["case_ids"]
        robin.claim(case_id)
        nothing = {"shown": ["none"], "setting": "public", "complainant": "no"}
        robin.decide(case_id, "not_violating", factors=nothing, manifestly_unfounded=True)
        stack.drain()
    after = robin.answer("GET", "/v1/review/misuse?limit=100")["reviews"]
    (review_id,) = {one["review_id"] for one in after} - before
    return account_id, str(review_id)


def newest_case(stack: DeployedStack, reviewer: str = "robin") -> Json:
    """Return the newest undecided case."""
    cases = stack.reviewer(reviewer).answer("GET", "/v1/review/queue?limit=100")["cases"]
    return dict(max(cases, key=lambda case: str(case["opened_at"])))
