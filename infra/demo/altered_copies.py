"""Chapters 4 and 5: copies that are blocked automatically, unrelated images, and unverified matches."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from infra.demo.actors import Actors
from infra.demo.clients import UploadResult
from infra.demo.photos import ALTERATIONS, ImageFile, client_side_hash, encode_jpeg, resized, screenshot
from infra.demo.reporting import DECLARATIONS
from infra.demo.steps import Chapter, Step, expect


def _upload_copy(number: int, edit: Callable[[Image.Image], ImageFile]) -> Callable[[Actors], str]:
    """Return the step that posts one altered copy, from a new account, alternately on both platforms."""

    def upload_copy(actors: Actors) -> str:
        platform = (actors.beta, actors.alpha)[number % 2]
        outcome = platform.upload(f"copier-{number}", edit(actors.reported_photo))
        observed = f"on {platform.name}: {_require_blocked(outcome)}"
        actors.stopped_uploads.append((platform, outcome.upload_id))
        return observed

    return upload_copy


def _put_same_file(actors: Actors) -> str:
    outcome = actors.beta.put_without_ticket("copier-0", "holiday.jpg", encode_jpeg(actors.reported_photo))
    observed = f"on beta: {_require_blocked(outcome)}"
    actors.stopped_uploads.append((actors.beta, outcome.upload_id))
    return observed


def _require_blocked(outcome: UploadResult) -> str:
    return expect(
        (outcome.state, outcome.reason) == ("blocked", "matches_confirmed_entry"),
        str(outcome),
        expected="blocked: matches_confirmed_entry",
    )


def _check_queue_empty(actors: Actors) -> str:
    waiting = len(actors.robin.get("/v1/review/queue").require_status(200).body["cases"])
    return expect(waiting == 0, f"{waiting} cases in the review queue", expected="none")


def _upload_unrelated_photo(actors: Actors) -> str:
    outcome = actors.alpha.upload("olivia", encode_jpeg(actors.unrelated_photo))
    return expect(outcome.state == "published", str(outcome), expected="published")


def _upload_unrelated_screenshot(actors: Actors) -> str:
    outcome = actors.alpha.upload("olivia", encode_jpeg(screenshot(actors.unrelated_photo)))
    return expect(outcome.state == "published", str(outcome), expected="published")


def _upload_text_file(actors: Actors) -> str:
    outcome = actors.alpha.upload(
        "olivia", ImageFile(b"This is a letter, not a photograph.\n" * 20, "image/jpeg")
    )
    return expect(
        (outcome.state, outcome.reason) == ("rejected", "not_an_image"),
        str(outcome),
        expected="rejected: not_an_image",
    )


def _report_by_hash(actors: Actors) -> str:
    pdq, quality = client_side_hash(actors.hash_reported_photo)
    answer = actors.anybody.post(
        "/v1/reports",
        {
            "hashes": [{"pdq": pdq, "quality": quality}],
            "relation": "self",
            "declarations": DECLARATIONS,
            "signature": "B. Person",
            "contact": {"email": "other@example.org"},
        },
    ).require_status(201)
    return f"{answer.body['case_number']}, quality {quality} of 100; the image never left the device"


def _check_upload_held(actors: Actors) -> str:
    outcome = actors.beta.upload("peggy", encode_jpeg(resized(actors.hash_reported_photo, 0.75)))
    observed = expect(
        (outcome.state, outcome.reason, outcome.url) == ("held", "needs_review", None),
        str(outcome),
        expected="held: needs_review, not public",
    )
    actors.results["held_upload"] = outcome.upload_id
    return observed


def _check_account_active(actors: Actors) -> str:
    state = actors.beta.get("/v1/accounts/peggy").require_status(200).body["state"]
    return expect(state == "active", str(state), expected="active")


def _claim_match_case(actors: Actors) -> str:
    case = actors.kim.post("/v1/review/next").require_status(200).body["case"] or {}
    matches = [
        (upload["upload_id"], match["standing"], match["provenance"], match["distance"], match["view"])
        for upload in case.get("uploads", [])
        for match in upload["matches"]
    ]
    descriptions = [
        f"{standing} entry from a {' '.join(provenance)}, distance {distance}, {view}"
        for _, standing, provenance, distance, view in matches
    ]
    observed = "; ".join(descriptions) or "no case with a match"
    expect(
        [match[:3] for match in matches] == [(actors.results["held_upload"], "unverified", ["report"])],
        observed,
        expected="the held upload, with an unverified entry from a report",
    )
    actors.results["claimed_case"] = case["case_id"]
    actors.results["claimed_revision"] = case["revision"]
    return observed


def _dismiss_case(actors: Actors) -> str:
    actors.kim.post(
        f"/v1/review/cases/{actors.results['claimed_case']}/decision",
        {
            "outcome": "not_violating",
            "factors": {"shown": ["none"], "setting": "public", "complainant": "no"},
            "reasons": "A rocket.",
        },
        If_Match=f'"{actors.results["claimed_revision"]}"',
    ).require_status(200)
    outcome = actors.beta.wait_for_state(actors.results["held_upload"], expected_state="published")
    return expect(outcome.state == "published", str(outcome), expected="published")


COPIES_BLOCKED = Chapter(
    "Copies of the image are blocked",
    (
        *(
            Step(f"a new account posts a copy: {name}", _upload_copy(number, edit))
            for number, (name, edit) in enumerate(ALTERATIONS.items(), 1)
        ),
        Step("an app puts the same file directly into the bucket", _put_same_file),
        Step("no reviewer was needed", _check_queue_empty),
        Step("an unrelated photograph is published", _upload_unrelated_photo),
        Step("a screenshot of that photograph in the same app is published", _upload_unrelated_screenshot),
        Step("a text file is rejected", _upload_text_file),
    ),
)
UNVERIFIED_HASH = Chapter(
    "A reported hash needs human review",
    (
        Step("a person reports an image by a hash computed on their own device", _report_by_hash),
        Step("peggy posts that image on beta, and it is held for review", _check_upload_held),
        Step("peggy's account stays active", _check_account_active),
        Step("kim claims the case", _claim_match_case),
        Step("kim dismisses the case, and the image is published", _dismiss_case),
    ),
)
