"""Recipients, contents and times of notices: one for each event, never with the reporter's identity."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from staydown.domain.cases.appeals import AppealOutcome, MatchAppeal
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.errors import Conflict, NotFound, TooManyAttempts
from staydown.domain.uploads.upload import UploadState
from staydown.notices.notice import Notice, NoticeKind, Recipient
from staydown.services.access.reporters import MAX_WRONG_SECRETS_PER_HOUR
from staydown.services.accounts import block_account, set_language, unblock_account
from staydown.services.appeals.appeal_by_link import appeal_by_link
from staydown.services.notices.notice_links import create_notice_link
from staydown.services.notices.view_notice import view_notice
from staydown.services.reports.amend_report import ReportUpdate, complete_report, withdraw_report
from staydown.services.reports.view_report import view_report

from tests.support.actions import (
    FORM,
    INCOMPLETE,
    NOT_VIOLATING,
    appeal_case,
    decide,
    enforced_story,
    report,
    report_and_decide,
    resolve_appeal,
)
from tests.support.sample_images import drawn, drawn_hash
from tests.support.state_dump import dump_state
from tests.support.world import World


def to_account(world: World, account: str = "ann", platform: str = "alpha") -> list[Notice]:
    """Return the notices to an account, oldest first."""
    return list(world.stack.notices.list_for(Recipient.account_holder(platform, account)))[::-1]


def deliver_and_wait(world: World) -> None:
    """Drain the world and advance a minute, because events in the same millisecond have no order."""
    world.drain()
    world.clock.advance(minutes=1)


def to_reporter(world: World, case_number: str) -> list[Notice]:
    return list(world.stack.notices.list_for(Recipient.reporter(case_number)))[::-1]


def kinds(notices: list[Notice]) -> list[NoticeKind]:
    return [notice.kind for notice in notices]


class TestReporters:
    @pytest.mark.law("US8", "EU2")
    def test_reporter_gets_a_receipt_with_number_and_deadline(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)))
        world.drain()
        (receipt,) = view_report(world.stack, filed.report.case_number, filed.secret).notices
        assert receipt.kind is NoticeKind.RECEIPT
        assert filed.report.case_number in receipt.title
        due = world.clock.now + timedelta(hours=48)
        assert receipt.values["deadline"] == due.isoformat()
        assert f"{due:%Y-%m-%d %H:%M} UTC" in " ".join(receipt.paragraphs)

    def test_receipt_lists_missing_parts_and_their_arrival(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)), form=INCOMPLETE)
        deliver_and_wait(world)
        added = ReportUpdate(signature="Jane Roe", email="jane@example.org")
        for _ in range(2):
            complete_report(world.stack, filed.report.case_number, filed.secret, added)
        world.drain()
        first, second = to_reporter(world, filed.report.case_number)
        assert first.values["missing"] == ("/signature", "/contact")
        assert "deadline" in second.values
        assert kinds([first, second]) == [NoticeKind.RECEIPT] * 2

    @pytest.mark.law("EU2")
    def test_every_reporter_of_a_case_is_notified_of_the_decision(self, world: World) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        filed = [report(world, upload) for _ in range(3)]
        deliver_and_wait(world)
        withdraw_report(world.stack, filed[2].report.case_number, filed[2].secret)
        decide(world, filed[0].cases[0].case_id)
        world.drain()
        for one in filed[:2]:
            _, decision = to_reporter(world, one.report.case_number)
            assert decision.kind is NoticeKind.DECISION
            assert decision.values["outcome"] == "violating"
        assert kinds(to_reporter(world, filed[2].report.case_number)) == [NoticeKind.RECEIPT]

    def test_information_request_and_dismissal_are_sent_in_order(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)))
        case_id = filed.cases[0].case_id
        world.clock.advance(minutes=1)
        decide(world, case_id, DecisionOutcome.NEEDS_INFORMATION)
        world.clock.advance(minutes=1)
        decide(world, case_id, NOT_VIOLATING)
        world.drain()  # both notices follow the second event
        notices = to_reporter(world, filed.report.case_number)
        assert kinds(notices) == [NoticeKind.RECEIPT, NoticeKind.INFORMATION_NEEDED, NoticeKind.DECISION]
        assert notices[2].values["outcome"] == "not_violating"
        until = world.clock.now + world.stack.settings.appeal_window
        assert notices[2].values["appeal_until"] == until.isoformat()
        assert to_account(world) == []

    def test_later_reporter_is_not_notified_of_an_earlier_question(self, world: World) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        case_id = report(world, upload).cases[0].case_id
        decide(world, case_id, DecisionOutcome.NEEDS_INFORMATION)
        world.clock.advance(minutes=1)
        late = report(world, upload)
        world.drain()
        assert kinds(to_reporter(world, late.report.case_number)) == [NoticeKind.RECEIPT]

    def test_reporter_is_notified_of_a_reversal(self, world: World) -> None:
        story = enforced_story(world, drawn(1))
        deliver_and_wait(world)
        resolve_appeal(world, appeal_case(world, story.upload))
        world.drain()
        notices = to_reporter(world, story.filed.report.case_number)
        assert kinds(notices)[-1] is NoticeKind.DECISION_REVERSED

    def test_notice_is_in_the_language_of_the_report_or_english(self, world: World) -> None:
        form = replace(FORM, language="pt-BR")
        filed = report(world, hashes=[drawn_hash(1)], form=form)
        world.drain()
        assert world.stack.cases.get_report(filed.report.case_number).language == "pt-BR"  # type: ignore[union-attr]
        assert to_reporter(world, filed.report.case_number)[0].language == "en"


class TestAccountHolders:
    def test_enforced_upload_brings_a_statement_of_reasons(self, world: World) -> None:
        story = enforced_story(world, drawn(1))
        other = world.upload("beta", "bob", drawn(2))
        world.drain()
        (statement,) = to_account(world)
        assert statement.kind is NoticeKind.STATEMENT_OF_REASONS
        assert statement.case_id == story.case.case_id
        assert statement.values["uploads"] == (story.upload.upload_id,)
        assert statement.values["ground"] == world.stack.settings.legal_ground
        assert to_account(world, other.account_id, "beta") == []

    def test_account_holder_notices_never_name_the_reporter(self, world: World) -> None:
        story = enforced_story(world, drawn(1))
        resolve_appeal(world, appeal_case(world, story.upload))
        world.drain()
        text = repr(to_account(world))
        report_ = story.filed.report
        for private in (report_.case_number, report_.statement, "jane", "Jane", "as seen"):
            assert private not in text

    def test_automatic_match_is_stated_as_automated(self, world: World) -> None:
        up_before = world.upload("beta", "eve", drawn(1, flipped=7))
        enforced_story(world, drawn(1))
        world.drain()
        blocked = world.upload("beta", "bob", drawn(1, flipped=3))
        world.drain()
        for account, upload, action in [("eve", up_before, "removed"), ("bob", blocked, "blocked")]:
            (statement,) = to_account(world, account, "beta")
            assert statement.values["action"] == (f"image_{action}",)
            assert statement.values["uploads"] == (upload.upload_id,)
            assert statement.values["put_up"] == upload.received_at.isoformat()
            assert statement.values["automated_decision"] == "yes"
            assert statement.case_id is None

    @pytest.mark.law("GD3")
    def test_held_upload_brings_no_notice(self, world: World) -> None:
        report(world, hashes=[drawn_hash(1)])
        world.drain()
        world.upload("beta", "bob", drawn(1))
        world.drain()
        assert to_account(world, "bob", "beta") == []

    def test_upload_hidden_at_the_deadline_is_stated_as_undecided(self, world: World) -> None:
        upload = world.upload("alpha", "ann", drawn(1))
        report(world, upload)
        world.clock.advance(hours=49)
        world.watch_deadlines()
        world.drain()
        (statement,) = to_account(world)
        assert statement.values["action"] == ("image_hidden",)
        assert statement.values["uploads"] == (upload.upload_id,)
        assert "No one has decided about the image yet" in statement.paragraphs[0]

    @pytest.mark.law("CHILD")
    def test_account_holder_is_not_notified_of_a_suspected_child(self, world: World) -> None:
        filed = report(world, world.upload("alpha", "ann", drawn(1)))
        deliver_and_wait(world)
        decide(world, filed.cases[0].case_id, DecisionOutcome.SUSPECTED_CHILD)
        world.drain()
        assert to_account(world) == []
        assert to_reporter(world, filed.report.case_number)[-1].values["outcome"] == "suspected_child"
        (block,) = world.stack.accounts.get("alpha", "ann").blocks.values()
        reasons = [event.detail["reason"] for event in world.events_of_type("upload.removed")]
        assert [*reasons, block.reason] == ["judged_violating"] * 2

    def test_manual_block_and_its_lifting_are_notified(self, world: World) -> None:
        about = {"platform": "alpha", "account_id": "ann", "reviewer": "sue"}
        block_account(world.stack, **about, reason="the same image, day after day")
        deliver_and_wait(world)
        unblock_account(world.stack, **about)
        world.drain()
        blocked, lifted = to_account(world)
        assert "the same image, day after day" in " ".join(blocked.paragraphs)
        assert lifted.kind is NoticeKind.BLOCK_LIFTED
        assert "talked" not in repr(lifted)

    @pytest.mark.parametrize("outcome", AppealOutcome)
    def test_appeal_is_confirmed_and_its_outcome_notified(self, world: World, outcome: AppealOutcome) -> None:
        story = enforced_story(world, drawn(1))
        deliver_and_wait(world)
        filed = appeal_case(world, story.upload)
        deliver_and_wait(world)
        resolve_appeal(world, filed, outcome)
        world.drain()
        notices = to_account(world)
        assert kinds(notices)[:2] == [NoticeKind.STATEMENT_OF_REASONS, NoticeKind.APPEAL_RECEIPT]
        decided = next(notice for notice in notices if notice.kind is NoticeKind.APPEAL_OUTCOME)
        assert decided.values["outcome"] == outcome.value
        lifted = [notice for notice in notices if notice.kind is NoticeKind.BLOCK_LIFTED]
        assert len(lifted) == (outcome is AppealOutcome.GRANTED)

    def test_language_change_keeps_the_blocks_of_an_account(self, world: World) -> None:
        set_language(world.stack, platform="alpha", account_id="ann", language="de")
        story = enforced_story(world, drawn(1))
        set_language(world.stack, platform="alpha", account_id="ann", language="de-AT")
        account = world.stack.accounts.get("alpha", "ann")
        assert account.language == "de-AT"
        assert set(account.blocks) == {story.case.case_id}


class TestIdempotency:
    def test_repeated_late_or_unordered_event_notifies_once(self, world: World) -> None:
        story = enforced_story(world, drawn(1))
        world.publish()
        resolve_appeal(world, appeal_case(world, story.upload))
        world.publish()
        messages = [message for message in world.queue if message.kind == "notices"]
        for message in [*reversed(messages), *messages]:
            world.handle(message)
        world.drain()
        notices = dump_state(world.cloud).notices
        assert len({(one.recipient, one.notice_id) for one in notices}) == len(notices)
        assert sorted(kinds(to_account(world))) == [
            "appeal_outcome",
            "appeal_receipt",
            "block_lifted",
            "statement_of_reasons",
        ]
        assert len(world.events_of_type("notice.issued")) == len(notices)

    def test_issued_notice_is_not_rewritten_in_a_new_language(self, world: World) -> None:
        enforced_story(world, drawn(1))
        world.publish()
        messages = [message for message in world.queue if message.kind == "notices"]
        world.drain()
        before = to_account(world)
        set_language(world.stack, platform="alpha", account_id="ann", language="de")
        for message in messages:
            world.handle(message)
        assert to_account(world) == before


class TestLinks:
    def linked(self, world: World) -> str:
        enforced_story(world, drawn(1))
        world.drain()
        (notice,) = to_account(world)
        token, until = create_notice_link(
            world.stack, platform="alpha", account_id="ann", notice_id=notice.notice_id
        )
        assert until == world.clock.now + world.stack.settings.notice_link_lifetime
        return token

    def test_a_link_opens_the_notice_and_files_the_appeal(self, world: World) -> None:
        token = self.linked(world)
        deliver_and_wait(world)
        opened = view_notice(world.stack, token)
        assert kinds(list(opened.notices)) == [NoticeKind.STATEMENT_OF_REASONS]
        decided_at = world.clock.now - timedelta(minutes=1)
        assert opened.appealable_until == decided_at + world.stack.settings.appeal_window
        appeal_by_link(world.stack, token, "it is a beach")
        filed = appeal_by_link(world.stack, token, "again")
        assert filed.statement == "it is a beach"
        world.drain()
        waiting = view_notice(world.stack, token)
        assert (waiting.appeal, waiting.appealable_until) == (filed, None)
        resolve_appeal(world, filed)
        world.drain()
        over = view_notice(world.stack, token)
        assert over.appeal is not None and over.appeal.outcome is AppealOutcome.GRANTED
        assert kinds(list(over.notices))[0] is NoticeKind.STATEMENT_OF_REASONS
        assert set(kinds(list(over.notices))) >= {NoticeKind.APPEAL_OUTCOME, NoticeKind.BLOCK_LIFTED}

    @pytest.mark.law("EU4")
    def test_link_of_a_match_files_its_appeal(self, world: World) -> None:
        """The notice shows the outcome of the appeal, but never the case behind the match."""
        case_id = enforced_story(world, drawn(1)).case.case_id
        world.drain()
        others = world.upload("beta", "eve", drawn(1, flipped=4))
        stopped = world.upload("beta", "bob", drawn(1, flipped=20))
        deliver_and_wait(world)
        (notice,) = to_account(world, "bob", "beta")
        token, _ = create_notice_link(
            world.stack, platform="beta", account_id="bob", notice_id=notice.notice_id
        )
        opened = view_notice(world.stack, token)
        assert opened.appealable_until == stopped.updated_at + world.stack.settings.appeal_window
        appeal_by_link(world.stack, token, "it is another picture")
        filed = appeal_by_link(world.stack, token, "again")
        assert isinstance(filed, MatchAppeal)
        assert (filed.upload_id, filed.statement) == (stopped.upload_id, "it is another picture")
        assert view_notice(world.stack, token).appeal == filed, (
            "the link must show the appeal before its notice is written"
        )
        deliver_and_wait(world)
        resolve_appeal(world, filed)
        world.drain()
        over = view_notice(world.stack, token)
        assert over.appeal is not None and over.appeal.outcome is AppealOutcome.GRANTED
        assert over.appealable_until is None
        expected = [NoticeKind.STATEMENT_OF_REASONS, NoticeKind.APPEAL_RECEIPT, NoticeKind.APPEAL_OUTCOME]
        assert kinds(list(over.notices)) == expected
        assert case_id not in repr(over.notices)
        assert world.reload(others).state is UploadState.BLOCKED

    def test_match_by_another_decision_is_appealed_by_the_same_link(self, world: World) -> None:
        enforced_story(world, drawn(1))
        world.drain()
        stopped = world.upload("beta", "bob", drawn(1, flipped=20))
        deliver_and_wait(world)
        (notice,) = to_account(world, "bob", "beta")
        token, _ = create_notice_link(
            world.stack, platform="beta", account_id="bob", notice_id=notice.notice_id
        )
        resolve_appeal(world, appeal_by_link(world.stack, token, "it is another picture"))
        deliver_and_wait(world)
        report_and_decide(world, world.upload("alpha", "cat", drawn(1, flipped=50)), reviewer="ben")
        world.drain()
        assert world.reload(stopped).state is UploadState.REMOVED
        again = view_notice(world.stack, token)
        assert again.appeal is None and again.appealable_until is not None
        assert appeal_by_link(world.stack, token, "still another").outcome is None

    def test_link_of_an_ended_match_offers_no_appeal(self, world: World) -> None:
        story = enforced_story(world, drawn(1))
        world.drain()
        world.upload("beta", "bob", drawn(1, flipped=20))
        deliver_and_wait(world)
        (notice,) = to_account(world, "bob", "beta")
        token, _ = create_notice_link(
            world.stack, platform="beta", account_id="bob", notice_id=notice.notice_id
        )
        resolve_appeal(world, appeal_case(world, story.upload))
        world.drain()
        opened = view_notice(world.stack, token)
        assert (opened.appealable_until, opened.appeal) == (None, None)
        with pytest.raises(Conflict, match="no match stops it"):
            appeal_by_link(world.stack, token, "why")

    def test_link_shows_one_matter_only(self, world: World) -> None:
        token = self.linked(world)
        other = world.upload("alpha", "ann", drawn(2))  # rejected: the account is blocked
        report(world, other)
        block_account(world.stack, platform="alpha", account_id="ann", reason="spam", reviewer="sue")
        world.drain()
        assert len(to_account(world)) == 2
        assert len(view_notice(world.stack, token).notices) == 1

    def test_link_says_that_the_appeal_window_has_ended(self, world: World) -> None:
        token = self.linked(world)
        world.clock.advance(days=185)
        assert view_notice(world.stack, token).appealable_until is None
        with pytest.raises(Conflict):
            appeal_by_link(world.stack, token, "too late")

    def test_link_expires(self, world: World) -> None:
        token = self.linked(world)
        world.clock.advance(days=215)
        with pytest.raises(NotFound):
            view_notice(world.stack, token)

    def test_wrong_links_are_throttled_and_the_correct_one_opens(self, world: World) -> None:
        token = self.linked(world)
        number, _, _ = token.partition("-")
        for attempt in range(MAX_WRONG_SECRETS_PER_HOUR + 3):
            expected = NotFound if attempt < MAX_WRONG_SECRETS_PER_HOUR else TooManyAttempts
            for wrong in (f"{number}-AAAAA", "00000000-AAAAA"):
                with pytest.raises(expected):
                    view_notice(world.stack, wrong)
        assert view_notice(world.stack, token).notices

    def test_only_the_digest_of_a_token_is_stored(self, world: World) -> None:
        token = self.linked(world)
        secret = token.partition("-")[2]
        for items in world.cloud.tables().values():
            assert secret not in repr(items)
        assert not any(secret in repr(event) for event in world.events)

    def test_notice_of_another_account_cannot_be_linked(self, world: World) -> None:
        self.linked(world)
        (notice,) = to_account(world)
        for platform, account in [("alpha", "bob"), ("beta", "ann")]:
            with pytest.raises(NotFound):
                create_notice_link(
                    world.stack, platform=platform, account_id=account, notice_id=notice.notice_id
                )

    def test_notice_of_a_lifted_block_has_no_appeal(self, world: World) -> None:
        block_account(world.stack, platform="alpha", account_id="ann", reason="spam", reviewer="sue")
        unblock_account(world.stack, platform="alpha", account_id="ann", reviewer="sue")
        world.drain()
        (notice,) = to_account(world)
        assert notice.kind is NoticeKind.BLOCK_LIFTED
        token, _ = create_notice_link(
            world.stack, platform="alpha", account_id="ann", notice_id=notice.notice_id
        )
        assert view_notice(world.stack, token).appealable_until is None
        with pytest.raises(Conflict):
            appeal_by_link(world.stack, token, "why")
