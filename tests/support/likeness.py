"""What a world comes to, told so that two worlds in which the same happened tell the same.

Left out is what differs by how often something was tried: versions, audit and random ids. Cases and reports
are named by what they are about.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from staydown.domain.cases import Case
from staydown.domain.uploads import Upload

from tests.support.invariants import check
from tests.support.ledger import Ledger
from tests.support.world import World

Likeness = Mapping[str, Any]
RANDOM = {"id", "time", "notice_id"}


def likeness(world: World) -> Likeness:
    """Of a world at rest, in which all that must hold does."""
    ledger = check(world, told_again=True)
    names = _names(ledger)
    told = {event.detail["id"]: event for event in world.told}
    settings = world.cloud.settings
    return {
        "uploads": {upload.key: _renamed(names, _upload(upload)) for upload in ledger.uploads.values()},
        "cases": {names[case.case_id]: _renamed(names, _case(case)) for case in ledger.cases.values()},
        "reports": sorted(
            _renamed(
                names,
                [report.case_ids, report.uploads, report.valid_at, report.withdrawn_at, dict(report.answers)],
            )
            for report in ledger.reports.values()
        ),
        "appeals": sorted(
            _renamed(
                names, [appeal.case_id, appeal.party, appeal.account_id, appeal.outcome, appeal.decided_by]
            )
            for appeal in ledger.appeals.values()
        ),
        "entries": {
            entry.entry_id: (
                entry.standing,
                sorted(_renamed(names, [s.source, s.reference]) for s in entry.supports),
                entry.features is not None and entry.features in ledger.objects[settings.bank_bucket],
            )
            for entry in ledger.entries.values()
        },
        "accounts": {
            key: sorted(_renamed(names, holder) for holder in account.blocks)
            for key, account in ledger.accounts.items()
            if account.blocks
        },
        "conduct": {
            key: _renamed(
                names, [account.conduct.warned_for, account.conduct.review, account.conduct.suspension]
            )
            for key, account in ledger.accounts.items()
        },
        "senders": {
            names[key]: _renamed(names, [one.conduct.warned_for, one.conduct.review, one.conduct.suspension])
            for key, one in ledger.senders.items()
        },
        "misuse": {
            names.get(review.review_id, review.review_id): _renamed(
                names, [review.strikes, review.decision and review.decision.outcome, review.ending]
            )
            for review in ledger.reviews.values()
        },
        "objects": {
            bucket: dict(ledger.objects[bucket])
            for bucket in (settings.published_bucket, settings.quarantine_bucket)
        },
        "told": Counter(
            _renamed(names, [event.type, {k: v for k, v in event.detail.items() if k not in RANDOM}])
            for event in told.values()
        ),
        "counters": {name: by for name, by in ledger.counters.items() if by},
        "notices": Counter(
            _renamed(
                names, [one.recipient.name, one.kind, one.case_id, one.values, one.title, one.paragraphs]
            )
            for one in ledger.notices
        ),
        "delivered": {
            _renamed(names, [url, one["type"], {k: v for k, v in one["data"].items() if k not in RANDOM}])
            for url, _, body in (world.outside.got if world.outside is not None else ())
            for one in [json.loads(body)]
        },
        "reading": sorted(_renamed(names, pair) for pair in ledger.reading),
        "dead": len(world.dead),
    }


def _names(ledger: Ledger) -> dict[str, str]:
    """A name for each random id, from what it stands for."""
    names: dict[str, str] = {}
    keys = {upload.upload_id: upload.key for upload in ledger.uploads.values()}
    about = {
        case.case_id: json.dumps(
            [
                sorted(keys[one] for one in case.uploads),
                sorted(case.entries),
                case.state,
                str(case.decision and (case.decision.outcome, case.decision.reviewer)),
            ]
        )
        for case in ledger.cases.values()
    }
    for number, case_id in enumerate(sorted(about, key=lambda one: about[one])):
        names[case_id] = f"case {number}"
    claims = {
        number: json.dumps([sorted(names[one] for one in report.case_ids), report.statement])
        for number, report in ledger.reports.items()
    }
    for place, case_number in enumerate(sorted(claims, key=lambda one: claims[one])):
        names[case_number] = f"report {place}"
    sent: dict[str, list[str]] = {}
    for case_number, report in ledger.reports.items():
        if report.sender is not None:
            sent.setdefault(report.sender, []).append(names[case_number])
    names |= {sender: f"sender of {sorted(numbers)}" for sender, numbers in sent.items()}
    for review in ledger.reviews.values():
        if review.subject.reports:
            names[review.review_id] = f"review of {names[review.subject.name]} at {review.opened_at}"
    for appeal in ledger.appeals.values():
        against = "a block" if appeal.case_id is None else names[appeal.case_id]
        names[appeal.appeal_id] = f"appeal of {appeal.party} {appeal.account_id} against {against}"
    return names


def _upload(upload: Upload) -> list[object]:
    stops = sorted((stop.cause, stop.kind, stop.reason) for stop in upload.stops.values())
    flags = [upload.was_published, upload.released, upload.returns]
    return [
        upload.state,
        upload.reason,
        stops,
        upload.cases,
        sorted(upload.cleared),
        sorted(upload.spared),
        *flags,
    ]


def _case(case: Case) -> list[object]:
    decision = case.decision and [case.decision.outcome, case.decision.reviewer]
    involved = [sorted(case.involved), sorted(case.conflicted)]
    about = [case.uploads, case.entries, case.banked, case.blocked, case.reports, case.appeals]
    return [
        case.state,
        *about,
        case.claim,
        *involved,
        decision,
        case.deadline,
        case.hidden,
        case.refused,
        [(note.by, note.text) for note in case.notes],
    ]


def _renamed(names: Mapping[str, str], value: object) -> str:
    text = json.dumps(value, default=str, sort_keys=True)
    for one, name in names.items():
        text = text.replace(one, name)
    return text
