"""moto and botocore, the same answers in less time: what it does at each call is done once, or not at all.

Without this a stack that has worked for a while spends most of its time on copies of its tables, and a fair
part of each call on each of the other things here.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import jsonpath_ng.ext
from botocore.loaders import JSONFileLoader
from flask import Flask
from moto.backends import SERVICE_NAMES
from moto.core import responses
from moto.core.serialize import AttributePickerContext, XFormedAttributePicker
from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.sqs.models import SQSBackend

_moto_transact = DynamoDBBackend.transact_write_items
_moto_pick = XFormedAttributePicker.__call__
_parse_path = cache(vars(jsonpath_ng.ext)["parse"])
"""It builds a parser for each path that an event bus fills in."""
_load_file = cache(JSONFileLoader().load_file)
"""Each session reads what its services can do, megabytes of JSON, and each function has a session."""
_method_names = cache(vars(responses)["method_names_from_class"])
_underscores = cache(vars(responses)["camelcase_to_underscores"])


class CachingDispatcher(DomainDispatcherApplication):
    """moto looks through the folders of all its services at each request."""

    def __init__(self, create_app: Callable[[SERVICE_NAMES], Flask]) -> None:
        super().__init__(create_app)
        self.get_backend_for_host = cache(self.get_backend_for_host)  # type: ignore[method-assign]


class _TransactionBackup:
    """The items that the writes name, and where the streams of their tables ended."""

    def __init__(self, backend: DynamoDBBackend, writes: list[dict[str, Any]]) -> None:
        self._items: list[tuple[Table, DynamoType, DynamoType | None, Item | None]] = []
        self._streams: list[tuple[list[Any], int]] = []
        for asked in (asked for write in writes for asked in write.values()):
            table = backend.tables.get(asked.get("TableName"))
            if table is None:
                continue
            if table.stream_shard is not None:
                self._streams.append((table.stream_shard.items, len(table.stream_shard.items)))
            try:
                key = backend.get_keys_value(table, asked.get("Key") or asked.get("Item") or {})
            except MockValidationException:
                continue  # without its key the write is refused before it changes anything
            self._items.append((table, *key, copy.deepcopy(table.get_item(*key))))

    def restore(self) -> None:
        for table, hash_key, range_key, item in self._items:
            holder: Any = table.items if range_key is None else table.items[hash_key]
            key = hash_key if range_key is None else range_key
            if item is None:
                holder.pop(key, None)
            else:
                holder[key] = item
        for records, end in self._streams:
            del records[end:]


@contextmanager
def _without_table_copies() -> Iterator[None]:
    Table.__deepcopy__ = lambda self, memo: self  # type: ignore[attr-defined]
    try:
        yield
    finally:
        del Table.__deepcopy__  # type: ignore[attr-defined]


def _transact_write_items(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    """moto copies a whole table for each write, to put it back should one fail; here, what they name."""
    before = _TransactionBackup(self, transact_items)
    try:
        with _without_table_copies():
            _moto_transact(self, transact_items)
    except BaseException:
        before.restore()
        raise


def _pick_attribute(self: XFormedAttributePicker, context: AttributePickerContext) -> Any:
    """moto looks for each of the ten types that a value may have by four names; DynamoDB's have but one."""
    structure: Any = getattr(context.shape, "parent", None)
    if type(context.obj) is dict and structure is not None and structure.name == "AttributeValue":
        return context.obj.get(context.key)
    return _moto_pick(self, context)


def _is_within_retention(self: SQSBackend, queue_name: str, message: Any) -> bool:
    """moto gathers all attributes of the queue, its messages counted in three ways, to read this one."""
    queue: Any = self.get_queue(queue_name)
    return bool(message.sent_timestamp / 1000 + queue.message_retention_period > time.time())


def patch_moto() -> None:
    """From now on, in the whole process."""
    for where, name, instead in (
        (DynamoDBBackend, "transact_write_items", _transact_write_items),
        (XFormedAttributePicker, "__call__", _pick_attribute),
        (jsonpath_ng.ext, "parse", _parse_path),
        (responses, "method_names_from_class", _method_names),
        (JSONFileLoader, "load_file", staticmethod(_load_file)),
        (responses, "camelcase_to_underscores", _underscores),
        (SQSBackend, "is_message_valid_based_on_retention_period", _is_within_retention),
    ):
        setattr(where, name, instead)
