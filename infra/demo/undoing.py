"""Chapters six and seven: an appeal takes everything back, and all of it is on record."""

from __future__ import annotations

from infra.demo.cast import POSTER, Cast
from infra.demo.clients import notice_of, opened
from infra.demo.steps import Chapter, Step, check, only


def _told(cast: Cast) -> str:
    notice = cast.alpha.notice(POSTER, "statement_of_reasons")
    path = f"/v1/accounts/{POSTER}/notices/{notice['notice_id']}/link"
    cast.notes["link"] = cast.alpha.post(path).expect(201).body["token"]
    values = notice["values"]
    shown, until = ", ".join(values["shown"]), values["appeal_until"][:10]
    observed = (
        f"found to show {shown}; decided by a machine: {values['automated_decision']}; appeal until {until}"
    )
    named = cast.notes["case_number"] in str(notice)
    return check(not named and values["automated_decision"] == "no", observed, should="why, and not by whom")


def _appeal(cast: Cast) -> str:
    path = f"/v1/notices/{cast.notes['link']}"
    opened = cast.anybody.get(path).expect(200).body
    statement = {"statement": "We both agreed to this picture."}
    filed = cast.anybody.post(f"{path}/appeal", statement).expect(201).body
    waiting = cast.sasha.get("/v1/review/appeals").expect(200).body["appeals"]
    appeal = only([one for one in waiting if one["account_id"] == POSTER], "appeals of the account")
    cast.notes["appeal"] = appeal["appeal_id"]
    return f"opened {len(opened['notices'])} notice, filed {filed['filed_at'][:19]}"


def _decision(cast: Cast) -> tuple[str, dict[str, str]]:
    path = f"/v1/review/appeals/{cast.notes['appeal']}/decision"
    return path, {"outcome": "upheld", "reasons": "Consent is on file."}


def _same_reviewer(cast: Cast) -> str:
    answer = cast.robin.post(*_decision(cast))
    return check(answer.told == "403 same-reviewer", answer.told, should="403 same-reviewer")


def _uphold(cast: Cast) -> str:
    answer = cast.sasha.post(*_decision(cast)).expect(200)
    observed = f"{answer.body['outcome']}, the call took {answer.milliseconds:.0f} ms"
    return check(answer.body["outcome"] == "upheld", observed, should="upheld")


def _public_again(cast: Cast) -> str:
    outcome = cast.alpha.outcome(cast.notes["upload"], wanted="published")
    response = opened(cast.notes["public_address"])
    same = response.content == cast.notes["file"].data
    return check(
        outcome.state == "published" and same,
        f"{outcome}; its address: {response.status_code}, {'the' if same else 'not the'} same bytes",
        should="published, at the same address, the same bytes",
    )


def _active(cast: Cast) -> str:
    account = cast.alpha.get(f"/v1/accounts/{POSTER}").expect(200).body
    ticket = cast.alpha.post("/v1/uploads", {"account_id": POSTER, "content_type": "image/jpeg"})
    observed = f"{account['state']}, {len(account['blocks'])} blocks; a further ticket: {ticket.status}"
    return check((account["state"], ticket.status) == ("active", 201), observed, should="active; 201")


def _copies_released(cast: Cast) -> str:
    outcomes = [platform.outcome(upload_id, wanted="published") for platform, upload_id in cast.stopped]
    public = [one for one in outcomes if one.url is not None and opened(one.url).status_code == 200]
    observed = f"{len(public)} of {len(outcomes)} are published"
    return check(len(public) == len(outcomes) > 0, observed, should="all of them")


def _audit(cast: Cast) -> str:
    chains = cast.noor.get(f"/v1/audit/{cast.notes['case']}").expect(200).body["chains"]
    records = [record for chain in chains for record in chain["records"]]
    looks = sum(record["action"] == "image.looked_at" for record in records)
    whole = all(chain["whole"] for chain in chains)
    observed = (
        f"{len(records)} records in {len(chains)} chains, {looks} looks, {'whole' if whole else 'broken'}"
    )
    return check(whole and looks == 2, observed, should="whole, with both looks")


def _outcome(cast: Cast) -> str:
    told = cast.alpha.notice(POSTER, "appeal_outcome")
    path, secret = f"/v1/cases/{cast.notes['case_number']}", cast.notes["secret"]
    reporter = notice_of("decision_reversed", lambda: cast.anybody.get(path, Case_Secret=secret))
    observed = f"{told['title']} / {reporter['title']}"
    return check(told["values"]["outcome"] == "upheld", observed, should="upheld; taken back")


def _held(cast: Cast) -> str:
    path = f"/v1/review/cases/{cast.notes['case']}"
    cast.noor.post(f"{path}/hold", {"reason": "court"}).expect(200)
    for _ in range(2):
        told = cast.noor.post(f"{path}/release").expect(200).body
    observed = f"held: {told['held']}, release asked: {told['release_asked']}"
    return check(told["held"] and told["release_asked"], observed, should="held, though noor asked twice")


def _let_go(cast: Cast) -> str:
    told = cast.ada.post(f"/v1/review/cases/{cast.notes['case']}/release").expect(200).body
    return check(not told["held"], f"held: {told['held']}", should="held no more")


def _timeline(cast: Cast) -> str:
    case = cast.anybody.get(f"/v1/cases/{cast.notes['case_number']}", Case_Secret=cast.notes["secret"])
    followed = case.expect(200).body
    lines = [f"{moment['at'][11:19]} {moment['what']}" for moment in followed["timeline"]]
    observed = "\n        ".join(lines)
    states = [one["state"] for one in followed["cases"]]
    return check(states == ["reversed"] and len(lines) == 5, observed, should="five lines; reversed")


APPEALED = Chapter(
    "The account holder appeals",
    (
        Step("alpha hands on why, with a link", _told),
        Step("mallory appeals by the link, without an account", _appeal),
        Step("robin, who decided the case, may not decide the appeal", _same_reviewer),
        Step("sasha upholds it", _uphold),
        Step("the image is public again", _public_again),
        Step("mallory's account is active again", _active),
        Step("the copies that nothing else stops are released", _copies_released),
        Step("mallory and who reported are told", _outcome),
    ),
)
ON_RECORD = Chapter(
    "It is on record",
    (
        Step("noor, a senior reviewer, has the audit verified", _audit),
        Step("the person who reported reads the timeline", _timeline),
        Step("noor holds the case for a court, and can't let it go alone", _held),
        Step("ada confirms: two people have let it go", _let_go),
    ),
)
