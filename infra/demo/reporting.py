"""Chapters one to three: an image is posted, reported, judged."""

from __future__ import annotations

import base64
import hashlib
import io
import time
from datetime import datetime, timedelta

from PIL import Image

from infra.demo.cast import POSTER, Cast
from infra.demo.clients import opened, opened_until_gone
from infra.demo.pictures import cropped, jpeg, smaller
from infra.demo.steps import Chapter, Step, check

DECLARATIONS = {
    "intimate": True,
    "without_consent": True,
    "subject_or_representative": True,
    "good_faith": True,
}


def _post(cast: Cast) -> str:
    file = jpeg(cast.photo)
    outcome = cast.alpha.upload(POSTER, file)
    observed = check(outcome.state == "published", str(outcome), should="published")
    cast.notes |= {"upload": outcome.upload_id, "public_address": outcome.url, "file": file}
    return observed


def _open(cast: Cast) -> str:
    response = opened(cast.notes["public_address"])
    same = response.content == cast.notes["file"].data
    observed = f"{response.status_code}, {len(response.content)} bytes, {'the' if same else 'not the'} same"
    return check(same, observed, should="200 with the bytes that were posted")


def _post_elsewhere(cast: Cast) -> str:
    outcome = cast.beta.upload("trent", jpeg(smaller(cast.photo, 0.5)))
    observed = check(outcome.state == "published", str(outcome), should="published, nobody has objected yet")
    cast.notes |= {"earlier_copy": outcome.upload_id, "address_of_the_earlier_copy": outcome.url}
    return observed


def _post_altered(cast: Cast) -> str:
    outcome = cast.beta.upload("trent", jpeg(cropped(cast.photo)))
    observed = check(outcome.state == "published", str(outcome), should="published, nobody has objected yet")
    cast.notes |= {"earlier_crop": outcome.upload_id, "address_of_the_earlier_crop": outcome.url}
    return observed


def _report(cast: Cast) -> str:
    answer = cast.anybody.post(
        "/v1/reports",
        {
            "uploads": [cast.notes["upload"]],
            "relation": "self",
            "declarations": DECLARATIONS,
            "statement": "That is me, and I never agreed to this.",
            "signature": "A. Person",
            "contact": {"name": "A. Person", "email": "person@example.org"},
        },
    ).expect(201)
    filed = answer.body
    cast.notes |= {"case_number": filed["case_number"], "secret": filed["secret"]}
    observed = f"{filed['case_number']} with a secret, valid: {filed['valid']}, due {filed['deadline']}"
    return check(filed["valid"] and filed["deadline"] is not None, observed, should="valid, with a deadline")


def _claim(cast: Cast) -> str:
    case = cast.robin.post("/v1/review/next").expect(200).body["case"] or {}
    uploads = [upload["upload_id"] for upload in case.get("uploads", [])]
    observed = (
        f"a case of {len(uploads)} upload, {len(case.get('reports', []))} report, nothing of who reported"
    )
    text = str(case)
    anonymous = "person@example.org" not in text and "A. Person" not in text
    check(uploads == [cast.notes["upload"]] and anonymous, observed, should="the case, but not who reported")
    cast.notes |= {"case": case["case_id"], "revision": case["revision"]}
    return observed


def _reveal_path(cast: Cast) -> str:
    return f"/v1/review/cases/{cast.notes['case']}/reveal"


def _look_blurred(cast: Cast) -> str:
    look = {"upload_id": cast.notes["upload"]}
    answer = cast.robin.post(_reveal_path(cast), look).expect(200)
    with Image.open(io.BytesIO(base64.b64decode(answer.body["image"]))) as picture:
        observed = f"{picture.width} x {picture.height}, {'grey' if picture.mode == 'L' else 'in colour'}"
        small = max(picture.size) <= 320 and picture.mode == "L"
    return check(small and answer.body["url"] is None, observed, should="small, grey, no link")


def _look_sharp(cast: Cast) -> str:
    look = {"upload_id": cast.notes["upload"], "sharp": True}
    link = cast.robin.post(_reveal_path(cast), look).expect(200).body
    response = opened(link["url"])
    same = hashlib.sha256(response.content).digest() == hashlib.sha256(cast.notes["file"].data).digest()
    left = datetime.fromisoformat(link["expires_at"]) - datetime.now().astimezone()
    observed = f"{response.status_code}, by a link that is good for {left.total_seconds():.0f} s"
    return check(same and left <= timedelta(seconds=60), observed, should="the image, for 60 s at most")


def _decide(cast: Cast) -> str:
    answer = cast.robin.post(
        f"/v1/review/cases/{cast.notes['case']}/decision",
        {
            "outcome": "violating",
            "factors": {"shown": ["nudity"], "setting": "private", "complainant": "yes"},
            "reasons": "The person shown did not consent.",
        },
        If_Match=f'"{cast.notes["revision"]}"',
    ).expect(200)
    state, banked = answer.body["state"], len(answer.body["banked"])
    cast.notes["moment_of_the_decision"] = time.monotonic()
    observed = f"{state}, {banked} entry in the bank, the call took {answer.milliseconds:.0f} ms"
    return check(state == "decided" and banked == 1, observed, should="decided, one entry in the bank")


def _gone(cast: Cast) -> str:
    status = opened(cast.notes["public_address"]).status_code
    return check(status == 403, str(status), should="403 at once")


def _told(cast: Cast) -> str:
    outcome = cast.alpha.outcome(cast.notes["upload"])
    observed = f"{outcome.state}: {outcome.reason}"
    return check(observed == "removed: judged_violating", observed, should="removed: judged_violating")


def _account_blocked(cast: Cast) -> str:
    account = cast.alpha.get(f"/v1/accounts/{POSTER}").expect(200).body
    ticket = cast.alpha.post("/v1/uploads", {"account_id": POSTER, "content_type": "image/jpeg"})
    observed = f"{account['state']} by {len(account['blocks'])} case; a further ticket: {ticket.told}"
    return check(
        account["state"] == "blocked" and ticket.told == "403 account-blocked",
        observed,
        should="blocked; 403 account-blocked",
    )


def _swept(cast: Cast) -> str:
    return _is_gone(cast, "earlier_copy")


def _looked_at(cast: Cast) -> str:
    return _is_gone(cast, "earlier_crop")


def _is_gone(cast: Cast, copy: str) -> str:
    outcome = cast.beta.outcome(cast.notes[copy], wanted="removed")
    status = opened_until_gone(cast.notes[f"address_of_the_{copy}"]).status_code
    milliseconds = (time.monotonic() - cast.notes["moment_of_the_decision"]) * 1000
    observed = (
        f"{outcome.state}: {outcome.reason}, distance {outcome.distance} of 256; "
        f"its address: {status}, {milliseconds:.0f} ms after the decision"
    )
    check(
        (outcome.reason, status) == ("matches_confirmed_entry", 403),
        observed,
        should="removed: matches_confirmed_entry; 403",
    )
    cast.stopped.append((cast.beta, outcome.upload_id))
    return observed


POSTED = Chapter(
    "An image is posted",
    (
        Step("mallory posts it on the platform alpha", _post),
        Step("anybody can open its public address", _open),
        Step("trent posts a smaller copy on the platform beta", _post_elsewhere),
        Step("and a crop of it", _post_altered),
    ),
)
REPORTED = Chapter(
    "The person shown reports it",
    (Step("without an account, by the form", _report),),
)
JUDGED = Chapter(
    "A reviewer decides",
    (
        Step("robin claims the next case", _claim),
        Step("robin looks: blurred first", _look_blurred),
        Step("robin looks: sharp, on record", _look_sharp),
        Step("robin decides: violating", _decide),
        Step("the public address no longer answers", _gone),
        Step("trent's copy, which was up before, is swept; nobody looked", _swept),
        Step("so is the crop, which no hash of the whole gives away", _looked_at),
        Step("alpha is told", _told),
        Step("mallory's account is blocked", _account_blocked),
    ),
)
