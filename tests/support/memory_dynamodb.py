"""The part of DynamoDB that the stores use, as a dictionary: fast, deterministic and quick to copy.

An unknown operation raises NotImplementedError, so that no test passes by accident. The stores' contract
tests check that it answers as moto does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.support.botocore_hooks import Answer, Call, Parsed
from tests.support.dynamodb_rules import error_answer

Item = Mapping[str, Any]
"""An item in DynamoDB's notation; never modified after it is stored."""

Key = tuple[str, str]
Table = dict[Key, Item]
Tables = dict[str, Table]

_TERM = re.compile(r"attribute_not_exists\((\w+)\)|(\w+) = (:\w+)")
_SET = re.compile(r"(\w+) = (:\w+)")
_ADD = re.compile(r"(#?\w+) (:\w+)")


class MemoryDynamoDb:
    def __init__(self, tables: list[str]) -> None:
        self.tables: Tables = {name: {} for name in tables}
        self._digests: dict[int, tuple[Item, int]] = {}

    def digests(self) -> Iterator[tuple[str, tuple[Key, int]]]:
        """Yield the table, the key and a digest of the content of each item."""
        for name, items in self.tables.items():
            for key, item in items.items():
                known = self._digests.get(id(item))
                if known is None or known[0] is not item:
                    known = self._digests[id(item)] = (item, hash(repr(item)))
                yield name, (key, known[1])

    def answer(self, call: Call) -> Answer:
        operations: Mapping[str, Callable[[Mapping[str, Any]], Answer | Parsed]] = {
            "GetItem": self._get,
            "BatchGetItem": self._batch_get,
            "Query": self._query,
            "DeleteItem": self._delete,
            "UpdateItem": self._update_item,
            "TransactWriteItems": self._transact,
            "BatchWriteItem": self._batch_write,
        }
        if call.operation not in operations:
            raise NotImplementedError(str(call))
        answer = operations[call.operation](call.params)
        return answer if isinstance(answer, Answer) else Answer(answer)

    def _get(self, params: Mapping[str, Any]) -> Parsed:
        item = self.tables[params["TableName"]].get(_key(params["Key"]))
        return {"Item": item} if item is not None else {}

    def _batch_get(self, params: Mapping[str, Any]) -> Parsed:
        responses = {
            name: [item for key in request["Keys"] if (item := self.tables[name].get(_key(key))) is not None]
            for name, request in params["RequestItems"].items()
        }
        return {"Responses": responses, "UnprocessedKeys": {}}

    def _query(self, params: Mapping[str, Any]) -> Parsed:
        table = self.tables[params["TableName"]]
        values = params["ExpressionAttributeValues"]
        match params["KeyConditionExpression"]:
            case "pk = :pk AND sk BETWEEN :after AND :upto":
                pk, low, high = (values[name]["S"] for name in (":pk", ":after", ":upto"))
                keys = [key for key in table if key[0] == pk and low <= key[1] <= high]
                backwards = not params.get("ScanIndexForward", True)
                return {"Items": [table[key] for key in sorted(keys, reverse=backwards)]}
            case "queue = :queue" if params.get("IndexName") == "queue":
                items = [item for item in table.values() if item.get("queue") == values[":queue"]]
                return _page(sorted(items, key=_queue_order), params)
            case "queue = :queue" if params.get("IndexName") == "images":
                items = [item for item in table.values() if item.get("queue") == values[":queue"]]
                kept = ("pk", "sk", "queue", "queue_order", "case_id", "image")
                items.sort(key=_queue_order)
                return _page([{name: one[name] for name in kept if name in one} for one in items], params)
            case "queue = :queue AND queue_order > :since" if params.get("IndexName") == "queue":
                items = [item for item in table.values() if item.get("queue") == values[":queue"]]
                late = [one for one in items if one["queue_order"]["S"] > values[":since"]["S"]]
                return {"Items": sorted(late, key=_queue_order, reverse=True)[: params["Limit"]]}
            case "rest = :rest AND rest_order < :until" if params.get("IndexName") == "rest":
                until = values[":until"]["S"]
                found = [one for one in table.values() if one.get("rest") == values[":rest"]]
                due = [one for one in found if one["rest_order"]["S"] < until]
                names = ("pk", "sk", "rest", "rest_order")
                due.sort(key=lambda one: str(one["rest_order"]["S"]))
                return {"Items": [{name: one[name] for name in names} for one in due]}
            case "holder = :holder AND received_at > :since" if params.get("IndexName") == "account":
                mine = [one for one in table.values() if one.get("holder") == values[":holder"]]
                late = [one for one in mine if one["received_at"]["S"] > values[":since"]["S"]]
                late.sort(key=lambda one: (str(one["received_at"]["S"]), str(one["pk"]["S"])), reverse=True)
                shown = ("pk", "sk", "holder", "received_at", "state", "reason")
                return {"Items": [{name: one[name] for name in shown} for one in late[: params["Limit"]]]}
        raise NotImplementedError(params["KeyConditionExpression"])

    def _delete(self, params: Mapping[str, Any]) -> Parsed:
        self.tables[params["TableName"]].pop(_key(params["Key"]), None)
        return {}

    def _batch_write(self, params: Mapping[str, Any]) -> Parsed:
        for name, requests in params["RequestItems"].items():
            for request in requests:
                self.tables[name].pop(_key(request["DeleteRequest"]["Key"]), None)
        return {"UnprocessedItems": {}}

    def _update_item(self, params: Mapping[str, Any]) -> Parsed:
        table, key = self.tables[params["TableName"]], _key(params["Key"])
        table[key] = _updated(table.get(key), params)
        return {"Attributes": table[key]}

    def _transact(self, params: Mapping[str, Any]) -> Answer:
        writes = [next(iter(write.items())) for write in params["TransactItems"]]
        reasons = [
            {"Code": "None" if self._holds(write) else "ConditionalCheckFailed"} for _, write in writes
        ]
        if any(reason["Code"] != "None" for reason in reasons):
            return error_answer("TransactionCanceledException", "cancelled", CancellationReasons=reasons)
        for kind, write in writes:
            table, key = self.tables[write["TableName"]], _key(write.get("Key") or write["Item"])
            if kind == "Put":
                table[key] = write["Item"]
            elif kind == "Delete":
                table.pop(key, None)
            elif kind == "Update":
                table[key] = _updated(table.get(key), write)
        return Answer({})

    def _holds(self, write: Mapping[str, Any]) -> bool:
        condition = write.get("ConditionExpression")
        if condition is None:
            return True
        item = self.tables[write["TableName"]].get(_key(write.get("Key") or write["Item"])) or {}
        return any(_true(term, item, write) for term in condition.split(" OR "))


def _true(term: str, item: Item, write: Mapping[str, Any]) -> bool:
    found = _TERM.fullmatch(term)
    if found is None:
        raise NotImplementedError(term)
    absent, name, value = found.groups()
    if absent:
        return absent not in item
    return name in item and bool(item[name] == write["ExpressionAttributeValues"][value])


def _updated(item: Item | None, write: Mapping[str, Any]) -> Item:
    expression, values = write["UpdateExpression"], write["ExpressionAttributeValues"]
    names = write.get("ExpressionAttributeNames", {})
    adding, setting = re.fullmatch(r"(?:ADD (.*?))?\s*(?:SET (.*))?", expression).groups()  # type: ignore[union-attr]
    changed = {**(item or {}), **write["Key"]}
    for alias, value in _terms(_ADD, adding or ""):
        name = names.get(alias, alias)
        changed[name] = {"N": str(int(changed.get(name, {"N": "0"})["N"]) + int(values[value]["N"]))}
    for name, value in _terms(_SET, setting or ""):
        changed[name] = values[value]
    return changed


def _terms(form: re.Pattern[str], text: str) -> Iterator[tuple[str, str]]:
    for term in filter(None, text.split(",")):
        found = form.fullmatch(term.strip())
        if found is None:
            raise NotImplementedError(text)
        yield found[1], found[2]


def _page(items: list[Item], params: Mapping[str, Any]) -> Parsed:
    after = params.get("ExclusiveStartKey")
    if after is not None:
        items = [item for item in items if _queue_order(item) > _queue_order(after)]
    page = items[: params["Limit"]]
    if len(page) == len(items):
        return {"Items": page}
    last = {name: page[-1][name] for name in ("pk", "sk", "queue", "queue_order")}
    return {"Items": page, "LastEvaluatedKey": last}


def _queue_order(item: Item) -> tuple[str, str, str]:
    return item["queue_order"]["S"], item["pk"]["S"], item["sk"]["S"]


def _key(item: Item) -> Key:
    return item["pk"]["S"], item["sk"]["S"]
