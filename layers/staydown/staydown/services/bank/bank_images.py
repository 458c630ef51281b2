"""What a violating decision puts into the bank."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from staydown.aws.bank_store import Stored
from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.bank import Entry, Standing
from staydown.domain.cases import Case
from staydown.domain.uploads import Upload
from staydown.services.bank.change_bank import announce_bank


class BankedImages:
    """The images of one decision. Their features are kept once, however often the decision is tried."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._kept: dict[str, str | None] = {}

    def add(
        self,
        transaction: Transaction,
        case: Case,
        uploads: Iterable[Upload],
        claimed: Collection[str],
    ) -> tuple[str, ...]:
        """Entries for these images, and the claims of others that the case was about, rest on the case.

        claimed: of these entries, those that count as claimed whatever they rest on.
        """
        stack = self._stack
        least = stack.settings.policy.minimum_quality
        new: dict[str, tuple[Entry, Upload]] = {}
        for upload in uploads:
            if upload.fingerprint is not None:
                entry = Entry.of_image(upload.fingerprint, least)
                new.setdefault(entry.entry_id, (entry, upload))
        head = stack.bank.head()
        concerned = sorted({*new, *case.entries})
        stored = stack.bank.entries(concerned)
        changed: dict[str, tuple[Entry, int]] = {}
        for entry_id in concerned:
            known = stored.get(entry_id)
            if entry_id in new:
                entry, upload = new[entry_id]
                known = known or Stored(entry, 0)
                known = replace(known, entry=self._with_features(known.entry, upload))
            if known is None:
                continue
            is_claimed = known.entry.standing is Standing.UNVERIFIED or entry_id in claimed
            # Decided anew, it keeps what it confirmed when it was decided first.
            if entry_id not in new and not is_claimed and case.support not in known.entry.supports:
                continue
            changed[entry_id] = (known.entry.resting_on(case.support), known.seq)
        seq = stack.bank.append(transaction, head, changed.values())
        announce_bank(stack, transaction, changed, seq)
        return tuple(changed)

    def _with_features(self, entry: Entry, upload: Upload) -> Entry:
        """Judged once, the features stand; after a reversal they were erased and are made anew."""
        if entry.standing is Standing.CONFIRMED and entry.features is not None:
            return entry
        if entry.entry_id not in self._kept:
            # Imported here: OpenCV comes with it, which no other route of the reviewers needs.
            from staydown.services.bank.keep_features import keep_features  # noqa: PLC0415

            self._kept[entry.entry_id] = keep_features(self._stack, upload, entry.entry_id)
        return replace(entry, features=self._kept[entry.entry_id])
