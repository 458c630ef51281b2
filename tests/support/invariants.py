"""What must hold of a world when nothing is under way in it, whatever happened before.

Each check reads the tables and buckets themselves and works out anew, by brute force, what they should say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain as joined

from staydown.aws.metrics_store import counter_key
from staydown.domain.accounts.misuse import MISUSE_BLOCK_PREFIX
from staydown.domain.accounts.strikes import MisuseSubject
from staydown.domain.audit.anchors import Anchor, verify_against_anchors, verify_anchor_sequence
from staydown.domain.audit.chain import ChainBroken, ChainHead, verify_chain
from staydown.domain.bank.entry import BankEntry, Standing, SupportSource
from staydown.domain.bank.match import Match
from staydown.domain.bank.verdicts import MatchPolicy, Verdict
from staydown.domain.cases.states import CaseState
from staydown.domain.metrics import ChainCursor, count_record
from staydown.domain.uploads.stops import StopKind
from staydown.domain.uploads.upload import Upload, UploadState

from tests.support.state_dump import StateDump, dump_state
from tests.support.world import World

EFFECTIVE_STATES = {CaseState.DECIDED, CaseState.LOCKED}
STOPPED = {UploadState.BLOCKED, UploadState.REMOVED}


class InvariantViolated(AssertionError):
    pass


def check(world: World, *, redelivered: bool = False) -> StateDump:
    """Raise InvariantViolated with everything that is not as it should be; what the world holds.

    told_again: events may have come twice (with the same id), since a publisher failed.
    """
    ledger = dump_state(world.cloud)
    wrong = list(
        joined(
            _queues(world, ledger, redelivered),
            _image_locations(world, ledger),
            _states(world, ledger),
            _bank(ledger),
            _case_effects(ledger),
            _cases(ledger),
            _misuse(world, ledger),
            _audit_chains(ledger),
            _metrics(ledger),
            _anchors(world, ledger),
            _notices(world, ledger),
        )
    )
    if wrong:
        raise InvariantViolated("\n".join(wrong))
    return ledger


def _queues(world: World, ledger: StateDump, told_again: bool) -> Iterator[str]:
    if world.queue or ledger.unpublished_events:
        yield f"messages {list(world.queue)} or events {set(ledger.unpublished_events)} wait: drain first"
    ids = [event.detail["id"] for event in world.events]
    if len(set(ids)) != len(ids) and not told_again:
        yield "an event was told twice"


def _image_locations(world: World, ledger: StateDump) -> Iterator[str]:
    """An image lies in exactly one bucket, by its state; nothing is public unless it is published."""
    settings = world.cloud.settings
    published = ledger.objects[settings.published_bucket]
    quarantined = ledger.objects[settings.quarantine_bucket]
    arrived = ledger.objects[settings.uploads_bucket]
    public = {one.public_key for one in ledger.uploads.values() if one.state is UploadState.PUBLISHED}
    if set(published) - public:
        yield f"public, and not published: {set(published) - public}"
    owners = {key: _image_owner(key) for key in quarantined}
    for upload in ledger.uploads.values():
        places = [key for key, owner in owners.items() if owner == upload.upload_id]
        places += ["published"] if upload.public_key in published else []
        places += ["arrived"] if upload.key in arrived and _is_latest(world, upload) else []
        if upload.image_deleted:
            if places:
                yield f"{upload.upload_id} is erased, and lies in {places}"
            continue
        if len(places) != 1:
            yield f"{upload.upload_id} ({upload.state}) lies in {places}"
        elif upload.state is UploadState.PUBLISHED and places != ["published"]:
            yield f"{upload.upload_id} is published, and lies in {places}"
        elif upload.state in STOPPED and places[0] not in quarantined:
            yield f"{upload.upload_id} is {upload.state}, and lies in {places}"
        hidden = upload.was_published and upload.state in {*STOPPED, UploadState.HELD}
        if hidden and f"/{upload.public_key}" not in world.cloud.invalidated_paths():
            yield f"the edge was not told of the removal of {upload.upload_id}"


def _image_owner(key: str) -> str:
    """Whose image a key of the quarantine holds; a number may follow the id."""
    return key.partition(".")[0]


def _is_latest(world: World, upload: Upload) -> bool:
    head = world.stack.s3.head_object(Bucket=world.cloud.settings.uploads_bucket, Key=upload.key)
    return bool(head["VersionId"] == upload.object_version)


def _states(world: World, ledger: StateDump) -> Iterator[str]:
    """Nothing is up that the bank stops, and nothing is stopped that should not be."""
    policy = world.cloud.settings.match_policy
    for upload in ledger.uploads.values():
        kinds = {stop.kind for stop in upload.stops.values()}
        if upload.state is UploadState.REJECTED:
            continue
        if upload.state is UploadState.RECEIVED:
            yield f"{upload.upload_id} was left waiting to be checked"
        if (upload.state in STOPPED) != (StopKind.BLOCK in kinds):
            yield f"{upload.upload_id} is {upload.state} with {sorted(upload.stops)}"
        if upload.fingerprint is None:
            if upload.state is UploadState.PUBLISHED:
                yield f"{upload.upload_id} is published, and was never read"
            continue
        if upload.upload_id not in ledger.searchable_uploads:
            yield f"{upload.upload_id} is not in the content log"
        verdict = expected_verdict(policy, ledger, upload)
        by_cases = any(cause.startswith("case:") for cause in upload.stops) or upload.is_hidden
        about = [ledger.cases[case_id] for case_id in upload.cases]
        in_review = any(case.undecided and case.deadline is not None for case in about)
        if verdict is Verdict.BLOCK and upload.state not in STOPPED:
            yield f"{upload.upload_id} is {upload.state}, and the bank says block"
        if verdict is Verdict.REVIEW and upload.state is UploadState.PUBLISHED and not in_review:
            yield f"{upload.upload_id} is published, and nobody was asked to look"
        if verdict is Verdict.REVIEW and upload.state in STOPPED and not by_cases:
            yield f"{upload.upload_id} is {upload.state} by what is not enough to block"
        if verdict is Verdict.CLEAR and not by_cases and upload.state is not UploadState.PUBLISHED:
            yield f"{upload.upload_id} is {upload.state}, and nothing speaks against it"


def expected_verdict(policy: MatchPolicy, ledger: StateDump, upload: Upload) -> Verdict:
    """The verdict of the whole bank, entry by entry."""
    met = [match for entry in ledger.entries.values() if (match := _match(policy, entry, upload)) is not None]
    return policy.judge_matches(
        met, dismissed_entries=upload.dismissed_entries, excluded_entries=upload.match_exclusions
    )[0]


def _match(policy: MatchPolicy, entry: BankEntry, upload: Upload) -> Match | None:
    image = upload.fingerprint
    if image is None or entry.standing is Standing.INACTIVE:
        return None
    exact = entry.sha256 == image.sha256
    views = [
        (view.pdq.distance(entry.pdq), min(view.quality, entry.quality) >= policy.minimum_quality, view.name)
        for view in image.views
        if entry.pdq is not None
    ]
    if exact:
        return Match(entry.entry_id, entry.standing, 0, "upright", exact=True, trusted=True)
    trusted = [view for view in views if view[1]]
    if not trusted:
        return None
    distance, _, name = min(trusted)
    return Match(entry.entry_id, entry.standing, distance, name, exact=False, trusted=True)


def _bank(ledger: StateDump) -> Iterator[str]:
    """The head, the log and the entries tell one story, with no number missing."""
    numbers = [change.seq for change in ledger.changes]
    if numbers != list(range(1, ledger.head.seq + 1)):
        yield f"the bank's log has {numbers} and its head is {ledger.head.seq}"
    last = {change.entry.entry_id: change.entry for change in ledger.changes}
    if last != ledger.entries:
        yield "an entry is not what its last change made of it"


def _case_effects(ledger: StateDump) -> Iterator[str]:
    """What rests on a case rests on one that stands, and what a standing case did is there."""
    for entry in ledger.entries.values():
        cases = {s.reference for s in entry.supports if s.source is SupportSource.CASE}
        expected = {
            c.case_id
            for c in ledger.cases.values()
            if c.state in EFFECTIVE_STATES and entry.entry_id in c.banked_entries
        }
        if ledger.any_case_erased:
            cases &= set(ledger.cases)
        if cases != expected:
            yield f"entry {entry.entry_id} rests on {cases} and should rest on {expected}"
        claims = {s.reference for s in entry.supports if s.source is SupportSource.REPORT}
        for case in (ledger.cases[one] for one in claims & set(ledger.cases)):
            standing = (ledger.reports[number].withdrawn_at is None for number in case.reports)
            if case.state is CaseState.WITHDRAWN or not any(standing):
                yield f"entry {entry.entry_id} rests on reports of {case.case_id} that nobody stands for"
        claims -= set(ledger.cases)
        known = (
            ledger.reports[number]
            for number in claims
            if number in ledger.reports or not ledger.any_case_erased
        )
        withdrawn = {report.case_number for report in known if report.withdrawn_at is not None}
        if withdrawn:
            yield f"entry {entry.entry_id} rests on withdrawn reports"
    for upload in ledger.uploads.values():
        stopping = {
            f"case:{case.case_id}"
            for case in ledger.cases.values()
            if case.decision is not None
            and case.decision.outcome.is_violation
            and case.state in EFFECTIVE_STATES
            and upload.upload_id in case.uploads
        }
        found = {cause for cause in upload.stops if cause.startswith("case:")}
        if ledger.any_case_erased:
            found = {cause for cause in found if cause.removeprefix("case:") in ledger.cases}
        if found != stopping and upload.state is not UploadState.REJECTED:
            yield f"{upload.upload_id} is stopped by {found} and should be by {stopping}"
        for entry_id in (c.removeprefix("entry:") for c in upload.stops if c.startswith("entry:")):
            if ledger.entries[entry_id].standing is not Standing.CONFIRMED:
                yield f"{upload.upload_id} is stopped by an entry that no longer stands"
            if (entry_id, upload.upload_id) not in ledger.match_links:
                yield f"{upload.upload_id} will not be found when entry {entry_id} goes"
        for case_id in (c.removeprefix("review:") for c in upload.stops if c.startswith("review:")):
            if not ledger.cases[case_id].undecided:
                yield f"{upload.upload_id} waits for a case that is {ledger.cases[case_id].state}"
        late = {c.removeprefix("deadline:") for c in upload.stops if c.startswith("deadline:")}
        expected = {
            case.case_id
            for case in ledger.cases.values()
            if case.undecided and upload.upload_id in case.uploads and upload.upload_id in case.hidden_uploads
        }
        if late != expected and upload.state is not UploadState.REJECTED:
            yield f"{upload.upload_id} is hidden by {late} and should be by {expected}"
    for account in ledger.accounts.values():
        key = (account.platform, account.account_id)
        holders = {block.case_id for block in account.blocks.values() if block.case_id is not None}
        expected = {
            c.case_id
            for c in ledger.cases.values()
            if c.state in EFFECTIVE_STATES and key in c.blocked_accounts
        }
        if holders != expected:
            yield f"account {key} is held by {holders} and should be by {expected}"
    for case in ledger.cases.values():
        if case.state in EFFECTIVE_STATES and set(case.blocked_accounts) - set(ledger.accounts):
            yield f"case {case.case_id} blocks accounts that know nothing of it"


def _misuse(world: World, ledger: StateDump) -> Iterator[str]:
    """Nobody is suspended but by a person, after a warning, and for strikes that still are."""
    subjects = {
        MisuseSubject.of_account(*key): account.strike_status for key, account in ledger.accounts.items()
    }
    subjects |= {
        MisuseSubject.of_reporter(key): sender.strike_status
        for key, sender in ledger.verified_reporters.items()
    }
    for subject, conduct in subjects.items():
        theirs = [review for review in ledger.reviews.values() if review.subject == subject]
        suspending = {review.review_id for review in theirs if review.is_suspension_active}
        if suspending != set(filter(None, [conduct.suspension_review_id])):
            found = conduct.suspension_review_id
            yield f"{subject.audit_chain} is suspended by {found} instead of {suspending}"
        waiting = {review.review_id for review in theirs if review.is_pending}
        if waiting != set(filter(None, [conduct.pending_review_id])):
            found = conduct.pending_review_id
            yield f"{subject.audit_chain} has the pending review {found} instead of {waiting}"
    for key, account in ledger.accounts.items():
        blocking = {holder for holder in account.blocks if holder.startswith(MISUSE_BLOCK_PREFIX)}
        if blocking != {
            f"{MISUSE_BLOCK_PREFIX}{one}"
            for one in filter(None, [account.strike_status.suspension_review_id])
        }:
            yield f"account {key} is blocked for misuse by {blocking}"
    for review in ledger.reviews.values():
        for queue, there in (("misuse", review.is_pending), ("suspended", review.is_suspension_active)):
            if (review.review_id in ledger.queues[queue]) != there:
                yield f"the queue {queue} says otherwise of review {review.review_id}"
        left = sum(_is_strike(ledger, review.subject, one) for one in review.strikes)
        if (
            review.is_pending or review.is_suspension_active
        ) and left < world.cloud.settings.strike_policy.review_threshold:
            yield f"review {review.review_id} rests on {left} strikes"
        if review.is_suspension_active and (review.decision is None or review.warned_at is None):
            yield f"review {review.review_id} suspends whom nobody warned"


def _is_strike(ledger: StateDump, subject: MisuseSubject, ref: str) -> bool:
    if subject.is_reporter:
        case = ledger.cases.get(ref)
        return case is not None and case.decision is not None and case.decision.manifestly_unfounded
    return ref in ledger.uploads and ledger.uploads[ref].state is UploadState.BLOCKED


def _cases(ledger: StateDump) -> Iterator[str]:
    for case in ledger.cases.values():
        if (case.case_id in ledger.queues["cases"]) != case.undecided:
            yield f"case {case.case_id} is {case.state}, and the queue says otherwise"
        if (case.case_id in ledger.queues["opinions"]) != case.second_opinion_pending:
            yield f"the queue of second opinions says otherwise of case {case.case_id}"
        if case.second_opinion_pending and case.state is not CaseState.DECIDED:
            yield f"a second opinion of case {case.case_id} waits, which is {case.state}"
        for upload_id in case.uploads:
            if case.case_id not in ledger.uploads[upload_id].cases:
                yield f"{upload_id} does not know of its case {case.case_id}"
        for number in case.reports:
            if case.case_id not in ledger.reports[number].case_ids:
                yield f"report {number} does not know of its case {case.case_id}"
        valid = any(ledger.reports[number].valid_at is not None for number in case.reports)
        if valid and case.undecided and case.deadline is None:
            yield f"case {case.case_id} has a valid report and no deadline"
    for appeal in ledger.appeals.values():
        if (appeal.appeal_id in ledger.queues["appeals"]) != (appeal.outcome is None):
            yield f"appeal {appeal.appeal_id} is {appeal.outcome}, and the queue says otherwise"
        if appeal.block is not None:
            if appeal.decided_by == appeal.block.set_by:
                yield f"appeal {appeal.appeal_id} was decided by who had set the block"
            continue
        case = ledger.cases[str(appeal.case_id)]
        # Who upholds a reporter's appeal judges the image, and is involved from then on.
        by_it = {
            one.reviewer
            for one in (*case.past_decisions, case.decision)
            if one and one.at == appeal.decided_at
        }
        if appeal.decided_by in case.participants - by_it:
            yield f"appeal {appeal.appeal_id} was decided by somebody who was involved"


def check_deadlines(world: World) -> None:
    """Raise InvariantViolated unless nothing of an undecided case is public past its deadline (promise 10).

    Of a world whose clock's watcher has just run, and in which all is delivered.
    """
    ledger = dump_state(world.cloud)
    watch = world.cloud.settings.deadline_policy
    public = [
        f"{upload_id} of case {case.case_id}, which was due at {case.deadline}, is public"
        for case in ledger.cases.values()
        if case.undecided and watch.should_hide(case.deadline, world.clock())
        for upload_id in case.uploads
        if ledger.uploads[upload_id].state is UploadState.PUBLISHED
    ]
    if public:
        raise InvariantViolated("\n".join(public))


def _notices(world: World, ledger: StateDump) -> Iterator[str]:
    """Whoever has to be told of what happened was told, each once and of nothing that did not happen."""
    if ledger.any_case_erased:
        return
    by_event = {(one.notice_id, one.recipient.name) for one in ledger.notices}
    if len(by_event) != len(ledger.notices):
        yield "somebody was told twice of one thing"
    happened = {event.detail["id"]: event for event in world.events}
    for event_id, event in happened.items():
        match event.type:
            case "report.filed" | "report.completed":
                told = event.detail["case_number"]
            case "appeal.filed" | "appeal.decided" if not event.detail["platform"]:
                told = str(ledger.appeals[event.detail["appeal_id"]].case_number)
                if ledger.reports[told].withdrawn_at is not None:
                    continue
            case "account.unblocked" | "account.warned" | "appeal.filed" | "appeal.decided":
                told = f"{event.detail['platform']}#{event.detail['account_id']}"
            case _:
                continue
        if (event_id, told) not in by_event:
            yield f"nobody was told of {event.type} {event_id}"
    for notice in ledger.notices:
        if notice.notice_id not in happened:
            yield f"the notice {notice.kind} tells of an event that there was not"


def _audit_chains(ledger: StateDump) -> Iterator[str]:
    """Every chain is whole, and ends where its subject says; no chain is without a subject."""
    heads = {f"case:{case.case_id}": case.audit for case in ledger.cases.values()}
    heads |= {f"upload:{upload.upload_id}": upload.audit for upload in ledger.uploads.values()}
    heads |= {f"entry:{entry.entry_id}": entry.audit for entry in ledger.entries.values()}
    heads |= {f"account:{p}#{a}": account.audit for (p, a), account in ledger.accounts.items()}
    heads |= {f"reporter:{key}": sender.audit for key, sender in ledger.verified_reporters.items()}
    heads["retention"] = ledger.erasure_chain
    for chain, head in heads.items():
        try:
            verify_chain(ledger.chains.get(chain, ()), head)
        except ChainBroken as error:
            yield f"{chain}: {error}"
    for chain in set(ledger.chains) - set(heads):
        yield f"{chain} is nobody's"
    for case in ledger.cases.values():
        if case.audit == ChainHead():
            yield f"case {case.case_id} has no record at all"


def _metrics(ledger: StateDump) -> Iterator[str]:
    """Each counter is what the records that were counted add up to, each of them once."""
    if ledger.any_case_erased:
        return  # what was counted stays counted
    expected: Counter[tuple[str, str, str]] = Counter()
    for chain, progress in ledger.chain_cursors.items():
        following = ChainCursor()
        for record in ledger.chains[chain][: progress.seq]:
            following, added = count_record(following, record)
            for one in added:
                pk, sk = counter_key(one)
                expected[pk, sk, one.name] += one.amount
        if following != progress:
            yield f"{chain} was counted up to {progress}, and is at {following} there"
    found = {name: by for name, by in ledger.counters.items() if by}
    if found != {name: by for name, by in expected.items() if by}:
        yield f"the counters say {found}, and the audit {dict(expected)}"


def _anchors(world: World, ledger: StateDump) -> Iterator[str]:
    """Anchors follow each other, and each head in them is that of a chain as it is."""
    stored = ledger.objects[world.cloud.settings.anchors_bucket]
    anchors = [Anchor.from_json(stored[key].decode()) for key in sorted(stored)]
    try:
        verify_anchor_sequence(anchors)
        for chain in {chain for anchor in anchors for chain, _ in anchor.heads}:
            if ledger.any_case_erased and chain not in ledger.chains:
                continue
            verify_against_anchors(chain, ledger.chains.get(chain, ()), anchors)
    except ChainBroken as error:
        yield f"anchors: {error}"
