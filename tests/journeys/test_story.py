"""The whole story on photographs, through HTTP and S3 only: removal, blocked copies, appeal and return."""

from __future__ import annotations

import requests
from PIL import Image, ImageOps

from tests.journeys.clients import appeal_decision
from tests.journeys.deployed import DeployedStack
from tests.journeys.sample_images import jpeg, photograph, png


def _altered(picture: Image.Image) -> dict[str, tuple[bytes, str]]:
    """Return altered copies, such as people make to evade a filter."""
    return {
        "recompressed": (jpeg(picture, 30), "image/jpeg"),
        "resized": (jpeg(picture.resize((picture.width // 2, picture.height // 2))), "image/jpeg"),
        "mirrored": (png(ImageOps.mirror(picture)), "image/png"),
        "turned": (jpeg(picture.rotate(90, expand=True)), "image/jpeg"),
    }


def test_image_is_removed_stays_down_and_returns_on_appeal(stack: DeployedStack) -> None:
    alpha, beta = stack.app("alpha"), stack.app("beta")
    robin, sasha, noor = stack.reviewer("robin"), stack.reviewer("sasha"), stack.reviewer("noor")
    person = stack.person()
    picture = photograph("astronaut")

    # The image is uploaded and public.
    upload_id = alpha.upload("mallory", jpeg(picture))
    assert alpha.status(upload_id)["state"] == "received"
    stack.drain()
    published = alpha.status(upload_id)
    assert published["state"] == "published"
    shown = requests.get(published["url"], timeout=30)
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert shown.content == jpeg(picture)

    # A person reports it; the legal deadline runs.
    filed = person.report(upload_id)
    assert filed["valid"] and filed["missing"] == []
    (followed,) = person.follow()["cases"]
    assert (followed["state"], followed["outcome"], followed["deadline"]) == ("open", None, filed["deadline"])
    assert followed["appeal"] is None

    # A reviewer claims the case and reveals the image, first blurred, then sharp.
    case = robin.next()
    case_id = case["case_id"]
    assert [one["upload_id"] for one in case["uploads"]] == [upload_id]
    blurred = robin.reveal(case_id, upload_id)
    assert blurred["url"] is None and blurred["image"]
    sharp = robin.reveal(case_id, upload_id, sharp=True)
    assert sharp["image"] is None
    assert requests.get(sharp["url"], timeout=30).content == jpeg(picture)

    # When the decision returns, the image is removed and the account is blocked.
    decided = robin.decide(case_id, "violating", if_match=f'"{case["revision"]}"')
    assert requests.get(published["url"], timeout=30).status_code == 403
    assert alpha.status(upload_id)["state"] == "removed"
    assert decided["uploads"][0]["reason"] == "judged_violating"
    assert alpha.account("mallory")["state"] == "blocked"
    refused = alpha.post("/v1/uploads", {"account_id": "mallory", "content_type": "image/jpeg"})
    assert refused.status_code == 403
    assert refused.json()["type"].endswith("/account-blocked")

    # Copies are blocked without review, on another platform too; another image passes.
    copies = {
        name: beta.upload(f"copyist-{name}", data, kind) for name, (data, kind) in _altered(picture).items()
    }
    innocent = alpha.upload("bob", jpeg(photograph("chelsea")))
    stack.drain()
    for name, copy in copies.items():
        stopped = beta.status(copy)
        assert (stopped["state"], stopped["reason"], stopped["url"]) == (
            "blocked",
            "matches_confirmed_entry",
            None,
        ), name
        assert stopped["distance"] <= 31, name
        assert beta.account(f"copyist-{name}")["state"] == "active", "a match blocked the account"
    assert alpha.status(innocent)["state"] == "published"
    assert robin.answer("GET", "/v1/review/queue")["cases"] == []

    # The account holder appeals. The first reviewer may not decide the appeal; another grants it.
    appeal = alpha.answer(
        "POST", "/v1/appeals", json={"account_id": "mallory", "statement": "We are engaged, and she agreed."}
    )
    stack.watch.add_private("We are engaged, and she agreed.")
    listed = sasha.answer("GET", "/v1/review/appeals")["appeals"]
    assert [one["appeal_id"] for one in listed] == [appeal["appeal_id"]]
    decide = f"/v1/review/appeals/{appeal['appeal_id']}/decision"
    refused = robin.post(decide, appeal_decision("upheld"))
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (403, "same-reviewer")
    assert sasha.answer("POST", decide, json=appeal_decision("upheld"))["outcome"] == "upheld"
    stack.drain()

    # The previous state is restored exactly.
    assert alpha.status(upload_id)["state"] == "published"
    assert requests.get(published["url"], timeout=30).content == jpeg(picture)
    assert alpha.account("mallory") == {
        "platform": "alpha",
        "account_id": "mallory",
        "state": "active",
        "blocks": [],
    }
    assert {beta.status(copy)["state"] for copy in copies.values()} == {"published"}
    assert person.follow()["cases"][0]["state"] == "reversed"
    timeline = [moment["what"] for moment in person.follow()["timeline"]]
    assert timeline == [
        "We opened a case.",
        "A reviewer is working on the case.",
        "A reviewer made a decision.",
        "The decision was appealed.",
        "A reviewer looked at the case again and reversed the decision.",
    ]

    # Every step is recorded, and the audit chain is valid.
    chains = noor.audit(case_id)["chains"]
    assert all(chain["whole"] for chain in chains)
    assert [record["action"] for record in chains[0]["records"]] == [
        "case.opened",
        "case.claimed",
        "image.looked_at",
        "image.looked_at",
        "case.decided",
        "appeal.filed",
        "case.reversed",
    ]
