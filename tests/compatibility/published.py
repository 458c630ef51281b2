"""Names that other systems and stored items use, computed from the current code."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from enum import Enum
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import staydown
from staydown.api import callers, cursors, problems, request_body
from staydown.aws import audit_store, cases_store, event_bus, misuse_store
from staydown.aws import metrics_store as figures_store
from staydown.aws.stack import Stack
from staydown.config import reason_templates
from staydown.domain import errors, events, ids
from staydown.domain import metrics as figures
from staydown.domain.accounts import account as accounts
from staydown.domain.accounts import misuse, strikes
from staydown.domain.audit import anchors, bundles
from staydown.domain.audit import chain as audit
from staydown.domain.bank import entry as bank
from staydown.domain.bank import verdicts
from staydown.domain.bank.alignment import Alignment, AlignmentPolicy
from staydown.domain.bank.fingerprints import ORIENTATIONS, Fingerprint, View
from staydown.domain.bank.hashes import PdqHash
from staydown.domain.cases import appeals, deadlines, decisions, reports, retention
from staydown.domain.cases import case as cases
from staydown.domain.cases import second_opinions as opinions
from staydown.domain.cases import states as case_states
from staydown.domain.cases.appeals import decision_appeal_id
from staydown.domain.uploads import content_log, stops, sweeps
from staydown.domain.uploads import upload as uploads
from staydown.exchange import transparency, webhooks
from staydown.imaging import feature_bytes
from staydown.imaging.features import VARIANTS
from staydown.imaging.page_picture import PAGE_PICTURE
from staydown.imaging.views import all_views
from staydown.matching import bank_snapshot as snapshot
from staydown.matching import content_segment, keypoint_snapshot
from staydown.matching.alignment_matches import to_matches
from staydown.matching.keypoint_alignment import AlignedCandidate
from staydown.matching.orientations import approximate_orientations
from staydown.notices import notice as notices
from staydown.services.bank import override_entry as change_entry
from staydown.services.retention.legal_hold import LegalHoldReason

from tests.support.cloud import memory_cloud

ENUMS: Mapping[str, type[Enum]] = {
    "AppealOutcome": appeals.AppealOutcome,
    "Appellant": appeals.AppealParty,
    "AskedBy": opinions.SecondOpinionCause,
    "Authority": reports.RepresentativeRole,
    "CaseState": case_states.CaseState,
    "ChangeReason": change_entry.OverrideReason,
    "Complainant": decisions.ComplainantIsSubject,
    "CounterGroup": figures.CounterScope,
    "Ending": misuse.EndReason,
    "EventType": events.EventType,
    "HoldReason": LegalHoldReason,
    "HourState": content_log.HourState,
    "Intention": misuse.Intention,
    "Keeps": retention.RetentionBlocker,
    "MailChoice": reports.EmailPreference,
    "MisuseOutcome": misuse.MisuseOutcome,
    "NoticeKind": notices.NoticeKind,
    "Origin": cases.CaseOrigin,
    "Outcome": decisions.DecisionOutcome,
    "PartKind": sweeps.SweepPartKind,
    "Party": notices.RecipientParty,
    "Relation": reports.RelationToSubject,
    "Rest": uploads.ErasureQueue,
    "ReviewerGroup": callers.StaffGroup,
    "Setting": decisions.SceneSetting,
    "Shown": decisions.ShownContent,
    "Source": bank.SupportSource,
    "Standing": bank.Standing,
    "StopKind": stops.StopKind,
    "StopReason": stops.StopReason,
    "SubjectKind": strikes.MisuseSubjectKind,
    "Unreachable": reports.UnreachableReason,
    "UploadState": uploads.UploadState,
    "Verdict": verdicts.Verdict,
}

_ACTION = re.compile(
    r"(account|appeal|case|conflict|dispute|entry|image|locked|look|misuse|note|opinion|reporter|upload)"
    r"\.[a-z_]+"
)
_WORD = re.compile(r"[A-Z_]{3,}")
_COUNTED = re.compile(r"^(inset|part|straightened by) -?[\d.]+$")
_CASE = "00000000-0000-7000-8000-000000000001"
_UPLOAD = "00000000-0000-7000-8000-000000000002"
_ENTRY = "00000000-0000-7000-8000-000000000003"
_THEN = datetime(2027, 3, 1, 12, 30, 15, 250_000, UTC)


def enum_values() -> dict[str, list[str]]:
    return {label: sorted(str(one.value) for one in cls) for label, cls in ENUMS.items()}


def action_literals() -> set[str]:
    """Return every string in the package's source that has the form of an audit action."""
    found: set[str] = set()
    for folder in staydown.__path__:
        for path in Path(folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.update([node.value] if _ACTION.fullmatch(node.value) else [])
    return found


def made_actions() -> set[str]:
    """Return the audit actions that are composed of a kind and a value."""
    return {
        *(f"upload.{state.value}" for state in uploads.UploadState),
        *(f"{kind}.{outcome.value}" for kind in ("appeal", "dispute") for outcome in appeals.AppealOutcome),
        *(f"{kind.value}.warned" for kind in strikes.MisuseSubjectKind),
    }


def derived() -> dict[str, str]:
    """Return ids and keys derived from fixed inputs. If they change, stored items are no longer found."""
    subject = strikes.MisuseSubject.of_account("alpha", "ann")
    sender = strikes.MisuseSubject.of_reporter(_CASE)
    strike_list = [strikes.Strike(_UPLOAD, _THEN), strikes.Strike(_ENTRY, _THEN)]
    part = sweeps.SweepPart(
        sweeps.SweepPartKind.HOUR, target="2027-03-01T12", shard=4, after_upload_id=_UPLOAD
    )
    counted = figures.Increment(figures.CounterScope.REVIEWER, "2027-03-01#ada", "decisions")
    recipient = notices.Recipient
    return {
        "upload": ids.derived_upload_id("bucket", "alpha/ann/one", "v1"),
        "block appeal": ids.derived_block_appeal_id("alpha", "ann", _THEN),
        "entry by pdq": ids.derived_entry_id("pdq", bytes(range(32))),
        "entry by sha256": ids.derived_entry_id("sha256", bytes(range(32))),
        "entry of an image": bank.BankEntry.of_image(_image(90), 50).entry_id,
        "entry of a plain image": bank.BankEntry.of_image(_image(10), 50).entry_id,
        "sweep": ids.derived_sweep_id([_ENTRY, _CASE], 7),
        "sweep part": part.name,
        "sweep part of uploads": sweeps.SweepPart(
            sweeps.SweepPartKind.UPLOADS, uploads=(_UPLOAD, _ENTRY)
        ).name,
        "sweep plan": sweeps.PLAN_PART.name,
        "misuse review": misuse.derived_review_id(subject, strike_list),
        "misuse review of a sender": misuse.derived_review_id(sender, strike_list),
        "dispute": appeals.disagreement_appeal_id(_CASE),
        "refusal appeal": appeals.dismissal_appeal_id(_CASE, "SD-AAAA-BBBB"),
        "stop appeal": appeals.match_appeal_id(_CASE, _UPLOAD),
        "appeal": decision_appeal_id(_CASE, "alpha", "ann"),
        "case number": ids.normalise_case_number("sd aaaa-Obli"),
        "secret digest": ids.secret_digest("AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-F"),
        "phrase digest": ids.phrase_digest("A long  phrase", salt="00" * 16),
        "case chain": audit_store.case_chain(_CASE),
        "entry chain": audit_store.entry_chain(_ENTRY),
        "upload chain": audit_store.upload_chain(_UPLOAD),
        "retention chain": audit_store.RETENTION_CHAIN,
        "account chain": subject.audit_chain,
        "sender chain": sender.audit_chain,
        "stop by case": stops.decision_stop(_CASE).cause,
        "stop by entry": stops.match_stop(_ENTRY).cause,
        "stop by review": stops.review_stop(_CASE).cause,
        "stop by deadline": stops.deadline_stop(_CASE).cause,
        "stop by scan": stops.SCAN_FAILURE_STOP.cause,
        "holder of a block by hand": accounts.MANUAL_BLOCK,
        "holder of a block for misuse": misuse.MISUSE_BLOCK_PREFIX,
        "queue order": deadlines.queue_sort_key(_THEN, _CASE),
        "queue order without a deadline": deadlines.queue_sort_key(None, _CASE),
        "queue of a sender": cases_store.verified_reporter_queue("sender-1"),
        "hour": content_log.hour_of(_THEN),
        "key of a counter": "|".join(figures_store.counter_key(counted)),
        "reporter": json.dumps(_values(recipient.reporter("SD-AAAA-BBBB"))),
        "account holder": json.dumps(_values(recipient.account_holder("alpha", "ann"))),
        "cursor": str(cursors.encode_cursor({"pk": f"CASE#{_CASE}", "sk": "CASE"})),
        "genesis": audit.GENESIS,
    }


def constants() -> dict[str, object]:
    """Return names and formats that other systems rely on."""
    return {
        "queues": [
            cases_store.CASES,
            cases_store.APPEALS,
            cases_store.LOCKED,
            cases_store.SECOND_OPINIONS,
            cases_store.CLOSED,
            cases_store.REPORTERS_ERASED,
            cases_store.ERASURE_REQUESTED,
            cases_store.ERASURE_PROPOSALS,
            misuse_store.PENDING_REVIEWS,
            misuse_store.ACTIVE_SUSPENSIONS,
        ],
        "need": cases_store.PRESERVATION_MARK,
        "event source": event_bus.SOURCE,
        "webhooks": [
            webhooks.CONTENT_TYPE,
            webhooks.CLOUD_EVENT_SOURCE,
            webhooks.CLOUD_EVENT_TYPE_PREFIX,
            webhooks.SECRET_PREFIX,
        ],
        "webhook": webhooks.cloud_event_body(
            events.EventEnvelope(_CASE, events.EventType.UPLOAD_HELD, _THEN, {"upload_id": _UPLOAD})
        ).decode(),
        "webhook headers": webhooks.signature_headers(["whsec_MDEyMw=="], _CASE, b"{}", now=_THEN),
        "bundle": bundles.BUNDLE_FORMAT,
        "problems": [problems.CONTENT_TYPE, problems.TYPE_BASE],
        "platform scope": callers.PLATFORM_SCOPE,
        "file formats": [
            [snapshot.MAGIC.hex(), snapshot.VERSION],
            [content_segment.MAGIC.hex(), content_segment.VERSION],
            [keypoint_snapshot.MAGIC.hex(), keypoint_snapshot.VERSION],
            [feature_bytes.MAGIC.hex(), feature_bytes.VERSION],
        ],
        "reason templates": [[one.key, one.outcome.value] for one in reason_templates.REASON_TEMPLATES],
    }


def problem_types() -> dict[str, int]:
    """Return the slug and status of every error."""
    # Two errors are defined beside the parser of bodies, and known only when it is loaded.
    found: dict[str, int] = {}
    waiting: list[type[errors.StaydownError]] = [errors.StaydownError, request_body.NotJson]
    while waiting:
        error = waiting.pop()
        if error.__module__.startswith("staydown."):
            found[error.slug] = error.status
            waiting += error.__subclasses__()
    return found


def view_names() -> dict[str, list[str]]:
    """Return the words in the names of views in stored matches and fingerprints. # stands for a number."""
    plane = np.add.outer(np.arange(96.0), np.arange(128.0)) % 37 * 6
    plane[:, :16] = plane[:, -16:] = 255
    plane[30:60, 40:80] = np.arange(40) * 5
    met = [
        (0, False, False),
        (0, True, False),
        (0, False, True),
        (2, True, True),
    ]
    policy = AlignmentPolicy()
    overlaps = [
        to_matches([AlignedCandidate(_ENTRY, frame, _evidence(mirrored, inverted))], policy)[0].view
        for frame, mirrored, inverted in met
    ]
    return {
        "orientations": [*ORIENTATIONS, *approximate_orientations(_image(1).upright.pdq)],
        "variants": list(VARIANTS),
        "framed": [PAGE_PICTURE],
        "overlaps": overlaps,
        "views": sorted(
            {_COUNTED.sub(r"\1 #", word) for view in all_views(plane) for word in view.name.split(", ")}
        ),
    }


def api() -> dict[str, Any]:
    """Return the operations, schemas and enum values of the API document."""
    document = json.loads(files("staydown.api").joinpath("openapi.json").read_text("utf-8"))
    schemas = document["components"]["schemas"]
    return {
        "operations": sorted(
            f"{method.upper()} {path} {operation['operationId']}"
            for path, operations in document["paths"].items()
            for method, operation in operations.items()
        ),
        "parameters": sorted(
            {
                f"{method.upper()} {path} {parameter['in']} {parameter['name']}"
                for path, operations in document["paths"].items()
                for method, operation in operations.items()
                for parameter in operation.get("parameters", [])
            }
        ),
        "fields": sorted(
            f"{name}.{field}" for name, schema in schemas.items() for field in schema.get("properties", {})
        ),
        "enums": sorted(
            {f"{place} {value}" for name, schema in schemas.items() for place, value in _enums(name, schema)}
        ),
    }


def statements() -> dict[str, list[str]]:
    """Return the names in statements for the DSA Transparency Database, and values that are codes or ids."""
    state, origin = uploads.UploadState.BLOCKED, cases.CaseOrigin.REPORT
    upload = uploads.Upload(_UPLOAD, "alpha", "ann", "alpha/ann/one", "v1", state, _THEN, _THEN)
    case = cases.Case(_CASE, case_states.CaseState.DECIDED, origin, _THEN, None)
    factors = decisions.Factors(
        frozenset({decisions.ShownContent.SYNTHETIC}),
        decisions.SceneSetting.PRIVATE,
        decisions.ComplainantIsSubject.YES,
    )
    decision = decisions.Decision(decisions.DecisionOutcome.VIOLATING, factors, "as seen", "ada", _THEN)
    built = {
        "judged": transparency.decision_statement(case, decision, upload, ground="Article 1"),
        "matched": transparency.match_statement(case, decision, upload, ground="Article 1"),
    }
    return {
        kind: sorted(f"{name}: {value}" if name not in _PROSE else name for name, value in statement.items())
        for kind, statement in built.items()
    }


_PROSE = {"decision_facts", "illegal_content_explanation"}


def object_keys() -> dict[str, str]:
    """Return the keys of objects in the buckets without images."""
    with memory_cloud() as cloud:
        stack = Stack(cloud.settings, cloud.session, now=lambda: _THEN)
        stack.anchors.write_anchor(anchors.Anchor(1, _THEN, audit.GENESIS, ()))
        (anchor,) = cloud.objects()[cloud.settings.anchors_bucket]
        return {
            "anchor": anchor,
            "picture": stack.features.write(_ENTRY, b"").rpartition("/")[0],
            "snapshot": stack.bank_snapshots.new_key("entries")[: -len(_CASE)],
            "content": stack.content_segments.new_key("segment")[: -len(_CASE)],
        }


def key_prefixes(tables: Mapping[str, Iterable[Mapping[str, Any]]]) -> dict[str, list[str]]:
    """Return the shapes of keys by table: their fixed words, with * for each id."""
    return {
        table: sorted({f"{_shape(item['pk'])} / {_shape(item['sk'])}" for item in items})
        for table, items in tables.items()
    }


def _shape(key: str) -> str:
    return "#".join(word if _WORD.fullmatch(word) else "*" for word in key.split("#"))


def _enums(place: str, schema: object) -> Iterator[tuple[str, str]]:
    if isinstance(schema, dict):
        for value in schema.get("enum", []):
            yield place, str(value)
        if "const" in schema:
            yield place, str(schema["const"])
        for name, inner in schema.items():
            yield from _enums(f"{place}.{name}" if name not in _KEYWORDS else place, inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _enums(place, inner)


_KEYWORDS = {"properties", "anyOf", "oneOf", "allOf", "items", "additionalProperties", "propertyNames"}


def _image(quality: int) -> Fingerprint:
    hashed = View("upright", PdqHash(bytes(range(32))), quality)
    return Fingerprint(bytes(32), (hashed,), 0, "image/png", 10, 10, 1)


def _evidence(mirrored: bool, inverted: bool) -> Alignment:
    return Alignment(
        transform=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
        mirrored=mirrored,
        inverted=inverted,
        keypoint_matches=60,
        inliers=50,
        overlap=1.0,
        tile_distances=(10,) * 66,
        cells=(True,) * 64,
    )


def _values(recipient: notices.Recipient) -> list[str]:
    return [recipient.party.value, recipient.name]
