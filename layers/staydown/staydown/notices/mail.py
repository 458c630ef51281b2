"""E-mail to who reported: no more than they chose, and nothing of the matter where others may see it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from staydown.domain.cases.reports import EmailPreference
from staydown.notices.notice import Notice
from staydown.notices.wording import Catalogue

_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"\\]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True, slots=True)
class Email:
    subject: str
    body: str


def is_email_address(text: str) -> bool:
    """Whether this is one e-mail address and nothing else."""
    return _ADDRESS.fullmatch(text) is not None


def render_email(
    notice: Notice, case_number: str, preference: EmailPreference, catalogue: Catalogue, *, pages_url: str
) -> Email:
    """pages_url: where the status page is; without one the mail names none."""
    said = {"case_number": case_number, "address": f"{pages_url}status.html"}
    lines = [catalogue.sentence("mail.news", said)]
    if preference is EmailPreference.FULL:
        lines = [notice.title, *notice.paragraphs]
    lines.append(catalogue.sentence("mail.open" if pages_url else "mail.open_the_page", said))
    lines.append(catalogue.sentence("mail.choice", said))
    return Email(catalogue.title("mail", said), "\n\n".join(lines) + "\n")
