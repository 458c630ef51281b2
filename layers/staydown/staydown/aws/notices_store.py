"""Notices, and the links that open them.

| pk | sk | item |
| --- | --- | --- |
| `{party}#{name}` | `{notice_id}` | a notice; ids sort by time |
| `LINK#{number}` | `LINK` | a link that opens a notice without an account |
| `ATTEMPTS#{digest}` | `{hour}` | the number of wrong secrets for a link |
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from staydown.aws.codec import Codec
from staydown.aws.table import Table
from staydown.aws.transaction import Transaction
from staydown.notices.notice import Notice, NoticeLink, Recipient


class NoticesStore:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)
        self._notices = Codec(Notice)
        self._links = Codec(NoticeLink)

    def get(self, recipient: Recipient, notice_id: str) -> Notice | None:
        item = self._table.get(_pk(recipient), notice_id)
        return self._notices.load(item) if item is not None else None

    def add(self, transaction: Transaction, notice: Notice, *, until: datetime) -> None:
        """Add a notice that expires at `until`.

        The commit raises ConcurrentChange if the notice exists.
        """
        keys = {
            "pk": _pk(notice.recipient),
            "sk": notice.notice_id,
            "expires_at": int(until.timestamp()),
        }
        transaction.put_new(self._table.name, {**self._notices.dump(notice), **keys})

    def list_for(self, recipient: Recipient, *, before: str | None = None) -> Iterator[Notice]:
        """Yield the notices of a recipient, newest first, from the one before `before` on."""
        items = self._table.query(_pk(recipient), before=before, descending=True)
        return (self._notices.load(item) for item in items)

    def delete(self, recipient: Recipient, *, case_id: str | None = None) -> None:
        """Delete the notices of a recipient: all, or those about one case."""
        for item in self._table.query(_pk(recipient)):
            if case_id is None or item["case_id"] == case_id:
                self._table.delete(item["pk"], item["sk"])

    def get_link(self, number: str) -> NoticeLink | None:
        item = self._table.get(f"LINK#{number}", "LINK")
        return self._links.load(item) if item is not None else None

    def add_link(self, transaction: Transaction, link: NoticeLink) -> None:
        keys = {"pk": f"LINK#{link.number}", "sk": "LINK", "expires_at": int(link.expires_at.timestamp())}
        transaction.put_new(self._table.name, {**self._links.dump(link), **keys})

    def count_attempt(self, digest: str, now: datetime) -> int:
        """Count a wrong secret for this link and return the count of the current hour."""
        hour = now.strftime("%Y-%m-%dT%H")
        expires_at = int((now + timedelta(hours=2)).timestamp())
        return self._table.increment(f"ATTEMPTS#{digest}", hour, expires_at=expires_at)


def _pk(recipient: Recipient) -> str:
    return f"{recipient.party.value.upper()}#{recipient.name}"
