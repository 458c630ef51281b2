"""Chapters eight and nine: a deadline that passes, and a report that is refused and appealed."""

from __future__ import annotations

import requests

from infra.demo.cast import Cast
from infra.demo.clients import TIMEOUT, opened, opened_until_gone
from infra.demo.pictures import jpeg
from infra.demo.reporting import DECLARATIONS
from infra.demo.steps import Chapter, Step, Wrong, check, only


def _report(cast: Cast) -> str:
    outcome = cast.beta.upload("victor", jpeg(cast.late))
    answer = cast.anybody.post(
        "/v1/reports",
        {
            "uploads": [outcome.upload_id],
            "relation": "self",
            "declarations": DECLARATIONS,
            "statement": "That is me.",
            "signature": "C. Person",
            "contact": {"email": "third@example.org"},
        },
    ).expect(201)
    cast.notes |= {"late_upload": outcome.upload_id, "late_address": outcome.url, "late": answer.body}
    return f"{answer.body['case_number']}, due {answer.body['deadline']}"


def _moved(cast: Cast, hours: int) -> str:
    answer = requests.post(cast.clock_url, json={"advance_seconds": hours * 3600}, timeout=TIMEOUT)
    answer.raise_for_status()
    return str(answer.json()["now"])[:19]


def _almost(cast: Cast) -> str:
    now = _moved(cast, 47)
    status = opened(cast.notes["late_address"]).status_code
    return check(status == 200, f"it is {now}; its address: {status}", should="200, there is an hour left")


def _overdue(cast: Cast) -> str:
    now = _moved(cast, 1)
    outcome = cast.beta.outcome(cast.notes["late_upload"], wanted="held")
    status = opened_until_gone(cast.notes["late_address"]).status_code
    observed = f"it is {now}; {outcome.state}: {outcome.reason}; its address: {status}"
    return check(
        (outcome.reason, status) == ("deadline_passed", 403), observed, should="held: deadline_passed; 403"
    )


def _refused(cast: Cast) -> str:
    case = cast.kim.post("/v1/review/next").expect(200).body["case"] or {}
    uploads = [upload["upload_id"] for upload in case.get("uploads", [])]
    check(uploads == [cast.notes["late_upload"]], f"a case of {uploads}", should="the one that is overdue")
    cast.kim.post(
        f"/v1/review/cases/{case['case_id']}/decision",
        {
            "outcome": "not_violating",
            "factors": {"shown": ["none"], "setting": "public", "complainant": "unclear"},
            "reasons": "Nothing intimate is to be seen.",
        },
        If_Match=f'"{case["revision"]}"',
    ).expect(200)
    cast.notes["late_case"] = case["case_id"]
    outcome = cast.beta.outcome(cast.notes["late_upload"], wanted="published")
    status = opened(cast.notes["late_address"]).status_code
    return check(outcome.state == "published", f"{outcome.state}; its address: {status}", should="published")


def _path(cast: Cast) -> str:
    return f"/v1/cases/{cast.notes['late']['case_number']}"


def _ask(cast: Cast) -> str:
    answer = cast.anybody.post(
        f"{_path(cast)}/appeal",
        {"statement": "You can see my face in the window."},
        Case_Secret=cast.notes["late"]["secret"],
    ).expect(201)
    case = only(answer.body["cases"], "cases of the report")
    if case["appeal"] is None:
        raise Wrong("no appeal of the case is told")
    observed = f"filed {case['appeal']['filed_at'][:19]}, could be until {case['appeal_until'][:10]}"
    return check(case["outcome"] == "not_violating", observed, should="an appeal of a refusal")


def _looked_again(cast: Cast) -> str:
    appeal = only(cast.sasha.get("/v1/review/appeals").expect(200).body["appeals"], "appeals that wait")
    body = {
        "outcome": "upheld",
        "reasons": "It is as the report says.",
        "factors": {"shown": ["nudity"], "setting": "private", "complainant": "yes"},
    }
    path = f"/v1/review/appeals/{appeal['appeal_id']}/decision"
    refused = cast.kim.post(path, body)
    check(refused.told == "403 same-reviewer", refused.told, should="403 same-reviewer")
    upheld = cast.sasha.post(path, body).expect(200)
    status = opened(cast.notes["late_address"]).status_code
    observed = f"kim: {refused.told}; sasha: {upheld.body['outcome']}; its address: {status}"
    return check(status == 403, observed, should="403 at once")


def _answered(cast: Cast) -> str:
    answer = cast.anybody.get(_path(cast), Case_Secret=cast.notes["late"]["secret"]).expect(200).body
    case = only(answer["cases"], "cases of the report")
    observed = answer["timeline"][-1]["what"]
    return check(
        (case["outcome"], (case["appeal"] or {}).get("outcome")) == ("violating", "upheld"),
        observed,
        should="violating, the appeal upheld",
    )


IN_TIME = Chapter(
    "A deadline passes",
    (
        Step("victor posts a picture on beta, and somebody reports it", _report),
        Step("47 hours later nobody has decided; it is still up", _almost),
        Step("one hour later it is hidden, with nobody doing anything", _overdue),
        Step("kim gets it first, and decides: not violating; it is back", _refused),
    ),
)
REFUSED = Chapter(
    "Who reported it asks for another look",
    (
        Step("with the case number and the secret, within six months", _ask),
        Step("kim, who refused it, may not decide that; sasha does", _looked_again),
        Step("the person who reported reads the answer", _answered),
    ),
)
