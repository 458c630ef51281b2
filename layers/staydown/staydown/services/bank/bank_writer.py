"""Banking the images of a violating decision."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from staydown.aws.bank_store import StoredEntry
from staydown.aws.stack import Stack
from staydown.domain.bank.entry import BankEntry, Standing
from staydown.domain.cases.case import Case
from staydown.domain.uploads.upload import Upload
from staydown.services.unit_of_work import UnitOfWork


class BankWriter:
    """Banks the images of one decision. Their features are stored once, however often it is tried."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._feature_keys: dict[str, str | None] = {}

    def add(
        self, uow: UnitOfWork, case: Case, uploads: Iterable[Upload], reported_entries: Collection[str]
    ) -> tuple[str, ...]:
        """Have the case support an entry for each image, and the unverified entries that it is about.

        reported_entries: of these, entries that count as unverified whatever supports them. Return the ids of
        the entries that the case supports. All of them are swept for.
        """
        least = self._stack.settings.match_policy.minimum_quality
        new: dict[str, tuple[BankEntry, Upload]] = {}
        for upload in uploads:
            if upload.fingerprint is not None:
                entry = BankEntry.of_image(upload.fingerprint, least)
                new.setdefault(entry.entry_id, (entry, upload))
        head = self._stack.bank.get_head()
        concerned = sorted({*new, *case.entries})
        stored = self._stack.bank.get_entries(concerned)
        changed: dict[str, tuple[StoredEntry, BankEntry]] = {}
        for entry_id in concerned:
            read = stored.get(entry_id)
            if entry_id in new:
                entry, upload = new[entry_id]
                read = read or StoredEntry(entry, 0)
                entry = self._with_features(read.entry, upload)
            elif read is not None:
                entry = read.entry
            if read is None:
                continue
            is_unverified = read.entry.standing is Standing.UNVERIFIED or entry_id in reported_entries
            # A case that is decided again keeps the entries that it confirmed the first time.
            if entry_id not in new and not is_unverified and case.support not in read.entry.supports:
                continue
            changed[entry_id] = (read, entry.with_support(case.support))
        uow.bank(changed.values(), by=case, head=head, swept=changed.keys())
        return tuple(changed)

    def _with_features(self, entry: BankEntry, upload: Upload) -> BankEntry:
        """Return the entry with the key of its features: the ones it has, or after a reversal new ones."""
        if entry.standing is Standing.CONFIRMED and entry.features_key is not None:
            return entry
        if entry.entry_id not in self._feature_keys:
            # Imported here: it brings OpenCV, which no other route of the reviewers needs.
            from staydown.services.bank.store_features import store_features  # noqa: PLC0415

            self._feature_keys[entry.entry_id] = store_features(self._stack, upload, entry.entry_id)
        return replace(entry, features_key=self._feature_keys[entry.entry_id])
