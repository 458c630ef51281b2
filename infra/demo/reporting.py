"""Chapters one to three: an image is posted, reported, judged."""

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
    observed = f"{response.status_code}, {len(response.content)} bytes, {'the' if same else 'not the'} same"
    return expect(same, observed, expected="200 with the bytes that were posted")


def _upload_smaller_copy(actors: Actors) -> str:
    outcome = actors.beta.upload("trent", encode_jpeg(resized(actors.reported_photo, 0.5)))
    observed = expect(
        outcome.state == "published", str(outcome), expected="published, nobody has objected yet"
    )
    actors.results |= {"earlier_copy": outcome.upload_id, "address_of_the_earlier_copy": outcome.url}
    return observed


def _upload_crop(actors: Actors) -> str:
    outcome = actors.beta.upload("trent", encode_jpeg(cropped(actors.reported_photo)))
    observed = expect(
        outcome.state == "published", str(outcome), expected="published, nobody has objected yet"
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
    observed = f"{filed['case_number']} with a secret, valid: {filed['valid']}, due {filed['deadline']}"
    return expect(
        filed["valid"] and filed["deadline"] is not None, observed, expected="valid, with a deadline"
    )


def _claim_case(actors: Actors) -> str:
    case = actors.robin.post("/v1/review/next").require_status(200).body["case"] or {}
    uploads = [upload["upload_id"] for upload in case.get("uploads", [])]
    observed = (
        f"a case of {len(uploads)} upload, {len(case.get('reports', []))} report, nothing of who reported"
    )
    text = str(case)
    anonymous = "person@example.org" not in text and "A. Person" not in text
    expect(
        uploads == [actors.results["upload"]] and anonymous,
        observed,
        expected="the case, but not who reported",
    )
    actors.results |= {"case": case["case_id"], "revision": case["revision"]}
    return observed


def _reveal_path(actors: Actors) -> str:
    return f"/v1/review/cases/{actors.results['case']}/reveal"


def _reveal_blurred(actors: Actors) -> str:
    look = {"upload_id": actors.results["upload"]}
    answer = actors.robin.post(_reveal_path(actors), look).require_status(200)
    with Image.open(io.BytesIO(base64.b64decode(answer.body["image"]))) as picture:
        observed = f"{picture.width} x {picture.height}, {'grey' if picture.mode == 'L' else 'in colour'}"
        small = max(picture.size) <= 320 and picture.mode == "L"
    return expect(small and answer.body["url"] is None, observed, expected="small, grey, no link")


def _reveal_sharp(actors: Actors) -> str:
    look = {"upload_id": actors.results["upload"], "sharp": True}
    link = actors.robin.post(_reveal_path(actors), look).require_status(200).body
    response = fetch(link["url"])
    same = hashlib.sha256(response.content).digest() == hashlib.sha256(actors.results["file"].data).digest()
    left = datetime.fromisoformat(link["expires_at"]) - datetime.now().astimezone()
    observed = f"{response.status_code}, by a link that is good for {left.total_seconds():.0f} s"
    return expect(same and left <= timedelta(seconds=60), observed, expected="the image, for 60 s at most")


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
    observed = f"{state}, {banked} entry in the bank, the call took {answer.milliseconds:.0f} ms"
    return expect(state == "decided" and banked == 1, observed, expected="decided, one entry in the bank")


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
        f"{account['state']} by {len(account['blocks'])} case; a further ticket: {ticket.status_and_problem}"
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
        f"its address: {status}, {milliseconds:.0f} ms after the decision"
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
        Step("mallory posts it on the platform alpha", _upload_image),
        Step("anybody can open its public address", _fetch_public_image),
        Step("trent posts a smaller copy on the platform beta", _upload_smaller_copy),
        Step("and a crop of it", _upload_crop),
    ),
)
REPORTED = Chapter(
    "The person shown reports it",
    (Step("without an account, by the form", _file_report),),
)
DECIDED = Chapter(
    "A reviewer decides",
    (
        Step("robin claims the next case", _claim_case),
        Step("robin looks: blurred first", _reveal_blurred),
        Step("robin looks: sharp, on record", _reveal_sharp),
        Step("robin decides: violating", _decide_case),
        Step("the public address no longer answers", _check_public_copy_deleted),
        Step("trent's copy, which was up before, is swept; nobody looked", _check_copy_removed),
        Step("so is the crop, which no hash of the whole gives away", _check_crop_removed),
        Step("alpha is told", _check_upload_removed),
        Step("mallory's account is blocked", _check_account_blocked),
    ),
)
