"""In place of SES: what was sent, by whom it is not told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from staydown.aws.mailer import AddressRejected
from staydown.notices.mail import Email

from tests.support.world import World


@dataclass
class FakeMailer:
    """sent: (address, mail, case number). refuses: addresses that there is no sending to."""

    sent: list[tuple[str, Email, str]] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)

    def send(self, to: str, mail: Email, *, report: str) -> None:
        if to in self.refuses:
            raise AddressRejected
        self.sent.append((to, mail, report))


def enable_mail(world: World, box: FakeMailer, *, pages_url: str = "https://help.example/") -> None:
    """As an operator does with SenderAddress."""
    world.stack.settings = replace(
        world.stack.settings, mail_from_address="news@help.example", pages_url=pages_url
    )
    world.stack.__dict__["mailer"] = box
