"""What a violating decision puts into the bank."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from staydown.aws.bank_store import StoredEntry
from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.bank.entry import BankEntry, Standing
from staydown.domain.cases.case import Case
from staydown.domain.uploads.upload import Upload
from staydown.services.bank.supports import emit_bank_changed


class BankWriter:
    """The images of one decision. Their features are kept once, however often the decision is tried."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._feature_keys: dict[str, str | None] = {}

    def add(
        self,
        transaction: Transaction,
        case: Case,
        uploads: Iterable[Upload],
        reported_entries: Collection[str],
    ) -> tuple[str, ...]:
        """Entries for these images, and the claims of others that the case was about, rest on the case.

        claimed: of these entries, those that count as claimed whatever they rest on.
        """
        stack = self._stack
        least = stack.settings.match_policy.minimum_quality
        new: dict[str, tuple[BankEntry, Upload]] = {}
        for upload in uploads:
            if upload.fingerprint is not None:
                entry = BankEntry.of_image(upload.fingerprint, least)
                new.setdefault(entry.entry_id, (entry, upload))
        head = stack.bank.get_head()
        concerned = sorted({*new, *case.entries})
        stored = stack.bank.get_entries(concerned)
        changed: dict[str, tuple[BankEntry, int]] = {}
        for entry_id in concerned:
            known = stored.get(entry_id)
            if entry_id in new:
                entry, upload = new[entry_id]
                known = known or StoredEntry(entry, 0)
                known = replace(known, entry=self._with_features(known.entry, upload))
            if known is None:
                continue
            is_claimed = known.entry.standing is Standing.UNVERIFIED or entry_id in reported_entries
            # Decided anew, it keeps what it confirmed when it was decided first.
            if entry_id not in new and not is_claimed and case.support not in known.entry.supports:
                continue
            changed[entry_id] = (known.entry.with_support(case.support), known.seq)
        seq = stack.bank.append_changes(transaction, head, changed.values())
        emit_bank_changed(stack, transaction, changed, seq)
        return tuple(changed)

    def _with_features(self, entry: BankEntry, upload: Upload) -> BankEntry:
        """Judged once, the features stand; after a reversal they were erased and are made anew."""
        if entry.standing is Standing.CONFIRMED and entry.features_key is not None:
            return entry
        if entry.entry_id not in self._feature_keys:
            # Imported here: OpenCV comes with it, which no other route of the reviewers needs.
            from staydown.services.bank.keep_features import store_features  # noqa: PLC0415

            self._feature_keys[entry.entry_id] = store_features(self._stack, upload, entry.entry_id)
        return replace(entry, features_key=self._feature_keys[entry.entry_id])
