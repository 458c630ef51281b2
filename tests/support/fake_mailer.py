"""A mailer that records e-mails instead of sending them."""

from __future__ import annotations

from dataclasses import dataclass, field

from staydown.aws.mailer import AddressRejected
from staydown.notices.mail import Email

from tests.support.settings import changed_settings
from tests.support.world import World


@dataclass
class FakeMailer:
    """sent: (address, e-mail, case number). rejected: addresses that the mailer rejects."""

    sent: list[tuple[str, Email, str]] = field(default_factory=list)
    rejected: set[str] = field(default_factory=set)

    def send(self, to: str, mail: Email, *, case_number: str) -> None:
        if to in self.rejected:
            raise AddressRejected
        self.sent.append((to, mail, case_number))


def enable_mail(world: World, box: FakeMailer, *, pages_url: str = "https://help.example/") -> None:
    """Enable e-mail, as an operator does with the parameter SenderAddress."""
    world.stack.settings = changed_settings(
        world.stack.settings, mail_from_address="news@help.example", pages_url=pages_url
    )
    world.stack.__dict__["mailer"] = box
