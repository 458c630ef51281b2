"""Accounts that were ever blocked or warned.

| pk | sk | item |
| --- | --- | --- |
| `{platform}#{account_id}` | `ACCOUNT` | an account, its blocks and its warnings |
"""

from __future__ import annotations

from typing import Any

from staydown.aws.codec import Codec
from staydown.aws.table import Table
from staydown.aws.transaction import Transaction
from staydown.domain.accounts.account import Account
from staydown.domain.errors import AccountIsBlocked


class AccountsStore:
    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)
        self._accounts = Codec(Account)

    def get(self, platform: str, account_id: str) -> Account:
        """Return the account. An account without an item has no block and no warning."""
        item = self._table.get(f"{platform}#{account_id}", "ACCOUNT")
        return self._accounts.load(item) if item is not None else Account(platform, account_id)

    def save(self, transaction: Transaction, account: Account) -> None:
        keys = {"pk": f"{account.platform}#{account.account_id}", "sk": "ACCOUNT"}
        item = {**self._accounts.dump(account), **keys, "barred": account.blocked}
        transaction.put_versioned(self._table.name, item, version=account.version)

    def require_unblocked(self, transaction: Transaction, platform: str, account_id: str) -> None:
        """Make the transaction raise AccountIsBlocked if the account is blocked when it commits."""
        transaction.check(
            self._table.name,
            {"pk": f"{platform}#{account_id}", "sk": "ACCOUNT"},
            condition="attribute_not_exists(pk) OR barred = :no",
            values={":no": False},
            error=AccountIsBlocked("The account was blocked before its image was published."),
        )
