"""Exporting a case as an evidence bundle: the decision, the reports, and the audit with its anchors.

It contains no image and no reporter: these are in another table, under another key, for the operator alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from staydown.aws.codec import Codec
from staydown.aws.stack import Stack
from staydown.domain.audit.actions import AuditAction
from staydown.domain.audit.bundles import build_bundle
from staydown.domain.audit.chain import AuditRecord
from staydown.domain.audit.details import ActionOnly
from staydown.domain.cases.appeals import Appeal
from staydown.domain.cases.case import Case
from staydown.domain.cases.reports import Report
from staydown.domain.errors import Conflict
from staydown.domain.uploads.upload import Upload
from staydown.services.access.cases import Viewer, get_case, open_case
from staydown.services.records.read_audit import read_case_audit
from staydown.services.retries import retry_on_conflict
from staydown.services.unit_of_work import UnitOfWork

_REPORT_FIELDS = ("filed_at", "relation", "declarations", "statement", "valid_at", "withdrawn_at", "uploads")
_UPLOAD_FIELDS = (
    "upload_id",
    "platform",
    "account_id",
    "state",
    "reason",
    "received_at",
    "updated_at",
    "matches",
)
_APPEAL_FIELDS = ("appeal_id", "filed_at", "statement", "outcome", "reasons", "decided_by", "decided_at")


def export_case(stack: Stack, case_id: str, viewer: Viewer) -> Mapping[str, Any]:
    """Return the bundle as plain JSON values. Its last record says that it was exported.

    Raise Conflict where the audit is broken: a bundle certifies an unbroken chain.
    """
    _record_export(stack, case_id, viewer)
    case = get_case(stack, case_id)
    chains = read_case_audit(stack, case_id)
    broken = {chain.chain: chain.error for chain in chains if chain.error is not None}
    if broken:
        raise Conflict(
            "The audit of this case is broken. Read it, and contact an operator.", extra={"broken": broken}
        )
    anchors = {anchor.number: anchor for chain in chains for anchor in chain.anchors}
    return build_bundle(
        case_id=case_id,
        made_at=stack.now(),
        made_by=viewer.reviewer,
        facts=_facts(stack, case, [record for chain in chains for record in chain.records]),
        chains=[(chain.chain, chain.head, chain.records) for chain in chains],
        anchors=[anchors[number] for number in sorted(anchors)],
    )


@retry_on_conflict
def _record_export(stack: Stack, case_id: str, viewer: Viewer) -> None:
    case = open_case(stack, case_id, viewer, part="export")
    uow = UnitOfWork(stack, viewer.actor)
    uow.record(case, ActionOnly(AuditAction.CASE_EXPORTED))
    uow.commit()


def _facts(stack: Stack, case: Case, records: Sequence[AuditRecord]) -> dict[str, Any]:
    item = Codec(Case).dump(case)
    facts = {name: item[name] for name in ("state", "origin", "opened_at", "deadline", "decision")}
    reports, uploads = Codec(Report), Codec(Upload)
    appeals: Codec[Appeal] = Codec(Appeal)
    facts["reports"] = [
        _pick(reports.dump(one), _REPORT_FIELDS) for one in stack.cases.get_reports(case.reports)
    ]
    facts["uploads"] = [
        {
            **_pick(uploads.dump(one), _UPLOAD_FIELDS),
            "sha256": one.fingerprint.sha256.hex() if one.fingerprint is not None else None,
        }
        for one in stack.uploads.get_many(case.uploads)
    ]
    filed = (
        str(record.details["appeal_id"]) for record in records if record.action == AuditAction.APPEAL_FILED
    )
    facts["appeals"] = [_pick(appeals.dump(one), _APPEAL_FIELDS) for one in stack.cases.get_appeals(filed)]
    return facts


def _pick(item: Mapping[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    return {name: item[name] for name in fields}
