"""In what language an account's holder is told."""

from __future__ import annotations

from dataclasses import replace

from staydown.aws.stack import Stack
from staydown.domain.accounts.account import Account
from staydown.services.retries import retry_on_conflict


@retry_on_conflict
def set_language(stack: Stack, *, platform: str, account_id: str, language: str) -> Account:
    """language: a BCP 47 tag. What was told before stays as it is."""
    account = stack.accounts.get(platform, account_id)
    if account.language == language:
        return account
    account = replace(account, language=language)
    transaction = stack.transaction()
    stack.accounts.save(transaction, account)
    transaction.commit()
    return account
