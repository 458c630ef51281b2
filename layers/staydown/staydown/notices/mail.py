"""E-mails to reporters. Their content is limited to what the reporter chose."""

from __future__ import annotations

import re
from dataclasses import dataclass

from staydown.domain.cases.reports import EmailPreference
from staydown.notices.notice import Notice
from staydown.notices.wording import Catalogue

_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"\\]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True, slots=True)
class Email:
    """A plain-text e-mail."""

    subject: str
    """The subject line, the same for every notice: other people may see it."""
    body: str
    """The text."""


def is_email_address(text: str) -> bool:
    """Whether the text is exactly one e-mail address."""
    return _ADDRESS.fullmatch(text) is not None


def render_email(
    notice: Notice, case_number: str, preference: EmailPreference, catalogue: Catalogue, *, pages_url: str
) -> Email:
    """Return the e-mail for a notice.

    pages_url: the base URL of the status page; empty: the e-mail has no link.
    """
    values = {"case_number": case_number, "address": f"{pages_url}status.html"}
    lines = [catalogue.sentence("mail.news", values)]
    if preference is EmailPreference.FULL:
        lines = [notice.title, *notice.paragraphs]
    lines.append(catalogue.sentence("mail.open" if pages_url else "mail.open_the_page", values))
    lines.append(catalogue.sentence("mail.choice", values))
    return Email(catalogue.title("mail", values), "\n\n".join(lines) + "\n")
