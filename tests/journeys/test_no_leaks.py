"""No hash, secret, token, address, free text, link or image appears in a log, a problem or an event.

Every journey is checked for leaks when its stack stops (see `deployed`). These tests show that the check
finds leaks, and that hostile input causes none, even at the most verbose log level.
"""

from __future__ import annotations

import base64
import logging

import pytest

from tests.journeys.clients import VALID, appeal_decision, decision
from tests.journeys.deployed import DeployedStack
from tests.journeys.leak_watch import LeakWatch
from tests.journeys.reported_uploads import new_account, own_hash, reported_upload
from tests.journeys.sample_images import drawn, jpeg

PRIVATE = "what I would tell nobody else"


@pytest.mark.says_private_things
@pytest.mark.parametrize(
    "leak",
    [
        "pdq=" + "0123456789abcdef" * 4,
        "Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.abc",
        "https://bucket/key?X-Amz-Signature=abcdef",
        "from jane.roe@example.org",
        "secret HQ0FX-BEA1E-8EPGA-96KXW-P6SYE-C given",
        base64.b64encode(jpeg(drawn(1))).decode(),
        f"statement: {PRIVATE}",
    ],
)
def test_leak_is_detected(leak: str) -> None:
    watch = LeakWatch()
    watch.add_private(PRIVATE)
    with watch.listening():
        logging.getLogger("staydown").debug("%s", leak)
    assert watch.leaks()


@pytest.mark.says_private_things
def test_leak_in_a_traceback_or_an_extra_field_is_detected() -> None:
    watch = LeakWatch()
    watch.add_private(PRIVATE)
    with watch.listening():
        for name in ("staydown", "another.library"):
            try:
                int(PRIVATE)
            except ValueError:
                logging.getLogger(name).exception("failed")
            logging.getLogger(name).warning("done", extra={"statement": PRIVATE})
    assert {where for where, _ in watch.lines} == {"log of staydown", "log of another.library"}
    assert len(watch.leaks()) >= 4


def test_ids_states_and_numbers_are_no_leak() -> None:
    watch = LeakWatch()
    watch.add_private(PRIVATE, "")
    watch.report("scanned 01a2066b-70e6-7c18-97c7-a5bf7c28a17a published, distance 31 of SD-DF80-2MBW")
    watch.event({"detail": {"upload_id": "01a2066b-70e6-7c18-97c7-a5bf7c28a17a", "state": "held"}})
    assert watch.leaks() == []


def test_log_is_monitored_at_every_level(stack: DeployedStack) -> None:
    """Otherwise the absence of leaks in other tests would prove nothing."""
    stack.app().upload(new_account(), jpeg(drawn(70_000)))
    stack.drain()
    said = [text for where, text in stack.watch.lines if where == "log of staydown"]
    assert any("scanned" in text for text in said)
    assert logging.getLogger("staydown").isEnabledFor(logging.DEBUG)


@pytest.mark.promise(11)
@pytest.mark.law("GD1")
def test_whole_case_leaks_nothing_private(stack: DeployedStack) -> None:
    scene, robin = reported_upload(stack), stack.reviewer()
    stack.watch.add_private(PRIVATE)
    scene.person.complete(
        statement=PRIVATE, signature=PRIVATE, contact={"name": PRIVATE, "email": "a@example.org"}
    )
    robin.claim(scene.case_id)
    robin.reveal(scene.case_id, scene.upload_id)
    robin.reveal(scene.case_id, scene.upload_id, sharp=True)
    assert robin.post_decision(scene.case_id, decision("violating", reasons=PRIVATE)).ok
    stack.app().check(**own_hash(scene.picture))
    copy = stack.app("beta").upload(new_account(), scene.picture)
    stack.drain()
    assert stack.app("beta").status(copy)["state"] == "blocked"
    appeal = stack.app().answer(
        "POST", "/v1/appeals", json={"account_id": scene.account_id, "statement": PRIVATE}
    )
    path = f"/v1/review/appeals/{appeal['appeal_id']}/decision"
    stack.reviewer("sasha").answer("POST", path, json={**appeal_decision("upheld"), "reasons": PRIVATE})
    stack.drain()
    assert stack.events()
    assert stack.watch.leaks() == []


def test_invalid_input_is_never_echoed(stack: DeployedStack) -> None:
    """Each input is invalid in another place; neither the problem nor the log repeats it."""
    stack.watch.add_private(PRIVATE)
    person, app, robin = stack.person(), stack.app(), stack.reviewer()
    bodies: list[object] = [
        PRIVATE,
        [PRIVATE],
        {"relation": PRIVATE},
        {**VALID, "statement": [PRIVATE]},
        {**VALID, "signature": PRIVATE * 10},
        {**VALID, "contact": {"email": PRIVATE * 20}},
        {**VALID, "declarations": {"intimate": PRIVATE}},
        {**VALID, "hashes": [{"pdq": PRIVATE, "quality": PRIVATE}]},
    ]
    for body in bodies:
        assert person.post("/v1/reports", body).status_code == 422
    raw = {
        "data": f'{{"statement": "{PRIVATE}", }}'.encode(),
        "headers": {"Content-Type": "application/json"},
    }
    assert person.post("/v1/reports", **raw).status_code == 400
    assert (
        person.post("/v1/reports", data=PRIVATE.encode(), headers={"Content-Type": PRIVATE}).status_code
        == 415
    )
    assert person.get("/v1/cases/SD-0000-0000", headers={"Case-Secret": PRIVATE}).status_code == 404
    wrong = {"account_id": PRIVATE, "content_type": PRIVATE}
    assert app.post("/v1/uploads", wrong).status_code == 422
    assert (
        app.post("/v1/uploads", {"account_id": "x"}, headers={"Idempotency-Key": PRIVATE * 9}).status_code
        == 422
    )
    assert robin.get("/v1/review/queue", params={"cursor": PRIVATE}).status_code == 422
    headers = {"If-Match": PRIVATE}
    assert (
        robin.post("/v1/review/cases/c/decision", decision("violating"), headers=headers).status_code == 422
    )
    assert stack.watch.leaks() == []


def test_failure_log_names_place_and_kind_but_no_input(
    stack: DeployedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.watch.add_private(PRIVATE)
    before = len(stack.watch.lines)

    def fails(self: object, *_: object, **__: object) -> None:
        raise ValueError(f"could not write {PRIVATE}")

    monkeypatch.setattr("staydown.aws.reporters_store.ReportersStore.save", fails)
    url = f"{stack.stack.api_url}/v1/reports"
    form = {**VALID, "statement": PRIVATE, "hashes": [own_hash(jpeg(drawn(70_001)))]}
    answer = stack.person()._http.post(url, json=form, timeout=30)
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    stack.watch.problem(answer.text)
    logged = [text for where, text in stack.watch.lines[before:] if where == "log of staydown"]
    assert any("ValueError" in text and "file_report.py" in text for text in logged)
    assert stack.watch.leaks() == []
    cases = stack.reviewer().answer("GET", "/v1/review/queue?limit=100")["cases"]
    assert PRIVATE not in str(cases), "a failed request left a partial effect"
