"""A case as a bundle for a court: what was decided and why, the audit with its anchors, and no picture.

Who reported is not in it: that is in another table, under another key. Who may have it asks the operator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from staydown.aws.items import Codec
from staydown.aws.stack import Stack
from staydown.domain.appeals import Appeal
from staydown.domain.audit import Record
from staydown.domain.bundles import bundle_of
from staydown.domain.cases import Case
from staydown.domain.errors import Conflict
from staydown.domain.reports import Report
from staydown.domain.uploads import Upload
from staydown.services.cases.save_case import save_case
from staydown.services.records.read_audit import read_audit
from staydown.services.retrying import retried
from staydown.services.review.review_queue import load_case
from staydown.services.review.view_case import Onlooker, open_case

_REPORT = ("filed_at", "relation", "declarations", "statement", "valid_at", "withdrawn_at", "uploads")
_UPLOAD = ("upload_id", "platform", "account_id", "state", "reason", "received_at", "updated_at", "matches")
_APPEAL = ("appeal_id", "filed_at", "statement", "outcome", "reasons", "decided_by", "decided_at")


def export_case(stack: Stack, case_id: str, onlooker: Onlooker) -> Mapping[str, Any]:
    """The bundle, of plain JSON values. That it was made is the last record in it.

    Conflict when the audit is not whole: what is broken is shown by reading it, not certified.
    """
    _record(stack, case_id, onlooker)
    case = load_case(stack, case_id)
    chains = read_audit(stack, case_id)
    broken = {chain.chain: chain.broken for chain in chains if chain.broken is not None}
    if broken:
        raise Conflict(
            "The audit of this case is not whole; read it, and ask an operator.", extra={"broken": broken}
        )
    anchors = {anchor.number: anchor for chain in chains for anchor in chain.anchors}
    return bundle_of(
        case_id=case_id,
        made_at=stack.now(),
        made_by=onlooker.reviewer,
        facts=_facts(stack, case, [record for chain in chains for record in chain.records]),
        chains=[(chain.chain, chain.head, chain.records) for chain in chains],
        anchors=[anchors[number] for number in sorted(anchors)],
    )


@retried
def _record(stack: Stack, case_id: str, onlooker: Onlooker) -> None:
    case = open_case(stack, case_id, onlooker, what="export")
    transaction = stack.transaction()
    save_case(stack, transaction, case, actor=onlooker.reviewer, action="case.exported", details={})
    transaction.commit()


def _facts(stack: Stack, case: Case, records: Sequence[Record]) -> dict[str, Any]:
    told = Codec(Case).dump(case)
    facts = {name: told[name] for name in ("state", "origin", "opened_at", "deadline", "decision")}
    reports, uploads, appeals = Codec(Report), Codec(Upload), Codec(Appeal)
    facts["reports"] = [_some(reports.dump(one), _REPORT) for one in stack.cases.reports(case.reports)]
    facts["uploads"] = [
        {
            **_some(uploads.dump(one), _UPLOAD),
            "sha256": one.fingerprint.sha256.hex() if one.fingerprint is not None else None,
        }
        for one in stack.uploads.get_many(case.uploads)
    ]
    filed = (str(record.details["appeal_id"]) for record in records if record.action == "appeal.filed")
    facts["appeals"] = [_some(appeals.dump(one), _APPEAL) for one in stack.cases.appeals(filed)]
    return facts


def _some(item: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: item[name] for name in names}
