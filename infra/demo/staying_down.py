"""Chapters four and five: what is stopped with nobody looking, what passes, and what a person has to see."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from infra.demo.cast import Cast
from infra.demo.clients import Outcome
from infra.demo.pictures import COPIES, File, hashed_on_own_device, jpeg, screenshot, smaller
from infra.demo.reporting import DECLARATIONS
from infra.demo.steps import Chapter, Step, check


def _copy(number: int, edit: Callable[[Image.Image], File]) -> Callable[[Cast], str]:
    """The step of one copy; the platforms take turns, each account is a new one."""

    def do(cast: Cast) -> str:
        platform = (cast.beta, cast.alpha)[number % 2]
        outcome = platform.upload(f"copier-{number}", edit(cast.photo))
        observed = f"on {platform.name}: {_stopped(outcome)}"
        cast.stopped.append((platform, outcome.upload_id))
        return observed

    return do


def _same_file(cast: Cast) -> str:
    outcome = cast.beta.put("copier-0", "holiday.jpg", jpeg(cast.photo))
    observed = f"on beta: {_stopped(outcome)}"
    cast.stopped.append((cast.beta, outcome.upload_id))
    return observed


def _stopped(outcome: Outcome) -> str:
    return check(
        (outcome.state, outcome.reason) == ("blocked", "matches_confirmed_entry"),
        str(outcome),
        should="blocked: matches_confirmed_entry",
    )


def _nobody_asked(cast: Cast) -> str:
    waiting = len(cast.robin.get("/v1/review/queue").expect(200).body["cases"])
    return check(waiting == 0, f"{waiting} cases wait in the reviewers' queue", should="none")


def _innocent(cast: Cast) -> str:
    outcome = cast.alpha.upload("olivia", jpeg(cast.innocent))
    return check(outcome.state == "published", str(outcome), should="published")


def _innocent_in_the_same_app(cast: Cast) -> str:
    outcome = cast.alpha.upload("olivia", jpeg(screenshot(cast.innocent)))
    return check(outcome.state == "published", str(outcome), should="published")


def _no_image(cast: Cast) -> str:
    outcome = cast.alpha.upload("olivia", File(b"This is a letter, not a photograph.\n" * 20, "image/jpeg"))
    return check(
        (outcome.state, outcome.reason) == ("rejected", "not_an_image"),
        str(outcome),
        should="rejected: not_an_image",
    )


def _report_hash(cast: Cast) -> str:
    pdq, quality = hashed_on_own_device(cast.claimed)
    answer = cast.anybody.post(
        "/v1/reports",
        {
            "hashes": [{"pdq": pdq, "quality": quality}],
            "relation": "self",
            "declarations": DECLARATIONS,
            "signature": "B. Person",
            "contact": {"email": "other@example.org"},
        },
    ).expect(201)
    return f"{answer.body['case_number']}, quality {quality} of 100; no picture has left the device"


def _held(cast: Cast) -> str:
    outcome = cast.beta.upload("peggy", jpeg(smaller(cast.claimed, 0.75)))
    observed = check(
        (outcome.state, outcome.reason, outcome.url) == ("held", "needs_review", None),
        str(outcome),
        should="held: needs_review, at no public address",
    )
    cast.notes["held_upload"] = outcome.upload_id
    return observed


def _unpunished(cast: Cast) -> str:
    state = cast.beta.get("/v1/accounts/peggy").expect(200).body["state"]
    return check(state == "active", str(state), should="active")


def _brought_to_reviewer(cast: Cast) -> str:
    case = cast.kim.post("/v1/review/next").expect(200).body["case"] or {}
    found = [
        (upload["upload_id"], match["standing"], match["provenance"], match["distance"], match["view"])
        for upload in case.get("uploads", [])
        for match in upload["matches"]
    ]
    told = [f"{standing} entry by {' '.join(by)}, distance {d}, {view}" for _, standing, by, d, view in found]
    observed = "; ".join(told) or "no case with a match"
    check(
        [(one[0], one[1], one[2]) for one in found]
        == [(cast.notes["held_upload"], "unverified", ["report"])],
        observed,
        should="the held upload, with an unverified entry by report",
    )
    cast.notes["claimed_case"] = case["case_id"]
    cast.notes["claimed_revision"] = case["revision"]
    return observed


def _refused(cast: Cast) -> str:
    cast.kim.post(
        f"/v1/review/cases/{cast.notes['claimed_case']}/decision",
        {
            "outcome": "not_violating",
            "factors": {"shown": ["none"], "setting": "public", "complainant": "no"},
            "reasons": "A rocket.",
        },
        If_Match=f'"{cast.notes["claimed_revision"]}"',
    ).expect(200)
    outcome = cast.beta.outcome(cast.notes["held_upload"], wanted="published")
    return check(outcome.state == "published", str(outcome), should="published")


COPIES_STOPPED = Chapter(
    "It stays down",
    (
        *(
            Step(f"another account posts a copy: {name}", _copy(number, edit))
            for number, (name, edit) in enumerate(COPIES.items(), 1)
        ),
        Step("an app puts the same file straight into the bucket", _same_file),
        Step("no reviewer was asked", _nobody_asked),
        Step("an innocent photograph passes", _innocent),
        Step("so does a screenshot of it in the same app", _innocent_in_the_same_app),
        Step("a file that is no image is turned away", _no_image),
    ),
)
CLAIMED_ONLY = Chapter(
    "An image that somebody claims, and nobody has judged",
    (
        Step("a person reports it by a hash made on their own device", _report_hash),
        Step("peggy posts that image on beta: it waits", _held),
        Step("peggy's account is not punished", _unpunished),
        Step("kim gets it as the next case", _brought_to_reviewer),
        Step("kim decides: not violating; it is published", _refused),
    ),
)
