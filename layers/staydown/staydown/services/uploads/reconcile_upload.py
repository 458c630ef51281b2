"""Bring an upload to rest: as the bank says by now, and its image where its state says.

Everything that can be interrupted ends here, and everything that was interrupted comes here again, so
this may run any number of times, at the same time as anything else.
"""

from __future__ import annotations

from collections.abc import Sequence

from staydown.aws.images import ImageAbsent
from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.bank.match import Match
from staydown.domain.bank.verdicts import Verdict
from staydown.domain.errors import AccountIsBlocked, ConcurrentChange
from staydown.domain.uploads.stops import StopReason
from staydown.domain.uploads.upload import Upload, UploadState
from staydown.services.bank.bank_view import BankView, are_confirmed
from staydown.services.bank.feature_cache import FeatureCache, ImageUnavailable
from staydown.services.uploads.apply_match import apply_match, candidate_cases, emit_upload_event
from staydown.services.uploads.record_upload import record_upload
from staydown.services.uploads.release_upload import release_upload
from staydown.services.uploads.sync_location import sync_location
from staydown.services.uploads.withdraw_from_review import match_only_cases, withdraw_from_review

MAX_STEPS = 12


def reconcile_upload(
    stack: Stack, bank: BankView, upload_id: str, features: FeatureCache | None = None
) -> Upload | None:
    """The upload at rest, or None for an unknown id. The caller has refreshed the bank.

    What is published when this returns was judged by every decision that had returned by then. looks: what
    was seen of it already. ConcurrentChange when others keep moving it: then the message comes again.
    """
    settling = _Reconciler(stack, bank, features or FeatureCache(stack))
    for _ in range(MAX_STEPS):
        upload = stack.uploads.get(upload_id)
        if upload is None:
            return None
        try:
            if settling.try_finish(upload):
                return upload
        except ConcurrentChange:
            pass
        bank.refresh()
    raise ConcurrentChange(f"Upload {upload_id} is changed by others again and again.")


def matches_verdict(stack: Stack, upload: Upload, verdict: Verdict, matches: Sequence[Match]) -> bool:
    """Whether an upload that nothing blocks is already as this verdict, by these matches, wants it."""
    if verdict is Verdict.BLOCK or upload.state is UploadState.RECEIVED:
        return False
    if verdict is Verdict.REVIEW:
        return upload.state is UploadState.HELD or _is_queued_for_review(stack, upload, matches)
    # What a deadline has hidden stays so until its case is decided, whatever the bank says.
    up = upload.state is UploadState.PUBLISHED or (upload.is_hidden and not upload.review_causes)
    return up and not match_only_cases(stack, upload)


def _is_queued_for_review(stack: Stack, upload: Upload, matches: Sequence[Match]) -> bool:
    """Whether it is in every case about what it matches; where there is none, in any that somebody has to
    decide in time. A case without a clock is no reviewer."""
    asked = candidate_cases(stack, upload, matches).cases
    if asked:
        return all(upload.upload_id in case.uploads and case.deadline is not None for case in asked)
    cases = (stack.cases.get_case(case_id) for case_id in upload.cases)
    return any(case is not None and case.undecided and case.deadline is not None for case in cases)


class _Reconciler:
    """judged_at: the number of the bank's change by which the upload was last found in line with it."""

    def __init__(self, stack: Stack, bank: BankView, features: FeatureCache) -> None:
        self._stack = stack
        self._bank = bank
        self._features = features
        self._evaluated_seq: int | None = None

    def try_finish(self, upload: Upload) -> bool:
        """Take the next step of its state, if there is one; whether there was none."""
        if self._apply_verdict(upload) or _release_from_unconfirmed_entries(self._stack, upload):
            return False
        if self._release_if_allowed(upload):
            return False
        # Reads back: if it was condemned (or released) meanwhile, what we just did is out of date.
        if not sync_location(self._stack, upload):
            return False
        # The bank's head comes last of all: what was judged while we published is not left to a sweep.
        return upload.state is not UploadState.PUBLISHED or self._bank.refresh() == self._evaluated_seq

    def _apply_verdict(self, upload: Upload) -> bool:
        if not _depends_on_bank(upload):
            return False
        if upload.state is UploadState.HELD:
            # Never let go by a bank that is older than the match it was held by.
            self._bank.refresh()
        if upload.state is UploadState.PUBLISHED and self._evaluated_seq == self._bank.seq:
            return False
        judged_at = self._bank.seq
        try:
            verdict, matches = self._bank.evaluate(upload, self._features.get)
        except ImageUnavailable as unseen:
            return self._reject_unavailable(upload, unseen)
        moved = not matches_verdict(self._stack, upload, verdict, matches)
        if moved:
            self._transition(upload, verdict, matches)
        # Only now: whoever was refused above has to judge again.
        self._evaluated_seq = judged_at
        return moved

    def _reject_unavailable(self, upload: Upload, unavailable: ImageUnavailable) -> bool:
        """What was free to be published is not, unseen; what is held waits for a person all the same."""
        if upload.state is UploadState.HELD:
            return False
        _reject(self._stack, upload, unavailable.reason)
        return True

    def _release_if_allowed(self, upload: Upload) -> bool:
        """Free it of the entries that stop it, where it was allowed since and no longer is to be blocked."""
        causes = upload.blocking_entries
        if not causes or len(causes) < len(upload.stops) or not self._bank.matches_allowed_entry(upload):
            return False
        try:
            verdict, _ = self._bank.evaluate(upload, self._features.get)
        except ImageUnavailable:
            return False
        if verdict is Verdict.BLOCK:
            return False
        transaction = self._stack.transaction()
        release_upload(self._stack, transaction, upload, [f"entry:{entry_id}" for entry_id in causes])
        transaction.commit()
        return True

    def _transition(self, upload: Upload, verdict: Verdict, matches: tuple[Match, ...]) -> None:
        if verdict is not Verdict.CLEAR:
            apply_match(self._stack, upload, verdict, matches)
        elif upload.state is UploadState.RECEIVED:
            _publish(self._stack, upload)
        else:
            withdraw_from_review(self._stack, upload)


def _depends_on_bank(upload: Upload) -> bool:
    """Whether it depends on what the bank says: it is up, or on its way, or held for what it matches."""
    if upload.state is UploadState.HELD:
        return upload.is_hidden or bool(upload.review_causes)
    return upload.state in {UploadState.RECEIVED, UploadState.PUBLISHED}


def _publish(stack: Stack, upload: Upload) -> None:
    """Copy first, then the state, on condition that nothing happened to it since it was read."""
    try:
        stack.images.publish(upload)
    except ImageAbsent:
        _reject(stack, upload, StopReason.IMAGE_MISSING)
        return
    published = upload.published(now=stack.now())
    transaction = stack.transaction()
    stack.uploads.save(transaction, _with_audit_record(stack, transaction, published))
    if not upload.was_released:
        stack.accounts.require_unblocked(transaction, upload.platform, upload.account_id)
    emit_upload_event(stack, transaction, published)
    try:
        transaction.commit()
    except AccountIsBlocked:
        _reject(stack, upload, StopReason.ACCOUNT_BLOCKED)


def _reject(stack: Stack, upload: Upload, reason: str) -> None:
    rejected = upload.rejected(reason, now=stack.now())
    transaction = stack.transaction()
    stack.uploads.save(transaction, _with_audit_record(stack, transaction, rejected))
    emit_upload_event(stack, transaction, rejected)
    transaction.commit()


def _with_audit_record(stack: Stack, transaction: Transaction, upload: Upload) -> Upload:
    """On record, once anybody had to do with it: what came and was published has no story to tell."""
    if not upload.cases and not upload.audit.seq:
        return upload
    details = {"reason": upload.reason}
    return record_upload(stack, transaction, upload, action=f"upload.{upload.state.value}", details=details)


def _release_from_unconfirmed_entries(stack: Stack, upload: Upload) -> bool:
    """Free it of entries that no longer stand.

    An entry may be withdrawn while a scan is stopping an upload by it. Whoever withdraws looks for the
    uploads it stopped; whoever stops looks here, afterwards, whether the entry still stands. One of the
    two sees the other, in every order.
    """
    entry_ids = upload.blocking_entries
    if not entry_ids:
        return False
    standing = are_confirmed(stack, entry_ids)
    gone = [entry_id for entry_id, confirmed in standing.items() if not confirmed]
    if not gone:
        return False
    transaction = stack.transaction()
    release_upload(stack, transaction, upload, [f"entry:{entry_id}" for entry_id in gone])
    transaction.commit()
    return True
