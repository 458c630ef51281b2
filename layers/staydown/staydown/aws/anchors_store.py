"""Anchors, and the chain heads that are queued for anchoring.

An anchor is the object `anchors/{number:010}.json` in a bucket with Object Lock. The metrics table holds:

| pk | sk | item |
| --- | --- | --- |
| `HEADS` | `{chain}` | the last counted record of a chain, while it is not anchored |
| `ANCHORED#{chain}` | `{number:010}` | an anchor that contains a head of the chain |
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
        """Queue this head for the next anchor, in place of an older queued head of the chain."""
        item = {"pk": "HEADS", "sk": chain, "seq": head.seq, "digest": head.digest}
        transaction.put(self._table.name, item)

    def list_queued_heads(self) -> Iterator[tuple[str, ChainHead]]:
        for item in self._table.query("HEADS"):
            yield item["sk"], ChainHead(item["seq"], item["digest"])

    def last_anchor_head(self) -> ChainHead:
        """Return the number and digest of the last completed anchor."""
        item = self._table.get("ANCHORS", "LAST")
        return ChainHead(item["number"], item["digest"]) if item is not None else ChainHead(0, GENESIS)

    def read_anchor(self, number: int) -> str | None:
        """Return the stored text of an anchor, or None if no anchor has this number."""
        s3_object = {"Bucket": self._bucket, "Key": _object_key(number)}
        try:
            self._s3.head_object(**s3_object)
        except ClientError as error:
            if error.response["Error"]["Code"] in _NOT_FOUND_CODES:
                return None
            raise
        with self._s3.get_object(**s3_object)["Body"] as body:
            return bytes(body.read()).decode()

    def write_anchor(self, anchor: Anchor) -> None:
        """Store an anchor, which the bucket then locks. Raise ConcurrentChange if its number is taken."""
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
                raise ConcurrentChange("An anchor with this number already exists.") from error
            raise

    def anchor_numbers(self, chain: str) -> list[int]:
        """Return the numbers of the anchors that contain a head of the chain, oldest first."""
        return [int(item["sk"]) for item in self._table.query(f"ANCHORED#{chain}")]

    def delete_chain(self, chain: str) -> None:
        """Delete the index of a chain. The anchors themselves stay while they are locked."""
        for number in self.anchor_numbers(chain):
            self._table.delete(f"ANCHORED#{chain}", f"{number:010}")
        self._table.delete("HEADS", chain)

    def record_anchored_head(self, anchor: Anchor, chain: str, head: ChainHead, *, is_queued: bool) -> None:
        """Record which anchor contains this head.

        is_queued: also remove the head from the queue; raise ConcurrentChange if another head is queued.
        """
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
        """Make this the last anchor. Raise ConcurrentChange if another run has advanced it."""
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
