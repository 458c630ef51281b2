"""Reconciling an upload with the bank, and its image with the bucket that its state requires.

Every operation that can be interrupted ends here and is retried from here. So this may run any number of
times, and at the same time as anything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from staydown.aws.images import ImageAbsent
from staydown.aws.stack import Stack
from staydown.domain.audit.upload_details import UploadSettled
from staydown.domain.bank.match import Match
from staydown.domain.bank.verdicts import Verdict
from staydown.domain.errors import AccountIsBlocked, ConcurrentChange
from staydown.domain.events import UploadStateChanged
from staydown.domain.uploads.stops import StopReason, match_stop
from staydown.domain.uploads.upload import Upload, UploadState
from staydown.services.bank.bank_view import BankView, are_confirmed
from staydown.services.bank.feature_cache import FeatureCache, ImageUnavailable
from staydown.services.unit_of_work import Maintenance, UnitOfWork
from staydown.services.uploads.apply_match import apply_match, candidate_cases
from staydown.services.uploads.release_upload import release_upload
from staydown.services.uploads.sync_location import sync_location
from staydown.services.uploads.withdraw_from_review import match_only_cases, withdraw_from_review

MAX_STEPS = 12
_EVALUATED_STATES = {UploadState.RECEIVED, UploadState.PUBLISHED, UploadState.HELD}


def reconcile_upload(
    stack: Stack, bank: BankView, upload_id: str, features: FeatureCache | None = None
) -> Upload | None:
    """Return the upload when nothing is left to do for it, or None for an unknown id.

    The caller has refreshed the bank. An upload that is public when this returns was checked against every
    decision that had returned by then. features: those that are computed already. Raise ConcurrentChange when
    others keep changing the upload; the message is then delivered again.
    """
    return _Reconciler(stack, bank, features or FeatureCache(stack)).run(upload_id)


def reevaluate_upload(
    stack: Stack, bank: BankView, upload_id: str, *, received_since: datetime | None = None
) -> Upload | None:
    """Evaluate an upload with the whole bank and apply the verdict. Return it, or None without a change.

    Its own scan publishes a clear upload that is not published yet. received_since: skip earlier uploads.
    """
    upload = stack.uploads.get(upload_id)
    if upload is None or upload.fingerprint is None:
        return None
    if received_since is not None and upload.received_at < received_since:
        return None
    reconciler = _Reconciler(stack, bank, FeatureCache(stack))
    if upload.state not in _EVALUATED_STATES:
        # It is stopped, but its image may have been allowed since.
        may_pass = upload.blocking_entries and bank.matches_allowed_entry(upload)
        reconciled = reconciler.run(upload_id) if may_pass else None
        return reconciled if reconciled is not None and reconciled.version != upload.version else None
    try:
        found = reconciler.evaluate(upload)
    except ImageUnavailable:
        return reconciler.run(upload_id)
    is_being_scanned = found.verdict is Verdict.CLEAR and upload.state is UploadState.RECEIVED
    if is_being_scanned or _matches_verdict(stack, upload, found):
        return None
    return reconciler.run(upload_id)


@dataclass(frozen=True, slots=True)
class _Evaluation:
    """What the bank said of one version of an upload."""

    upload_version: int
    bank_seq: int
    """The last change of the bank that it takes into account."""
    verdict: Verdict
    matches: tuple[Match, ...]


class _Reconciler:
    def __init__(self, stack: Stack, bank: BankView, features: FeatureCache) -> None:
        self._stack = stack
        self._bank = bank
        self._features = features
        self._latest: _Evaluation | None = None
        self._applied_seq: int | None = None

    def run(self, upload_id: str) -> Upload | None:
        for _ in range(MAX_STEPS):
            upload = self._stack.uploads.get(upload_id)
            if upload is None:
                return None
            try:
                if self._try_finish(upload):
                    return upload
            except ConcurrentChange:
                pass
            self._bank.refresh()
        raise ConcurrentChange(f"Upload {upload_id} is changed by others again and again.")

    def evaluate(self, upload: Upload) -> _Evaluation:
        """Return what the bank says now, computed once for each version of upload and bank."""
        latest, seq = self._latest, self._bank.seq
        if latest is not None and (latest.upload_version, latest.bank_seq) == (upload.version, seq):
            return latest
        verdict, matches = self._bank.evaluate(upload, self._features.get)
        self._latest = _Evaluation(upload.version, seq, verdict, matches)
        return self._latest

    def _try_finish(self, upload: Upload) -> bool:
        """Take the next step for the upload. Return whether there was none to take."""
        if self._apply_verdict(upload) or _release_from_unconfirmed_entries(self._stack, upload):
            return False
        if self._release_if_allowed(upload):
            return False
        # Reads the upload again: if it was stopped or released meanwhile, the image is in the wrong place.
        if not sync_location(self._stack, upload):
            return False
        # The head is read last: a decision made during publication is not left to a sweep.
        return upload.state is not UploadState.PUBLISHED or self._bank.refresh() == self._applied_seq

    def _apply_verdict(self, upload: Upload) -> bool:
        """Bring the upload into line with the bank. Return whether it changed."""
        if not _depends_on_bank(upload):
            return False
        if upload.state is UploadState.HELD:
            # Never release by a bank that is older than the match that held it.
            self._bank.refresh()
        if upload.state is UploadState.PUBLISHED and self._applied_seq == self._bank.seq:
            return False
        try:
            found = self.evaluate(upload)
        except ImageUnavailable as unavailable:
            return self._reject_unavailable(upload, unavailable)
        changed = not _matches_verdict(self._stack, upload, found)
        if changed:
            self._transition(upload, found)
        # Only now: after a ConcurrentChange above, it has to be evaluated again.
        self._applied_seq = found.bank_seq
        return changed

    def _reject_unavailable(self, upload: Upload, unavailable: ImageUnavailable) -> bool:
        """Reject an upload that would be published unchecked. A held one stays held for a reviewer."""
        if upload.state is UploadState.HELD:
            return False
        _reject(self._stack, upload, unavailable.reason)
        return True

    def _release_if_allowed(self, upload: Upload) -> bool:
        """Release the upload from its entries where its image was allowed since. Return whether it was."""
        entry_ids = upload.blocking_entries
        if (
            not entry_ids
            or len(entry_ids) < len(upload.stops)
            or not self._bank.matches_allowed_entry(upload)
        ):
            return False
        try:
            found = self.evaluate(upload)
        except ImageUnavailable:
            return False
        if found.verdict is Verdict.BLOCK:
            return False
        _release_from_entries(self._stack, upload, entry_ids)
        return True

    def _transition(self, upload: Upload, found: _Evaluation) -> None:
        if found.verdict is not Verdict.CLEAR:
            apply_match(self._stack, upload, found.verdict, found.matches)
        elif upload.state is UploadState.RECEIVED:
            _publish(self._stack, upload)
        else:
            withdraw_from_review(self._stack, upload)


def _matches_verdict(stack: Stack, upload: Upload, found: _Evaluation) -> bool:
    """Return whether an upload without blocks already is as this evaluation wants it."""
    if found.verdict is Verdict.BLOCK or upload.state is UploadState.RECEIVED:
        return False
    if found.verdict is Verdict.REVIEW:
        return upload.state is UploadState.HELD or _is_queued_for_review(stack, upload, found.matches)
    # An upload that a deadline hid stays hidden until its case is decided, whatever the bank says.
    stays = upload.state is UploadState.PUBLISHED or (upload.is_hidden and not upload.review_causes)
    return stays and not match_only_cases(stack, upload)


def _is_queued_for_review(stack: Stack, upload: Upload, matches: Sequence[Match]) -> bool:
    """Return whether it is in every case of its matches; where there is none, in any with a deadline."""
    candidates = candidate_cases(stack, upload, matches).cases
    if candidates:
        return all(upload.upload_id in case.uploads and case.deadline is not None for case in candidates)
    cases = (stack.cases.get_case(case_id) for case_id in upload.cases)
    return any(case is not None and case.undecided and case.deadline is not None for case in cases)


def _depends_on_bank(upload: Upload) -> bool:
    """Return whether the bank decides its state: it is public, may become so, or is held for a match."""
    if upload.state is UploadState.HELD:
        return upload.is_hidden or bool(upload.review_causes)
    return upload.state in {UploadState.RECEIVED, UploadState.PUBLISHED}


def _publish(stack: Stack, upload: Upload) -> None:
    """Copy the image, then change the state on condition that the upload is as it was read."""
    try:
        stack.images.publish(upload)
    except ImageAbsent:
        _reject(stack, upload, StopReason.IMAGE_MISSING)
        return
    uow = UnitOfWork(stack)
    _save_scan_end(uow, upload.published(now=uow.now))
    if not upload.was_released:
        stack.accounts.require_unblocked(uow.transaction, upload.platform, upload.account_id)
    try:
        uow.commit()
    except AccountIsBlocked:
        _reject(stack, upload, StopReason.ACCOUNT_BLOCKED)


def _reject(stack: Stack, upload: Upload, reason: str) -> None:
    uow = UnitOfWork(stack)
    _save_scan_end(uow, upload.rejected(reason, now=uow.now))
    uow.commit()


def _save_scan_end(uow: UnitOfWork, upload: Upload) -> None:
    """Save the end of a scan. It is recorded only where a case or a record was ever about the upload."""
    event = UploadStateChanged.of(upload)
    if upload.cases or upload.audit.seq:
        uow.record(upload, UploadSettled(upload.state, upload.reason), event)
    else:
        uow.maintain(upload, Maintenance.SCAN, event)


def _release_from_unconfirmed_entries(stack: Stack, upload: Upload) -> bool:
    """Release the upload from entries that are no longer confirmed. Return whether there were any.

    An entry may be withdrawn while a scan stops an upload by it. The withdrawal looks for the uploads that it
    stopped; the scan looks here, afterwards, whether the entry is still confirmed. One of the two sees the
    other, in every order.
    """
    entry_ids = upload.blocking_entries
    if not entry_ids:
        return False
    confirmed = are_confirmed(stack, entry_ids)
    unconfirmed = [entry_id for entry_id in confirmed if not confirmed[entry_id]]
    if not unconfirmed:
        return False
    _release_from_entries(stack, upload, unconfirmed)
    return True


def _release_from_entries(stack: Stack, upload: Upload, entry_ids: Sequence[str]) -> None:
    uow = UnitOfWork(stack)
    release_upload(uow, upload, [match_stop(entry_id).cause for entry_id in entry_ids])
    uow.commit()
