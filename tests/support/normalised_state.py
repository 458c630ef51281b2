"""The state of a world in a form that is equal for worlds with the same history.

Versions, audit records and random ids depend on the number of attempts and are left out. Cases and reports
are named after their contents.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from staydown.domain.cases.case import Case
from staydown.domain.uploads.upload import Upload

from tests.support.invariants import check
from tests.support.state_dump import StateDump
from tests.support.world import World

NormalisedState = Mapping[str, Any]
RANDOM_FIELDS = {"id", "time", "notice_id"}


def normalised_state(world: World) -> NormalisedState:
    """Return the state of a drained world. Raise InvariantViolated if an invariant does not hold."""
    state = check(world, redelivered=True)
    names = _stable_names(state)
    events = {event.detail["id"]: event for event in world.events}
    settings = world.cloud.settings
    return {
        "uploads": {
            upload.key: _with_stable_names(names, _upload(upload)) for upload in state.uploads.values()
        },
        "cases": {
            names[case.case_id]: _with_stable_names(names, _case(case)) for case in state.cases.values()
        },
        "reports": sorted(
            _with_stable_names(
                names,
                [report.case_ids, report.uploads, report.valid_at, report.withdrawn_at, dict(report.answers)],
            )
            for report in state.reports.values()
        ),
        "appeals": sorted(
            _with_stable_names(
                names, [appeal.case_id, appeal.party, appeal.account[1], appeal.outcome, appeal.decided_by]
            )
            for appeal in state.appeals.values()
        ),
        "entries": {
            entry.entry_id: (
                entry.standing,
                sorted(_with_stable_names(names, [s.source, s.reference]) for s in entry.supports),
                entry.features_key is not None and entry.features_key in state.objects[settings.bank_bucket],
            )
            for entry in state.entries.values()
        },
        "accounts": {
            key: sorted(_with_stable_names(names, holder) for holder in account.blocks)
            for key, account in state.accounts.items()
            if account.blocks
        },
        "strikes": {
            key: _with_stable_names(
                names,
                [
                    account.strike_status.warned_strikes,
                    account.strike_status.pending_review_id,
                    account.strike_status.suspension_review_id,
                ],
            )
            for key, account in state.accounts.items()
        },
        "verified_reporters": {
            names[key]: _with_stable_names(
                names,
                [
                    one.strike_status.warned_strikes,
                    one.strike_status.pending_review_id,
                    one.strike_status.suspension_review_id,
                ],
            )
            for key, one in state.verified_reporters.items()
        },
        "misuse_reviews": {
            names.get(review.review_id, review.review_id): _with_stable_names(
                names, [review.strikes, review.decision and review.decision.outcome, review.end_reason]
            )
            for review in state.reviews.values()
        },
        "objects": {
            bucket: dict(state.objects[bucket])
            for bucket in (settings.published_bucket, settings.quarantine_bucket)
        },
        "events": Counter(
            _with_stable_names(
                names, [event.type, {k: v for k, v in event.detail.items() if k not in RANDOM_FIELDS}]
            )
            for event in events.values()
        ),
        "counters": {name: by for name, by in state.counters.items() if by},
        "notices": Counter(
            _with_stable_names(
                names, [one.recipient.name, one.kind, one.case_id, one.values, one.title, one.paragraphs]
            )
            for one in state.notices
        ),
        "delivered": {
            _with_stable_names(
                names, [url, one["type"], {k: v for k, v in one["data"].items() if k not in RANDOM_FIELDS}]
            )
            for url, _, body in (
                world.webhook_receiver.received if world.webhook_receiver is not None else ()
            )
            for one in [json.loads(body)]
        },
        "viewers": sorted(_with_stable_names(names, pair) for pair in state.viewers),
        "dead_letters": len(world.dead_letters),
    }


def _stable_names(state: StateDump) -> dict[str, str]:
    """Return a stable name for each random id, derived from the contents of its object."""
    names: dict[str, str] = {}
    keys = {upload.upload_id: upload.key for upload in state.uploads.values()}
    contents = {
        case.case_id: json.dumps(
            [
                sorted(keys[one] for one in case.uploads),
                sorted(case.entries),
                case.state,
                str(case.decision and (case.decision.outcome, case.decision.reviewer)),
            ]
        )
        for case in state.cases.values()
    }
    for number, case_id in enumerate(sorted(contents, key=lambda one: contents[one])):
        names[case_id] = f"case {number}"
    claims = {
        number: json.dumps([sorted(names[one] for one in report.case_ids), report.statement])
        for number, report in state.reports.items()
    }
    for place, case_number in enumerate(sorted(claims, key=lambda one: claims[one])):
        names[case_number] = f"report {place}"
    sent: dict[str, list[str]] = {}
    for case_number, report in state.reports.items():
        if report.verified_reporter_id is not None:
            sent.setdefault(report.verified_reporter_id, []).append(names[case_number])
    names |= {reporter: f"reporter of {sorted(numbers)}" for reporter, numbers in sent.items()}
    for review in state.reviews.values():
        if review.subject.is_reporter:
            names[review.review_id] = f"review of {names[review.subject.name]} at {review.opened_at}"
    for appeal in state.appeals.values():
        against = "a block" if appeal.case_id is None else names[appeal.case_id]
        names[appeal.appeal_id] = f"appeal of {appeal.party} {appeal.account[1]} against {against}"
    return names


def _upload(upload: Upload) -> list[object]:
    stops = sorted((stop.cause, stop.kind, stop.reason) for stop in upload.stops.values())
    flags = [upload.was_published, upload.was_released, upload.republications]
    return [
        upload.state,
        upload.reason,
        stops,
        upload.cases,
        sorted(upload.dismissed_entries),
        sorted(upload.match_exclusions),
        *flags,
    ]


def _case(case: Case) -> list[object]:
    decision = case.decision and [case.decision.outcome, case.decision.reviewer]
    reviewers = [sorted(case.participants), sorted(case.recused)]
    contents = [
        case.uploads,
        case.entries,
        case.banked_entries,
        case.blocked_accounts,
        case.reports,
        case.pending_appeals,
    ]
    return [
        case.state,
        *contents,
        case.claim,
        *reviewers,
        decision,
        case.deadline,
        case.hidden_uploads,
        case.rejected_report_supports,
        [(note.author, note.text) for note in case.notes],
    ]


def _with_stable_names(names: Mapping[str, str], value: object) -> str:
    text = json.dumps(value, default=str, sort_keys=True)
    for one, name in names.items():
        text = text.replace(one, name)
    return text
