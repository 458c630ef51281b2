"""E-mail to reporters: sent as they chose, without details where others may see them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from staydown.api.events import parse_event
from staydown.domain.cases.reports import EmailPreference, UnreachableReason
from staydown.notices.mail import is_email_address
from staydown.services.notices.send_notice_email import mark_unreachable, send_notice_email
from staydown.services.reports.amend_report import ReportUpdate, complete_report
from staydown.services.reports.file_report import FiledReport
from staydown.services.reports.view_report import view_report

from tests.support.actions import FORM, decide, enforced_story, report
from tests.support.fake_mailer import FakeMailer, enable_mail
from tests.support.sample_images import drawn
from tests.support.settings import changed_settings
from tests.support.world import World

SUBJECT_MATTER = ["image", "picture", "report", "intimate", "removed", "taken down", "reviewer", "Jane"]


@pytest.fixture
def box(world: World) -> FakeMailer:
    box = FakeMailer()
    enable_mail(world, box)
    return box


def reported(world: World, **more: object) -> FiledReport:
    form = replace(FORM, **more)  # type: ignore[arg-type]
    return report(world, world.upload("alpha", "ann", drawn(1)), form=form)


def mailed(world: World, *, times: int = 1) -> list[bool]:
    """Handle the messages of the mail queue: all notices issued so far."""
    world.drain()
    issued = world.events_of_type("notice.issued")
    return [
        send_notice_email(world.stack, parse_event(one.message_body)) for one in issued for _ in range(times)
    ]


def test_default_mail_says_only_that_there_is_news(world: World, box: FakeMailer) -> None:
    filed = reported(world)
    mailed(world)
    ((to, mail, number),) = box.sent
    assert (to, number) == ("jane@example.org", filed.report.case_number)
    assert mail.subject == f"News about {number}"
    assert "https://help.example/status.html" in mail.body
    for word in SUBJECT_MATTER:
        assert word not in mail.subject + mail.body
    assert filed.secret not in mail.body


def test_full_mail_has_the_whole_notice_and_the_same_subject(world: World, box: FakeMailer) -> None:
    filed = reported(world, mail=EmailPreference.FULL)
    decide(world, filed.cases[0].case_id)
    mailed(world)
    receipt, decision = sorted((mail for _, mail, _ in box.sent), key=lambda mail: "agreed" in mail.body)
    assert receipt.subject == decision.subject == f"News about {filed.report.case_number}"
    assert "agreed with your report" in decision.body
    assert "Your report is complete." in receipt.body


def test_reporter_without_mail_finds_the_notice_with_the_case(world: World, box: FakeMailer) -> None:
    filed = reported(world, mail=EmailPreference.NONE)
    assert mailed(world) == [False]
    assert box.sent == []
    assert len(view_report(world.stack, filed.report.case_number, filed.secret).notices) == 1


def test_mail_choice_changes_without_the_address(world: World, box: FakeMailer) -> None:
    filed = reported(world)
    changed = ReportUpdate(mail=EmailPreference.NONE)
    after = complete_report(world.stack, filed.report.case_number, filed.secret, changed)
    assert after.contactable
    mailed(world)
    assert box.sent == []


def test_notice_is_mailed_once(world: World, box: FakeMailer) -> None:
    reported(world)
    assert mailed(world, times=3) == [True, False, False]
    assert len(box.sent) == 1


def test_account_holders_get_no_mail(world: World, box: FakeMailer) -> None:
    story = enforced_story(world, drawn(1))
    mailed(world)
    assert {number for _, _, number in box.sent} == {story.filed.report.case_number}
    assert len(box.sent) == 2


def test_nothing_is_sent_without_a_sender_address(world: World) -> None:
    box = FakeMailer()
    enable_mail(world, box)
    world.stack.settings = changed_settings(world.stack.settings, mail_from_address="")
    reported(world)
    assert mailed(world) == [False]
    assert box.sent == []


@pytest.mark.parametrize(
    "address", ["nobody", "a@b", "a@b@c.org", "a@c.org, b@c.org", "a b@c.org", "x\n@c.org", "<a@c.org>"]
)  # fmt: skip
def test_invalid_address_is_sent_nothing(world: World, box: FakeMailer, address: str) -> None:
    assert not is_email_address(address)
    reported(world, email=address)
    mailed(world)
    assert box.sent == []


def test_bounced_address_is_not_used_until_it_is_replaced(world: World, box: FakeMailer) -> None:
    box.rejected.add("jane@example.org")
    filed = reported(world)
    number, secret = filed.report.case_number, filed.secret
    assert mailed(world) == [False]
    seen = view_report(world.stack, number, secret).reporter
    assert seen is not None and seen.unreachable is UnreachableReason.REFUSED
    box.rejected.clear()
    mailed(world)
    assert box.sent == []
    complete_report(world.stack, number, secret, ReportUpdate(email="jane@example.com"))
    mailed(world)
    assert [to for to, _, _ in box.sent] == ["jane@example.com"]
    for why in (UnreachableReason.BOUNCED, UnreachableReason.COMPLAINED):
        mark_unreachable(world.stack, number, why)
    seen = view_report(world.stack, number, secret).reporter
    assert seen is not None and seen.unreachable is UnreachableReason.BOUNCED
    decide(world, filed.cases[0].case_id)
    mailed(world)
    assert len(box.sent) == 1


def test_bounce_for_an_unknown_report_is_ignored(world: World) -> None:
    mark_unreachable(world.stack, "SD-0000-0000", UnreachableReason.BOUNCED)


def test_mail_address_is_stored_only_with_the_reporter(world: World, box: FakeMailer) -> None:
    reported(world)
    mailed(world)
    for name, items in world.cloud.tables().items():
        assert ("jane@example.org" in repr(items)) == (name == world.cloud.settings.reporters_table)
