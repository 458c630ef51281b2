"""Chapters 1 to 3: an image is posted, reported and decided on."""

from __future__ import annotations

import base64
import hashlib
import io
import time
from datetime import datetime, timedelta

from PIL import Image

from infra.demo.actors import POSTER, Actors
from infra.demo.clients import fetch, fetch_until_gone
from infra.demo.photos import cropped, encode_jpeg, resized
from infra.demo.steps import Chapter, Step, expect

DECLARATIONS = {
    "intimate": True,
    "without_consent": True,
    "subject_or_representative": True,
    "good_faith": True,
}


def _upload_image(actors: Actors) -> str:
    file = encode_jpeg(actors.reported_photo)
    outcome = actors.alpha.upload(POSTER, file)
    observed = expect(outcome.state == "published", str(outcome), expected="published")
    actors.results |= {"upload": outcome.upload_id, "public_address": outcome.url, "file": file}
    return observed


def _fetch_public_image(actors: Actors) -> str:
    response = fetch(actors.results["public_address"])
    same = response.content == actors.results["file"].data
    observed = (
        f"{response.status_code}, {len(response.content)} bytes, {'identical' if same else 'not identical'}"
    )
    return expect(same, observed, expected="200 with the uploaded bytes")


def _upload_smaller_copy(actors: Actors) -> str:
    outcome = actors.beta.upload("trent", encode_jpeg(resized(actors.reported_photo, 0.5)))
    observed = expect(
        outcome.state == "published", str(outcome), expected="published, as there is no report yet"
    )
    actors.results |= {"earlier_copy": outcome.upload_id, "address_of_the_earlier_copy": outcome.url}
    return observed


def _upload_crop(actors: Actors) -> str:
    outcome = actors.beta.upload("trent", encode_jpeg(cropped(actors.reported_photo)))
    observed = expect(
        outcome.state == "published", str(outcome), expected="published, as there is no report yet"
    )
    actors.results |= {"earlier_crop": outcome.upload_id, "address_of_the_earlier_crop": outcome.url}
    return observed


def _file_report(actors: Actors) -> str:
    answer = actors.anybody.post(
        "/v1/reports",
        {
            "uploads": [actors.results["upload"]],
            "relation": "self",
            "declarations": DECLARATIONS,
            "statement": "That is me, and I never agreed to this.",
            "signature": "A. Person",
            "contact": {"name": "A. Person", "email": "person@example.org"},
        },
    ).require_status(201)
    filed = answer.body
    actors.results |= {"case_number": filed["case_number"], "secret": filed["secret"]}
    observed = f"{filed['case_number']} and a secret; valid: {filed['valid']}; deadline {filed['deadline']}"
    return expect(
        filed["valid"] and filed["deadline"] is not None, observed, expected="valid, with a deadline"
    )


def _claim_case(actors: Actors) -> str:
    case = actors.robin.post("/v1/review/next").require_status(200).body["case"] or {}
    uploads = [upload["upload_id"] for upload in case.get("uploads", [])]
    observed = f"a case: {len(uploads)} upload, {len(case.get('reports', []))} report, no reporter"
    text = str(case)
    anonymous = "person@example.org" not in text and "A. Person" not in text
    expect(
        uploads == [actors.results["upload"]] and anonymous,
        observed,
        expected="the case, without the reporter",
    )
    actors.results |= {"case": case["case_id"], "revision": case["revision"]}
    return observed


def _reveal_path(actors: Actors) -> str:
    return f"/v1/review/cases/{actors.results['case']}/reveal"


def _reveal_blurred(actors: Actors) -> str:
    request = {"upload_id": actors.results["upload"]}
    answer = actors.robin.post(_reveal_path(actors), request).require_status(200)
    with Image.open(io.BytesIO(base64.b64decode(answer.body["image"]))) as image:
        observed = f"{image.width} x {image.height} pixels, {'grey' if image.mode == 'L' else 'in colour'}"
        small = max(image.size) <= 320 and image.mode == "L"
    return expect(small and answer.body["url"] is None, observed, expected="small, grey, no link")


def _reveal_sharp(actors: Actors) -> str:
    request = {"upload_id": actors.results["upload"], "sharp": True}
    link = actors.robin.post(_reveal_path(actors), request).require_status(200).body
    response = fetch(link["url"])
    same = hashlib.sha256(response.content).digest() == hashlib.sha256(actors.results["file"].data).digest()
    lifetime = datetime.fromisoformat(link["expires_at"]) - datetime.now().astimezone()
    observed = f"{response.status_code}; the link is valid for {lifetime.total_seconds():.0f} s"
    return expect(
        same and lifetime <= timedelta(seconds=60), observed, expected="the image, for at most 60 s"
    )


def _decide_case(actors: Actors) -> str:
    answer = actors.robin.post(
        f"/v1/review/cases/{actors.results['case']}/decision",
        {
            "outcome": "violating",
            "factors": {"shown": ["nudity"], "setting": "private", "complainant": "yes"},
            "reasons": "The person shown did not consent.",
        },
        If_Match=f'"{actors.results["revision"]}"',
    ).require_status(200)
    state, banked = answer.body["state"], len(answer.body["banked"])
    actors.results["moment_of_the_decision"] = time.monotonic()
    observed = f"{state}, {banked} bank entry; the request took {answer.milliseconds:.0f} ms"
    return expect(state == "decided" and banked == 1, observed, expected="decided, 1 bank entry")


def _check_public_copy_deleted(actors: Actors) -> str:
    status = fetch(actors.results["public_address"]).status_code
    return expect(status == 403, str(status), expected="403 at once")


def _check_upload_removed(actors: Actors) -> str:
    outcome = actors.alpha.wait_for_state(actors.results["upload"])
    observed = f"{outcome.state}: {outcome.reason}"
    return expect(observed == "removed: judged_violating", observed, expected="removed: judged_violating")


def _check_account_blocked(actors: Actors) -> str:
    account = actors.alpha.get(f"/v1/accounts/{POSTER}").require_status(200).body
    ticket = actors.alpha.post("/v1/uploads", {"account_id": POSTER, "content_type": "image/jpeg"})
    observed = (
        f"{account['state']} by {len(account['blocks'])} case; a new ticket: {ticket.status_and_problem}"
    )
    return expect(
        account["state"] == "blocked" and ticket.status_and_problem == "403 account-blocked",
        observed,
        expected="blocked; 403 account-blocked",
    )


def _check_copy_removed(actors: Actors) -> str:
    return _require_removed(actors, "earlier_copy")


def _check_crop_removed(actors: Actors) -> str:
    return _require_removed(actors, "earlier_crop")


def _require_removed(actors: Actors, copy: str) -> str:
    outcome = actors.beta.wait_for_state(actors.results[copy], expected_state="removed")
    status = fetch_until_gone(actors.results[f"address_of_the_{copy}"]).status_code
    milliseconds = (time.monotonic() - actors.results["moment_of_the_decision"]) * 1000
    observed = (
        f"{outcome.state}: {outcome.reason}, distance {outcome.distance} of 256; "
        f"public address: {status}, {milliseconds:.0f} ms after the decision"
    )
    expect(
        (outcome.reason, status) == ("matches_confirmed_entry", 403),
        observed,
        expected="removed: matches_confirmed_entry; 403",
    )
    actors.stopped_uploads.append((actors.beta, outcome.upload_id))
    return observed


POSTED = Chapter(
    "An image is posted",
    (
        Step("mallory posts an image on the platform alpha", _upload_image),
        Step("anyone can open its public address", _fetch_public_image),
        Step("trent posts a smaller copy on the platform beta", _upload_smaller_copy),
        Step("trent posts a crop of it, too", _upload_crop),
    ),
)
REPORTED = Chapter(
    "The person shown reports it",
    (Step("they file a report with the form, without an account", _file_report),),
)
DECIDED = Chapter(
    "A reviewer decides",
    (
        Step("robin claims the next case", _claim_case),
        Step("robin views the image blurred", _reveal_blurred),
        Step("robin views the image unblurred, which the audit records", _reveal_sharp),
        Step("robin decides that it is a violation", _decide_case),
        Step("the public address no longer works", _check_public_copy_deleted),
        Step("a sweep removes trent's copy, without human review", _check_copy_removed),
        Step("the sweep removes the crop, which only keypoints match", _check_crop_removed),
        Step("alpha sees that its upload is removed", _check_upload_removed),
        Step("mallory's account is blocked", _check_account_blocked),
    ),
)
