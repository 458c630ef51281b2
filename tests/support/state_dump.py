"""The contents of a world's tables and buckets, as domain objects."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any, TypeVar

from staydown.aws.bank_store import BankHead
from staydown.aws.codec import Codec, Item, from_dynamodb
from staydown.aws.uploads_store import UploadsStore
from staydown.domain.accounts.account import Account
from staydown.domain.accounts.misuse import MisuseReview
from staydown.domain.accounts.verified_reporters import VerifiedReporter
from staydown.domain.audit.chain import AuditRecord, ChainHead
from staydown.domain.bank.entry import BankChange, BankEntry
from staydown.domain.cases.appeals import Appeal
from staydown.domain.cases.case import Case
from staydown.domain.cases.reports import Report
from staydown.domain.metrics import ChainCursor
from staydown.domain.uploads.content_log import LogManifest
from staydown.domain.uploads.upload import Upload
from staydown.matching.content_segment import read_content
from staydown.notices.notice import Notice

from tests.support.cloud import Cloud

T = TypeVar("T")


@dataclass(frozen=True)
class StateDump:
    """Objects of each kind by id. searchable_uploads: uploads that a sweep finds. match_links: (entry id,
    upload id). queues: ids by index. counters: by pk, sk and attribute name. viewers: (case id, reviewer who
    has it open)."""

    uploads: Mapping[str, Upload]
    searchable_uploads: frozenset[str]
    match_links: frozenset[tuple[str, str]]
    cases: Mapping[str, Case]
    reports: Mapping[str, Report]
    appeals: Mapping[str, Appeal]
    queues: Mapping[str, frozenset[str]]
    entries: Mapping[str, BankEntry]
    changes: tuple[BankChange, ...]
    head: BankHead
    accounts: Mapping[tuple[str, str], Account]
    verified_reporters: Mapping[str, VerifiedReporter]
    reviews: Mapping[str, MisuseReview]
    chains: Mapping[str, tuple[AuditRecord, ...]]
    chain_cursors: Mapping[str, ChainCursor]
    counters: Mapping[tuple[str, str, str], int]
    notices: tuple[Notice, ...]
    viewers: frozenset[tuple[str, str]]
    erasure_chain: ChainHead
    unpublished_events: frozenset[str]
    objects: Mapping[str, Mapping[str, bytes]]

    @property
    def any_case_erased(self) -> bool:
        """Whether a case was erased. Then some checks lack their data and are skipped."""
        return any(record.action == "case.erased" for record in self.chains.get("retention", ()))


def dump_state(cloud: Cloud) -> StateDump:
    settings = cloud.settings
    uploads, cases = _items(cloud, settings.uploads_table), _items(cloud, settings.cases_table)
    bank, metrics = _items(cloud, settings.hash_bank_table), _items(cloud, settings.metrics_table)
    # The store unpacks the hashes of the views.
    load_upload = _uploads_store()._load
    records = _load_all(AuditRecord, _items(cloud, settings.audit_table), "")
    chains: dict[str, list[AuditRecord]] = {}
    for record in sorted(records, key=lambda one: one.seq):
        chains.setdefault(record.chain, []).append(record)
    entries = _codec(BankEntry)
    objects = cloud.objects()
    changes = [BankChange(item["seq"], entries.load(item)) for item in bank if item["pk"].startswith("LOG#")]
    heads = _load_all(BankHead, bank, "HEAD")
    appeals: list[Appeal] = _load_all(Appeal, cases, "APPEAL#")
    return StateDump(
        uploads={
            item["upload_id"]: load_upload(item)
            for item in uploads
            if item["pk"].startswith("UPLOAD#") and item["sk"] == "UPLOAD"
        },
        searchable_uploads=frozenset(_searchable_uploads(cloud, uploads, objects[settings.bank_bucket])),
        match_links=frozenset(
            (item["pk"].removeprefix("STOPPED#"), item["sk"])
            for item in uploads
            if item["pk"].startswith("STOPPED#")
        ),
        cases={one.case_id: one for one in _load_all(Case, cases, "CASE#")},
        reports={one.case_number: one for one in _load_all(Report, cases, "REPORT#")},
        appeals={one.appeal_id: one for one in appeals},
        queues={
            queue: frozenset(item["pk"].partition("#")[2] for item in cases if item.get("queue") == queue)
            for queue in ("cases", "appeals", "opinions", "misuse", "suspended")
        },
        entries={one.entry_id: one for one in _load_all(BankEntry, bank, "ENTRY#")},
        changes=tuple(sorted(changes, key=lambda change: change.seq)),
        head=heads[0] if heads else BankHead(),
        accounts={
            (one.platform, one.account_id): one
            for one in _load_all(Account, _items(cloud, settings.accounts_table), "")
        },
        verified_reporters={
            one.verified_reporter_id: one for one in _load_all(VerifiedReporter, cases, "SENDER#")
        },
        reviews={one.review_id: one for one in _load_all(MisuseReview, cases, "MISUSE#")},
        chains={chain: tuple(those) for chain, those in chains.items()},
        chain_cursors={
            item["pk"].removeprefix("CHAIN#"): _codec(ChainCursor).load(item)
            for item in metrics
            if item["pk"].startswith("CHAIN#")
        },
        counters={
            (item["pk"], item["sk"], name): by
            for item in metrics
            if item["pk"].startswith(("DAY#", "NOW"))
            for name, by in item.items()
            if name not in {"pk", "sk", "expires_at"}
        },
        notices=tuple(
            _codec(Notice).load(item)
            for item in _items(cloud, settings.notices_table)
            if item["pk"].startswith(("REPORTER#", "ACCOUNT_HOLDER#"))
        ),
        viewers=frozenset(
            (item["pk"].removeprefix("READING#"), item["sk"])
            for item in cases
            if item["pk"].startswith("READING#")
        ),
        erasure_chain=next(
            (ChainHead(one["seq"], one["digest"]) for one in cases if one["pk"] == "RETENTION"), ChainHead()
        ),
        unpublished_events=frozenset(item["pk"] for item in _items(cloud, settings.outbox_table)),
        objects=objects,
    )


def _searchable_uploads(cloud: Cloud, uploads: list[Item], files: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the uploads in hours that are not compacted and in the segments of the manifest."""
    (manifest,) = _load_all(LogManifest, uploads, "CONTENT") or [LogManifest()]
    hours = {item["sk"] for item in uploads if item["pk"] == "HOURS" and item["hour_state"] != "erased"}
    for item in uploads:
        kind, _, hour = item["pk"].partition("#")
        if kind == "LOG" and hour.partition("#")[0] in hours - set(manifest.compacted):
            yield item["sk"]
    for file in manifest.segments:
        for row in read_content(files[file.key]).ids:
            yield str(uuid.UUID(bytes=row.tobytes()))


def _items(cloud: Cloud, table: str) -> list[Item]:
    return [from_dynamodb(item) for item in cloud.table(table).values()]


def _load_all(cls: type[T] | UnionType, items: list[Item], prefix: str) -> list[T]:
    codec: Codec[T] = _codec(cls)  # type: ignore[arg-type]
    return [codec.load(item) for item in items if item["pk"].startswith(prefix)]


@functools.cache
def _codec(cls: Hashable) -> Any:
    return Codec(cls)  # type: ignore[arg-type]


@functools.cache
def _uploads_store() -> UploadsStore:
    return UploadsStore(None, "")
