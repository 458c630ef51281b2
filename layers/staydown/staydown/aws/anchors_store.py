"""Anchors, and which heads are still to be anchored.

The anchors themselves are objects `anchors/{number:010}.json` of a bucket whose objects are locked. In the
table of figures:

| pk | sk | what |
| --- | --- | --- |
| `HEADS` | `{chain}` | the last record of a chain that was counted, not anchored yet |
| `ANCHORED#{chain}` | `{number:010}` | an anchor that has a head of the chain |
| `ANCHORS` | `LAST` | the number and digest of the last anchor |
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from staydown.aws.table import Table
from staydown.aws.transaction import Transaction
from staydown.domain.audit.anchors import Anchor
from staydown.domain.audit.chain import GENESIS, ChainHead
from staydown.domain.errors import ConcurrentChange

_NOT_FOUND_CODES = {"404", "NoSuchKey", "NotFound"}
_PRECONDITION_FAILED_CODES = {"PreconditionFailed", "ConditionalRequestConflict", "412"}


class AnchorsStore:
    def __init__(self, client: Any, table: str, s3: Any, bucket: str) -> None:
        self._table = Table(client, table)
        self._s3 = s3
        self._bucket = bucket

    def queue_head(self, transaction: Transaction, chain: str, head: ChainHead) -> None:
        """Have this head anchored next; an older one of the chain that still waits is not needed any more."""
        item = {"pk": "HEADS", "sk": chain, "seq": head.seq, "digest": head.digest}
        transaction.put(self._table.name, item)

    def list_queued_heads(self) -> Iterator[tuple[str, ChainHead]]:
        for item in self._table.query("HEADS"):
            yield item["sk"], ChainHead(item["seq"], item["digest"])

    def last_anchor_head(self) -> ChainHead:
        """Number and digest of the last anchor that is done with."""
        item = self._table.get("ANCHORS", "LAST")
        return ChainHead(item["number"], item["digest"]) if item is not None else ChainHead(0, GENESIS)

    def read_anchor(self, number: int) -> str | None:
        """An anchor as it is stored; None when there is none of this number."""
        place = {"Bucket": self._bucket, "Key": _object_key(number)}
        try:
            self._s3.head_object(**place)
        except ClientError as error:
            if error.response["Error"]["Code"] in _NOT_FOUND_CODES:
                return None
            raise
        with self._s3.get_object(**place)["Body"] as body:
            return bytes(body.read()).decode()

    def write_anchor(self, anchor: Anchor) -> None:
        """For good: the bucket locks it. ConcurrentChange when there is one of its number."""
        try:
            self._s3.put_object(
                Bucket=self._bucket,
                Key=_object_key(anchor.number),
                Body=anchor.canonical_json.encode(),
                ContentType="application/json",
                IfNoneMatch="*",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _PRECONDITION_FAILED_CODES:
                raise ConcurrentChange("This anchor was written already.") from error
            raise

    def anchor_numbers(self, chain: str) -> list[int]:
        """The numbers of the anchors that have a head of the chain, oldest first."""
        return [int(item["sk"]) for item in self._table.query(f"ANCHORED#{chain}")]

    def delete_chain(self, chain: str) -> None:
        """The anchors themselves stay as long as they are locked."""
        for number in self.anchor_numbers(chain):
            self._table.delete(f"ANCHORED#{chain}", f"{number:010}")
        self._table.delete("HEADS", chain)

    def record_anchored_head(self, anchor: Anchor, chain: str, head: ChainHead, *, is_queued: bool) -> None:
        """Remember where this head is anchored. still_waits: it is the one that waits; ConcurrentChange if
        not."""
        transaction = self._table.transaction()
        item = {"pk": f"ANCHORED#{chain}", "sk": f"{anchor.number:010}", "seq": head.seq}
        transaction.put(self._table.name, item)
        if is_queued:
            transaction.delete_if(
                self._table.name,
                {"pk": "HEADS", "sk": chain},
                condition="digest = :anchored",
                values={":anchored": head.digest},
            )
        transaction.commit()

    def advance_last_anchor(self, anchor: Anchor) -> None:
        """Go on after it; ConcurrentChange when another was faster."""
        transaction = self._table.transaction()
        transaction.put_if(
            self._table.name,
            {"pk": "ANCHORS", "sk": "LAST", "number": anchor.number, "digest": anchor.digest},
            condition="digest = :before" if anchor.number > 1 else "attribute_not_exists(pk)",
            values={":before": anchor.previous_digest} if anchor.number > 1 else None,
        )
        transaction.commit()


def _object_key(number: int) -> str:
    return f"anchors/{number:010}.json"
