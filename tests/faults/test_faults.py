"""Every call to AWS of every use case fails once, in every way; told again, all ends as if nothing had.

A request is repeated by its client, a message by its queue. Then every message is delivered, and what the
world has come to is compared with a world without faults: uploads, cases, bank, accounts, images, events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import pytest
from staydown.api.events import parse_event
from staydown.config.report_form import ReportQuestion
from staydown.domain.accounts.misuse import Intention, MisuseOutcome
from staydown.domain.cases.appeals import AppealOutcome
from staydown.domain.cases.decisions import (
    ComplainantIsSubject,
    DecisionOutcome,
    Factors,
    SceneSetting,
    ShownContent,
)
from staydown.domain.cases.reports import ReportedHash
from staydown.domain.errors import StaydownError
from staydown.domain.uploads.sweeps import SweepPartKind
from staydown.notices.notice import Recipient
from staydown.services.accounts.block_account import block_account, unblock_account
from staydown.services.accounts.set_language import set_language
from staydown.services.appeals.appeal_dismissal import appeal_dismissal
from staydown.services.misuse.decide_misuse import MisuseJudgement, decide_misuse
from staydown.services.misuse.end_suspension import lift_suspension
from staydown.services.notices.notice_links import create_notice_link
from staydown.services.notices.publish_events import publish_events
from staydown.services.notices.send_notice_email import send_notice_email
from staydown.services.notices.view_notice import appeal_by_link
from staydown.services.records.anchor_audit import anchor_audit
from staydown.services.records.export_case import export_case
from staydown.services.records.find_cases import find_cases_by_number
from staydown.services.reports.amend_report import ReportUpdate, complete_report, withdraw_report
from staydown.services.reports.file_report import FiledReport, file_report
from staydown.services.reports.recover_secret import recover_secret
from staydown.services.retention.legal_hold import (
    LegalHoldReason,
    place_legal_hold,
    preserve_reported_cases,
    release_legal_hold,
)
from staydown.services.retention.request_erasure import request_erasure, request_erasure_as_reporter
from staydown.services.review.add_note import add_note
from staydown.services.review.decide_case import decide_case
from staydown.services.review.review_queue import claim_case, recuse, unclaim_case
from staydown.services.review.second_opinion import claim_opinion
from staydown.services.review.split_case import split_case
from staydown.services.review.view_case import Viewer, view_case

from tests.support.actions import (
    FORM,
    INCOMPLETE,
    NOT_VIOLATING,
    VERIFIED,
    VIOLATING,
    allow_entry,
    appeal_case,
    decide,
    enforced_story,
    file_block_appeal,
    file_dismissal_appeal,
    file_match_appeal,
    file_unfounded_report,
    give_second_opinion,
    judgement,
    report,
    report_and_decide,
    resolve_appeal,
    switch_entry_state,
)
from tests.support.botocore_hooks import Call
from tests.support.fake_mailer import FakeMailer, enable_mail
from tests.support.faults import CallRecorder, Fault, FaultInjector
from tests.support.normalised_state import normalised_state
from tests.support.sample_images import NOT_AN_IMAGE, FunctionDied, drawn, drawn_hash
from tests.support.state_dump import dump_state
from tests.support.world import Message, World

Action = Callable[[int], object]
"""What is done, and done again by whoever got no answer; given the number of the attempt, from 1."""

UseCase = Callable[[World], Action]


def delivery_of(world: World, message: Message) -> Action:
    """A message in the hands of its function; the queue brings it again when that failed."""
    return lambda attempt: world.handle(replace(message, attempt=attempt))


def upload_of(world: World, data: bytes) -> Action:
    message = world.put("beta", "bob", data)
    world.queue.remove(message)
    return delivery_of(world, message)


def next_message(world: World, kind: str) -> Action:
    """The message of this kind that waits, taken from the queue."""
    world.publish()
    message = next(message for message in world.queue if message.kind == kind)
    world.queue.remove(message)
    return delivery_of(world, message)


def scan_of_an_innocent_image(world: World) -> Action:
    enforced_story(world, drawn(7))
    world.drain()
    return upload_of(world, drawn(1))


def scan_of_a_judged_image(world: World) -> Action:
    enforced_story(world, drawn(1))
    world.drain()
    return upload_of(world, drawn(1, flipped=3))


def scan_of_a_near_image(world: World) -> Action:
    enforced_story(world, drawn(1))
    world.drain()
    return upload_of(world, drawn(1, flipped=40))


def scan_of_a_claimed_image(world: World) -> Action:
    report(world, hashes=[drawn_hash(1)])
    world.drain()
    return upload_of(world, drawn(1, flipped=3))


def scan_of_an_invalid_file(world: World) -> Action:
    return upload_of(world, NOT_AN_IMAGE)


def reconciliation_of_a_released_image(world: World) -> Action:
    story = enforced_story(world, drawn(1))
    world.drain()
    resolve_appeal(world, appeal_case(world, story.upload))
    return next_message(world, "settle")


def reconciliation_of_a_removed_image(world: World) -> Action:
    enforced_story(world, drawn(1))
    return next_message(world, "settle")


def sweep_after_a_decision(world: World) -> Action:
    for number, bits in enumerate([3, 20, 40]):
        world.upload("beta", f"bob{number}", drawn(1, flipped=bits))
    enforced_story(world, drawn(1))
    return next_message(world, "sweep")


def sweep_after_a_claim(world: World) -> Action:
    world.upload("beta", "bob", drawn(1, flipped=3))
    report(world, hashes=[drawn_hash(1)])
    return next_message(world, "sweep")


def sweep_after_a_second_claim(world: World) -> Action:
    """That of who posted it has no clock; and what was looked at for it is looked at for this one too."""
    report(world, world.upload("beta", "bob", drawn(1)), hashes=[drawn_hash(1)], form=INCOMPLETE)
    world.drain()
    report(world, hashes=[drawn_hash(1, flipped=10)])
    return next_message(world, "sweep")


def sweep_after_a_reversal(world: World) -> Action:
    story = enforced_story(world, drawn(1))
    for number, bits in enumerate([3, 40]):
        world.upload("beta", f"bob{number}", drawn(1, flipped=bits))
    world.drain()
    resolve_appeal(world, appeal_case(world, story.upload))
    return next_message(world, "sweep")


def published_copies(world: World, *flipped: int) -> None:
    for number, bits in enumerate(flipped):
        world.upload("beta", f"bob{number}", drawn(1, flipped=bits, copy=number))
    world.drain()


def an_hour_passes(world: World) -> None:
    world.clock.advance(hours=1, minutes=10)


def one_sweep_part(world: World, kind: SweepPartKind) -> Action:
    """A sweep that was planned; the first of its parts of this kind, and the others wait."""
    message = next_message(world, "sweep")
    message(1)
    parts = [m for m in world.queue if m.kind == "part" and m.body[1].startswith(kind)]
    world.queue.remove(parts[0])
    return delivery_of(world, parts[0])


def sweep_of_an_hour(world: World) -> Action:
    published_copies(world, 3, 40)
    enforced_story(world, drawn(1))
    return one_sweep_part(world, SweepPartKind.HOUR)


def sweep_of_a_segment(world: World) -> Action:
    published_copies(world, 3, 40)
    an_hour_passes(world)
    assert world.compact_content_log()
    enforced_story(world, drawn(1))
    return one_sweep_part(world, SweepPartKind.SEGMENT)


def sweep_of_a_replaced_segment(world: World) -> Action:
    published_copies(world, 3)
    an_hour_passes(world)
    world.compact_content_log()
    enforced_story(world, drawn(1))
    act = one_sweep_part(world, SweepPartKind.SEGMENT)
    world.upload("beta", "bert", drawn(9))
    an_hour_passes(world)
    world.compact_content_log()
    world.clock.advance(days=1)
    world.compact_content_log()
    return act


def sweep_that_releases(world: World) -> Action:
    filed = report(world, hashes=[drawn_hash(1)])
    world.drain()
    for bits in (3, 20):
        world.upload("beta", "bob", drawn(1, flipped=bits))
    world.drain()
    withdraw_report(world.stack, filed.report.case_number, filed.secret)
    return one_sweep_part(world, SweepPartKind.RELEASE)


def compaction_of_an_hour(world: World) -> Action:
    published_copies(world, 3, 40)
    an_hour_passes(world)
    return lambda _: world.compact_content_log()


def compaction_into_a_segment(world: World) -> Action:
    published_copies(world, 3, 40)
    an_hour_passes(world)
    world.compact_content_log()
    world.upload("beta", "bert", drawn(9))
    world.drain()
    an_hour_passes(world)
    return lambda _: world.compact_content_log()


def deletion_of_compacted_files(world: World) -> Action:
    act = compaction_into_a_segment(world)
    act(1)
    world.clock.advance(days=1)
    return act


def scan_into_a_closed_hour(world: World) -> Action:
    """Registered before the hour was folded; the message comes again after that."""
    message = world.put("beta", "bob", drawn(1))
    world.queue.remove(message)
    world.scan_one(message)
    world.drain()
    an_hour_passes(world)
    world.compact_content_log()
    return delivery_of(world, message)


def publishing_of_events(world: World) -> Action:
    enforced_story(world, drawn(1))

    def act(attempt: int) -> object:
        # The stream comes again with the same records until all of them are published.
        assert publish_events(world.stack, world.outbox()) == set()
        return None

    return act


def decision_violating(world: World) -> Action:
    uploads = [world.upload("alpha", name, drawn(1, flipped=n)) for n, name in enumerate(["ann", "eve"])]
    case_id = report(world, *uploads).cases[0].case_id
    return lambda _: decide(world, case_id)


def decision_on_a_claim(world: World) -> Action:
    case_id = report(world, hashes=[drawn_hash(1)]).cases[0].case_id
    world.upload("beta", "bob", drawn(1, flipped=3))
    return lambda _: decide(world, case_id)


def decision_not_violating(world: World) -> Action:
    case_id = report(world, hashes=[drawn_hash(1)]).cases[0].case_id
    world.upload("beta", "bob", drawn(1, flipped=3))
    return lambda _: decide(world, case_id, NOT_VIOLATING)


def decision_suspected_child(world: World) -> Action:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    return lambda _: decide(world, case_id, DecisionOutcome.SUSPECTED_CHILD)


def decision_needs_information(world: World) -> Action:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    return lambda _: decide(world, case_id, DecisionOutcome.NEEDS_INFORMATION)


def claim_of_a_case(world: World) -> Action:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    return lambda _: claim_case(world.stack, case_id=case_id, reviewer="ada")


def case_unclaimed(world: World) -> Action:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    claim_case(world.stack, case_id=case_id, reviewer="ada")
    return lambda _: unclaim_case(world.stack, case_id=case_id, reviewer="ada")


def reviewer_recused(world: World) -> Action:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    claim_case(world.stack, case_id=case_id, reviewer="ada")
    return lambda _: recuse(world.stack, case_id=case_id, reviewer="ada")


def case_split(world: World) -> Action:
    uploads = [world.upload("alpha", name, drawn(1, flipped=n)) for n, name in ((0, "ann"), (20, "eve"))]
    case_id = report(world, uploads[0], hashes=[drawn_hash(1)]).cases[0].case_id
    report(world, uploads[1])
    world.upload("beta", "bob", drawn(1, flipped=25))
    world.drain()
    world.clock.advance(hours=47)
    world.watch_deadlines()
    world.drain()
    claim_case(world.stack, case_id=case_id, reviewer="ada")
    case = world.stack.cases.get_case(case_id)
    assert case is not None
    return lambda _: split_case(
        world.stack,
        case_id=case_id,
        reviewer="ada",
        upload_ids=[uploads[1].upload_id],
        expected_revision=case.revision,
    )


def note_left(world: World) -> Action:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    return lambda _: add_note(
        world.stack, case_id=case_id, viewer=Viewer("ada"), text="Compare the other one."
    )


def case_read(world: World) -> Action:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    return lambda _: view_case(world.stack, case_id=case_id, viewer=Viewer("ada"))


def case_with_pending_opinion(world: World, outcome: DecisionOutcome) -> str:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    decide(world, case_id, outcome, second_opinion=True)
    world.drain()
    return case_id


def opinion_claimed(world: World) -> Action:
    case_id = case_with_pending_opinion(world, VIOLATING)
    return lambda _: claim_opinion(world.stack, case_id=case_id, reviewer="ben")


def disagreeing_opinion(world: World) -> Action:
    case_id = case_with_pending_opinion(world, VIOLATING)
    claim_opinion(world.stack, case_id=case_id, reviewer="ben")
    return lambda _: give_second_opinion(world, case_id, NOT_VIOLATING, claim=False)


def locking_opinion(world: World) -> Action:
    case_id = case_with_pending_opinion(world, NOT_VIOLATING)
    claim_opinion(world.stack, case_id=case_id, reviewer="ben")
    return lambda _: give_second_opinion(world, case_id, DecisionOutcome.SUSPECTED_CHILD, claim=False)


def deadline_near(world: World) -> Action:
    report(world, world.upload("alpha", "ann", drawn(1)))
    world.clock.advance(hours=40)
    return lambda _: world.watch_deadlines()


def deadline_passed(world: World) -> Action:
    """One case that is about an upload, one about a hash, one that was warned of, one with time left."""
    report(
        world, *[world.upload("alpha", name, drawn(1, flipped=n)) for n, name in enumerate(["ann", "eve"])]
    )
    report(world, hashes=[drawn_hash(2)])
    world.upload("beta", "bob", drawn(2, flipped=3))
    world.clock.advance(hours=40)
    world.watch_deadlines()
    report(world, world.upload("alpha", "ann", drawn(3)))
    world.clock.advance(hours=8)
    return lambda _: world.watch_deadlines()


def decision_after_the_deadline(world: World) -> Action:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    world.clock.advance(hours=48)
    world.watch_deadlines()
    world.drain()
    return lambda _: decide(world, case_id, NOT_VIOLATING)


def appeal_filed(world: World) -> Action:
    story = enforced_story(world, drawn(1))
    return lambda _: appeal_case(world, story.upload)


def appeal_granted(world: World) -> Action:
    story = enforced_story(world, drawn(1))
    world.upload("beta", "bob", drawn(1, flipped=3))
    filed = appeal_case(world, story.upload)
    return lambda _: resolve_appeal(world, filed)


def appeal_granted_beside_another_case(world: World) -> Action:
    upload = world.upload("alpha", "ann", drawn(1))
    first = report_and_decide(world, upload)
    report_and_decide(world, upload, reviewer="ben")
    filed = appeal_case(world, upload, first.case_id)
    return lambda _: resolve_appeal(world, filed)


def match_appeal_filed(world: World) -> Action:
    """One that two judgements stop."""
    enforced_story(world, drawn(1))
    report_and_decide(world, world.upload("alpha", "cat", drawn(1, flipped=40)), reviewer="ben")
    stopped = world.upload("beta", "bob", drawn(1, flipped=20))
    return lambda _: file_match_appeal(world, stopped)


def match_appeal_granted(world: World) -> Action:
    enforced_story(world, drawn(1))
    report_and_decide(world, world.upload("alpha", "cat", drawn(1, flipped=40)), reviewer="ben")
    filed = file_match_appeal(world, world.upload("beta", "bob", drawn(1, flipped=20)))
    return lambda _: resolve_appeal(world, filed)


def appeal_denied(world: World) -> Action:
    filed = appeal_case(world, enforced_story(world, drawn(1)).upload)
    return lambda _: resolve_appeal(world, filed, AppealOutcome.DENIED)


def dismissed_report(world: World) -> FiledReport:
    upload = world.upload("alpha", "ann", drawn(1))
    filed = report(world, upload, hashes=[drawn_hash(2)])
    world.upload("beta", "bob", drawn(2, flipped=3))
    for case in filed.cases:
        decide(world, case.case_id, NOT_VIOLATING)
    world.drain()
    return filed


def dismissal_appealed(world: World) -> Action:
    filed = dismissed_report(world)
    return lambda _: file_dismissal_appeal(world, filed)


def dismissal_overturned(world: World) -> Action:
    filed = dismissed_report(world)
    (_, claimed) = appeal_dismissal(world.stack, filed.report.case_number, filed.secret, "it is me")
    return lambda _: resolve_appeal(world, claimed)


def report_of_a_copy(world: World) -> Action:
    """Of a picture that somebody else has reported by another upload."""
    report(world, world.upload("alpha", "ann", drawn(1)))
    copy = world.upload("beta", "bob", drawn(1, flipped=20))
    form = replace(FORM, uploads=(copy.upload_id,))
    return lambda _: file_report(world.stack, form, request_id="the same")


def report_of_uploads_and_hashes(world: World) -> Action:
    uploads = tuple(world.upload("alpha", "ann", drawn(n)).upload_id for n in (1, 2))
    form = replace(FORM, uploads=uploads, hashes=(ReportedHash(drawn_hash(3), 90),))
    return lambda _: file_report(world.stack, form, request_id="a request")


def secret_recovered(world: World) -> Action:
    upload = world.upload("alpha", "ann", drawn(1))
    form = replace(FORM, uploads=(upload.upload_id,), recovery_phrase="the kettle sings on Sundays")
    filed = file_report(world.stack, form)
    return lambda _: recover_secret(world.stack, filed.report.case_number, "the kettle sings on Sundays")


def report_completed(world: World) -> Action:
    filed = report(world, world.upload("alpha", "ann", drawn(1)), form=INCOMPLETE)
    added = ReportUpdate(signature="Jane Roe", email="jane@example.org")
    return lambda _: complete_report(world.stack, filed.report.case_number, filed.secret, added)


def report_withdrawn(world: World) -> Action:
    upload = world.upload("alpha", "ann", drawn(2))
    filed = report(world, upload, hashes=[drawn_hash(1)])
    world.upload("beta", "bob", drawn(1, flipped=3))
    return lambda _: withdraw_report(world.stack, filed.report.case_number, filed.secret)


def withdrawal_of_a_shared_claim(world: World) -> Action:
    filed = report(world, world.upload("beta", "bob", drawn(1)), hashes=[drawn_hash(1)])
    report(world, hashes=[drawn_hash(1, flipped=10)])
    return lambda _: withdraw_report(world.stack, filed.report.case_number, filed.secret)


def counting_of_the_audit(world: World) -> Action:
    story = enforced_story(world, drawn(1))
    world.upload("beta", "bob", drawn(1, flipped=3))
    resolve_appeal(world, appeal_case(world, story.upload))
    return lambda _: world.count_audit()


def pending_notices(world: World, event_type: str) -> Action:
    """The message of this event that waits to be told of."""
    world.publish()
    message = next(m for m in world.queue if m.kind == "notices" and event_type in m.body[0])
    world.queue.remove(message)
    return delivery_of(world, message)


def notices_of_a_decision(world: World) -> Action:
    upload = world.upload("alpha", "ann", drawn(1))
    for _ in range(2):
        case_id = report(world, upload).cases[0].case_id
    world.drain()
    decide(world, case_id)
    return pending_notices(world, "case.decided")


def notice_of_a_block(world: World) -> Action:
    enforced_story(world, drawn(1))
    return pending_notices(world, "account.blocked")


def webhook_of_a_block(world: World) -> Action:
    world.register_endpoints("alpha")
    enforced_story(world, drawn(1))
    return next_message(world, "webhooks")


def link_to_a_notice(world: World) -> Action:
    notice = block_notice_id(world)
    return lambda _: create_notice_link(world.stack, platform="alpha", account_id="ann", notice_id=notice)


def appeal_by_a_link(world: World) -> Action:
    notice = block_notice_id(world)
    token, _ = create_notice_link(world.stack, platform="alpha", account_id="ann", notice_id=notice)
    return lambda _: appeal_by_link(world.stack, token, "it is a beach")


def match_appeal_by_a_link(world: World) -> Action:
    enforced_story(world, drawn(1))
    world.drain()
    world.upload("beta", "bob", drawn(1, flipped=20))
    world.drain()
    (told,) = world.stack.notices.list_for(Recipient.account_holder("beta", "bob"))
    token, _ = create_notice_link(world.stack, platform="beta", account_id="bob", notice_id=told.notice_id)
    return lambda _: appeal_by_link(world.stack, token, "it is another picture")


def manual_block_appealed(world: World) -> Action:
    block_account(world.stack, platform="alpha", account_id="ann", reason="spam", reviewer="sue")
    world.drain()
    return lambda _: file_block_appeal(world)


def manual_block_appeal_decided(world: World) -> Action:
    enforced_story(world, drawn(1))
    block_account(world.stack, platform="alpha", account_id="ann", reason="spam", reviewer="sue")
    filed = file_block_appeal(world)
    world.drain()
    return lambda _: resolve_appeal(world, filed)


def mail_to_the_reporter(world: World) -> Action:
    outside = FakeMailer()
    enable_mail(world, outside)
    report(world, world.upload("alpha", "ann", drawn(1)))
    world.drain()
    (issued,) = world.events_of_type("notice.issued")
    return lambda _: send_notice_email(world.stack, parse_event(issued.message_body))


def block_notice_id(world: World) -> str:
    """The id of the account holder's notice of a block."""
    enforced_story(world, drawn(1))
    world.drain()
    (notice,) = world.stack.notices.list_for(Recipient.account_holder("alpha", "ann"))
    return notice.notice_id


def language_of_an_account(world: World) -> Action:
    return lambda _: set_language(world.stack, platform="alpha", account_id="ann", language="de")


def legal_hold_placed(world: World) -> Action:
    case_id = enforced_story(world, drawn(1)).case.case_id
    return lambda _: place_legal_hold(world.stack, case_id, actor="sue", reason=LegalHoldReason.COURT)


def legal_hold_released(world: World) -> Action:
    legal_hold_placed(world)(1)
    (case_id,) = dump_state(world.cloud).cases
    release_legal_hold(world.stack, case_id, actor="noor")
    return lambda _: release_legal_hold(world.stack, case_id, actor="sue")


def erasure_requested(world: World) -> Action:
    case_id = enforced_story(world, drawn(1)).case.case_id
    return lambda _: request_erasure(world.stack, case_id, actor="sue")


def erasure_proposed(world: World) -> Action:
    upload = world.upload("alpha", "ann", drawn(1))
    _, filed = report(world, upload), report(world, upload)
    decide(world, filed.cases[0].case_id)
    return lambda _: request_erasure_as_reporter(world.stack, filed.report.case_number, filed.secret)


def report_preserved(world: World) -> Action:
    filed = enforced_story(world, drawn(1)).filed
    return lambda _: preserve_reported_cases(world.stack, filed.report.case_number, filed.secret)


def retention_after_a_request(world: World) -> Action:
    erasure_requested(world)(1)
    world.drain()
    world.clock.advance(minutes=1)
    return lambda _: world.apply_retention()


def retention_after_the_window(world: World) -> Action:
    enforced_story(world, drawn(1))
    world.upload("beta", "bob", drawn(1, flipped=3))
    world.upload("beta", "cat", NOT_AN_IMAGE)
    world.drain()
    world.clock.advance(days=191)
    return lambda _: world.apply_retention()


def retention_of_answers(world: World) -> Action:
    """Those for reviewers are with the report: they go first, and by themselves."""
    asked = ReportQuestion("harm", "Does somebody threaten you?", for_reviewers=True)
    world.stack.settings = replace(world.stack.settings, report_questions=(asked,))
    upload = world.upload("alpha", "ann", drawn(1))
    form = replace(FORM, uploads=(upload.upload_id,), answers={"harm": "He does."})
    decide(world, file_report(world.stack, form).cases[0].case_id)
    world.drain()
    world.clock.advance(days=191)
    return lambda _: world.apply_retention()


def retention_after_years(world: World) -> Action:
    story = enforced_story(world, drawn(1))
    resolve_appeal(world, appeal_case(world, story.upload), AppealOutcome.DENIED)
    world.drain()
    world.count_audit()
    for _ in range(2):
        world.clock.advance(days=191)
        world.apply_retention()
        world.drain()
    world.clock.advance(days=2200)
    return lambda _: world.apply_retention()


def anchoring_of_the_audit(world: World) -> Action:
    enforced_story(world, drawn(1))
    world.count_audit()
    return lambda _: anchor_audit(world.stack)


def cases_looked_up(world: World) -> Action:
    filed = enforced_story(world, drawn(1)).case.reports[0]
    return lambda _: find_cases_by_number(world.stack, filed, actor="noor")


def case_exported(world: World) -> Action:
    case_id = enforced_story(world, drawn(1)).case.case_id
    world.count_audit()
    anchor_audit(world.stack)
    return lambda _: export_case(world.stack, case_id, Viewer("noor", senior=True))


def entry_allowed(world: World) -> Action:
    enforced_story(world, drawn(1))
    world.upload("beta", "bob", drawn(1, flipped=8))
    world.upload("beta", "cat", drawn(1, flipped=40))
    world.drain()
    return lambda _: allow_entry(world, drawn_hash(1, flipped=9))


def sweep_after_an_allowance(world: World) -> Action:
    entry_allowed(world)(1)
    return next_message(world, "sweep")


def entry_disabled(world: World) -> Action:
    (entry_id,) = enforced_story(world, drawn(1)).case.banked_entries
    world.upload("beta", "bob", drawn(1, flipped=8))
    world.drain()
    return lambda _: switch_entry_state(world, entry_id, on=False)


def entry_enabled(world: World) -> Action:
    act = entry_disabled(world)
    act(1)
    world.drain()
    (entry_id,) = dump_state(world.cloud).entries
    return lambda _: switch_entry_state(world, entry_id, on=True)


def manual_block(world: World) -> Action:
    return lambda _: block_account(
        world.stack, platform="alpha", account_id="ann", reason="spam", reviewer="sue"
    )


def manual_unblock(world: World) -> Action:
    manual_block(world)(1)
    return lambda _: unblock_account(world.stack, platform="alpha", account_id="ann", reviewer="sue")


def repeated_posts(world: World, times: int) -> None:
    """A judged picture posted so often by one account, and everything but the last time delivered."""
    enforced_story(world, drawn(1))
    world.drain()
    for number in range(times):
        world.drain()
        world.clock.advance(hours=1)
        world.upload("beta", "bob", drawn(1, flipped=number))


def warning_of_an_account(world: World) -> Action:
    repeated_posts(world, 2)
    return next_message(world, "misuse")


def review_of_misuse_opened(world: World) -> Action:
    repeated_posts(world, 3)
    return next_message(world, "misuse")


def pending_misuse_review(world: World) -> str:
    repeated_posts(world, 3)
    world.drain()
    (review_id,) = dump_state(world.cloud).reviews
    return review_id


def misuse_decision(world: World, review_id: str, judgement: MisuseJudgement) -> Action:
    return lambda _: decide_misuse(world.stack, review_id=review_id, reviewer="ben", judgement=judgement)


SUSPEND = MisuseJudgement(MisuseOutcome.SUSPEND, Intention.DELIBERATE, "it went on", suspension_days=30)


def dismissal_as_manifestly_unfounded(world: World) -> Action:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    world.drain()
    unfounded = replace(
        judgement(NOT_VIOLATING),
        factors=Factors(frozenset({ShownContent.NONE}), SceneSetting.PUBLIC, ComplainantIsSubject.NO),
        manifestly_unfounded=True,
    )
    return lambda _: decide_case(
        world.stack, case_id=case_id, reviewer="ada", judgement=unfounded, expected_revision=None
    )


def suspension_for_misuse(world: World) -> Action:
    return misuse_decision(world, pending_misuse_review(world), SUSPEND)


def warning_by_a_reviewer(world: World) -> Action:
    warn = MisuseJudgement(MisuseOutcome.WARN, Intention.CARELESS, "talk first")
    return misuse_decision(world, pending_misuse_review(world), warn)


def suspension_lifted(world: World) -> Action:
    review_id = pending_misuse_review(world)
    misuse_decision(world, review_id, SUSPEND)(1)
    world.drain()
    return lambda _: lift_suspension(world.stack, review_id=review_id, reasons="so", reviewer="sue")


def suspension_expired(world: World) -> Action:
    misuse_decision(world, pending_misuse_review(world), SUSPEND)(1)
    world.drain()
    world.clock.advance(days=31)
    return lambda _: world.expire_suspensions()


def released_upload_event(world: World) -> Action:
    """The message that tells of the first of them that was freed."""
    (case_id,) = dump_state(world.cloud).cases
    first = next(one for one in dump_state(world.cloud).uploads.values() if one.account_id == "ann")
    resolve_appeal(world, appeal_case(world, first, case_id))
    while True:
        world.publish()
        mine = [one for one in world.queue if one.kind == "misuse"]
        if mine:
            world.queue.remove(mine[0])
            return delivery_of(world, mine[0])
        world.deliver(world.queue.popleft())


def suspension_without_strikes(world: World) -> Action:
    misuse_decision(world, pending_misuse_review(world), SUSPEND)(1)
    world.drain()
    return released_upload_event(world)


def review_of_misuse_closed(world: World) -> Action:
    pending_misuse_review(world)
    return released_upload_event(world)


def pending_reporter_review(world: World) -> tuple[str, FiledReport]:
    """The review that three such reports bring, and the last of them."""
    filed = [file_unfounded_report(world, seed) for seed in (1, 2, 3)]
    world.drain()
    (review_id,) = dump_state(world.cloud).reviews
    return review_id, filed[-1]


def review_of_a_reporter_opened(world: World) -> Action:
    for seed in (1, 2, 3):
        file_unfounded_report(world, seed)
    return next_message(world, "misuse")


def reporter_suspended(world: World) -> Action:
    return misuse_decision(world, pending_reporter_review(world)[0], SUSPEND)


def deferred_report(world: World) -> Action:
    misuse_decision(world, pending_reporter_review(world)[0], SUSPEND)(1)
    world.drain()
    upload = world.upload("alpha", "ann", drawn(4))
    form = replace(VERIFIED, uploads=(upload.upload_id,), statement="report 4")
    return lambda _: file_report(world.stack, form, request_id="once")


def reporter_suspension_without_strikes(world: World) -> Action:
    review_id, last = pending_reporter_review(world)
    misuse_decision(world, review_id, SUSPEND)(1)
    world.drain()
    resolve_appeal(world, file_dismissal_appeal(world, last))
    return next_message(world, "misuse")


USE_CASES: list[UseCase] = [
    review_of_a_reporter_opened,
    reporter_suspended,
    deferred_report,
    reporter_suspension_without_strikes,
    warning_of_an_account,
    review_of_misuse_opened,
    dismissal_as_manifestly_unfounded,
    suspension_for_misuse,
    warning_by_a_reviewer,
    suspension_lifted,
    suspension_expired,
    suspension_without_strikes,
    review_of_misuse_closed,
    scan_of_an_innocent_image,
    scan_of_a_judged_image,
    scan_of_a_near_image,
    scan_of_a_claimed_image,
    scan_of_an_invalid_file,
    reconciliation_of_a_released_image,
    reconciliation_of_a_removed_image,
    sweep_after_a_decision,
    sweep_after_a_claim,
    sweep_after_a_second_claim,
    sweep_after_a_reversal,
    sweep_of_an_hour,
    sweep_of_a_segment,
    sweep_of_a_replaced_segment,
    sweep_that_releases,
    compaction_of_an_hour,
    compaction_into_a_segment,
    deletion_of_compacted_files,
    scan_into_a_closed_hour,
    publishing_of_events,
    decision_violating,
    decision_on_a_claim,
    decision_not_violating,
    decision_suspected_child,
    decision_needs_information,
    claim_of_a_case,
    case_unclaimed,
    reviewer_recused,
    case_split,
    note_left,
    case_read,
    opinion_claimed,
    disagreeing_opinion,
    locking_opinion,
    deadline_near,
    deadline_passed,
    decision_after_the_deadline,
    appeal_filed,
    appeal_granted,
    match_appeal_filed,
    match_appeal_granted,
    appeal_granted_beside_another_case,
    appeal_denied,
    dismissal_appealed,
    dismissal_overturned,
    report_of_a_copy,
    report_of_uploads_and_hashes,
    secret_recovered,
    report_completed,
    report_withdrawn,
    withdrawal_of_a_shared_claim,
    counting_of_the_audit,
    legal_hold_placed,
    legal_hold_released,
    erasure_requested,
    erasure_proposed,
    report_preserved,
    retention_after_a_request,
    retention_after_the_window,
    retention_of_answers,
    retention_after_years,
    anchoring_of_the_audit,
    cases_looked_up,
    case_exported,
    notices_of_a_decision,
    notice_of_a_block,
    webhook_of_a_block,
    link_to_a_notice,
    mail_to_the_reporter,
    appeal_by_a_link,
    match_appeal_by_a_link,
    manual_block_appealed,
    manual_block_appeal_decided,
    language_of_an_account,
    entry_allowed,
    sweep_after_an_allowance,
    entry_disabled,
    entry_enabled,
    manual_block,
    manual_unblock,
]


def retry_until_answered(act: Action) -> None:
    """Do it, and again when no answer came; a refusal is an answer."""
    for attempt in (1, 2):
        try:
            act(attempt)
        except StaydownError:
            raise
        except (FunctionDied, Exception):  # noqa: BLE001 (a dead function, an unreachable service: no answer)
            continue
        return
    raise AssertionError("it fails again and again, and no fault is left")


def calls_of(world: World, act: Action) -> list[Call]:
    """Which a use case makes when nothing fails, as a function that is cold."""
    world.restore(world.checkpoint())
    counting = CallRecorder()
    with world.cloud.wire.watched_by(counting):
        act(1)
    return counting.calls


def faults_of(calls: Iterable[Call]) -> Iterator[tuple[int, Fault]]:
    for number, call in enumerate(calls):
        yield from ((number, fault) for fault in Fault if fault.fits(call))


@pytest.mark.parametrize("stage", USE_CASES, ids=lambda stage: stage.__name__)
def test_result_is_the_same_after_any_injected_fault(
    world: World, stage: UseCase, record_property: Callable[[str, object], None]
) -> None:
    act = stage(world)
    mark = world.checkpoint()
    faults = list(faults_of(calls_of(world, act)))
    world.drain()
    expected = normalised_state(world)
    for number, fault in faults:
        world.restore(mark)
        failing = FaultInjector(number, fault)
        with world.cloud.wire.watched_by(failing):
            retry_until_answered(act)
        world.drain()
        here = f"call {number}, {failing.calls[number]}, {fault.value}"
        assert failing.happened, here
        assert normalised_state(world) == expected, here
    record_property("use cases that failed", 1)
    record_property("calls that failed", len({number for number, _ in faults}))
    record_property("faults injected", len(faults))


def test_use_case_changes_the_state(world: World) -> None:
    """A guard of these tests: the outcome without faults is reached by doing something."""
    act = decision_violating(world)
    world.drain()
    before = normalised_state(world)
    act(1)
    world.drain()
    assert normalised_state(world) != before
    assert VIOLATING.is_violation
