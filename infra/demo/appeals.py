"""Chapters six and seven: an appeal takes everything back, and all of it is on record."""

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
    observed = (
        f"found to show {shown}; decided by a machine: {values['automated_decision']}; appeal until {until}"
    )
    named = actors.results["case_number"] in str(notice)
    return expect(
        not named and values["automated_decision"] == "no", observed, expected="why, and not by whom"
    )


def _file_appeal(actors: Actors) -> str:
    path = f"/v1/notices/{actors.results['link']}"
    opened = actors.anybody.get(path).require_status(200).body
    statement = {"statement": "We both agreed to this picture."}
    filed = actors.anybody.post(f"{path}/appeal", statement).require_status(201).body
    waiting = actors.sasha.get("/v1/review/appeals").require_status(200).body["appeals"]
    appeal = exactly_one([one for one in waiting if one["account_id"] == POSTER], "appeals of the account")
    actors.results["appeal"] = appeal["appeal_id"]
    return f"opened {len(opened['notices'])} notice, filed {filed['filed_at'][:19]}"


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
    observed = f"{answer.body['outcome']}, the call took {answer.milliseconds:.0f} ms"
    return expect(answer.body["outcome"] == "upheld", observed, expected="upheld")


def _check_republished(actors: Actors) -> str:
    outcome = actors.alpha.wait_for_state(actors.results["upload"], expected_state="published")
    response = fetch(actors.results["public_address"])
    same = response.content == actors.results["file"].data
    return expect(
        outcome.state == "published" and same,
        f"{outcome}; its address: {response.status_code}, {'the' if same else 'not the'} same bytes",
        expected="published, at the same address, the same bytes",
    )


def _check_account_active(actors: Actors) -> str:
    account = actors.alpha.get(f"/v1/accounts/{POSTER}").require_status(200).body
    ticket = actors.alpha.post("/v1/uploads", {"account_id": POSTER, "content_type": "image/jpeg"})
    observed = f"{account['state']}, {len(account['blocks'])} blocks; a further ticket: {ticket.status}"
    return expect((account["state"], ticket.status) == ("active", 201), observed, expected="active; 201")


def _check_copies_released(actors: Actors) -> str:
    outcomes = [
        platform.wait_for_state(upload_id, expected_state="published")
        for platform, upload_id in actors.stopped_uploads
    ]
    public = [one for one in outcomes if one.url is not None and fetch(one.url).status_code == 200]
    observed = f"{len(public)} of {len(outcomes)} are published"
    return expect(len(public) == len(outcomes) > 0, observed, expected="all of them")


def _verify_audit(actors: Actors) -> str:
    chains = actors.noor.get(f"/v1/audit/{actors.results['case']}").require_status(200).body["chains"]
    records = [record for chain in chains for record in chain["records"]]
    looks = sum(record["action"] == "image.looked_at" for record in records)
    whole = all(chain["whole"] for chain in chains)
    observed = (
        f"{len(records)} records in {len(chains)} chains, {looks} looks, {'whole' if whole else 'broken'}"
    )
    return expect(whole and looks == 2, observed, expected="whole, with both looks")


def _check_appeal_notices(actors: Actors) -> str:
    told = actors.alpha.wait_for_notice(POSTER, "appeal_outcome")
    path, secret = f"/v1/cases/{actors.results['case_number']}", actors.results["secret"]
    reporter = wait_for_notice("decision_reversed", lambda: actors.anybody.get(path, Case_Secret=secret))
    observed = f"{told['title']} / {reporter['title']}"
    return expect(told["values"]["outcome"] == "upheld", observed, expected="upheld; taken back")


def _check_hold_needs_two(actors: Actors) -> str:
    path = f"/v1/review/cases/{actors.results['case']}"
    actors.noor.post(f"{path}/hold", {"reason": "court"}).require_status(200)
    for _ in range(2):
        told = actors.noor.post(f"{path}/release").require_status(200).body
    observed = f"held: {told['held']}, release asked: {told['release_asked']}"
    return expect(told["held"] and told["release_asked"], observed, expected="held, though noor asked twice")


def _confirm_release(actors: Actors) -> str:
    told = actors.ada.post(f"/v1/review/cases/{actors.results['case']}/release").require_status(200).body
    return expect(not told["held"], f"held: {told['held']}", expected="held no more")


def _check_timeline(actors: Actors) -> str:
    case = actors.anybody.get(
        f"/v1/cases/{actors.results['case_number']}", Case_Secret=actors.results["secret"]
    )
    followed = case.require_status(200).body
    lines = [f"{moment['at'][11:19]} {moment['what']}" for moment in followed["timeline"]]
    observed = "\n        ".join(lines)
    states = [one["state"] for one in followed["cases"]]
    return expect(states == ["reversed"] and len(lines) == 5, observed, expected="five lines; reversed")


APPEAL_GRANTED = Chapter(
    "The account holder appeals",
    (
        Step("alpha hands on why, with a link", _check_statement_of_reasons),
        Step("mallory appeals by the link, without an account", _file_appeal),
        Step("robin, who decided the case, may not decide the appeal", _check_independent_reviewer_required),
        Step("sasha upholds it", _grant_appeal),
        Step("the image is public again", _check_republished),
        Step("mallory's account is active again", _check_account_active),
        Step("the copies that nothing else stops are released", _check_copies_released),
        Step("mallory and who reported are told", _check_appeal_notices),
    ),
)
AUDITED = Chapter(
    "It is on record",
    (
        Step("noor, a senior reviewer, has the audit verified", _verify_audit),
        Step("the person who reported reads the timeline", _check_timeline),
        Step("noor holds the case for a court, and can't let it go alone", _check_hold_needs_two),
        Step("ada confirms: two people have let it go", _confirm_release),
    ),
)
