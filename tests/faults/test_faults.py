"""Every call to AWS of every use case fails once, in every way; told again, all ends as if nothing had.

A request is repeated by its client, a message by its queue. Then every message is delivered, and what the
world has come to is compared with a world without faults: uploads, cases, bank, accounts, images, events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import pytest
from staydown.api.messages import event_of
from staydown.domain.appeals import AppealOutcome
from staydown.domain.decisions import Complainant, Factors, Outcome, Setting, Shown
from staydown.domain.errors import StaydownError
from staydown.domain.misuse import Intention, MisuseOutcome
from staydown.domain.notices import Recipient
from staydown.domain.report_form import Question
from staydown.domain.reports import ReportedHash
from staydown.domain.sweeps import PartKind
from staydown.services.accounts.block_account import block_account, unblock_account
from staydown.services.accounts.set_language import set_language
from staydown.services.appeals.appeal_refusal import appeal_refusal
from staydown.services.misuse.decide_misuse import MisuseJudgement, decide_misuse
from staydown.services.misuse.end_suspension import lift_suspension
from staydown.services.notices.follow_notice import appeal_by_link
from staydown.services.notices.notice_links import make_link
from staydown.services.notices.publish_events import publish_events
from staydown.services.notices.send_mail import send_mail
from staydown.services.records.anchor_audit import anchor_audit
from staydown.services.records.export_case import export_case
from staydown.services.records.find_cases import find_cases
from staydown.services.reports.amend_report import Information, complete_report, withdraw_report
from staydown.services.reports.file_report import FiledReport, file_report
from staydown.services.reports.recover_secret import recover_secret
from staydown.services.retention.ask_erasure import ask_erasure, ask_erasure_as_reporter
from staydown.services.retention.hold_case import HoldReason, hold_case, preserve_report, release_case
from staydown.services.review.decide_case import decide_case
from staydown.services.review.leave_note import leave_note
from staydown.services.review.review_queue import claim_case, declare_conflict, leave_case
from staydown.services.review.second_opinion import claim_opinion
from staydown.services.review.separate_uploads import separate_uploads
from staydown.services.review.view_case import Onlooker, view_case

from tests.support.faults import Counting, Failing, Fault
from tests.support.ledger import read_ledger
from tests.support.likeness import likeness
from tests.support.mail_box import MailBox, switch_mail_on
from tests.support.people import (
    FORM,
    INCOMPLETE,
    NOT_VIOLATING,
    VIOLATING,
    VOUCHED,
    allow,
    answer,
    appeal,
    appeal_as_reporter,
    appeal_of_block,
    appeal_of_stop,
    decide,
    judge,
    judged_story,
    judgement,
    opine,
    report,
    report_in_vain,
    switch,
)
from tests.support.pictures import BROKEN, FunctionDied, drawn, drawn_hash
from tests.support.wire import Call
from tests.support.world import Message, World

Act = Callable[[int], object]
"""What is done, and done again by whoever got no answer; given the number of the attempt, from 1."""

Stage = Callable[[World], Act]


def delivery(world: World, message: Message) -> Act:
    """A message in the hands of its function; the queue brings it again when that failed."""
    return lambda attempt: world.handle(replace(message, attempt=attempt))


def arriving(world: World, data: bytes) -> Act:
    message = world.put("beta", "bob", data)
    world.queue.remove(message)
    return delivery(world, message)


def pending(world: World, kind: str) -> Act:
    """The message of this kind that waits, taken from the queue."""
    world.publish()
    message = next(message for message in world.queue if message.kind == kind)
    world.queue.remove(message)
    return delivery(world, message)


def scan_of_an_innocent_image(world: World) -> Act:
    judged_story(world, drawn(7))
    world.drain()
    return arriving(world, drawn(1))


def scan_of_a_judged_image(world: World) -> Act:
    judged_story(world, drawn(1))
    world.drain()
    return arriving(world, drawn(1, flipped=3))


def scan_of_a_near_image(world: World) -> Act:
    judged_story(world, drawn(1))
    world.drain()
    return arriving(world, drawn(1, flipped=40))


def scan_of_a_claimed_image(world: World) -> Act:
    report(world, hashes=[drawn_hash(1)])
    world.drain()
    return arriving(world, drawn(1, flipped=3))


def scan_of_what_is_no_image(world: World) -> Act:
    return arriving(world, BROKEN)


def settling_of_a_freed_image(world: World) -> Act:
    story = judged_story(world, drawn(1))
    world.drain()
    answer(world, appeal(world, story.upload))
    return pending(world, "settle")


def settling_of_a_removed_image(world: World) -> Act:
    judged_story(world, drawn(1))
    return pending(world, "settle")


def sweep_after_a_judgement(world: World) -> Act:
    for number, bits in enumerate([3, 20, 40]):
        world.upload("beta", f"bob{number}", drawn(1, flipped=bits))
    judged_story(world, drawn(1))
    return pending(world, "sweep")


def sweep_after_a_claim(world: World) -> Act:
    world.upload("beta", "bob", drawn(1, flipped=3))
    report(world, hashes=[drawn_hash(1)])
    return pending(world, "sweep")


def sweep_after_a_claim_of_what_another_claims(world: World) -> Act:
    """That of who posted it has no clock; and what was looked at for it is looked at for this one too."""
    report(world, world.upload("beta", "bob", drawn(1)), hashes=[drawn_hash(1)], form=INCOMPLETE)
    world.drain()
    report(world, hashes=[drawn_hash(1, flipped=10)])
    return pending(world, "sweep")


def sweep_after_a_reversal(world: World) -> Act:
    story = judged_story(world, drawn(1))
    for number, bits in enumerate([3, 40]):
        world.upload("beta", f"bob{number}", drawn(1, flipped=bits))
    world.drain()
    answer(world, appeal(world, story.upload))
    return pending(world, "sweep")


def published_copies(world: World, *flipped: int) -> None:
    for number, bits in enumerate(flipped):
        world.upload("beta", f"bob{number}", drawn(1, flipped=bits, copy=number))
    world.drain()


def an_hour_passes(world: World) -> None:
    world.clock.advance(hours=1, minutes=10)


def part_of_a_sweep(world: World, kind: PartKind) -> Act:
    """A sweep that was planned; the first of its parts of this kind, and the others wait."""
    message = pending(world, "sweep")
    message(1)
    parts = [m for m in world.queue if m.kind == "part" and m.body[1].startswith(kind)]
    world.queue.remove(parts[0])
    return delivery(world, parts[0])


def sweep_of_an_hour(world: World) -> Act:
    published_copies(world, 3, 40)
    judged_story(world, drawn(1))
    return part_of_a_sweep(world, PartKind.HOUR)


def sweep_of_a_segment(world: World) -> Act:
    published_copies(world, 3, 40)
    an_hour_passes(world)
    assert world.fold()
    judged_story(world, drawn(1))
    return part_of_a_sweep(world, PartKind.SEGMENT)


def sweep_of_a_segment_that_was_replaced(world: World) -> Act:
    published_copies(world, 3)
    an_hour_passes(world)
    world.fold()
    judged_story(world, drawn(1))
    act = part_of_a_sweep(world, PartKind.SEGMENT)
    world.upload("beta", "bert", drawn(9))
    an_hour_passes(world)
    world.fold()
    world.clock.advance(days=1)
    world.fold()
    return act


def sweep_of_what_was_released(world: World) -> Act:
    filed = report(world, hashes=[drawn_hash(1)])
    world.drain()
    for bits in (3, 20):
        world.upload("beta", "bob", drawn(1, flipped=bits))
    world.drain()
    withdraw_report(world.stack, filed.report.case_number, filed.secret)
    return part_of_a_sweep(world, PartKind.RELEASED)


def folding_of_an_hour(world: World) -> Act:
    published_copies(world, 3, 40)
    an_hour_passes(world)
    return lambda _: world.fold()


def folding_into_a_segment(world: World) -> Act:
    published_copies(world, 3, 40)
    an_hour_passes(world)
    world.fold()
    world.upload("beta", "bert", drawn(9))
    world.drain()
    an_hour_passes(world)
    return lambda _: world.fold()


def tidying_of_what_was_folded(world: World) -> Act:
    act = folding_into_a_segment(world)
    act(1)
    world.clock.advance(days=1)
    return act


def scan_into_an_hour_that_was_closed(world: World) -> Act:
    """Registered before the hour was folded; the message comes again after that."""
    message = world.put("beta", "bob", drawn(1))
    world.queue.remove(message)
    world.scanned(message)
    world.drain()
    an_hour_passes(world)
    world.fold()
    return delivery(world, message)


def publishing_of_events(world: World) -> Act:
    judged_story(world, drawn(1))

    def act(attempt: int) -> object:
        # The stream comes again with the same records until all of them are published.
        assert publish_events(world.stack, world.outbox()) == set()
        return None

    return act


def decision_violating(world: World) -> Act:
    uploads = [world.upload("alpha", name, drawn(1, flipped=n)) for n, name in enumerate(["ann", "eve"])]
    case_id = report(world, *uploads).cases[0].case_id
    return lambda _: decide(world, case_id)


def decision_on_a_claim(world: World) -> Act:
    case_id = report(world, hashes=[drawn_hash(1)]).cases[0].case_id
    world.upload("beta", "bob", drawn(1, flipped=3))
    return lambda _: decide(world, case_id)


def decision_not_violating(world: World) -> Act:
    case_id = report(world, hashes=[drawn_hash(1)]).cases[0].case_id
    world.upload("beta", "bob", drawn(1, flipped=3))
    return lambda _: decide(world, case_id, NOT_VIOLATING)


def decision_suspected_child(world: World) -> Act:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    return lambda _: decide(world, case_id, Outcome.SUSPECTED_CHILD)


def decision_needs_information(world: World) -> Act:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    return lambda _: decide(world, case_id, Outcome.NEEDS_INFORMATION)


def claim_of_a_case(world: World) -> Act:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    return lambda _: claim_case(world.stack, case_id=case_id, reviewer="ada")


def case_left(world: World) -> Act:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    claim_case(world.stack, case_id=case_id, reviewer="ada")
    return lambda _: leave_case(world.stack, case_id=case_id, reviewer="ada")


def conflict_declared(world: World) -> Act:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    claim_case(world.stack, case_id=case_id, reviewer="ada")
    return lambda _: declare_conflict(world.stack, case_id=case_id, reviewer="ada")


def picture_taken_out(world: World) -> Act:
    uploads = [world.upload("alpha", name, drawn(1, flipped=n)) for n, name in ((0, "ann"), (20, "eve"))]
    case_id = report(world, uploads[0], hashes=[drawn_hash(1)]).cases[0].case_id
    report(world, uploads[1])
    world.upload("beta", "bob", drawn(1, flipped=25))
    world.drain()
    world.clock.advance(hours=47)
    world.watch()
    world.drain()
    claim_case(world.stack, case_id=case_id, reviewer="ada")
    case = world.stack.cases.case(case_id)
    assert case is not None
    return lambda _: separate_uploads(
        world.stack,
        case_id=case_id,
        reviewer="ada",
        upload_ids=[uploads[1].upload_id],
        expected_revision=case.revision,
    )


def note_left(world: World) -> Act:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    return lambda _: leave_note(
        world.stack, case_id=case_id, onlooker=Onlooker("ada"), text="Compare the other one."
    )


def case_read(world: World) -> Act:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    return lambda _: view_case(world.stack, case_id=case_id, onlooker=Onlooker("ada"))


def doubted_case(world: World, outcome: Outcome) -> str:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    decide(world, case_id, outcome, second_opinion=True)
    world.drain()
    return case_id


def opinion_claimed(world: World) -> Act:
    case_id = doubted_case(world, VIOLATING)
    return lambda _: claim_opinion(world.stack, case_id=case_id, reviewer="ben")


def opinion_that_differs(world: World) -> Act:
    case_id = doubted_case(world, VIOLATING)
    claim_opinion(world.stack, case_id=case_id, reviewer="ben")
    return lambda _: opine(world, case_id, NOT_VIOLATING, claim=False)


def opinion_that_locks(world: World) -> Act:
    case_id = doubted_case(world, NOT_VIOLATING)
    claim_opinion(world.stack, case_id=case_id, reviewer="ben")
    return lambda _: opine(world, case_id, Outcome.SUSPECTED_CHILD, claim=False)


def deadline_near(world: World) -> Act:
    report(world, world.upload("alpha", "ann", drawn(1)))
    world.clock.advance(hours=40)
    return lambda _: world.watch()


def deadline_passed(world: World) -> Act:
    """One case that is about an upload, one about a hash, one that was warned of, one with time left."""
    report(
        world, *[world.upload("alpha", name, drawn(1, flipped=n)) for n, name in enumerate(["ann", "eve"])]
    )
    report(world, hashes=[drawn_hash(2)])
    world.upload("beta", "bob", drawn(2, flipped=3))
    world.clock.advance(hours=40)
    world.watch()
    report(world, world.upload("alpha", "ann", drawn(3)))
    world.clock.advance(hours=8)
    return lambda _: world.watch()


def decision_after_the_deadline(world: World) -> Act:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    world.clock.advance(hours=48)
    world.watch()
    world.drain()
    return lambda _: decide(world, case_id, NOT_VIOLATING)


def appeal_filed(world: World) -> Act:
    story = judged_story(world, drawn(1))
    return lambda _: appeal(world, story.upload)


def appeal_upheld(world: World) -> Act:
    story = judged_story(world, drawn(1))
    world.upload("beta", "bob", drawn(1, flipped=3))
    filed = appeal(world, story.upload)
    return lambda _: answer(world, filed)


def appeal_upheld_while_another_case_stands(world: World) -> Act:
    upload = world.upload("alpha", "ann", drawn(1))
    first = judge(world, upload)
    judge(world, upload, reviewer="ben")
    filed = appeal(world, upload, first.case_id)
    return lambda _: answer(world, filed)


def stop_appealed(world: World) -> Act:
    """One that two judgements stop."""
    judged_story(world, drawn(1))
    judge(world, world.upload("alpha", "cat", drawn(1, flipped=40)), reviewer="ben")
    stopped = world.upload("beta", "bob", drawn(1, flipped=20))
    return lambda _: appeal_of_stop(world, stopped)


def stop_appeal_upheld(world: World) -> Act:
    judged_story(world, drawn(1))
    judge(world, world.upload("alpha", "cat", drawn(1, flipped=40)), reviewer="ben")
    filed = appeal_of_stop(world, world.upload("beta", "bob", drawn(1, flipped=20)))
    return lambda _: answer(world, filed)


def appeal_rejected(world: World) -> Act:
    filed = appeal(world, judged_story(world, drawn(1)).upload)
    return lambda _: answer(world, filed, AppealOutcome.REJECTED)


def refused_report(world: World) -> FiledReport:
    upload = world.upload("alpha", "ann", drawn(1))
    filed = report(world, upload, hashes=[drawn_hash(2)])
    world.upload("beta", "bob", drawn(2, flipped=3))
    for case in filed.cases:
        decide(world, case.case_id, NOT_VIOLATING)
    world.drain()
    return filed


def refusal_appealed(world: World) -> Act:
    filed = refused_report(world)
    return lambda _: appeal_as_reporter(world, filed)


def refusal_overturned(world: World) -> Act:
    filed = refused_report(world)
    (_, claimed) = appeal_refusal(world.stack, filed.report.case_number, filed.secret, "it is me")
    return lambda _: answer(world, claimed)


def report_of_a_copy(world: World) -> Act:
    """Of a picture that somebody else has reported by another upload."""
    report(world, world.upload("alpha", "ann", drawn(1)))
    copy = world.upload("beta", "bob", drawn(1, flipped=20))
    form = replace(FORM, uploads=(copy.upload_id,))
    return lambda _: file_report(world.stack, form, request_id="the same")


def report_of_uploads_and_hashes(world: World) -> Act:
    uploads = tuple(world.upload("alpha", "ann", drawn(n)).upload_id for n in (1, 2))
    form = replace(FORM, uploads=uploads, hashes=(ReportedHash(drawn_hash(3), 90),))
    return lambda _: file_report(world.stack, form, request_id="a request")


def secret_recovered(world: World) -> Act:
    upload = world.upload("alpha", "ann", drawn(1))
    form = replace(FORM, uploads=(upload.upload_id,), recovery_phrase="the kettle sings on Sundays")
    filed = file_report(world.stack, form)
    return lambda _: recover_secret(world.stack, filed.report.case_number, "the kettle sings on Sundays")


def report_completed(world: World) -> Act:
    filed = report(world, world.upload("alpha", "ann", drawn(1)), form=INCOMPLETE)
    added = Information(signature="Jane Roe", email="jane@example.org")
    return lambda _: complete_report(world.stack, filed.report.case_number, filed.secret, added)


def report_withdrawn(world: World) -> Act:
    upload = world.upload("alpha", "ann", drawn(2))
    filed = report(world, upload, hashes=[drawn_hash(1)])
    world.upload("beta", "bob", drawn(1, flipped=3))
    return lambda _: withdraw_report(world.stack, filed.report.case_number, filed.secret)


def withdrawal_of_what_another_claims(world: World) -> Act:
    filed = report(world, world.upload("beta", "bob", drawn(1)), hashes=[drawn_hash(1)])
    report(world, hashes=[drawn_hash(1, flipped=10)])
    return lambda _: withdraw_report(world.stack, filed.report.case_number, filed.secret)


def counting_of_the_audit(world: World) -> Act:
    story = judged_story(world, drawn(1))
    world.upload("beta", "bob", drawn(1, flipped=3))
    answer(world, appeal(world, story.upload))
    return lambda _: world.count()


def pending_notices(world: World, event_type: str) -> Act:
    """The message of this event that waits to be told of."""
    world.publish()
    message = next(m for m in world.queue if m.kind == "notices" and event_type in m.body[0])
    world.queue.remove(message)
    return delivery(world, message)


def notices_of_a_decision(world: World) -> Act:
    upload = world.upload("alpha", "ann", drawn(1))
    for _ in range(2):
        case_id = report(world, upload).cases[0].case_id
    world.drain()
    decide(world, case_id)
    return pending_notices(world, "case.decided")


def notice_of_a_block(world: World) -> Act:
    judged_story(world, drawn(1))
    return pending_notices(world, "account.blocked")


def webhook_of_a_block(world: World) -> Act:
    world.listen("alpha")
    judged_story(world, drawn(1))
    return pending(world, "webhooks")


def link_to_a_notice(world: World) -> Act:
    notice = told_of_a_block(world)
    return lambda _: make_link(world.stack, platform="alpha", account_id="ann", notice_id=notice)


def appeal_by_a_link(world: World) -> Act:
    notice = told_of_a_block(world)
    token, _ = make_link(world.stack, platform="alpha", account_id="ann", notice_id=notice)
    return lambda _: appeal_by_link(world.stack, token, "it is a beach")


def appeal_of_a_stop_by_a_link(world: World) -> Act:
    judged_story(world, drawn(1))
    world.drain()
    world.upload("beta", "bob", drawn(1, flipped=20))
    world.drain()
    (told,) = world.stack.notices.of(Recipient.account_holder("beta", "bob"))
    token, _ = make_link(world.stack, platform="beta", account_id="bob", notice_id=told.notice_id)
    return lambda _: appeal_by_link(world.stack, token, "it is another picture")


def appeal_of_a_block_by_hand(world: World) -> Act:
    block_account(world.stack, platform="alpha", account_id="ann", reason="spam", reviewer="sue")
    world.drain()
    return lambda _: appeal_of_block(world)


def answer_to_a_block_by_hand(world: World) -> Act:
    judged_story(world, drawn(1))
    block_account(world.stack, platform="alpha", account_id="ann", reason="spam", reviewer="sue")
    filed = appeal_of_block(world)
    world.drain()
    return lambda _: answer(world, filed)


def mail_to_who_reported(world: World) -> Act:
    outside = MailBox()
    switch_mail_on(world, outside)
    report(world, world.upload("alpha", "ann", drawn(1)))
    world.drain()
    (issued,) = world.told_of("notice.issued")
    return lambda _: send_mail(world.stack, event_of(issued.text))


def told_of_a_block(world: World) -> str:
    """The id of the account holder's notice of a block."""
    judged_story(world, drawn(1))
    world.drain()
    (notice,) = world.stack.notices.of(Recipient.account_holder("alpha", "ann"))
    return notice.notice_id


def language_of_an_account(world: World) -> Act:
    return lambda _: set_language(world.stack, platform="alpha", account_id="ann", language="de")


def case_held(world: World) -> Act:
    case_id = judged_story(world, drawn(1)).case.case_id
    return lambda _: hold_case(world.stack, case_id, by="sue", reason=HoldReason.COURT)


def hold_released(world: World) -> Act:
    case_held(world)(1)
    (case_id,) = read_ledger(world.cloud).cases
    release_case(world.stack, case_id, by="noor")
    return lambda _: release_case(world.stack, case_id, by="sue")


def erasure_asked(world: World) -> Act:
    case_id = judged_story(world, drawn(1)).case.case_id
    return lambda _: ask_erasure(world.stack, case_id, by="sue")


def erasure_wished(world: World) -> Act:
    upload = world.upload("alpha", "ann", drawn(1))
    _, filed = report(world, upload), report(world, upload)
    decide(world, filed.cases[0].case_id)
    return lambda _: ask_erasure_as_reporter(world.stack, filed.report.case_number, filed.secret)


def report_preserved(world: World) -> Act:
    filed = judged_story(world, drawn(1)).filed
    return lambda _: preserve_report(world.stack, filed.report.case_number, filed.secret)


def retention_after_a_request(world: World) -> Act:
    erasure_asked(world)(1)
    world.drain()
    world.clock.advance(minutes=1)
    return lambda _: world.retain()


def retention_after_the_window(world: World) -> Act:
    judged_story(world, drawn(1))
    world.upload("beta", "bob", drawn(1, flipped=3))
    world.upload("beta", "cat", BROKEN)
    world.drain()
    world.clock.advance(days=191)
    return lambda _: world.retain()


def retention_of_answers(world: World) -> Act:
    """Those for reviewers are with the report: they go first, and by themselves."""
    asked = Question("harm", "Does somebody threaten you?", for_reviewers=True)
    world.stack.settings = replace(world.stack.settings, questions=(asked,))
    upload = world.upload("alpha", "ann", drawn(1))
    form = replace(FORM, uploads=(upload.upload_id,), answers={"harm": "He does."})
    decide(world, file_report(world.stack, form).cases[0].case_id)
    world.drain()
    world.clock.advance(days=191)
    return lambda _: world.retain()


def retention_after_years(world: World) -> Act:
    story = judged_story(world, drawn(1))
    answer(world, appeal(world, story.upload), AppealOutcome.REJECTED)
    world.drain()
    world.count()
    for _ in range(2):
        world.clock.advance(days=191)
        world.retain()
        world.drain()
    world.clock.advance(days=2200)
    return lambda _: world.retain()


def anchoring_of_the_audit(world: World) -> Act:
    judged_story(world, drawn(1))
    world.count()
    return lambda _: anchor_audit(world.stack)


def cases_looked_up(world: World) -> Act:
    filed = judged_story(world, drawn(1)).case.reports[0]
    return lambda _: find_cases(world.stack, filed, by="noor")


def case_exported(world: World) -> Act:
    case_id = judged_story(world, drawn(1)).case.case_id
    world.count()
    anchor_audit(world.stack)
    return lambda _: export_case(world.stack, case_id, Onlooker("noor", senior=True))


def entry_allowed(world: World) -> Act:
    judged_story(world, drawn(1))
    world.upload("beta", "bob", drawn(1, flipped=8))
    world.upload("beta", "cat", drawn(1, flipped=40))
    world.drain()
    return lambda _: allow(world, drawn_hash(1, flipped=9))


def sweep_after_an_entry_was_allowed(world: World) -> Act:
    entry_allowed(world)(1)
    return pending(world, "sweep")


def entry_switched_off(world: World) -> Act:
    (entry_id,) = judged_story(world, drawn(1)).case.banked
    world.upload("beta", "bob", drawn(1, flipped=8))
    world.drain()
    return lambda _: switch(world, entry_id, on=False)


def entry_switched_on(world: World) -> Act:
    act = entry_switched_off(world)
    act(1)
    world.drain()
    (entry_id,) = read_ledger(world.cloud).entries
    return lambda _: switch(world, entry_id, on=True)


def block_by_hand(world: World) -> Act:
    return lambda _: block_account(
        world.stack, platform="alpha", account_id="ann", reason="spam", reviewer="sue"
    )


def unblock_by_hand(world: World) -> Act:
    block_by_hand(world)(1)
    return lambda _: unblock_account(world.stack, platform="alpha", account_id="ann", reviewer="sue")


def again_and_again(world: World, times: int) -> None:
    """A judged picture posted so often by one account, and everything but the last time delivered."""
    judged_story(world, drawn(1))
    world.drain()
    for number in range(times):
        world.drain()
        world.clock.advance(hours=1)
        world.upload("beta", "bob", drawn(1, flipped=number))


def warning_of_an_account(world: World) -> Act:
    again_and_again(world, 2)
    return pending(world, "misuse")


def review_of_misuse_opened(world: World) -> Act:
    again_and_again(world, 3)
    return pending(world, "misuse")


def misuse_to_decide(world: World) -> str:
    again_and_again(world, 3)
    world.drain()
    (review_id,) = read_ledger(world.cloud).reviews
    return review_id


def misuse_judged(world: World, review_id: str, judgement: MisuseJudgement) -> Act:
    return lambda _: decide_misuse(world.stack, review_id=review_id, reviewer="ben", judgement=judgement)


SUSPEND = MisuseJudgement(MisuseOutcome.SUSPEND, Intention.DELIBERATE, "it went on", days=30)


def refusal_of_an_unfounded_report(world: World) -> Act:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    world.drain()
    unfounded = replace(
        judgement(NOT_VIOLATING),
        factors=Factors(frozenset({Shown.NONE}), Setting.PUBLIC, Complainant.NO),
        manifestly_unfounded=True,
    )
    return lambda _: decide_case(
        world.stack, case_id=case_id, reviewer="ada", judgement=unfounded, expected_revision=None
    )


def suspension_for_misuse(world: World) -> Act:
    return misuse_judged(world, misuse_to_decide(world), SUSPEND)


def warning_by_a_reviewer(world: World) -> Act:
    warn = MisuseJudgement(MisuseOutcome.WARN, Intention.CARELESS, "talk first")
    return misuse_judged(world, misuse_to_decide(world), warn)


def suspension_lifted(world: World) -> Act:
    review_id = misuse_to_decide(world)
    misuse_judged(world, review_id, SUSPEND)(1)
    world.drain()
    return lambda _: lift_suspension(world.stack, review_id=review_id, reasons="so", reviewer="sue")


def term_of_a_suspension_over(world: World) -> Act:
    misuse_judged(world, misuse_to_decide(world), SUSPEND)(1)
    world.drain()
    world.clock.advance(days=31)
    return lambda _: world.end_terms()


def freed_upload(world: World) -> Act:
    """The message that tells of the first of them that was freed."""
    (case_id,) = read_ledger(world.cloud).cases
    first = next(one for one in read_ledger(world.cloud).uploads.values() if one.account_id == "ann")
    answer(world, appeal(world, first, case_id))
    while True:
        world.publish()
        mine = [one for one in world.queue if one.kind == "misuse"]
        if mine:
            world.queue.remove(mine[0])
            return delivery(world, mine[0])
        world.deliver(world.queue.popleft())


def suspension_that_falls(world: World) -> Act:
    misuse_judged(world, misuse_to_decide(world), SUSPEND)(1)
    world.drain()
    return freed_upload(world)


def review_of_misuse_closed(world: World) -> Act:
    misuse_to_decide(world)
    return freed_upload(world)


def reporter_to_decide_about(world: World) -> tuple[str, FiledReport]:
    """The review that three such reports bring, and the last of them."""
    filed = [report_in_vain(world, seed) for seed in (1, 2, 3)]
    world.drain()
    (review_id,) = read_ledger(world.cloud).reviews
    return review_id, filed[-1]


def review_of_a_reporter_opened(world: World) -> Act:
    for seed in (1, 2, 3):
        report_in_vain(world, seed)
    return pending(world, "misuse")


def suspension_of_a_reporter(world: World) -> Act:
    return misuse_judged(world, reporter_to_decide_about(world)[0], SUSPEND)


def report_that_is_set_aside(world: World) -> Act:
    misuse_judged(world, reporter_to_decide_about(world)[0], SUSPEND)(1)
    world.drain()
    upload = world.upload("alpha", "ann", drawn(4))
    form = replace(VOUCHED, uploads=(upload.upload_id,), statement="report 4")
    return lambda _: file_report(world.stack, form, request_id="once")


def suspension_of_a_reporter_that_falls(world: World) -> Act:
    review_id, last = reporter_to_decide_about(world)
    misuse_judged(world, review_id, SUSPEND)(1)
    world.drain()
    answer(world, appeal_as_reporter(world, last))
    return pending(world, "misuse")


USE_CASES: list[Stage] = [
    review_of_a_reporter_opened,
    suspension_of_a_reporter,
    report_that_is_set_aside,
    suspension_of_a_reporter_that_falls,
    warning_of_an_account,
    review_of_misuse_opened,
    refusal_of_an_unfounded_report,
    suspension_for_misuse,
    warning_by_a_reviewer,
    suspension_lifted,
    term_of_a_suspension_over,
    suspension_that_falls,
    review_of_misuse_closed,
    scan_of_an_innocent_image,
    scan_of_a_judged_image,
    scan_of_a_near_image,
    scan_of_a_claimed_image,
    scan_of_what_is_no_image,
    settling_of_a_freed_image,
    settling_of_a_removed_image,
    sweep_after_a_judgement,
    sweep_after_a_claim,
    sweep_after_a_claim_of_what_another_claims,
    sweep_after_a_reversal,
    sweep_of_an_hour,
    sweep_of_a_segment,
    sweep_of_a_segment_that_was_replaced,
    sweep_of_what_was_released,
    folding_of_an_hour,
    folding_into_a_segment,
    tidying_of_what_was_folded,
    scan_into_an_hour_that_was_closed,
    publishing_of_events,
    decision_violating,
    decision_on_a_claim,
    decision_not_violating,
    decision_suspected_child,
    decision_needs_information,
    claim_of_a_case,
    case_left,
    conflict_declared,
    picture_taken_out,
    note_left,
    case_read,
    opinion_claimed,
    opinion_that_differs,
    opinion_that_locks,
    deadline_near,
    deadline_passed,
    decision_after_the_deadline,
    appeal_filed,
    appeal_upheld,
    stop_appealed,
    stop_appeal_upheld,
    appeal_upheld_while_another_case_stands,
    appeal_rejected,
    refusal_appealed,
    refusal_overturned,
    report_of_a_copy,
    report_of_uploads_and_hashes,
    secret_recovered,
    report_completed,
    report_withdrawn,
    withdrawal_of_what_another_claims,
    counting_of_the_audit,
    case_held,
    hold_released,
    erasure_asked,
    erasure_wished,
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
    mail_to_who_reported,
    appeal_by_a_link,
    appeal_of_a_stop_by_a_link,
    appeal_of_a_block_by_hand,
    answer_to_a_block_by_hand,
    language_of_an_account,
    entry_allowed,
    sweep_after_an_entry_was_allowed,
    entry_switched_off,
    entry_switched_on,
    block_by_hand,
    unblock_by_hand,
]


def until_answered(act: Act) -> None:
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


def calls_of(world: World, act: Act) -> list[Call]:
    """Which a use case makes when nothing fails, as a function that is cold."""
    world.back_to(world.mark())
    counting = Counting()
    with world.cloud.wire.watched_by(counting):
        act(1)
    return counting.calls


def faults_of(calls: Iterable[Call]) -> Iterator[tuple[int, Fault]]:
    for number, call in enumerate(calls):
        yield from ((number, fault) for fault in Fault if fault.fits(call))


@pytest.mark.parametrize("stage", USE_CASES, ids=lambda stage: stage.__name__)
def test_promise_7_whatever_fails_all_ends_as_if_nothing_had(
    world: World, stage: Stage, record_property: Callable[[str, object], None]
) -> None:
    act = stage(world)
    mark = world.mark()
    faults = list(faults_of(calls_of(world, act)))
    world.drain()
    expected = likeness(world)
    for number, fault in faults:
        world.back_to(mark)
        failing = Failing(number, fault)
        with world.cloud.wire.watched_by(failing):
            until_answered(act)
        world.drain()
        here = f"call {number}, {failing.calls[number]}, {fault.value}"
        assert failing.happened, here
        assert likeness(world) == expected, here
    record_property("use cases that failed", 1)
    record_property("calls that failed", len({number for number, _ in faults}))
    record_property("faults injected", len(faults))


def test_each_fault_is_one(world: World) -> None:
    """A guard of these tests: the outcome without faults is reached by doing something."""
    act = decision_violating(world)
    world.drain()
    before = likeness(world)
    act(1)
    world.drain()
    assert likeness(world) != before
    assert VIOLATING.stops
