"""Beginnings that many tests share: something is up, is reported, is taken down."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from staydown.imaging.fingerprint import fingerprint
from staydown.imaging.limits import Limits

from tests.journeys.clients import Json, Person
from tests.journeys.deployed import Deployed
from tests.journeys.pictures import drawn, jpeg

_numbers = itertools.count(1)
_LIMITS = Limits(max_bytes=10_000_000, max_pixels=10_000_000, max_frames=1)


@dataclass(frozen=True, slots=True)
class Scene:
    """picture: the file's bytes. case_id: of the report about it."""

    account_id: str
    picture: bytes
    upload_id: str
    person: Person
    case_id: str


def new_picture() -> bytes:
    """A JPEG that no other test has."""
    return jpeg(drawn(next(_numbers)))


def new_account() -> str:
    return f"account-{next(_numbers)}"


def own_hash(picture: bytes) -> Json:
    """What a person's own device would make of it."""
    upright = fingerprint(picture, _LIMITS).upright
    return {"pdq": upright.pdq.hex, "quality": upright.quality}


def published(stack: Deployed, account_id: str, picture: bytes, platform: str = "alpha") -> str:
    app = stack.app(platform)
    upload_id = app.upload(account_id, picture)
    stack.drain()
    assert app.status(upload_id)["state"] == "published"
    return upload_id


def reported(stack: Deployed) -> Scene:
    """A new picture is up and was reported; nobody has looked."""
    account_id, picture = new_account(), new_picture()
    upload_id = published(stack, account_id, picture)
    person = stack.person()
    person.report(upload_id)
    (case_id,) = stack.app().status(upload_id)["case_ids"]
    return Scene(account_id, picture, upload_id, person, case_id)


def taken_down(stack: Deployed, reviewer: str = "robin") -> Scene:
    """A new picture was reported, judged, and is gone; its account is blocked."""
    scene = reported(stack)
    robin = stack.reviewer(reviewer)
    robin.claim(scene.case_id)
    robin.decide(scene.case_id, "violating")
    stack.drain()
    return scene


def posts_again(stack: Deployed, times: int = 3) -> tuple[str, Scene]:
    """Somebody posts a judged picture again and again, on beta; their account, and the picture's story."""
    scene, account_id = taken_down(stack), new_account()
    for _ in range(times):
        stack.app("beta").upload(account_id, scene.picture)
        stack.drain()
    return account_id, scene


def reports_in_vain(stack: Deployed, times: int = 3) -> tuple[str, str]:
    """Somebody on beta reports again and again what is plainly nothing, and robin says so; their account, and
    the id of the review that this brings. The last report waits to be decided where there are but two."""
    account_id, beta, robin = new_account(), stack.app("beta"), stack.reviewer()
    before = {one["review_id"] for one in robin.answer("GET", "/v1/review/misuse?limit=100")["reviews"]}
    for _ in range(times):
        upload_id = published(stack, new_account(), new_picture())
        beta.report(account_id, upload_id)
        (case_id,) = stack.app().status(upload_id)["case_ids"]
        robin.claim(case_id)
        nothing = {"shown": ["none"], "setting": "public", "complainant": "no"}
        robin.decide(case_id, "not_violating", factors=nothing, manifestly_unfounded=True)
        stack.drain()
    after = robin.answer("GET", "/v1/review/misuse?limit=100")["reviews"]
    (review_id,) = {one["review_id"] for one in after} - before
    return account_id, str(review_id)


def newest_case(stack: Deployed, reviewer: str = "robin") -> Json:
    """The undecided case that was opened last."""
    cases = stack.reviewer(reviewer).answer("GET", "/v1/review/queue?limit=100")["cases"]
    return dict(max(cases, key=lambda case: str(case["opened_at"])))
