"""In place of SES: what was sent, by whom it is not told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from staydown.aws.mailer import AddressRefused
from staydown.domain.mail import Mail

from tests.support.world import World


@dataclass
class MailBox:
    """sent: (address, mail, case number). refuses: addresses that there is no sending to."""

    sent: list[tuple[str, Mail, str]] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)

    def send(self, to: str, mail: Mail, *, report: str) -> None:
        if to in self.refuses:
            raise AddressRefused
        self.sent.append((to, mail, report))


def switch_mail_on(world: World, box: MailBox, *, pages_url: str = "https://help.example/") -> None:
    """As an operator does with SenderAddress."""
    world.stack.settings = replace(
        world.stack.settings, sender_address="news@help.example", pages_url=pages_url
    )
    world.stack.__dict__["mailer"] = box
