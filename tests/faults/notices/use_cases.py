"""Use cases about notices, prepared up to the call under test."""

from __future__ import annotations

from staydown.api.events import parse_event
from staydown.notices.notice import Recipient
from staydown.services.accounts import set_language
from staydown.services.appeals.appeal_by_link import appeal_by_link
from staydown.services.notices.notice_links import create_notice_link
from staydown.services.notices.send_notice_email import send_notice_email

from tests.faults.steps import Action, UseCase, deliver_message, next_message
from tests.support.actions import (
    decide,
    enforced_story,
    report,
)
from tests.support.fake_mailer import FakeMailer, enable_mail
from tests.support.sample_images import drawn
from tests.support.world import World


def pending_notices(world: World, event_type: str) -> Action:
    """Take the waiting notices message for this event type from the queue."""
    world.publish()
    message = next(m for m in world.queue if m.kind == "notices" and event_type in m.body[0])
    world.queue.remove(message)
    return deliver_message(world, message)


def block_notice_id(world: World) -> str:
    """Return the id of the account holder's notice of a block."""
    enforced_story(world, drawn(1))
    world.drain()
    (notice,) = world.stack.notices.list_for(Recipient.account_holder("alpha", "ann"))
    return notice.notice_id


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


def mail_to_the_reporter(world: World) -> Action:
    mailer = FakeMailer()
    enable_mail(world, mailer)
    report(world, world.upload("alpha", "ann", drawn(1)))
    world.drain()
    (issued,) = world.events_of_type("notice.issued")
    return lambda _: send_notice_email(world.stack, parse_event(issued.message_body))


def appeal_by_a_link(world: World) -> Action:
    notice = block_notice_id(world)
    token, _ = create_notice_link(world.stack, platform="alpha", account_id="ann", notice_id=notice)
    return lambda _: appeal_by_link(world.stack, token, "it is a beach")


def match_appeal_by_a_link(world: World) -> Action:
    enforced_story(world, drawn(1))
    world.drain()
    world.upload("beta", "bob", drawn(1, flipped=20))
    world.drain()
    (notice,) = world.stack.notices.list_for(Recipient.account_holder("beta", "bob"))
    token, _ = create_notice_link(world.stack, platform="beta", account_id="bob", notice_id=notice.notice_id)
    return lambda _: appeal_by_link(world.stack, token, "it is another picture")


def language_of_an_account(world: World) -> Action:
    return lambda _: set_language(world.stack, platform="alpha", account_id="ann", language="de")


USE_CASES: list[UseCase] = [
    notices_of_a_decision,
    notice_of_a_block,
    webhook_of_a_block,
    link_to_a_notice,
    mail_to_the_reporter,
    appeal_by_a_link,
    match_appeal_by_a_link,
    language_of_an_account,
]
