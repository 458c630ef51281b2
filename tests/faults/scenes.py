"""Use cases that meet: what is there before, what happens at once, and what must have come of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from staydown.aws.stack import Stack
from staydown.domain.accounts.misuse import Intention, MisuseOutcome
from staydown.domain.bank.entry import Standing
from staydown.domain.cases.appeals import AppealOutcome
from staydown.domain.errors import Conflict, StaydownError
from staydown.domain.uploads.sweeps import PLAN_PART
from staydown.domain.uploads.upload import Upload, UploadState
from staydown.notices.notice import NoticeKind, Recipient, RecipientParty
from staydown.services.accounts.block_account import block_account, unblock_account
from staydown.services.bank.bank_view import BankView
from staydown.services.misuse.decide_misuse import MisuseJudgement, decide_misuse
from staydown.services.notices.notice_links import create_notice_link
from staydown.services.notices.publish_events import publish_events
from staydown.services.notices.view_notice import appeal_by_link
from staydown.services.reports.amend_report import withdraw_report
from staydown.services.retention.legal_hold import LegalHoldReason, place_legal_hold, release_legal_hold
from staydown.services.retention.request_erasure import request_erasure
from staydown.services.review.add_note import add_note
from staydown.services.review.review_queue import claim_case
from staydown.services.review.split_case import split_case
from staydown.services.review.view_case import Viewer
from staydown.services.sweeps.sweep_bank import run_sweep_part, start_sweep
from staydown.services.uploads.reconcile_upload import reconcile_upload
from staydown.services.uploads.scan_upload import UploadedObject, scan_uploads

from tests.support.actions import (
    INCOMPLETE,
    NOT_VIOLATING,
    VERIFIED,
    allow_entry,
    appeal_case,
    decide,
    enforced_story,
    file_block_appeal,
    file_dismissal_appeal,
    file_match_appeal,
    file_unfounded_report,
    report,
    report_and_decide,
    resolve_appeal,
    switch_entry_state,
)
from tests.support.interleavings import Interleaving, Task
from tests.support.sample_images import drawn, drawn_hash
from tests.support.state_dump import StateDump, dump_state
from tests.support.world import Message, World

STOPPED = {UploadState.BLOCKED, UploadState.REMOVED}


def scan(world: World, message: Message, began: datetime | None = None) -> Task:
    """As one function that is cold: with a bank of its own. began: when its clock stood still."""

    def run() -> object:
        mine = world.stack
        if began is not None:
            mine = Stack(world.cloud.settings, world.cloud.session, now=lambda: began)
        arrived = UploadedObject(message.body[0], message.body[1], message.attempt)
        (outcome,) = scan_uploads(mine, BankView(mine), [arrived])
        if isinstance(outcome, Exception):
            world.return_message(message)
        return outcome

    return run


def reconcile(world: World, upload_id: str) -> Task:
    def run() -> object:
        bank = BankView(world.stack)
        bank.refresh()
        return reconcile_upload(world.stack, bank, upload_id)

    return run


def sweep(world: World) -> None:
    """Publish what waits, and carry out at once what it says of the bank; the rest goes to the queues."""
    publish_events(world.stack, world.outbox())
    mine = [message for message in world.queue if message.kind == "sweep"]
    for message in mine:
        world.queue.remove(message)
    for message in mine:
        run_sweep(world, start_sweep(world.stack, message.body[1:], message.body[0]))


def run_sweep(world: World, sweep_id: str) -> None:
    """A sweep, part after part; its messages come as well, and find it done."""
    bank = BankView(world.stack)
    run_sweep_part(world.stack, bank, sweep_id, PLAN_PART.name)
    while names := world.stack.sweeps.list_pending_parts(sweep_id):
        for name in names:
            run_sweep_part(world.stack, bank, sweep_id, name)


def in_sequence(*tasks: Callable[[], object]) -> Task:
    """One after the other; the result of the first."""

    def run() -> object:
        results = [task() for task in tasks]
        return results[0]

    return run


@dataclass(frozen=True)
class Scene:
    """tasks: what meets. settled: what must hold of the ledger after it, whatever the order was."""

    tasks: Mapping[str, Task]
    check: Callable[[StateDump, Interleaving], None] = lambda ledger, order: None


SceneFactory = Callable[[World], Scene]


def open_case_of(world: World, *uploads: Upload) -> str:
    filed = report(world, *uploads)
    world.drain()
    return filed.cases[0].case_id


def arrives(world: World, data: bytes, account: str = "bob") -> Message:
    message = world.put("beta", account, data)
    world.queue.remove(message)
    return message


def scan_meets_decision(world: World) -> Scene:
    """A copy is scanned while the picture is judged."""
    case_id = open_case_of(world, world.upload("alpha", "ann", drawn(1)))
    copy = arrives(world, drawn(1, flipped=5))

    def settled(ledger: StateDump, order: Interleaving) -> None:
        assert {upload.state for upload in ledger.uploads.values()} <= STOPPED

    return Scene({"scan": scan(world, copy), "decide": lambda: decide(world, case_id)}, settled)


def scan_meets_decision_and_sweep(world: World) -> Scene:
    scene = scan_meets_decision(world)
    decided = in_sequence(scene.tasks["decide"], lambda: sweep(world))
    return Scene({**scene.tasks, "decide": decided}, scene.check)


def scan_meets_decision_about_itself(world: World) -> Scene:
    """The very upload that is being scanned is reported and judged."""
    message = arrives(world, drawn(1))
    upload = world.scan_one(message)
    world.drain()
    case_id = open_case_of(world, upload)

    def settled(ledger: StateDump, order: Interleaving) -> None:
        assert {upload.state for upload in ledger.uploads.values()} == {UploadState.REMOVED}

    return Scene({"scan": scan(world, message), "decide": lambda: decide(world, case_id)}, settled)


def scan_meets_its_second_delivery(world: World) -> Scene:
    message = arrives(world, drawn(1))

    def settled(ledger: StateDump, order: Interleaving) -> None:
        assert [upload.state for upload in ledger.uploads.values()] == [UploadState.PUBLISHED]

    return Scene({"first": scan(world, message), "second": scan(world, message)}, settled)


def scan_of_a_blocked_image_meets_its_second_delivery(world: World) -> Scene:
    report_and_decide(world, world.upload("alpha", "ann", drawn(1)))
    world.drain()
    message = arrives(world, drawn(1, flipped=3))

    def settled(ledger: StateDump, order: Interleaving) -> None:
        assert {upload.state for upload in ledger.uploads.values()} <= STOPPED

    return Scene({"first": scan(world, message), "second": scan(world, message)}, settled)


def scan_meets_granted_appeal(world: World) -> Scene:
    """A copy of a judged picture is scanned while the judgement is taken back."""
    story = enforced_story(world, drawn(1))
    filed = appeal_case(world, story.upload)
    world.drain()
    copy = arrives(world, drawn(1, flipped=5))

    def settled(ledger: StateDump, order: Interleaving) -> None:
        assert {upload.state for upload in ledger.uploads.values()} == {UploadState.PUBLISHED}

    upheld = in_sequence(lambda: resolve_appeal(world, filed), lambda: sweep(world))
    return Scene({"scan": scan(world, copy), "appeal": upheld}, settled)


def scan_meets_a_claim(world: World) -> Scene:
    """A picture is scanned while somebody claims it by its hash."""
    copy = arrives(world, drawn(1, flipped=5))
    claimed = in_sequence(lambda: report(world, hashes=[drawn_hash(1)]), lambda: sweep(world))
    return Scene({"scan": scan(world, copy), "claim": claimed})


def reconciliation_meets_a_claim(world: World) -> Scene:
    """A freed picture is checked again while somebody claims it by its hash."""
    upload = world.upload("beta", "bob", drawn(1))
    filed = report(world, upload)
    decide(world, filed.cases[0].case_id)
    world.drain()
    resolve_appeal(world, appeal_case(world, upload))
    world.publish()
    world.queue = type(world.queue)(m for m in world.queue if m.kind != "settle")
    claimed = in_sequence(lambda: report(world, hashes=[drawn_hash(1, flipped=2)]), lambda: sweep(world))
    return Scene({"settle": reconcile(world, upload.upload_id), "claim": claimed})


def scan_meets_a_withdrawal(world: World) -> Scene:
    """A picture that somebody claimed is scanned while the claim is taken back."""
    filed = report(world, hashes=[drawn_hash(1)])
    world.drain()
    copy = arrives(world, drawn(1, flipped=5))
    withdrawn = in_sequence(
        lambda: withdraw_report(world.stack, filed.report.case_number, filed.secret), lambda: sweep(world)
    )

    def settled(ledger: StateDump, order: Interleaving) -> None:
        assert {upload.state for upload in ledger.uploads.values()} == {UploadState.PUBLISHED}

    return Scene({"scan": scan(world, copy), "withdraw": withdrawn}, settled)


def scan_meets_a_manual_block(world: World) -> Scene:
    message = arrives(world, drawn(1))

    def settled(ledger: StateDump, order: Interleaving) -> None:
        (upload,) = ledger.uploads.values()
        assert upload.state in {UploadState.PUBLISHED, UploadState.REJECTED}

    def block() -> object:
        return block_account(world.stack, platform="beta", account_id="bob", reason="spam", reviewer="sue")

    return Scene({"scan": scan(world, message), "block": block}, settled)


def two_reviewers_decide_one_case(world: World) -> Scene:
    case_id = open_case_of(world, world.upload("alpha", "ann", drawn(1)))

    def settled(ledger: StateDump, order: Interleaving) -> None:
        decision = ledger.cases[case_id].decision
        assert decision is not None
        lost = [name for name, result in order.results.items() if isinstance(result, StaydownError)]
        assert len(lost) == 1
        assert decision.reviewer not in lost

    return Scene(
        {
            "ada": lambda: decide(world, case_id, reviewer="ada"),
            "ben": lambda: decide(world, case_id, NOT_VIOLATING, reviewer="ben"),
        },
        settled,
    )


def two_cases_of_one_upload_are_decided(world: World) -> Scene:
    """The first case was decided once, so that the second report opened another."""
    upload = world.upload("alpha", "ann", drawn(1))
    report_and_decide(world, upload, outcome=NOT_VIOLATING)
    other = world.upload("alpha", "ann", drawn(1, flipped=40))
    one, two = open_case_of(world, upload), open_case_of(world, other)
    return Scene({"one": lambda: decide(world, one), "two": lambda: decide(world, two)})


def claim_meets_decision(world: World) -> Scene:
    case_id = open_case_of(world, world.upload("alpha", "ann", drawn(1)))

    def settled(ledger: StateDump, order: Interleaving) -> None:
        case = ledger.cases[case_id]
        claimed = not isinstance(order.results["claim"], StaydownError)
        assert ("ben" in case.participants) == claimed

    return Scene(
        {
            "claim": lambda: claim_case(world.stack, case_id=case_id, reviewer="ben"),
            "decide": lambda: decide(world, case_id),
        },
        settled,
    )


def two_reviewers_decide_one_appeal(world: World) -> Scene:
    story = enforced_story(world, drawn(1))
    filed = appeal_case(world, story.upload)
    world.drain()

    def settled(ledger: StateDump, order: Interleaving) -> None:
        outcome = ledger.appeals[filed.appeal_id].outcome
        published = ledger.uploads[story.upload.upload_id].state is UploadState.PUBLISHED
        assert published == (outcome is AppealOutcome.GRANTED)
        assert sum(isinstance(result, StaydownError) for result in order.results.values()) == 1

    return Scene(
        {
            "cleo": lambda: resolve_appeal(world, filed, AppealOutcome.GRANTED, reviewer="cleo"),
            "dora": lambda: resolve_appeal(world, filed, AppealOutcome.DENIED, reviewer="dora"),
        },
        settled,
    )


def two_reports_of_one_image(world: World) -> Scene:
    upload = world.upload("alpha", "ann", drawn(1))

    def settled(ledger: StateDump, order: Interleaving) -> None:
        (case,) = ledger.cases.values()
        assert len(case.reports) == 2

    return Scene({"jane": lambda: report(world, upload), "joan": lambda: report(world, upload)}, settled)


def two_people_claim_one_hash(world: World) -> Scene:
    def settled(ledger: StateDump, order: Interleaving) -> None:
        (case,) = ledger.cases.values()
        (entry,) = ledger.entries.values()
        assert len(case.reports) == len(entry.supports) == 2

    def claim() -> object:
        return report(world, hashes=[drawn_hash(1)])

    return Scene({"jane": claim, "joan": claim}, settled)


def removal_meets_reconciliation(world: World) -> Scene:
    """An upload is put right after its publication while another decision removes it."""
    upload = world.upload("alpha", "ann", drawn(1))
    case_id = open_case_of(world, upload)

    def settled(ledger: StateDump, order: Interleaving) -> None:
        assert ledger.uploads[upload.upload_id].state is UploadState.REMOVED

    return Scene(
        {"settle": reconcile(world, upload.upload_id), "decide": lambda: decide(world, case_id)}, settled
    )


def removal_meets_a_republication(world: World) -> Scene:
    """A freed upload comes back while another case removes it."""
    upload = world.upload("alpha", "ann", drawn(1))
    first = report_and_decide(world, upload)
    world.drain()
    second = open_case_of(world, upload)
    resolve_appeal(world, appeal_case(world, upload, first.case_id))

    def settled(ledger: StateDump, order: Interleaving) -> None:
        assert ledger.uploads[upload.upload_id].state is UploadState.REMOVED

    return Scene(
        {"settle": reconcile(world, upload.upload_id), "decide": lambda: decide(world, second)}, settled
    )


def removal_and_its_event_meet_a_republication(world: World) -> Scene:
    """The same, and what the removal tells is carried out at once: nobody looks after the return later."""
    scene = removal_meets_a_republication(world)

    def told() -> object:
        publish_events(world.stack, world.outbox())
        mine = [message for message in world.queue if message.kind == "settle"]
        for message in mine:
            world.queue.remove(message)
        for message in mine:
            reconcile(world, message.body[0])()
        return None

    return Scene({**scene.tasks, "decide": in_sequence(scene.tasks["decide"], told)}, scene.check)


def held_upload_is_judged_during_reconciliation(world: World) -> Scene:
    filed = report(world, hashes=[drawn_hash(1)])
    world.drain()
    message = arrives(world, drawn(1, flipped=5))
    upload = world.scan_one(message)
    case_id = filed.cases[0].case_id
    return Scene(
        {"settle": reconcile(world, upload.upload_id), "decide": lambda: decide(world, case_id)},
        lambda ledger, order: _is(ledger, upload, UploadState.BLOCKED),
    )


def held_upload_is_released_during_reconciliation(world: World) -> Scene:
    filed = report(world, hashes=[drawn_hash(1)])
    world.drain()
    upload = world.scan_one(arrives(world, drawn(1, flipped=5)))
    case_id = filed.cases[0].case_id
    return Scene(
        {
            "settle": reconcile(world, upload.upload_id),
            "decide": lambda: decide(world, case_id, NOT_VIOLATING),
        },
        lambda ledger, order: _is(ledger, upload, UploadState.PUBLISHED),
    )


def two_copies_join_one_case(world: World) -> Scene:
    report(world, hashes=[drawn_hash(1)])
    world.drain()
    one, two = arrives(world, drawn(1, flipped=5)), arrives(world, drawn(1, flipped=9))

    def settled(ledger: StateDump, order: Interleaving) -> None:
        (case,) = ledger.cases.values()
        assert len(case.uploads) == 2
        assert {upload.state for upload in ledger.uploads.values()} == {UploadState.HELD}

    return Scene({"one": scan(world, one), "two": scan(world, two)}, settled)


def two_sweeps_of_one_change(world: World) -> Scene:
    upload = world.upload("alpha", "ann", drawn(1))
    world.upload("beta", "bob", drawn(1, flipped=7))
    case = report_and_decide(world, upload)
    sweep_id = start_sweep(world.stack, case.banked_entries, 1)

    def swept() -> object:
        run_sweep(world, sweep_id)
        return None

    return Scene({"one": swept, "two": swept}, lambda ledger, order: None)


def upload_in_a_closed_hour(world: World) -> Upload:
    """A published copy, and time has passed."""
    copy = world.upload("beta", "bob", drawn(1, flipped=5))
    world.drain()
    world.clock.advance(hours=1, minutes=10)
    return copy


def slow_scan_meets_compaction(world: World) -> Scene:
    """An upload is registered in an hour that is closed and folded at the same moment."""
    copy = upload_in_a_closed_hour(world)
    late = arrives(world, drawn(1, flipped=9), "cat")

    def settled(ledger: StateDump, order: Interleaving) -> None:
        assert {upload.state for upload in ledger.uploads.values()} == {UploadState.PUBLISHED}

    return Scene({"scan": scan(world, late, copy.received_at), "fold": world.compact_content_log}, settled)


def sweep_meets_compaction(world: World) -> Scene:
    """What a sweep is about to read is folded."""
    copy = upload_in_a_closed_hour(world)
    story = enforced_story(world, drawn(1))
    world.publish()
    return Scene(
        {"sweep": lambda: sweep(world), "fold": world.compact_content_log},
        lambda ledger, order: _are(ledger, [copy, story.upload], UploadState.REMOVED),
    )


def sweep_meets_file_deletion(world: World) -> Scene:
    """What a sweep is about to read was folded long ago, and is deleted."""
    copy = upload_in_a_closed_hour(world)
    world.compact_content_log()
    other = world.upload("beta", "cat", drawn(1, flipped=8))
    world.clock.advance(hours=1, minutes=10)
    world.compact_content_log()
    enforced_story(world, drawn(1))
    message = next(m for m in _published(world) if m.kind == "sweep")
    sweep_id = start_sweep(world.stack, message.body[1:], message.body[0])
    run_sweep_part(world.stack, BankView(world.stack), sweep_id, PLAN_PART.name)
    world.clock.advance(days=1)

    def rest() -> object:
        run_sweep(world, sweep_id)
        return None

    return Scene(
        {"sweep": rest, "fold": world.compact_content_log},
        lambda ledger, order: _are(ledger, [copy, other], UploadState.REMOVED),
    )


def _published(world: World) -> list[Message]:
    world.publish()
    return list(world.queue)


def two_compactions(world: World) -> Scene:
    upload_in_a_closed_hour(world)
    return Scene({"one": world.compact_content_log, "two": world.compact_content_log})


def two_file_deletions(world: World) -> Scene:
    upload_in_a_closed_hour(world)
    world.compact_content_log()
    world.clock.advance(days=1)
    return Scene({"one": world.compact_content_log, "two": world.compact_content_log})


def reversal_meets_another_decision(world: World) -> Scene:
    """A judgement is taken back while another reviewer judges a copy of the same picture."""
    first = world.upload("alpha", "ann", drawn(1))
    report_and_decide(world, first)
    copy = world.upload("beta", "bob", drawn(1, copy=1))
    filed = appeal_case(world, first)
    case_id = open_case_of(world, copy)
    return Scene(
        {
            "appeal": in_sequence(lambda: resolve_appeal(world, filed), lambda: sweep(world)),
            "decide": lambda: decide(world, case_id, reviewer="ben"),
        },
        lambda ledger, order: _is(ledger, copy, *STOPPED),
    )


def _are(ledger: StateDump, uploads: list[Upload], state: UploadState) -> None:
    assert {ledger.uploads[upload.upload_id].state for upload in uploads} == {state}


def two_deliveries_of_one_notice_event(world: World) -> Scene:
    """The event of a block comes to two functions at once."""
    enforced_story(world, drawn(1))
    world.publish()
    (message,) = [m for m in world.queue if m.kind == "notices" and "account.blocked" in m.body[0]]
    world.queue.remove(message)

    def settled(ledger: StateDump, order: Interleaving) -> None:
        told = [one for one in ledger.notices if one.recipient.party is RecipientParty.ACCOUNT_HOLDER]
        assert [one.kind for one in told] == [NoticeKind.STATEMENT_OF_REASONS]
        issued = [event for event in world.events_of_type("notice.issued") if event.detail["platform"]]
        assert len({event.detail["id"] for event in issued}) == 1

    return Scene(
        {"one": lambda: world.handle(message), "two": lambda: world.handle(message)},
        settled,
    )


def appeal_by_link_meets_appeal_by_platform(world: World) -> Scene:
    story = enforced_story(world, drawn(1))
    world.drain()
    (notice,) = world.stack.notices.list_for(Recipient.account_holder("alpha", "ann"))
    about = {"platform": "alpha", "account_id": "ann"}
    token, _ = create_notice_link(world.stack, **about, notice_id=notice.notice_id)

    def settled(ledger: StateDump, order: Interleaving) -> None:
        (filed,) = ledger.appeals.values()
        assert ledger.cases[story.case.case_id].pending_appeals == (filed.appeal_id,)
        receipts = [one for one in ledger.notices if one.kind is NoticeKind.APPEAL_RECEIPT]
        assert len(receipts) == 1

    return Scene(
        {
            "link": lambda: appeal_by_link(world.stack, token, "it is a beach"),
            "platform": lambda: appeal_case(world, story.upload),
        },
        settled,
    )


def _is(ledger: StateDump, upload: Upload, *states: UploadState) -> None:
    assert ledger.uploads[upload.upload_id].state in states


def overdue_case(world: World) -> tuple[Upload, str]:
    upload = world.upload("alpha", "ann", drawn(1))
    case_id = open_case_of(world, upload)
    world.clock.advance(hours=48)
    return upload, case_id


def deadline_meets_dismissal(world: World) -> Scene:
    """The deadline passes while a reviewer decides: whoever is first, nothing stays hidden."""
    upload, case_id = overdue_case(world)
    return Scene(
        {"watch": world.watch_deadlines, "decide": lambda: decide(world, case_id, NOT_VIOLATING)},
        lambda ledger, order: _is(ledger, upload, UploadState.PUBLISHED),
    )


def two_deadline_runs(world: World) -> Scene:
    """Two runs at once, as when one takes longer than a minute."""
    upload, _ = overdue_case(world)
    return Scene(
        {"first": world.watch_deadlines, "second": world.watch_deadlines},
        lambda ledger, order: _is(ledger, upload, UploadState.HELD),
    )


def deadline_meets_withdrawal(world: World) -> Scene:
    upload = world.upload("alpha", "ann", drawn(1))
    filed = report(world, upload)
    world.drain()
    world.clock.advance(hours=48)
    return Scene(
        {
            "watch": world.watch_deadlines,
            "withdraw": lambda: withdraw_report(world.stack, filed.report.case_number, filed.secret),
        },
        lambda ledger, order: _is(ledger, upload, UploadState.PUBLISHED),
    )


def scan_meets_an_allowance(world: World) -> Scene:
    """A copy is scanned while its picture is allowed."""
    enforced_story(world, drawn(1))
    world.drain()
    copy = arrives(world, drawn(1, flipped=8))

    def settled(ledger: StateDump, order: Interleaving) -> None:
        states = {upload.account_id: upload.state for upload in ledger.uploads.values()}
        assert states["bob"] is UploadState.PUBLISHED

    allowed = in_sequence(lambda: allow_entry(world, drawn_hash(1, flipped=9)), lambda: sweep(world))
    return Scene({"scan": scan(world, copy), "allow": allowed}, settled)


def scan_meets_a_disabled_entry(world: World) -> Scene:
    (entry_id,) = enforced_story(world, drawn(1)).case.banked_entries
    world.drain()
    copy = arrives(world, drawn(1, flipped=8))

    def settled(ledger: StateDump, order: Interleaving) -> None:
        states = {upload.account_id: upload.state for upload in ledger.uploads.values()}
        assert states["bob"] is UploadState.PUBLISHED

    off = in_sequence(lambda: switch_entry_state(world, entry_id, on=False), lambda: sweep(world))
    return Scene({"scan": scan(world, copy), "off": off}, settled)


def allowance_meets_a_decision_nearby(world: World) -> Scene:
    """What is judged while a picture near it is allowed is not overlooked."""
    case_id = open_case_of(world, world.upload("alpha", "ann", drawn(1)))
    pdq = drawn_hash(1, flipped=9)

    def settled(ledger: StateDump, order: Interleaving) -> None:
        refused = isinstance(order.results["allow"], Conflict)
        allowed = [e for e in ledger.entries.values() if e.standing is Standing.ALLOWED]
        assert refused != bool(allowed)
        if allowed:
            (judged,) = [e for e in ledger.entries.values() if e.standing is Standing.CONFIRMED]
            numbers = {change.entry.entry_id: change.seq for change in ledger.changes}
            assert numbers[allowed[0].entry_id] < numbers[judged.entry_id]

    return Scene(
        {"allow": lambda: allow_entry(world, pdq, despite=[]), "decide": lambda: decide(world, case_id)},
        settled,
    )


def overturned_dismissal_meets_a_withdrawal(world: World) -> Scene:
    """A claim that was refused comes back by the appeal of one who made it, while the other withdraws."""
    first, second = report(world, hashes=[drawn_hash(1)]), report(world, hashes=[drawn_hash(1)])
    held = world.upload("alpha", "ann", drawn(1, flipped=3))
    decide(world, first.cases[0].case_id, NOT_VIOLATING)
    world.drain()
    filed = file_dismissal_appeal(world, second)
    return Scene(
        {
            "appeal": in_sequence(lambda: resolve_appeal(world, filed), lambda: sweep(world)),
            "withdraw": lambda: withdraw_report(world.stack, first.report.case_number, first.secret),
        },
        lambda ledger, order: _is(ledger, held, *STOPPED),
    )


def overturned_dismissal_meets_a_scan(world: World) -> Scene:
    """A copy is scanned while the refusal of its like is taken back: it does not stay up."""
    upload = world.upload("alpha", "ann", drawn(1))
    filed = report(world, upload)
    decide(world, filed.cases[0].case_id, NOT_VIOLATING)
    world.drain()
    asked = file_dismissal_appeal(world, filed)
    copy = arrives(world, drawn(1, flipped=5))

    def settled(ledger: StateDump, order: Interleaving) -> None:
        assert {upload.state for upload in ledger.uploads.values()} <= STOPPED

    return Scene({"scan": scan(world, copy), "appeal": lambda: resolve_appeal(world, asked)}, settled)


def erasure_meets_a_legal_hold(world: World) -> Scene:
    """Either it was held and is there, or it was erased before anybody held it."""
    story = enforced_story(world, drawn(1))
    world.drain()
    world.clock.advance(days=191)

    def settled(ledger: StateDump, order: Interleaving) -> None:
        upload = ledger.uploads[story.upload.upload_id]
        case = ledger.cases[story.case.case_id]
        assert case.legal_hold is not None
        quarantined = ledger.objects[world.cloud.settings.quarantine_bucket]
        assert (upload.upload_id in quarantined) != (upload.erased_at is not None)

    def hold() -> object:
        return place_legal_hold(world.stack, story.case.case_id, actor="sue", reason=LegalHoldReason.COURT)

    return Scene({"retain": world.apply_retention, "hold": hold}, settled)


def erasure_meets_an_appeal(world: World) -> Scene:
    """What the appeal needs is there, unless it was erased, as was asked, before anybody appealed."""
    story = enforced_story(world, drawn(1))
    world.drain()
    request_erasure(world.stack, story.case.case_id, actor="sue")
    world.clock.advance(minutes=1)

    def settled(ledger: StateDump, order: Interleaving) -> None:
        upload = ledger.uploads[story.upload.upload_id]
        quarantined = ledger.objects[world.cloud.settings.quarantine_bucket]
        assert (upload.upload_id in quarantined) != (upload.erased_at is not None)

    return Scene(
        {"retain": world.apply_retention, "appeal": lambda: appeal_case(world, story.upload)}, settled
    )


def erasure_meets_reconciliation(world: World) -> Scene:
    """Whoever moves the image while it is erased does not bring it back."""
    story = enforced_story(world, drawn(1))
    request_erasure(world.stack, story.case.case_id, actor="sue")
    world.clock.advance(minutes=1)

    def settled(ledger: StateDump, order: Interleaving) -> None:
        kept = {world.cloud.settings.bank_bucket, world.cloud.settings.anchors_bucket}
        for bucket, objects in ledger.objects.items():
            assert bucket in kept or not objects, bucket

    return Scene(
        {"retain": world.apply_retention, "settle": reconcile(world, story.upload.upload_id)}, settled
    )


def two_people_release_a_legal_hold(world: World) -> Scene:
    """At the same moment: one asks, the other confirms; nobody does both."""
    case_id = enforced_story(world, drawn(1)).case.case_id
    world.drain()
    place_legal_hold(world.stack, case_id, actor="reporter", reason=LegalHoldReason.POLICE)

    def release(by: str) -> Task:
        return lambda: release_legal_hold(world.stack, case_id, actor=by)

    def settled(ledger: StateDump, order: Interleaving) -> None:
        assert ledger.cases[case_id].legal_hold is None
        records = ledger.chains[f"case:{case_id}"]
        asked = {record.actor for record in records if record.action == "case.release_asked"}
        confirmed = {record.actor for record in records if record.action == "case.released"}
        assert asked | confirmed == {"sue", "noor"}
        assert asked.isdisjoint(confirmed)

    return Scene({"one": release("sue"), "other": release("noor")}, settled)


def two_notes_on_one_case(world: World) -> Scene:
    """Whoever writes second takes nothing from the first."""
    case_id = open_case_of(world, world.upload("alpha", "ann", drawn(1)))

    def note(by: str) -> Task:
        return lambda: add_note(world.stack, case_id=case_id, viewer=Viewer(by), text=f"from {by}")

    def settled(ledger: StateDump, order: Interleaving) -> None:
        assert sorted(one.author for one in ledger.cases[case_id].notes) == ["ada", "ben"]

    return Scene({"one": note("ada"), "other": note("ben")}, settled)


def split_meets(world: World, act: Callable[[str, Upload], object]) -> Scene:
    """Of ann and of bob, who are two people, while something else happens to their case."""
    ann = world.upload("alpha", "ann", drawn(1))
    bob = world.upload("beta", "bob", drawn(1, flipped=25))
    case_id = open_case_of(world, ann)
    assert open_case_of(world, bob) == case_id
    claim_case(world.stack, case_id=case_id, reviewer="ada")
    world.drain()
    case = world.stack.cases.get_case(case_id)
    assert case is not None

    def separate() -> object:
        return split_case(
            world.stack,
            case_id=case_id,
            reviewer="ada",
            upload_ids=[bob.upload_id],
            expected_revision=case.revision,
        )

    def settled(ledger: StateDump, order: Interleaving) -> None:
        apart = not isinstance(order.results["separate"], StaydownError)
        together = {frozenset(one.uploads) for one in ledger.cases.values()}
        assert (frozenset({ann.upload_id, bob.upload_id}) in together) != apart
        removed = {one.upload_id for one in ledger.uploads.values() if one.state in STOPPED}
        if apart:
            assert bob.upload_id not in removed

    return Scene({"separate": separate, "other": lambda: act(case_id, bob)}, settled)


def split_meets_the_decision(world: World) -> Scene:
    return split_meets(world, lambda case_id, bob: decide(world, case_id))


def split_meets_a_report_of_the_image(world: World) -> Scene:
    return split_meets(world, lambda case_id, bob: report(world, bob))


def split_meets_the_deadline(world: World) -> Scene:
    scene = split_meets(world, lambda case_id, bob: world.watch_deadlines())
    world.clock.advance(hours=47)
    return scene


def reports_of_two_uploads_of_one_image(world: World) -> Scene:
    """Posted twice as it is, and reported by two people at once: one image to judge."""
    one, other = (world.upload("alpha", name, drawn(1, copy=n)) for n, name in enumerate(["ann", "eve"]))

    def settled(ledger: StateDump, order: Interleaving) -> None:
        (case,) = ledger.cases.values()
        assert (len(case.uploads), len(case.reports)) == (2, 2)

    return Scene({"first": lambda: report(world, one), "second": lambda: report(world, other)}, settled)


def two_reports_of_two_copies(world: World) -> Scene:
    """At the same instant neither sees the other: then each is a case, and none is lost."""
    one, other = (world.upload("alpha", name, drawn(1, flipped=n)) for n, name in [(0, "ann"), (9, "eve")])

    def settled(ledger: StateDump, order: Interleaving) -> None:
        cases = list(ledger.cases.values())
        assert sum(len(case.uploads) for case in cases) == sum(len(case.reports) for case in cases) == 2
        assert len(cases) in {1, 2}

    return Scene({"first": lambda: report(world, one), "second": lambda: report(world, other)}, settled)


def report_of_a_copy_meets_the_decision(world: World) -> Scene:
    """The copy is decided with the case that it joins, or is a case of its own."""
    case_id = open_case_of(world, world.upload("alpha", "ann", drawn(1)))
    copy = world.upload("alpha", "eve", drawn(1, flipped=9))

    def settled(ledger: StateDump, order: Interleaving) -> None:
        joined = copy.upload_id in ledger.cases[case_id].uploads
        (mine,) = ledger.uploads[copy.upload_id].cases
        assert joined == (mine == case_id)
        assert joined or ledger.cases[mine].undecided
        assert ledger.uploads[copy.upload_id].state is UploadState.REMOVED

    decided = in_sequence(lambda: decide(world, case_id), lambda: sweep(world))
    return Scene({"report": lambda: report(world, copy), "decide": decided}, settled)


def claim_meets_the_withdrawal_of_a_shield(world: World) -> Scene:
    """Who posted it has claimed it too, and takes that back while the person shown claims it."""
    upload = world.upload("alpha", "mallory", drawn(1))
    sham = report(world, upload, hashes=[drawn_hash(1)], form=INCOMPLETE)
    world.drain()

    def settled(ledger: StateDump, order: Interleaving) -> None:
        (case,) = [case for case in ledger.cases.values() if case.undecided]
        assert case.uploads == (upload.upload_id,)
        assert case.deadline is not None

    return Scene(
        {
            "claim": in_sequence(
                lambda: report(world, hashes=[drawn_hash(1, flipped=10)]), lambda: sweep(world)
            ),
            "withdraw": lambda: withdraw_report(world.stack, sham.report.case_number, sham.secret),
        },
        settled,
    )


SUSPEND = MisuseJudgement(MisuseOutcome.SUSPEND, Intention.DELIBERATE, "it went on", suspension_days=30)


def repeated_copies(world: World, times: int) -> Upload:
    """A judged picture, so often by one account, hours apart; the upload that was judged."""
    story = enforced_story(world, drawn(1))
    world.drain()
    for number in range(times):
        world.clock.advance(hours=1)
        world.upload("beta", "bob", drawn(1, flipped=number))
        world.drain()
    return story.upload


def simultaneous_strikes(world: World) -> Scene:
    """Two functions are told of two uploads that were stopped."""
    repeated_copies(world, 1)
    for number in (2, 3):
        world.upload("beta", "bob", drawn(1, flipped=number))
    world.publish()
    first, second = mine = [message for message in world.queue if message.kind == "misuse"]
    for message in mine:
        world.queue.remove(message)

    def settled(ledger: StateDump, order: Interleaving) -> None:
        assert len(ledger.reviews) == 1
        assert [one.kind for one in ledger.notices].count(NoticeKind.WARNING) == 1

    return Scene({"one": lambda: world.handle(first), "two": lambda: world.handle(second)}, settled)


def suspension_meets_an_appeal_that_removes_its_strikes(world: World) -> Scene:
    """Whichever is first: nobody stays suspended for what nothing stops any more."""
    judged = repeated_copies(world, 3)
    (review_id,) = dump_state(world.cloud).reviews
    filed = appeal_case(world, judged)
    world.drain()

    def settled(ledger: StateDump, order: Interleaving) -> None:
        assert not ledger.accounts["beta", "bob"].blocked

    return Scene(
        {
            "suspend": lambda: decide_misuse(
                world.stack, review_id=review_id, reviewer="ben", judgement=SUSPEND
            ),
            "appeal": in_sequence(lambda: resolve_appeal(world, filed), lambda: sweep(world)),
        },
        settled,
    )


def two_decisions_about_one_account(world: World) -> Scene:
    repeated_copies(world, 3)
    (review_id,) = dump_state(world.cloud).reviews

    def decided(reviewer: str) -> Task:
        return lambda: decide_misuse(world.stack, review_id=review_id, reviewer=reviewer, judgement=SUSPEND)

    def settled(ledger: StateDump, order: Interleaving) -> None:
        assert len({event.detail["id"] for event in world.events_of_type("misuse.decided")}) == 1
        assert len(ledger.accounts["beta", "bob"].blocks) == 1

    return Scene({"ben": decided("ben"), "eve": decided("eve")}, settled)


def reporter_suspension_meets_an_appeal(world: World) -> Scene:
    """Whichever is first: nobody's reports wait for refusals of which too few are left."""
    filed = [file_unfounded_report(world, seed) for seed in (1, 2, 3)]
    world.drain()
    (review_id,) = dump_state(world.cloud).reviews
    asked = file_dismissal_appeal(world, filed[0])
    world.drain()

    def settled(ledger: StateDump, order: Interleaving) -> None:
        (sender,) = ledger.verified_reporters.values()
        assert (sender.strike_status.pending_review_id, sender.strike_status.suspension_review_id) == (
            None,
            None,
        )

    return Scene(
        {
            "suspend": lambda: decide_misuse(
                world.stack, review_id=review_id, reviewer="ben", judgement=SUSPEND
            ),
            "appeal": lambda: resolve_appeal(world, asked),
        },
        settled,
    )


def two_first_reports_of_one_account(world: World) -> Scene:
    """It is known by one id."""
    uploads = [world.upload("alpha", "ann", drawn(seed)) for seed in (1, 2)]

    def settled(ledger: StateDump, order: Interleaving) -> None:
        assert len({one.verified_reporter_id for one in ledger.reports.values()}) == 1

    first, second = (lambda one=one: report(world, one, form=VERIFIED) for one in uploads)
    return Scene({"one": first, "two": second}, settled)


def match_appeal_meets_a_reversal(world: World) -> Scene:
    """An upload is found to be another picture while the judgement that stops it is taken back."""
    story = enforced_story(world, drawn(1))
    world.drain()
    stopped = world.upload("beta", "bob", drawn(1, flipped=20))
    world.drain()
    filed, other = file_match_appeal(world, stopped), appeal_case(world, story.upload)
    return Scene(
        {
            "stop": lambda: resolve_appeal(world, filed),
            "reverse": in_sequence(
                lambda: resolve_appeal(world, other, reviewer="dora"), lambda: sweep(world)
            ),
        },
        lambda ledger, order: _are(ledger, [stopped, story.upload], UploadState.PUBLISHED),
    )


def match_appeal_meets_another_decision(world: World) -> Scene:
    """Whoever answers had no part in any judgement that stops it, also not in one that is just made."""
    enforced_story(world, drawn(1))
    case_id = open_case_of(world, world.upload("alpha", "cat", drawn(1, flipped=40)))
    stopped = world.upload("beta", "bob", drawn(1, flipped=20))
    world.drain()
    filed = file_match_appeal(world, stopped)
    return Scene(
        {
            "stop": lambda: resolve_appeal(world, filed, reviewer="ben"),
            "decide": in_sequence(lambda: decide(world, case_id, reviewer="ben"), lambda: sweep(world)),
        },
    )


def block_appeal_meets_its_lifting_and_another_block(world: World) -> Scene:
    """It was lifted by hand, and set anew by somebody else: the answer is of the one that was appealed."""
    block_account(world.stack, platform="alpha", account_id="ann", reason="spam", reviewer="sue")
    filed = file_block_appeal(world)
    world.drain()

    def anew() -> object:
        unblock_account(world.stack, platform="alpha", account_id="ann", reviewer="sue")
        world.clock.advance(minutes=1)
        return block_account(world.stack, platform="alpha", account_id="ann", reason="more", reviewer="ben")

    def settled(ledger: StateDump, order: Interleaving) -> None:
        (block,) = ledger.accounts["alpha", "ann"].blocks.values()
        assert block.set_by == "ben"
        assert ledger.appeals[filed.appeal_id].outcome is AppealOutcome.GRANTED

    return Scene({"answer": lambda: resolve_appeal(world, filed), "anew": anew}, settled)


def two_decisions_of_one_block_appeal(world: World) -> Scene:
    block_account(world.stack, platform="alpha", account_id="ann", reason="spam", reviewer="sue")
    filed = file_block_appeal(world)
    world.drain()

    def settled(ledger: StateDump, order: Interleaving) -> None:
        lifted = ledger.appeals[filed.appeal_id].outcome is AppealOutcome.GRANTED
        assert ledger.accounts["alpha", "ann"].blocked != lifted
        assert len(world.events_of_type("appeal.decided")) == 1

    return Scene(
        {
            "cleo": lambda: resolve_appeal(world, filed),
            "dora": lambda: resolve_appeal(world, filed, AppealOutcome.DENIED, reviewer="dora"),
        },
        settled,
    )


PAIR_SCENES: list[SceneFactory] = [
    reporter_suspension_meets_an_appeal,
    two_first_reports_of_one_account,
    block_appeal_meets_its_lifting_and_another_block,
    two_decisions_of_one_block_appeal,
    simultaneous_strikes,
    suspension_meets_an_appeal_that_removes_its_strikes,
    two_decisions_about_one_account,
    match_appeal_meets_a_reversal,
    match_appeal_meets_another_decision,
    claim_meets_the_withdrawal_of_a_shield,
    erasure_meets_a_legal_hold,
    erasure_meets_an_appeal,
    erasure_meets_reconciliation,
    two_people_release_a_legal_hold,
    two_notes_on_one_case,
    split_meets_the_decision,
    split_meets_a_report_of_the_image,
    split_meets_the_deadline,
    scan_meets_an_allowance,
    scan_meets_a_disabled_entry,
    allowance_meets_a_decision_nearby,
    scan_meets_decision,
    scan_meets_decision_and_sweep,
    scan_meets_decision_about_itself,
    scan_meets_its_second_delivery,
    scan_of_a_blocked_image_meets_its_second_delivery,
    scan_meets_granted_appeal,
    scan_meets_a_claim,
    reconciliation_meets_a_claim,
    scan_meets_a_withdrawal,
    scan_meets_a_manual_block,
    two_reviewers_decide_one_case,
    two_cases_of_one_upload_are_decided,
    claim_meets_decision,
    two_reviewers_decide_one_appeal,
    two_reports_of_one_image,
    two_people_claim_one_hash,
    removal_meets_reconciliation,
    removal_meets_a_republication,
    removal_and_its_event_meet_a_republication,
    held_upload_is_judged_during_reconciliation,
    held_upload_is_released_during_reconciliation,
    two_copies_join_one_case,
    two_sweeps_of_one_change,
    slow_scan_meets_compaction,
    sweep_meets_compaction,
    sweep_meets_file_deletion,
    two_compactions,
    two_file_deletions,
    reversal_meets_another_decision,
    two_deliveries_of_one_notice_event,
    appeal_by_link_meets_appeal_by_platform,
    deadline_meets_dismissal,
    two_deadline_runs,
    deadline_meets_withdrawal,
    overturned_dismissal_meets_a_withdrawal,
    overturned_dismissal_meets_a_scan,
    reports_of_two_uploads_of_one_image,
    two_reports_of_two_copies,
    report_of_a_copy_meets_the_decision,
]

LONG_SCENES = {
    suspension_meets_an_appeal_that_removes_its_strikes,
    match_appeal_meets_a_reversal,
    claim_meets_the_withdrawal_of_a_shield,
    two_sweeps_of_one_change,
    reversal_meets_another_decision,
    reconciliation_meets_a_claim,
}
"""Of which two switches make thousands of orders: `make test` tries one."""


def scan_decision_sweep_and_second_delivery(world: World) -> Scene:
    case_id = open_case_of(world, world.upload("alpha", "ann", drawn(1)))
    world.upload("alpha", "eve", drawn(1, flipped=31))
    copy = arrives(world, drawn(1, flipped=5))

    def settled(ledger: StateDump, order: Interleaving) -> None:
        assert {upload.state for upload in ledger.uploads.values()} <= STOPPED

    return Scene(
        {
            "scan": scan(world, copy),
            "again": scan(world, replace(copy, attempt=2)),
            "decide": lambda: decide(world, case_id),
            "sweep": lambda: sweep(world),
        },
        settled,
    )


def decision_appeal_and_two_scans(world: World) -> Scene:
    """One picture is taken back, another judged, and copies of both arrive."""
    story = enforced_story(world, drawn(1))
    filed = appeal_case(world, story.upload)
    case_id = open_case_of(world, world.upload("alpha", "eve", drawn(2)))
    one, two = arrives(world, drawn(1, flipped=5)), arrives(world, drawn(2, flipped=5), "cat")

    def settled(ledger: StateDump, order: Interleaving) -> None:
        states = {upload.account_id: upload.state for upload in ledger.uploads.values()}
        assert states["ann"] is states["bob"] is UploadState.PUBLISHED
        assert {states["eve"], states["cat"]} <= STOPPED

    return Scene(
        {
            "appeal": in_sequence(lambda: resolve_appeal(world, filed), lambda: sweep(world)),
            "decide": in_sequence(lambda: decide(world, case_id, reviewer="ben"), lambda: sweep(world)),
            "one": scan(world, one),
            "two": scan(world, two),
        },
        settled,
    )


def claim_withdrawal_and_decision(world: World) -> Scene:
    """Two people claimed a picture; one withdraws while a reviewer judges and a copy arrives."""
    first, second = report(world, hashes=[drawn_hash(1)]), report(world, hashes=[drawn_hash(1)])
    world.drain()
    world.upload("alpha", "ann", drawn(1, flipped=2))
    world.drain()
    copy = arrives(world, drawn(1, flipped=5))
    case_id = second.cases[0].case_id

    def withdraw() -> object:
        return withdraw_report(world.stack, first.report.case_number, first.secret)

    def settled(ledger: StateDump, order: Interleaving) -> None:
        assert {upload.state for upload in ledger.uploads.values()} <= STOPPED

    return Scene(
        {"withdraw": withdraw, "decide": lambda: decide(world, case_id), "scan": scan(world, copy)}, settled
    )


def two_decisions_and_a_reversal_of_one_upload(world: World) -> Scene:
    upload = world.upload("alpha", "ann", drawn(1))
    first = report_and_decide(world, upload)
    world.drain()
    filed = appeal_case(world, upload, first.case_id)
    second = open_case_of(world, upload)
    return Scene(
        {
            "appeal": in_sequence(lambda: resolve_appeal(world, filed), lambda: sweep(world)),
            "decide": lambda: decide(world, second, reviewer="ben"),
            "settle": reconcile(world, upload.upload_id),
        },
        lambda ledger, order: _is(ledger, upload, *STOPPED),
    )


def late_scan_compaction_decision_and_sweep(world: World) -> Scene:
    """A copy is registered late into an hour that is being folded, while the picture is judged and swept."""
    early = upload_in_a_closed_hour(world)
    case_id = open_case_of(world, world.upload("alpha", "ann", drawn(1)))
    late = arrives(world, drawn(1, flipped=9), "cat")

    def settled(ledger: StateDump, order: Interleaving) -> None:
        assert {upload.state for upload in ledger.uploads.values()} <= STOPPED

    return Scene(
        {
            "scan": scan(world, late, early.received_at),
            "fold": world.compact_content_log,
            "decide": in_sequence(lambda: decide(world, case_id), lambda: sweep(world)),
        },
        settled,
    )


def everything_about_one_image(world: World) -> Scene:
    """Held for a claim, near a judged picture that is appealed, reported, judged, scanned twice."""
    story = enforced_story(world, drawn(1))
    filed = appeal_case(world, story.upload)
    report(world, hashes=[drawn_hash(1, flipped=60)])
    world.drain()
    copy = arrives(world, drawn(1, flipped=40))
    return Scene(
        {
            "scan": scan(world, copy),
            "again": scan(world, replace(copy, attempt=2)),
            "appeal": in_sequence(lambda: resolve_appeal(world, filed), lambda: sweep(world)),
            "claim": in_sequence(
                lambda: report(world, hashes=[drawn_hash(1, flipped=39)]), lambda: sweep(world)
            ),
            "hand": lambda: block_account(
                world.stack, platform="beta", account_id="bob", reason="spam", reviewer="sue"
            ),
        }
    )


CROWD_SCENES: list[SceneFactory] = [
    scan_decision_sweep_and_second_delivery,
    decision_appeal_and_two_scans,
    claim_withdrawal_and_decision,
    two_decisions_and_a_reversal_of_one_upload,
    late_scan_compaction_decision_and_sweep,
    everything_about_one_image,
]
