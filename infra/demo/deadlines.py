"""Chapters 8 and 9: a missed deadline, and the appeal of a dismissed report."""

from __future__ import annotations

import requests

from infra.demo.actors import Actors
from infra.demo.clients import TIMEOUT, fetch, fetch_until_gone
from infra.demo.photos import encode_jpeg
from infra.demo.reporting import DECLARATIONS
from infra.demo.steps import Chapter, Step, StepFailed, exactly_one, expect


def _file_report(actors: Actors) -> str:
    outcome = actors.beta.upload("victor", encode_jpeg(actors.overdue_photo))
    answer = actors.anybody.post(
        "/v1/reports",
        {
            "uploads": [outcome.upload_id],
            "relation": "self",
            "declarations": DECLARATIONS,
            "statement": "That is me.",
            "signature": "C. Person",
            "contact": {"email": "third@example.org"},
        },
    ).require_status(201)
    actors.results |= {"late_upload": outcome.upload_id, "late_address": outcome.url, "late": answer.body}
    return f"{answer.body['case_number']}, deadline {answer.body['deadline']}"


def _advance_clock(actors: Actors, hours: int) -> str:
    answer = requests.post(actors.clock_url, json={"advance_seconds": hours * 3600}, timeout=TIMEOUT)
    answer.raise_for_status()
    return str(answer.json()["now"])[:19]


def _check_before_deadline(actors: Actors) -> str:
    now = _advance_clock(actors, 47)
    status = fetch(actors.results["late_address"]).status_code
    return expect(status == 200, f"time {now}; public address: {status}", expected="200, with an hour left")


def _check_hidden_at_deadline(actors: Actors) -> str:
    now = _advance_clock(actors, 1)
    outcome = actors.beta.wait_for_state(actors.results["late_upload"], expected_state="held")
    status = fetch_until_gone(actors.results["late_address"]).status_code
    observed = f"time {now}; {outcome.state}: {outcome.reason}; public address: {status}"
    return expect(
        (outcome.reason, status) == ("deadline_passed", 403), observed, expected="held: deadline_passed; 403"
    )


def _dismiss_case(actors: Actors) -> str:
    case = actors.kim.post("/v1/review/next").require_status(200).body["case"] or {}
    uploads = [upload["upload_id"] for upload in case.get("uploads", [])]
    expect(uploads == [actors.results["late_upload"]], f"a case of {uploads}", expected="the overdue case")
    actors.kim.post(
        f"/v1/review/cases/{case['case_id']}/decision",
        {
            "outcome": "not_violating",
            "factors": {"shown": ["none"], "setting": "public", "complainant": "unclear"},
            "reasons": "The image shows nothing intimate.",
        },
        If_Match=f'"{case["revision"]}"',
    ).require_status(200)
    actors.results["late_case"] = case["case_id"]
    outcome = actors.beta.wait_for_state(actors.results["late_upload"], expected_state="published")
    status = fetch(actors.results["late_address"]).status_code
    return expect(
        outcome.state == "published", f"{outcome.state}; public address: {status}", expected="published"
    )


def _report_path(actors: Actors) -> str:
    return f"/v1/cases/{actors.results['late']['case_number']}"


def _appeal_dismissal(actors: Actors) -> str:
    answer = actors.anybody.post(
        f"{_report_path(actors)}/appeal",
        {"statement": "You can see my face in the window."},
        Case_Secret=actors.results["late"]["secret"],
    ).require_status(201)
    case = exactly_one(answer.body["cases"], "cases of the report")
    if case["appeal"] is None:
        raise StepFailed("the status does not list the appeal")
    observed = f"filed {case['appeal']['filed_at'][:19]}; possible until {case['appeal_until'][:10]}"
    return expect(case["outcome"] == "not_violating", observed, expected="an appeal of a dismissal")


def _grant_appeal(actors: Actors) -> str:
    appeal = exactly_one(
        actors.sasha.get("/v1/review/appeals").require_status(200).body["appeals"], "undecided appeals"
    )
    body = {
        "outcome": "upheld",
        "reasons": "The report is right.",
        "factors": {"shown": ["nudity"], "setting": "private", "complainant": "yes"},
    }
    path = f"/v1/review/appeals/{appeal['appeal_id']}/decision"
    rejected = actors.kim.post(path, body)
    expect(
        rejected.status_and_problem == "403 same-reviewer",
        rejected.status_and_problem,
        expected="403 same-reviewer",
    )
    granted = actors.sasha.post(path, body).require_status(200)
    status = fetch(actors.results["late_address"]).status_code
    observed = (
        f"kim: {rejected.status_and_problem}; sasha: {granted.body['outcome']}; public address: {status}"
    )
    return expect(status == 403, observed, expected="403 at once")


def _check_report_status(actors: Actors) -> str:
    answer = (
        actors.anybody.get(_report_path(actors), Case_Secret=actors.results["late"]["secret"])
        .require_status(200)
        .body
    )
    case = exactly_one(answer["cases"], "cases of the report")
    observed = answer["timeline"][-1]["what"]
    return expect(
        (case["outcome"], (case["appeal"] or {}).get("outcome")) == ("violating", "upheld"),
        observed,
        expected="violating, appeal upheld",
    )


DEADLINE_MISSED = Chapter(
    "A deadline passes",
    (
        Step("victor posts an image on beta, and the person shown reports it", _file_report),
        Step("after 47 hours without a decision, the image is still public", _check_before_deadline),
        Step("after 48 hours it is hidden automatically", _check_hidden_at_deadline),
        Step("kim claims this case first and dismisses it; the image is public again", _dismiss_case),
    ),
)
DISMISSAL_APPEALED = Chapter(
    "The reporter appeals",
    (
        Step("the reporter appeals with the case number and the secret", _appeal_dismissal),
        Step("kim, who dismissed the report, may not decide; sasha grants the appeal", _grant_appeal),
        Step("the reporter reads the new decision", _check_report_status),
    ),
)
