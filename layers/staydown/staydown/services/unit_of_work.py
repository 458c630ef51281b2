"""The one place that writes state: with its audit records and its events, or not at all."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from enum import Enum, auto
from functools import cached_property
from typing import Any, TypeVar

from staydown.aws.audit_store import RETENTION_CHAIN, case_chain, entry_chain, upload_chain
from staydown.aws.bank_store import BankHead, StoredEntry
from staydown.aws.stack import Stack
from staydown.domain.accounts.account import Account
from staydown.domain.accounts.misuse import MisuseReview
from staydown.domain.accounts.strikes import MisuseSubject
from staydown.domain.accounts.verified_reporters import VerifiedReporter
from staydown.domain.audit.actors import SYSTEM, Actor
from staydown.domain.audit.chain import ChainHead
from staydown.domain.audit.details import AuditDetails
from staydown.domain.bank.entry import BankEntry
from staydown.domain.cases.appeals import Appeal, AppealBase, BlockAppeal
from staydown.domain.cases.case import Case
from staydown.domain.cases.reports import Report, Reporter
from staydown.domain.events import BankChanged, Event
from staydown.domain.uploads.upload import Upload

Audited = Case | Account | VerifiedReporter | Upload
"""What has an audit chain of its own."""
Saved = Audited | Appeal | MisuseReview | Report | Reporter

A = TypeVar("A", bound=Audited)
S = TypeVar("S", bound=Saved)


class Maintenance(Enum):
    """Why a change needs no audit record. A closed list: nobody decides any of these."""

    SCAN = auto()
    """An upload arrived, was read, or was published, and no case was ever about it."""
    LANGUAGE = auto()
    """The platform states the language of an account holder."""
    CONTACT = auto()
    """A reporter changes how they are reached, or e-mail to them is rejected."""
    SECRET = auto()
    """A reporter gets a new secret."""
    EMPTY_REPORT = auto()
    """A report names no image, so it has no case."""
    DECIDED_REPORT = auto()
    """A reporter completes or withdraws a report of decided cases; the report itself keeps when."""
    ERASURE = auto()
    """A step of an erasure that another chain records, or a note that an erasure waits."""


class UncoveredChange(Exception):
    """A change would be saved without the audit record that has to cover it: a mistake in the code."""


class UnitOfWork:
    """State, audit records and events of one change: committed together or not at all."""

    def __init__(self, stack: Stack, actor: Actor = SYSTEM) -> None:
        self.actor = actor
        """On whose behalf everything is recorded."""
        self.transaction = stack.transaction()
        """For conditions, and for links between items. State goes through the methods below."""
        self.stack = stack
        """The adapters, for reading."""
        self._recorded: set[str] = set()
        self._needed: set[str] = set()

    @cached_property
    def now(self) -> datetime:
        """One reading of the clock, at its first use, for state, records and events.

        A service uses it after its reads. So a change is later than everything that it is based on.
        """
        return self.stack.now()

    def record(self, changed: A, details: AuditDetails, *events: Event) -> A:
        """Save an aggregate with the next record of its own chain; return it as it is saved."""
        extra: dict[str, object] = {}
        if isinstance(changed, Case):
            # Metrics are counted from the audit alone, so each record tells how the case stands after it.
            extra = {"state": changed.state.value, "deadline": _utc_isoformat(changed.deadline)}
            changed = replace(changed, **_closing(changed, self.now))
        chain = _chain(changed)
        recorded = replace(changed, audit=self._append(chain, changed.audit, details, extra))
        self._save(recorded)
        self.emit(*events)
        return recorded

    def cover(self, changed: S, *events: Event, by: Audited) -> S:
        """Save an aggregate whose change the record of `by` covers.

        `commit` raises UncoveredChange unless `by` is recorded in the same unit of work.
        """
        self._needed.add(_chain(by))
        self._save(changed)
        self.emit(*events)
        return changed

    def maintain(self, changed: S, why: Maintenance, *events: Event) -> S:
        """Save bookkeeping that nobody decides."""
        assert isinstance(why, Maintenance)
        self._save(changed)
        self.emit(*events)
        return changed

    def record_entry(
        self, read: StoredEntry, changed: BankEntry, details: AuditDetails, *, head: BankHead
    ) -> StoredEntry:
        """Save an entry with the next record of its own chain, and have it swept for.

        head: as it was when the entry was read. Return the entry with the number of this change.
        """
        recorded = replace(
            changed, audit=self._append(entry_chain(changed.entry_id), changed.audit, details, {})
        )
        seq = self._bank(head, [(read, recorded)], [recorded.entry_id])
        return StoredEntry(recorded, seq)

    def record_erasure(self, details: AuditDetails) -> None:
        """Write the next record of the chain of what was erased."""
        head = self._append(RETENTION_CHAIN, self.stack.cases.retention_head(), details, {})
        self.stack.cases.save_retention_head(self.transaction, head)

    def bank(
        self,
        changed: Collection[tuple[StoredEntry, BankEntry]],
        *,
        by: Audited | Maintenance,
        head: BankHead | None = None,
        swept: Collection[str] | None = None,
    ) -> None:
        """Save entries in place of those that were read; the record of `by` covers them.

        head: as it was when they were read. swept: ids of the entries to sweep for; by default those that
        stop other images than before.
        """
        if not changed:
            return
        if not isinstance(by, Maintenance):
            self._needed.add(_chain(by))
        if swept is None:
            swept = [entry.entry_id for read, entry in changed if not entry.has_same_effect_as(read.entry)]
        self._bank(head or self.stack.bank.get_head(), changed, swept)

    def require_unchanged(self, *read: Case) -> None:
        """Let the commit fail with ConcurrentChange where one of these cases is another by then."""
        for case in read:
            self.stack.cases.require_version(self.transaction, case)

    def emit(self, *events: Event) -> None:
        """Publish events with the commit."""
        for event in events:
            self.stack.outbox.add(self.transaction, event, at=self.now)

    def commit(self) -> None:
        """Write everything, in one transaction of at most 100 writes.

        Raise what the first failed condition says (ConcurrentChange unless another error was given), and
        UncoveredChange where a record is missing; then nothing is written.
        """
        missing = self._needed - self._recorded
        if missing:
            kinds = sorted({chain.partition(":")[0] for chain in missing})
            raise UncoveredChange(f"no audit record of {', '.join(kinds)} covers a change")
        self.transaction.commit()

    def _append(
        self, chain: str, head: ChainHead, details: AuditDetails, extra: dict[str, object]
    ) -> ChainHead:
        self._recorded.add(chain)
        return self.stack.audit.append(
            self.transaction,
            chain,
            head,
            at=self.now,
            actor=str(self.actor),
            action=details.action.value,
            details={**details.as_json(), **extra},
        )

    def _bank(
        self, head: BankHead, changed: Collection[tuple[StoredEntry, BankEntry]], swept: Collection[str]
    ) -> int:
        seq = self.stack.bank.append_changes(
            self.transaction, head, [(entry, read.seq) for read, entry in changed]
        )
        if swept:
            self.emit(BankChanged(tuple(sorted(swept)), seq))
        return seq

    def _save(self, changed: Saved) -> None:
        stack, transaction = self.stack, self.transaction
        match changed:
            case Case():
                self._save_case(changed)
            case Upload():
                stack.uploads.save(transaction, changed)
            case Account():
                stack.accounts.save(transaction, changed)
            case VerifiedReporter():
                stack.verified_reporters.save(transaction, changed)
            case Report():
                stack.cases.save_report(transaction, changed)
            case Reporter():
                stack.reporters.save(transaction, changed)
            case MisuseReview():
                stack.misuse_reviews.save(transaction, changed)
            case AppealBase():
                stack.cases.save_appeal(transaction, changed, until=self._appeal_expiry(changed))

    def _save_case(self, case: Case) -> None:
        self.stack.cases.save_case(self.transaction, case)
        if case.legal_hold is not None or case.pending_appeals:
            self.stack.cases.mark_preservation(self.transaction, case)

    def _appeal_expiry(self, appeal: Appeal) -> datetime | None:
        """A decided appeal of a manual block expires by itself: no case erases it."""
        if not isinstance(appeal, BlockAppeal) or appeal.outcome is None:
            return None
        return self.now + self.stack.settings.retention.case


def _chain(audited: Audited) -> str:
    match audited:
        case Case():
            return case_chain(audited.case_id)
        case Upload():
            return upload_chain(audited.upload_id)
        case Account():
            return MisuseSubject.of_account(audited.platform, audited.account_id).audit_chain
        case VerifiedReporter():
            return MisuseSubject.of_reporter(audited.verified_reporter_id).audit_chain


def _closing(case: Case, now: datetime) -> dict[str, Any]:
    """When the case was closed. No further report is grouped with a closed case."""
    if case.undecided:
        return {"closed_at": None}
    return {"closed_at": case.closed_at or now, "grouping_hash": None}


def _utc_isoformat(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment is not None else None
