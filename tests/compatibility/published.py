"""What other systems, older items and people's records know by name, computed from the present code."""

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
from staydown.api import callers, cursors, problems
from staydown.aws import audit_store, cases_store, event_bus, figures_store, misuse_store
from staydown.aws.stack import Stack
from staydown.domain import (
    accounts,
    anchors,
    appeals,
    audit,
    bank,
    bundles,
    case_states,
    cases,
    content_log,
    deadlines,
    decisions,
    errors,
    events,
    figures,
    ids,
    mail,
    misuse,
    notices,
    opinions,
    reason_templates,
    reports,
    retention,
    stops,
    strikes,
    sweeps,
    transparency,
    uploads,
    verdicts,
    webhooks,
)
from staydown.domain.evidence import Evidence, EvidencePolicy
from staydown.domain.fingerprints import ORIENTATIONS, Fingerprint, View
from staydown.domain.hashes import PdqHash
from staydown.imaging import feature_bytes
from staydown.imaging.features import VARIANTS
from staydown.imaging.framing import FRAMED
from staydown.imaging.views import views
from staydown.matching import content_segment, keypoint_snapshot, snapshot
from staydown.matching.keypoint_match import PictureMatch
from staydown.matching.orientations import orientations
from staydown.matching.picture_verdicts import as_matches
from staydown.services.appeals.file_appeal import appeal_id_of
from staydown.services.bank import change_entry
from staydown.services.retention.hold_case import HoldReason

from tests.support.cloud import memory_cloud

ENUMS: Mapping[str, type[Enum]] = {
    "AppealOutcome": appeals.AppealOutcome,
    "Appellant": appeals.Appellant,
    "AskedBy": opinions.AskedBy,
    "Authority": reports.Authority,
    "CaseState": case_states.CaseState,
    "ChangeReason": change_entry.Reason,
    "Complainant": decisions.Complainant,
    "CounterGroup": figures.Group,
    "Ending": misuse.Ending,
    "EventType": events.EventType,
    "HoldReason": HoldReason,
    "HourState": content_log.HourState,
    "Intention": misuse.Intention,
    "Keeps": retention.Keeps,
    "MailChoice": mail.MailChoice,
    "MisuseOutcome": misuse.MisuseOutcome,
    "NoticeKind": notices.NoticeKind,
    "Origin": cases.Origin,
    "Outcome": decisions.Outcome,
    "PartKind": sweeps.PartKind,
    "Party": notices.Party,
    "Relation": reports.Relation,
    "Rest": uploads.Rest,
    "ReviewerGroup": callers.Group,
    "Setting": decisions.Setting,
    "Shown": decisions.Shown,
    "Source": bank.Source,
    "Standing": bank.Standing,
    "StopKind": stops.StopKind,
    "StopReason": stops.Reason,
    "SubjectKind": strikes.SubjectKind,
    "Unreachable": reports.Unreachable,
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
    """Every string in the package's source that has the form of an audit action."""
    found: set[str] = set()
    for folder in staydown.__path__:
        for path in Path(folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.update([node.value] if _ACTION.fullmatch(node.value) else [])
    return found


def made_actions() -> set[str]:
    """Audit actions that are put together from a kind and a value."""
    return {
        *(f"upload.{state.value}" for state in uploads.UploadState),
        *(f"{kind}.{outcome.value}" for kind in ("appeal", "dispute") for outcome in appeals.AppealOutcome),
        *(f"{kind.value}.warned" for kind in strikes.SubjectKind),
    }


def derived() -> dict[str, str]:
    """What follows from fixed inputs; other inputs would not meet what is stored."""
    subject = strikes.Subject.of_account("alpha", "ann")
    sender = strikes.Subject.of_reporter(_CASE)
    seen = [strikes.Strike(_UPLOAD, _THEN), strikes.Strike(_ENTRY, _THEN)]
    part = sweeps.Part(sweeps.PartKind.HOUR, of="2027-03-01T12", shard=4, after=_UPLOAD)
    counted = figures.Added(figures.Group.REVIEWER, "2027-03-01#ada", "decisions")
    recipient = notices.Recipient
    return {
        "upload": ids.derived_upload_id("bucket", "alpha/ann/one", "v1"),
        "block appeal": ids.derived_block_appeal_id("alpha", "ann", _THEN),
        "entry by pdq": ids.derived_entry_id("pdq", bytes(range(32))),
        "entry by sha256": ids.derived_entry_id("sha256", bytes(range(32))),
        "entry of an image": bank.Entry.of_image(_image(90), 50).entry_id,
        "entry of a plain image": bank.Entry.of_image(_image(10), 50).entry_id,
        "sweep": ids.derived_sweep_id([_ENTRY, _CASE], 7),
        "sweep part": part.name,
        "sweep part of uploads": sweeps.Part(sweeps.PartKind.UPLOADS, uploads=(_UPLOAD, _ENTRY)).name,
        "sweep plan": sweeps.PLAN.name,
        "misuse review": misuse.derived_review_id(subject, seen),
        "misuse review of a sender": misuse.derived_review_id(sender, seen),
        "dispute": appeals.dispute_id(_CASE),
        "refusal appeal": appeals.refusal_appeal_id(_CASE, "SD-AAAA-BBBB"),
        "stop appeal": appeals.stop_appeal_id(_CASE, _UPLOAD),
        "appeal": appeal_id_of(_CASE, "alpha", "ann"),
        "case number": ids.normal_case_number("sd aaaa-Obli"),
        "secret digest": ids.secret_digest("AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-F"),
        "phrase digest": ids.phrase_digest("A long  phrase", salt="00" * 16),
        "case chain": audit_store.case_chain(_CASE),
        "entry chain": audit_store.entry_chain(_ENTRY),
        "upload chain": audit_store.upload_chain(_UPLOAD),
        "retention chain": audit_store.RETENTION_CHAIN,
        "account chain": subject.chain,
        "sender chain": sender.chain,
        "stop by case": stops.by_case(_CASE).cause,
        "stop by entry": stops.by_entry(_ENTRY).cause,
        "stop by review": stops.by_review(_CASE).cause,
        "stop by deadline": stops.by_deadline(_CASE).cause,
        "stop by scan": stops.BY_SCAN.cause,
        "holder of a block by hand": accounts.MANUAL,
        "holder of a block for misuse": misuse.HOLDER,
        "queue order": deadlines.queue_order(_THEN, _CASE),
        "queue order without a deadline": deadlines.queue_order(None, _CASE),
        "queue of a sender": cases_store.queue_of_sender("sender-1"),
        "hour": content_log.hour_of(_THEN),
        "key of a counter": "|".join(figures_store.key_of(counted)),
        "reporter": json.dumps(_values(recipient.reporter("SD-AAAA-BBBB"))),
        "account holder": json.dumps(_values(recipient.account_holder("alpha", "ann"))),
        "cursor": str(cursors.to_cursor({"pk": f"CASE#{_CASE}", "sk": "CASE"})),
        "genesis": audit.GENESIS,
    }


def constants() -> dict[str, object]:
    """Names and formats that are agreed with somebody else."""
    return {
        "queues": [
            cases_store.CASES,
            cases_store.APPEALS,
            cases_store.LOCKED,
            cases_store.OPINIONS,
            cases_store.CLOSED,
            cases_store.SETTLED,
            cases_store.ERASURE,
            cases_store.WISHES,
            misuse_store.MISUSE,
            misuse_store.SUSPENDED,
        ],
        "need": cases_store.NEED,
        "event source": event_bus.SOURCE,
        "webhooks": [
            webhooks.CONTENT_TYPE,
            webhooks.SOURCE,
            webhooks.TYPE_PREFIX,
            webhooks.SECRET_PREFIX,
        ],
        "webhook": webhooks.cloud_event(
            events.Event(_CASE, events.EventType.UPLOAD_HELD, _THEN, {"upload_id": _UPLOAD})
        ).decode(),
        "webhook headers": webhooks.signed_headers(["whsec_MDEyMw=="], _CASE, b"{}", now=_THEN),
        "bundle": bundles.FORMAT,
        "problems": [problems.CONTENT_TYPE, problems.TYPE_BASE],
        "platform scope": callers.PLATFORM_SCOPE,
        "file formats": [
            [snapshot.MAGIC.hex(), snapshot.VERSION],
            [content_segment.MAGIC.hex(), content_segment.VERSION],
            [keypoint_snapshot.MAGIC.hex(), keypoint_snapshot.VERSION],
            [feature_bytes.MAGIC.hex(), feature_bytes.VERSION],
        ],
        "reason templates": [[one.key, one.outcome.value] for one in reason_templates.TEMPLATES],
    }


def problem_types() -> dict[str, int]:
    """Slug and status of every refusal."""
    found, waiting = {}, [errors.StaydownError]
    while waiting:
        error = waiting.pop()
        if error.__module__.startswith("staydown."):
            found[error.slug] = error.status
            waiting += error.__subclasses__()
    return found


def view_names() -> dict[str, list[str]]:
    """The words of the names that a stored match or fingerprint gives to its view of the picture; # stands
    for a number."""
    plane = np.add.outer(np.arange(96.0), np.arange(128.0)) % 37 * 6
    plane[:, :16] = plane[:, -16:] = 255
    plane[30:60, 40:80] = np.arange(40) * 5
    met = [
        (0, False, False),
        (0, True, False),
        (0, False, True),
        (2, True, True),
    ]
    policy = EvidencePolicy()
    overlaps = [
        as_matches([PictureMatch(_ENTRY, frame, _evidence(mirrored, inverted))], policy)[0].view
        for frame, mirrored, inverted in met
    ]
    return {
        "orientations": [*ORIENTATIONS, *orientations(_image(1).upright.pdq)],
        "variants": list(VARIANTS),
        "framed": [FRAMED],
        "overlaps": overlaps,
        "views": sorted(
            {_COUNTED.sub(r"\1 #", word) for view in views(plane) for word in view.name.split(", ")}
        ),
    }


def api() -> dict[str, Any]:
    """Operations, schemas and enum values of the contract."""
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
    """Names, and values that are codes or ids, of statements for the EU's database of transparency."""
    state, origin = uploads.UploadState.BLOCKED, cases.Origin.REPORT
    upload = uploads.Upload(_UPLOAD, "alpha", "ann", "alpha/ann/one", "v1", state, _THEN, _THEN)
    case = cases.Case(_CASE, case_states.CaseState.DECIDED, origin, _THEN, None)
    factors = decisions.Factors(
        frozenset({decisions.Shown.SYNTHETIC}), decisions.Setting.PRIVATE, decisions.Complainant.YES
    )
    decision = decisions.Decision(decisions.Outcome.VIOLATING, factors, "as seen", "ada", _THEN)
    told = {
        "judged": transparency.statement_of_case(case, decision, upload, ground="Article 1"),
        "matched": transparency.statement_of_match(case, decision, upload, ground="Article 1"),
    }
    return {
        kind: sorted(f"{name}: {value}" if name not in _PROSE else name for name, value in statement.items())
        for kind, statement in told.items()
    }


_PROSE = {"decision_facts", "illegal_content_explanation"}


def object_keys() -> dict[str, str]:
    """Where objects are, in the buckets that are not the platform's."""
    with memory_cloud() as cloud:
        stack = Stack(cloud.settings, cloud.session, now=lambda: _THEN)
        stack.anchors.write(anchors.Anchor(1, _THEN, audit.GENESIS, ()))
        (anchor,) = cloud.objects()[cloud.settings.anchors_bucket]
        return {
            "anchor": anchor,
            "picture": stack.pictures.keep(_ENTRY, b"").rpartition("/")[0],
            "snapshot": stack.snapshots.new_key("entries")[: -len(_CASE)],
            "content": stack.segments.new_key("segment")[: -len(_CASE)],
        }


def key_prefixes(tables: Mapping[str, Iterable[Mapping[str, Any]]]) -> dict[str, list[str]]:
    """By table what keys look like: their words, with * for whatever names a thing."""
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


def _evidence(mirrored: bool, inverted: bool) -> Evidence:
    return Evidence(
        transform=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
        mirrored=mirrored,
        inverted=inverted,
        matches=60,
        inliers=50,
        spread=16,
        overlap=1.0,
        tiles=(10,) * 66,
        fields=(True,) * 64,
    )


def _values(recipient: notices.Recipient) -> list[str]:
    return [recipient.party.value, recipient.name]
