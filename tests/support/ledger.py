"""Everything that a world holds, as objects of the domain."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from staydown.aws.bank_store import Head
from staydown.aws.items import Codec, Item, from_dynamodb
from staydown.aws.uploads_store import UploadsStore
from staydown.domain.accounts import Account
from staydown.domain.appeals import Appeal
from staydown.domain.audit import ChainHead, Record
from staydown.domain.bank import Change, Entry
from staydown.domain.cases import Case
from staydown.domain.content_log import Manifest
from staydown.domain.figures import Progress
from staydown.domain.misuse import MisuseReview
from staydown.domain.notices import Notice
from staydown.domain.reports import Report
from staydown.domain.senders import Sender
from staydown.domain.uploads import Upload
from staydown.matching.content_segment import read_content

from tests.support.cloud import Cloud

T = TypeVar("T")


@dataclass(frozen=True)
class Ledger:
    """Each kind by id. logged: uploads that a sweep would find. links: (entry id, upload id). queued: index
    -> ids that are in it. counters: by the pk and sk of their item, and their name. reading: (case id,
    reviewer who has it open)."""

    uploads: Mapping[str, Upload]
    logged: frozenset[str]
    links: frozenset[tuple[str, str]]
    cases: Mapping[str, Case]
    reports: Mapping[str, Report]
    appeals: Mapping[str, Appeal]
    queued: Mapping[str, frozenset[str]]
    entries: Mapping[str, Entry]
    changes: tuple[Change, ...]
    head: Head
    accounts: Mapping[tuple[str, str], Account]
    senders: Mapping[str, Sender]
    reviews: Mapping[str, MisuseReview]
    chains: Mapping[str, tuple[Record, ...]]
    counted: Mapping[str, Progress]
    counters: Mapping[tuple[str, str, str], int]
    notices: tuple[Notice, ...]
    reading: frozenset[tuple[str, str]]
    erasures: ChainHead
    waiting: frozenset[str]
    objects: Mapping[str, Mapping[str, bytes]]

    @property
    def erased(self) -> bool:
        """Whether a case was erased: then some of what there was can't be told any more."""
        return any(record.action == "case.erased" for record in self.chains.get("retention", ()))


def read_ledger(cloud: Cloud) -> Ledger:
    settings = cloud.settings
    uploads, cases = _items(cloud, settings.uploads_table), _items(cloud, settings.cases_table)
    bank, figures = _items(cloud, settings.hash_bank_table), _items(cloud, settings.figures_table)
    # As the store reads them: it packs the hashes of their views.
    load_upload = _uploads_store()._load
    records = _of(Record, _items(cloud, settings.audit_table), "")
    chains: dict[str, list[Record]] = {}
    for record in sorted(records, key=lambda one: one.seq):
        chains.setdefault(record.chain, []).append(record)
    entries = _codec(Entry)
    objects = cloud.objects()
    changes = [Change(item["seq"], entries.load(item)) for item in bank if item["pk"].startswith("LOG#")]
    heads = _of(Head, bank, "HEAD")
    return Ledger(
        uploads={
            item["upload_id"]: load_upload(item)
            for item in uploads
            if item["pk"].startswith("UPLOAD#") and item["sk"] == "UPLOAD"
        },
        logged=frozenset(_logged(cloud, uploads, objects[settings.bank_bucket])),
        links=frozenset(
            (item["pk"].removeprefix("STOPPED#"), item["sk"])
            for item in uploads
            if item["pk"].startswith("STOPPED#")
        ),
        cases={one.case_id: one for one in _of(Case, cases, "CASE#")},
        reports={one.case_number: one for one in _of(Report, cases, "REPORT#")},
        appeals={one.appeal_id: one for one in _of(Appeal, cases, "APPEAL#")},
        queued={
            queue: frozenset(item["pk"].partition("#")[2] for item in cases if item.get("queue") == queue)
            for queue in ("cases", "appeals", "opinions", "misuse", "suspended")
        },
        entries={one.entry_id: one for one in _of(Entry, bank, "ENTRY#")},
        changes=tuple(sorted(changes, key=lambda change: change.seq)),
        head=heads[0] if heads else Head(),
        accounts={
            (one.platform, one.account_id): one
            for one in _of(Account, _items(cloud, settings.accounts_table), "")
        },
        senders={one.sender_id: one for one in _of(Sender, cases, "SENDER#")},
        reviews={one.review_id: one for one in _of(MisuseReview, cases, "MISUSE#")},
        chains={chain: tuple(those) for chain, those in chains.items()},
        counted={
            item["pk"].removeprefix("CHAIN#"): _codec(Progress).load(item)
            for item in figures
            if item["pk"].startswith("CHAIN#")
        },
        counters={
            (item["pk"], item["sk"], name): by
            for item in figures
            if item["pk"].startswith(("DAY#", "NOW"))
            for name, by in item.items()
            if name not in {"pk", "sk", "expires_at"}
        },
        notices=tuple(
            _codec(Notice).load(item)
            for item in _items(cloud, settings.notices_table)
            if item["pk"].startswith(("REPORTER#", "ACCOUNT_HOLDER#"))
        ),
        reading=frozenset(
            (item["pk"].removeprefix("READING#"), item["sk"])
            for item in cases
            if item["pk"].startswith("READING#")
        ),
        erasures=next(
            (ChainHead(one["seq"], one["digest"]) for one in cases if one["pk"] == "RETENTION"), ChainHead()
        ),
        waiting=frozenset(item["pk"] for item in _items(cloud, settings.outbox_table)),
        objects=objects,
    )


def _logged(cloud: Cloud, uploads: list[Item], files: Mapping[str, bytes]) -> Iterator[str]:
    """The lines of the hours that are not folded, and those in the segments that the manifest names."""
    (manifest,) = _of(Manifest, uploads, "CONTENT") or [Manifest()]
    hours = {item["sk"] for item in uploads if item["pk"] == "HOURS" and item["hour_state"] != "erased"}
    for item in uploads:
        kind, _, hour = item["pk"].partition("#")
        if kind == "LOG" and hour.partition("#")[0] in hours - set(manifest.folded):
            yield item["sk"]
    for file in manifest.segments:
        for row in read_content(files[file.key]).ids:
            yield str(uuid.UUID(bytes=row.tobytes()))


def _items(cloud: Cloud, table: str) -> list[Item]:
    return [from_dynamodb(item) for item in cloud.table(table).values()]


def _of(cls: type[T], items: list[Item], prefix: str) -> list[T]:
    codec: Codec[T] = _codec(cls)  # type: ignore[arg-type]
    return [codec.load(item) for item in items if item["pk"].startswith(prefix)]


@functools.cache
def _codec(cls: Hashable) -> Any:
    return Codec(cls)  # type: ignore[arg-type]


@functools.cache
def _uploads_store() -> UploadsStore:
    return UploadsStore(None, "")
