"""The invariants of a drained world, whatever happened before.

Each check reads the tables and buckets and recomputes their expected contents by brute force.
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
from staydown.domain.cases.appeals import BlockAppeal, DismissalAppeal
from staydown.domain.cases.states import CaseState
from staydown.domain.metrics import ChainCursor, count_record
from staydown.domain.uploads.stops import StopKind
from staydown.domain.uploads.upload import Upload, UploadState

from tests.support.state_dump import StateDump, dump_state
from tests.support.world import World

EFFECTIVE_STATES = {CaseState.DECIDED, CaseState.LOCKED}
STOPPED = {UploadState.BLOCKED, UploadState.REMOVED}


class InvariantViolated(AssertionError):
    """The state of a world contradicts an invariant."""


def check(world: World, *, redelivered: bool = False) -> StateDump:
    """Return the state of the world. Raise InvariantViolated with all violations.

    redelivered: events may have been published twice with the same id, because a publisher failed.
    """
    state = dump_state(world.cloud)
    violations = list(
        joined(
            _queues(world, state, redelivered),
            _image_locations(world, state),
            _states(world, state),
            _bank(state),
            _case_effects(state),
            _cases(state),
            _misuse(world, state),
            _audit_chains(state),
            _metrics(state),
            _anchors(world, state),
            _notices(world, state),
        )
    )
    if violations:
        raise InvariantViolated("\n".join(violations))
    return state


def _queues(world: World, state: StateDump, redelivered: bool) -> Iterator[str]:
    if world.queue or state.unpublished_events:
        yield f"messages {list(world.queue)} or events {set(state.unpublished_events)} wait: drain first"
    ids = [event.detail["id"] for event in world.events]
    if len(set(ids)) != len(ids) and not redelivered:
        yield "an event was published twice"


def _image_locations(world: World, state: StateDump) -> Iterator[str]:
    """Each image is in the one bucket of its state, and only published images are public."""
    settings = world.cloud.settings
    published = state.objects[settings.published_bucket]
    quarantined = state.objects[settings.quarantine_bucket]
    arrived = state.objects[settings.uploads_bucket]
    public = {one.public_key for one in state.uploads.values() if one.state is UploadState.PUBLISHED}
    if set(published) - public:
        yield f"public objects without a published upload: {set(published) - public}"
    owners = {key: _image_owner(key) for key in quarantined}
    for upload in state.uploads.values():
        places = [key for key, owner in owners.items() if owner == upload.upload_id]
        places += ["published"] if upload.public_key in published else []
        places += ["arrived"] if upload.key in arrived and _is_latest(world, upload) else []
        if upload.image_deleted:
            if places:
                yield f"{upload.upload_id} is erased, but its image is in {places}"
            continue
        if len(places) != 1:
            yield f"{upload.upload_id} ({upload.state}) is in {places}, expected one place"
        elif upload.state is UploadState.PUBLISHED and places != ["published"]:
            yield f"{upload.upload_id} is published, but its image is in {places}"
        elif upload.state in STOPPED and places[0] not in quarantined:
            yield f"{upload.upload_id} is {upload.state}, but its image is in {places}"
        hidden = upload.was_published and upload.state in {*STOPPED, UploadState.HELD}
        if hidden and f"/{upload.public_key}" not in world.cloud.invalidated_paths():
            yield f"the removal of {upload.upload_id} was not invalidated in CloudFront"


def _image_owner(key: str) -> str:
    """Return the upload id of a quarantine key, which may carry a number after the id."""
    return key.partition(".")[0]


def _is_latest(world: World, upload: Upload) -> bool:
    head = world.stack.s3.head_object(Bucket=world.cloud.settings.uploads_bucket, Key=upload.key)
    return bool(head["VersionId"] == upload.object_version)


def _states(world: World, state: StateDump) -> Iterator[str]:
    """The state of each upload follows from the bank and from its stops."""
    policy = world.cloud.settings.match_policy
    for upload in state.uploads.values():
        kinds = {stop.kind for stop in upload.stops.values()}
        if upload.state is UploadState.REJECTED:
            continue
        if upload.state is UploadState.RECEIVED:
            yield f"{upload.upload_id} was never checked"
        if (upload.state in STOPPED) != (StopKind.BLOCK in kinds):
            yield f"{upload.upload_id} is {upload.state} with the stops {sorted(upload.stops)}"
        if upload.fingerprint is None:
            if upload.state is UploadState.PUBLISHED:
                yield f"{upload.upload_id} is published, but has no fingerprint"
            continue
        if upload.upload_id not in state.searchable_uploads:
            yield f"{upload.upload_id} is not in the content log"
        verdict = expected_verdict(policy, state, upload)
        by_cases = any(cause.startswith("case:") for cause in upload.stops) or upload.is_hidden
        cases = [state.cases[case_id] for case_id in upload.cases]
        in_review = any(case.undecided and case.deadline is not None for case in cases)
        if verdict is Verdict.BLOCK and upload.state not in STOPPED:
            yield f"{upload.upload_id} is {upload.state}, but the bank's verdict is block"
        if verdict is Verdict.REVIEW and upload.state is UploadState.PUBLISHED and not in_review:
            yield f"{upload.upload_id} is published, but the bank's verdict is review and no case is open"
        if verdict is Verdict.REVIEW and upload.state in STOPPED and not by_cases:
            yield f"{upload.upload_id} is {upload.state}, but the bank's verdict is review only"
        if verdict is Verdict.CLEAR and not by_cases and upload.state is not UploadState.PUBLISHED:
            yield f"{upload.upload_id} is {upload.state} without any match or case"


def expected_verdict(policy: MatchPolicy, state: StateDump, upload: Upload) -> Verdict:
    """Return the bank's verdict, computed by comparing with every entry."""
    matches = [
        match for entry in state.entries.values() if (match := _match(policy, entry, upload)) is not None
    ]
    return policy.judge_matches(
        matches, dismissed_entries=upload.dismissed_entries, excluded_entries=upload.match_exclusions
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


def _bank(state: StateDump) -> Iterator[str]:
    """The head, the log and the entries of the bank agree, and the log has no gap."""
    numbers = [change.seq for change in state.changes]
    if numbers != list(range(1, state.head.seq + 1)):
        yield f"the bank's log has the numbers {numbers}, but its head is {state.head.seq}"
    last = {change.entry.entry_id: change.entry for change in state.changes}
    if last != state.entries:
        yield "an entry differs from its last change in the log"


def _case_effects(state: StateDump) -> Iterator[str]:
    """The effects on entries, uploads and accounts are exactly those of the effective cases."""
    for entry in state.entries.values():
        cases = {s.reference for s in entry.supports if s.source is SupportSource.CASE}
        expected = {
            c.case_id
            for c in state.cases.values()
            if c.state in EFFECTIVE_STATES and entry.entry_id in c.banked_entries
        }
        if state.any_case_erased:
            cases &= set(state.cases)
        if cases != expected:
            yield f"entry {entry.entry_id} is supported by the cases {cases}, expected {expected}"
        claims = {s.reference for s in entry.supports if s.source is SupportSource.REPORT}
        for case in (state.cases[one] for one in claims & set(state.cases)):
            active = (state.reports[number].withdrawn_at is None for number in case.reports)
            if case.state is CaseState.WITHDRAWN or not any(active):
                yield f"entry {entry.entry_id} is supported by reports of {case.case_id} that were withdrawn"
        claims -= set(state.cases)
        known = (
            state.reports[number] for number in claims if number in state.reports or not state.any_case_erased
        )
        withdrawn = {report.case_number for report in known if report.withdrawn_at is not None}
        if withdrawn:
            yield f"entry {entry.entry_id} is supported by the withdrawn reports {withdrawn}"
    for upload in state.uploads.values():
        stopping = {
            f"case:{case.case_id}"
            for case in state.cases.values()
            if case.decision is not None
            and case.decision.outcome.is_violation
            and case.state in EFFECTIVE_STATES
            and upload.upload_id in case.uploads
        }
        found = {cause for cause in upload.stops if cause.startswith("case:")}
        if state.any_case_erased:
            found = {cause for cause in found if cause.removeprefix("case:") in state.cases}
        if found != stopping and upload.state is not UploadState.REJECTED:
            yield f"{upload.upload_id} is stopped by the cases {found}, expected {stopping}"
        for entry_id in (c.removeprefix("entry:") for c in upload.stops if c.startswith("entry:")):
            if state.entries[entry_id].standing is not Standing.CONFIRMED:
                yield f"{upload.upload_id} is stopped by entry {entry_id}, which is not confirmed"
            if (entry_id, upload.upload_id) not in state.match_links:
                yield f"{upload.upload_id} has no match link to entry {entry_id}: a release would not find it"
        for case_id in (c.removeprefix("review:") for c in upload.stops if c.startswith("review:")):
            if not state.cases[case_id].undecided:
                yield f"{upload.upload_id} waits for case {case_id}, which is {state.cases[case_id].state}"
        late = {c.removeprefix("deadline:") for c in upload.stops if c.startswith("deadline:")}
        expected = {
            case.case_id
            for case in state.cases.values()
            if case.undecided and upload.upload_id in case.uploads and upload.upload_id in case.hidden_uploads
        }
        if late != expected and upload.state is not UploadState.REJECTED:
            yield f"{upload.upload_id} is hidden by the deadlines of {late}, expected {expected}"
    for account in state.accounts.values():
        key = (account.platform, account.account_id)
        sources = {block.case_id for block in account.blocks.values() if block.case_id is not None}
        expected = {
            c.case_id
            for c in state.cases.values()
            if c.state in EFFECTIVE_STATES and key in c.blocked_accounts
        }
        if sources != expected:
            yield f"account {key} is blocked by the cases {sources}, expected {expected}"
    for case in state.cases.values():
        if case.state in EFFECTIVE_STATES and set(case.blocked_accounts) - set(state.accounts):
            yield f"case {case.case_id} blocks accounts that are not stored"


def _misuse(world: World, state: StateDump) -> Iterator[str]:
    """Each suspension was decided by a reviewer after a warning and still has enough strikes."""
    subjects = {
        MisuseSubject.of_account(*key): account.strike_status for key, account in state.accounts.items()
    }
    subjects |= {
        MisuseSubject.of_reporter(key): reporter.strike_status
        for key, reporter in state.verified_reporters.items()
    }
    for subject, strike_status in subjects.items():
        reviews = [review for review in state.reviews.values() if review.subject == subject]
        suspending = {review.review_id for review in reviews if review.is_suspension_active}
        if suspending != set(filter(None, [strike_status.suspension_review_id])):
            found = strike_status.suspension_review_id
            yield f"{subject.audit_chain} is suspended by {found} instead of {suspending}"
        pending = {review.review_id for review in reviews if review.is_pending}
        if pending != set(filter(None, [strike_status.pending_review_id])):
            found = strike_status.pending_review_id
            yield f"{subject.audit_chain} has the pending review {found} instead of {pending}"
    for key, account in state.accounts.items():
        blocking = {source for source in account.blocks if source.startswith(MISUSE_BLOCK_PREFIX)}
        if blocking != {
            f"{MISUSE_BLOCK_PREFIX}{one}"
            for one in filter(None, [account.strike_status.suspension_review_id])
        }:
            yield f"account {key} is blocked for misuse by {blocking}"
    for review in state.reviews.values():
        for queue, there in (("misuse", review.is_pending), ("suspended", review.is_suspension_active)):
            if (review.review_id in state.queues[queue]) != there:
                yield f"the queue {queue} does not match the state of review {review.review_id}"
        left = sum(_is_strike(state, review.subject, one) for one in review.strikes)
        if (
            review.is_pending or review.is_suspension_active
        ) and left < world.cloud.settings.strike_policy.review_threshold:
            yield f"review {review.review_id} has {left} strikes left, fewer than its threshold"
        if review.is_suspension_active and (review.decision is None or review.warned_at is None):
            yield f"review {review.review_id} suspends without a decision or an earlier warning"


def _is_strike(state: StateDump, subject: MisuseSubject, ref: str) -> bool:
    if subject.is_reporter:
        case = state.cases.get(ref)
        return case is not None and case.decision is not None and case.decision.manifestly_unfounded
    return ref in state.uploads and state.uploads[ref].state is UploadState.BLOCKED


def _cases(state: StateDump) -> Iterator[str]:
    for case in state.cases.values():
        if (case.case_id in state.queues["cases"]) != case.undecided:
            yield f"case {case.case_id} is {case.state}, which does not match the queue of cases"
        if (case.case_id in state.queues["opinions"]) != case.second_opinion_pending:
            yield f"the queue of second opinions does not match case {case.case_id}"
        if case.second_opinion_pending and case.state is not CaseState.DECIDED:
            yield f"case {case.case_id} has a pending second opinion, but is {case.state}"
        for upload_id in case.uploads:
            if case.case_id not in state.uploads[upload_id].cases:
                yield f"{upload_id} is in case {case.case_id}, but does not list it"
        for number in case.reports:
            if case.case_id not in state.reports[number].case_ids:
                yield f"report {number} is in case {case.case_id}, but does not list it"
        valid = any(state.reports[number].valid_at is not None for number in case.reports)
        if valid and case.undecided and case.deadline is None:
            yield f"case {case.case_id} has a valid report and no deadline"
    for appeal in state.appeals.values():
        if (appeal.appeal_id in state.queues["appeals"]) != (appeal.outcome is None):
            yield f"appeal {appeal.appeal_id} is {appeal.outcome}, which does not match the queue of appeals"
        if isinstance(appeal, BlockAppeal):
            if appeal.decided_by == appeal.block.set_by:
                yield f"appeal {appeal.appeal_id} was decided by the reviewer who set the block"
            continue
        case = state.cases[appeal.case_id]
        # The reviewer who grants a reporter's appeal decides on the image and so joins the participants.
        joined_by_deciding = {
            one.reviewer
            for one in (*case.past_decisions, case.decision)
            if one and one.at == appeal.decided_at
        }
        if appeal.decided_by in case.participants - joined_by_deciding:
            yield f"appeal {appeal.appeal_id} was decided by {appeal.decided_by}, a participant of its case"


def check_deadlines(world: World) -> None:
    """Raise InvariantViolated if an upload of an undecided case is public past its deadline.

    Call it on a drained world, right after the deadline watcher ran.
    """
    state = dump_state(world.cloud)
    policy = world.cloud.settings.deadline_policy
    public = [
        f"{upload_id} of case {case.case_id} is public after the deadline {case.deadline}"
        for case in state.cases.values()
        if case.undecided and policy.should_hide(case.deadline, world.clock())
        for upload_id in case.uploads
        if state.uploads[upload_id].state is UploadState.PUBLISHED
    ]
    if public:
        raise InvariantViolated("\n".join(public))


def _notices(world: World, state: StateDump) -> Iterator[str]:
    """Each event with a recipient has exactly one notice, and each notice has its event."""
    if state.any_case_erased:
        return
    by_event = {(one.notice_id, one.recipient.name) for one in state.notices}
    if len(by_event) != len(state.notices):
        yield "a recipient has two notices of one event"
    events = {event.detail["id"]: event for event in world.events}
    for event_id, event in events.items():
        match event.type:
            case "report.filed" | "report.completed":
                recipient = event.detail["case_number"]
            case "appeal.filed" | "appeal.decided" if not event.detail["platform"]:
                appeal = state.appeals[event.detail["appeal_id"]]
                recipient = appeal.case_number if isinstance(appeal, DismissalAppeal) else ""
                if state.reports[recipient].withdrawn_at is not None:
                    continue
            case "account.unblocked" | "account.warned" | "appeal.filed" | "appeal.decided":
                recipient = f"{event.detail['platform']}#{event.detail['account_id']}"
            case _:
                continue
        if (event_id, recipient) not in by_event:
            yield f"{recipient} has no notice of {event.type} {event_id}"
    for notice in state.notices:
        if notice.notice_id not in events:
            yield f"the notice {notice.kind} of {notice.recipient.name} has no event"


def _audit_chains(state: StateDump) -> Iterator[str]:
    """Each audit chain is complete, ends at the head that its subject stores, and has a subject."""
    heads = {f"case:{case.case_id}": case.audit for case in state.cases.values()}
    heads |= {f"upload:{upload.upload_id}": upload.audit for upload in state.uploads.values()}
    heads |= {f"entry:{entry.entry_id}": entry.audit for entry in state.entries.values()}
    heads |= {f"account:{p}#{a}": account.audit for (p, a), account in state.accounts.items()}
    heads |= {f"reporter:{key}": reporter.audit for key, reporter in state.verified_reporters.items()}
    heads["retention"] = state.erasure_chain
    for chain, head in heads.items():
        try:
            verify_chain(state.chains.get(chain, ()), head)
        except ChainBroken as error:
            yield f"{chain}: {error}"
    for chain in set(state.chains) - set(heads):
        yield f"the audit chain {chain} has no subject"
    for case in state.cases.values():
        if case.audit == ChainHead():
            yield f"case {case.case_id} has no audit record"


def _metrics(state: StateDump) -> Iterator[str]:
    """Each counter is the sum over the counted audit records, each counted once."""
    if state.any_case_erased:
        return  # erased records stay counted
    expected: Counter[tuple[str, str, str]] = Counter()
    for chain, progress in state.chain_cursors.items():
        following = ChainCursor()
        for record in state.chains[chain][: progress.seq]:
            following, added = count_record(following, record)
            for one in added:
                pk, sk = counter_key(one)
                expected[pk, sk, one.name] += one.amount
        if following != progress:
            yield f"{chain} was counted up to {progress}, but its records lead to {following}"
    found = {name: by for name, by in state.counters.items() if by}
    if found != {name: by for name, by in expected.items() if by}:
        yield f"the counters are {found}, but the audit records give {dict(expected)}"


def _anchors(world: World, state: StateDump) -> Iterator[str]:
    """The anchors form a sequence, and each anchored head matches its chain."""
    stored = state.objects[world.cloud.settings.anchors_bucket]
    anchors = [Anchor.from_json(stored[key].decode()) for key in sorted(stored)]
    try:
        verify_anchor_sequence(anchors)
        for chain in {chain for anchor in anchors for chain, _ in anchor.heads}:
            if state.any_case_erased and chain not in state.chains:
                continue
            verify_against_anchors(chain, state.chains.get(chain, ()), anchors)
    except ChainBroken as error:
        yield f"anchors: {error}"
