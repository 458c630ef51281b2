"""The audit of an upload: of what nobody decided about it in person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from staydown.aws.audit_store import upload_chain
from staydown.aws.stack import Stack
from staydown.aws.transaction import Transaction
from staydown.domain.uploads.upload import Upload

SYSTEM = "system"


def record_upload(
    stack: Stack,
    transaction: Transaction,
    upload: Upload,
    *,
    action: str,
    details: Mapping[str, object],
    actor: str = SYSTEM,
) -> Upload:
    """Add the next record of its chain to the transaction; the upload as it has to be saved then."""
    head = stack.audit.append(
        transaction,
        upload_chain(upload.upload_id),
        upload.audit,
        at=stack.now(),
        actor=actor,
        action=action,
        details=details,
    )
    return replace(upload, audit=head)
