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
from staydown.domain.anchors import Anchor
from staydown.domain.audit import GENESIS, ChainHead
from staydown.domain.errors import ConcurrentChange

_ABSENT = {"404", "NoSuchKey", "NotFound"}
_TAKEN = {"PreconditionFailed", "ConditionalRequestConflict", "412"}


class AnchorsStore:
    def __init__(self, client: Any, table: str, s3: Any, bucket: str) -> None:
        self._table = Table(client, table)
        self._s3 = s3
        self._bucket = bucket

    def note(self, transaction: Transaction, chain: str, head: ChainHead) -> None:
        """Have this head anchored next; an older one of the chain that still waits is not needed any more."""
        item = {"pk": "HEADS", "sk": chain, "seq": head.seq, "digest": head.digest}
        transaction.put(self._table.name, item)

    def waiting(self) -> Iterator[tuple[str, ChainHead]]:
        for item in self._table.query("HEADS"):
            yield item["sk"], ChainHead(item["seq"], item["digest"])

    def last(self) -> ChainHead:
        """Number and digest of the last anchor that is done with."""
        item = self._table.get("ANCHORS", "LAST")
        return ChainHead(item["number"], item["digest"]) if item is not None else ChainHead(0, GENESIS)

    def read(self, number: int) -> str | None:
        """An anchor as it is stored; None when there is none of this number."""
        place = {"Bucket": self._bucket, "Key": _key(number)}
        try:
            self._s3.head_object(**place)
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return None
            raise
        with self._s3.get_object(**place)["Body"] as body:
            return bytes(body.read()).decode()

    def write(self, anchor: Anchor) -> None:
        """For good: the bucket locks it. ConcurrentChange when there is one of its number."""
        try:
            self._s3.put_object(
                Bucket=self._bucket,
                Key=_key(anchor.number),
                Body=anchor.text.encode(),
                ContentType="application/json",
                IfNoneMatch="*",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _TAKEN:
                raise ConcurrentChange("This anchor was written already.") from error
            raise

    def anchored(self, chain: str) -> list[int]:
        """The numbers of the anchors that have a head of the chain, oldest first."""
        return [int(item["sk"]) for item in self._table.query(f"ANCHORED#{chain}")]

    def forget_chain(self, chain: str) -> None:
        """The anchors themselves stay as long as they are locked."""
        for number in self.anchored(chain):
            self._table.delete(f"ANCHORED#{chain}", f"{number:010}")
        self._table.delete("HEADS", chain)

    def done(self, anchor: Anchor, chain: str, head: ChainHead, *, still_waits: bool) -> None:
        """Remember where this head is anchored. still_waits: it is the one that waits; ConcurrentChange if
        not."""
        transaction = self._table.transaction()
        item = {"pk": f"ANCHORED#{chain}", "sk": f"{anchor.number:010}", "seq": head.seq}
        transaction.put(self._table.name, item)
        if still_waits:
            transaction.delete_if(
                self._table.name,
                {"pk": "HEADS", "sk": chain},
                condition="digest = :anchored",
                values={":anchored": head.digest},
            )
        transaction.commit()

    def finish(self, anchor: Anchor) -> None:
        """Go on after it; ConcurrentChange when another was faster."""
        transaction = self._table.transaction()
        transaction.put_if(
            self._table.name,
            {"pk": "ANCHORS", "sk": "LAST", "number": anchor.number, "digest": anchor.digest},
            condition="digest = :before" if anchor.number > 1 else "attribute_not_exists(pk)",
            values={":before": anchor.previous} if anchor.number > 1 else None,
        )
        transaction.commit()


def _key(number: int) -> str:
    return f"anchors/{number:010}.json"
