"""Chapters 6 and 7: a granted appeal reverses the decision, and the audit records everything."""

from __future__ import annotations

from infra.demo.actors import POSTER, Actors
from infra.demo.clients import fetch, wait_for_notice
from infra.demo.steps import Chapter, Step, exactly_one, expect


def _check_statement_of_reasons(actors: Actors) -> str:
    notice = actors.alpha.wait_for_notice(POSTER, "statement_of_reasons")
    path = f"/v1/accounts/{POSTER}/notices/{notice['notice_id']}/link"
    actors.results["link"] = actors.alpha.post(path).require_status(201).body["token"]
    values = notice["values"]
    shown, until = ", ".join(values["shown"]), values["appeal_until"][:10]
    observed = f"shows {shown}; automated decision: {values['automated_decision']}; appeal until {until}"
    names_report = actors.results["case_number"] in str(notice)
    return expect(
        not names_report and values["automated_decision"] == "no",
        observed,
        expected="the reasons, without the reporter",
    )


def _file_appeal(actors: Actors) -> str:
    path = f"/v1/notices/{actors.results['link']}"
    view = actors.anybody.get(path).require_status(200).body
    statement = {"statement": "We both agreed to this picture."}
    filed = actors.anybody.post(f"{path}/appeal", statement).require_status(201).body
    pending = actors.sasha.get("/v1/review/appeals").require_status(200).body["appeals"]
    appeal = exactly_one([item for item in pending if item["account_id"] == POSTER], "appeals of the account")
    actors.results["appeal"] = appeal["appeal_id"]
    return f"read {len(view['notices'])} notice; appeal filed {filed['filed_at'][:19]}"


def _decision_request(actors: Actors) -> tuple[str, dict[str, str]]:
    path = f"/v1/review/appeals/{actors.results['appeal']}/decision"
    return path, {"outcome": "upheld", "reasons": "Consent is on file."}


def _check_independent_reviewer_required(actors: Actors) -> str:
    answer = actors.robin.post(*_decision_request(actors))
    return expect(
        answer.status_and_problem == "403 same-reviewer",
        answer.status_and_problem,
        expected="403 same-reviewer",
    )


def _grant_appeal(actors: Actors) -> str:
    answer = actors.sasha.post(*_decision_request(actors)).require_status(200)
    observed = f"{answer.body['outcome']}; the request took {answer.milliseconds:.0f} ms"
    return expect(answer.body["outcome"] == "upheld", observed, expected="upheld")


def _check_republished(actors: Actors) -> str:
    outcome = actors.alpha.wait_for_state(actors.results["upload"], expected_state="published")
    response = fetch(actors.results["public_address"])
    same = response.content == actors.results["file"].data
    return expect(
        outcome.state == "published" and same,
        f"{outcome}; public address: {response.status_code}, {'identical' if same else 'not identical'}",
        expected="published, with the same address and bytes",
    )


def _check_account_active(actors: Actors) -> str:
    account = actors.alpha.get(f"/v1/accounts/{POSTER}").require_status(200).body
    ticket = actors.alpha.post("/v1/uploads", {"account_id": POSTER, "content_type": "image/jpeg"})
    observed = f"{account['state']}, {len(account['blocks'])} blocks; a new ticket: {ticket.status}"
    return expect((account["state"], ticket.status) == ("active", 201), observed, expected="active; 201")


def _check_copies_released(actors: Actors) -> str:
    outcomes = [
        platform.wait_for_state(upload_id, expected_state="published")
        for platform, upload_id in actors.stopped_uploads
    ]
    public = [item for item in outcomes if item.url is not None and fetch(item.url).status_code == 200]
    observed = f"{len(public)} of {len(outcomes)} are published"
    return expect(len(public) == len(outcomes) > 0, observed, expected="all of them")


def _verify_audit(actors: Actors) -> str:
    chains = actors.noor.get(f"/v1/audit/{actors.results['case']}").require_status(200).body["chains"]
    records = [record for chain in chains for record in chain["records"]]
    views = sum(record["action"] == "image.looked_at" for record in records)
    intact = all(chain["whole"] for chain in chains)
    observed = (
        f"{len(records)} records in {len(chains)} chains, {views} image views; "
        f"{'intact' if intact else 'broken'}"
    )
    return expect(intact and views == 2, observed, expected="intact, with 2 image views")


def _check_appeal_notices(actors: Actors) -> str:
    account_holder = actors.alpha.wait_for_notice(POSTER, "appeal_outcome")
    path, secret = f"/v1/cases/{actors.results['case_number']}", actors.results["secret"]
    reporter = wait_for_notice("decision_reversed", lambda: actors.anybody.get(path, Case_Secret=secret))
    observed = f"{account_holder['title']} / {reporter['title']}"
    return expect(account_holder["values"]["outcome"] == "upheld", observed, expected="an upheld appeal")


def _check_hold_needs_two(actors: Actors) -> str:
    path = f"/v1/review/cases/{actors.results['case']}"
    actors.noor.post(f"{path}/hold", {"reason": "court"}).require_status(200)
    for _ in range(2):
        state = actors.noor.post(f"{path}/release").require_status(200).body
    observed = f"held: {state['held']}; release requested: {state['release_asked']}"
    return expect(
        state["held"] and state["release_asked"], observed, expected="held, after two requests by noor"
    )


def _confirm_release(actors: Actors) -> str:
    state = actors.ada.post(f"/v1/review/cases/{actors.results['case']}/release").require_status(200).body
    return expect(not state["held"], f"held: {state['held']}", expected="released")


def _check_timeline(actors: Actors) -> str:
    answer = actors.anybody.get(
        f"/v1/cases/{actors.results['case_number']}", Case_Secret=actors.results["secret"]
    )
    report = answer.require_status(200).body
    lines = [f"{entry['at'][11:19]} {entry['what']}" for entry in report["timeline"]]
    observed = "\n        ".join(lines)
    states = [case["state"] for case in report["cases"]]
    return expect(states == ["reversed"] and len(lines) == 5, observed, expected="reversed, in 5 lines")


APPEAL_GRANTED = Chapter(
    "The account holder appeals",
    (
        Step("alpha passes on the statement of reasons, with a link", _check_statement_of_reasons),
        Step("mallory opens the link and appeals, without signing in", _file_appeal),
        Step("robin decided the case, and may not decide the appeal", _check_independent_reviewer_required),
        Step("sasha grants the appeal", _grant_appeal),
        Step("the image is public again", _check_republished),
        Step("mallory's account is active again", _check_account_active),
        Step("the blocked and removed copies are published", _check_copies_released),
        Step("mallory and the reporter receive notices", _check_appeal_notices),
    ),
)
AUDITED = Chapter(
    "The audit records everything",
    (
        Step("noor, a senior reviewer, verifies the audit", _verify_audit),
        Step("the reporter reads the timeline", _check_timeline),
        Step("noor places a legal hold for a court, and cannot release it alone", _check_hold_needs_two),
        Step("ada, another senior, confirms the release", _confirm_release),
    ),
)
