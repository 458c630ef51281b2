"""E-mail to who reported: as they chose, and nothing of the matter where others may see it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from staydown.api.messages import event_of
from staydown.domain.mail import MailChoice, is_address
from staydown.domain.reports import Unreachable
from staydown.services.notices.send_mail import note_unreachable, send_mail
from staydown.services.reports.amend_report import Information, complete_report
from staydown.services.reports.file_report import FiledReport
from staydown.services.reports.follow_report import follow_report

from tests.support.mail_box import MailBox, switch_mail_on
from tests.support.people import FORM, decide, judged_story, report
from tests.support.pictures import drawn
from tests.support.world import World

SUBJECT_MATTER = ["image", "picture", "report", "intimate", "removed", "taken down", "reviewer", "Jane"]


@pytest.fixture
def box(world: World) -> MailBox:
    box = MailBox()
    switch_mail_on(world, box)
    return box


def reported(world: World, **more: object) -> FiledReport:
    form = replace(FORM, **more)  # type: ignore[arg-type]
    return report(world, world.upload("alpha", "ann", drawn(1)), form=form)


def mailed(world: World, *, times: int = 1) -> list[bool]:
    """What the mail queue brings: every notice that was issued so far."""
    world.drain()
    issued = world.told_of("notice.issued")
    return [send_mail(world.stack, event_of(one.text)) for one in issued for _ in range(times)]


def test_by_default_a_mail_says_that_there_is_news_and_nothing_else(world: World, box: MailBox) -> None:
    filed = reported(world)
    mailed(world)
    ((to, mail, number),) = box.sent
    assert (to, number) == ("jane@example.org", filed.report.case_number)
    assert mail.subject == f"News about {number}"
    assert "https://help.example/status.html" in mail.text
    for word in SUBJECT_MATTER:
        assert word not in mail.subject + mail.text
    assert filed.secret not in mail.text


def test_who_chose_so_gets_the_whole_notice_under_the_same_subject(world: World, box: MailBox) -> None:
    filed = reported(world, mail=MailChoice.FULL)
    decide(world, filed.cases[0].case_id)
    mailed(world)
    receipt, decision = sorted((mail for _, mail, _ in box.sent), key=lambda mail: "agreed" in mail.text)
    assert receipt.subject == decision.subject == f"News about {filed.report.case_number}"
    assert "agreed with your report" in decision.text
    assert "Nothing is missing" in receipt.text


def test_who_wants_no_mail_gets_none_and_finds_the_notice_beside_the_case(world: World, box: MailBox) -> None:
    filed = reported(world, mail=MailChoice.NONE)
    assert mailed(world) == [False]
    assert box.sent == []
    assert len(follow_report(world.stack, filed.report.case_number, filed.secret).notices) == 1


def test_the_choice_can_be_changed_and_leaves_the_address_as_it_is(world: World, box: MailBox) -> None:
    filed = reported(world)
    changed = Information(mail=MailChoice.NONE)
    after = complete_report(world.stack, filed.report.case_number, filed.secret, changed)
    assert after.contactable
    mailed(world)
    assert box.sent == []


def test_a_notice_is_mailed_once_however_often_it_is_told(world: World, box: MailBox) -> None:
    reported(world)
    assert mailed(world, times=3) == [True, False, False]
    assert len(box.sent) == 1


def test_account_holders_get_no_mail_from_us(world: World, box: MailBox) -> None:
    story = judged_story(world, drawn(1))
    mailed(world)
    assert {number for _, _, number in box.sent} == {story.filed.report.case_number}
    assert len(box.sent) == 2


def test_without_a_sender_nothing_is_sent(world: World) -> None:
    box = MailBox()
    switch_mail_on(world, box)
    world.stack.settings = replace(world.stack.settings, sender_address="")
    reported(world)
    assert mailed(world) == [False]
    assert box.sent == []


@pytest.mark.parametrize(
    "address", ["nobody", "a@b", "a@b@c.org", "a@c.org, b@c.org", "a b@c.org", "x\n@c.org", "<a@c.org>"]
)  # fmt: skip
def test_what_is_no_address_is_sent_nothing(world: World, box: MailBox, address: str) -> None:
    assert not is_address(address)
    reported(world, email=address)
    mailed(world)
    assert box.sent == []


def test_an_address_that_is_refused_or_bounced_is_left_alone_until_another_is_given(
    world: World, box: MailBox
) -> None:
    box.refuses.add("jane@example.org")
    filed = reported(world)
    number, secret = filed.report.case_number, filed.secret
    assert mailed(world) == [False]
    seen = follow_report(world.stack, number, secret).reporter
    assert seen is not None and seen.unreachable is Unreachable.REFUSED
    box.refuses.clear()
    mailed(world)
    assert box.sent == []
    complete_report(world.stack, number, secret, Information(email="jane@example.com"))
    mailed(world)
    assert [to for to, _, _ in box.sent] == ["jane@example.com"]
    for why in (Unreachable.BOUNCED, Unreachable.COMPLAINED):
        note_unreachable(world.stack, number, why)
    seen = follow_report(world.stack, number, secret).reporter
    assert seen is not None and seen.unreachable is Unreachable.BOUNCED
    decide(world, filed.cases[0].case_id)
    mailed(world)
    assert len(box.sent) == 1


def test_a_bounce_of_a_report_that_is_not_there_is_nothing(world: World) -> None:
    note_unreachable(world.stack, "SD-0000-0000", Unreachable.BOUNCED)


def test_who_was_mailed_is_known_in_the_table_of_reporters_alone(world: World, box: MailBox) -> None:
    reported(world)
    mailed(world)
    for name, items in world.cloud.tables().items():
        assert ("jane@example.org" in repr(items)) == (name == world.cloud.settings.reporters_table)
