"""Speed up moto and botocore without changing their responses, by caching or skipping repeated work.

Without these patches, a stack with much data spends most of its time copying tables.
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
"""jsonpath_ng builds a parser for each path of an event bus."""
_load_file = cache(JSONFileLoader().load_file)
"""Each session reads megabytes of JSON service descriptions, and each function has a session."""
_method_names = cache(vars(responses)["method_names_from_class"])
_underscores = cache(vars(responses)["camelcase_to_underscores"])


class CachingDispatcher(DomainDispatcherApplication):
    """Caches the backend of each host. moto searches the folders of all services at each request."""

    def __init__(self, create_app: Callable[[SERVICE_NAMES], Flask]) -> None:
        super().__init__(create_app)
        self.get_backend_for_host = cache(self.get_backend_for_host)  # type: ignore[method-assign]


class _TransactionBackup:
    """A copy of the items that a transaction writes, and the ends of their tables' streams."""

    def __init__(self, backend: DynamoDBBackend, writes: list[dict[str, Any]]) -> None:
        self._items: list[tuple[Table, DynamoType, DynamoType | None, Item | None]] = []
        self._streams: list[tuple[list[Any], int]] = []
        for operation in (operation for write in writes for operation in write.values()):
            table = backend.tables.get(operation.get("TableName"))
            if table is None:
                continue
            if table.stream_shard is not None:
                self._streams.append((table.stream_shard.items, len(table.stream_shard.items)))
            try:
                key = backend.get_keys_value(table, operation.get("Key") or operation.get("Item") or {})
            except MockValidationException:
                continue  # Without a key, the write fails before it changes anything.
            self._items.append((table, *key, copy.deepcopy(table.get_item(*key))))

    def restore(self) -> None:
        for table, hash_key, range_key, item in self._items:
            container: Any = table.items if range_key is None else table.items[hash_key]
            key = hash_key if range_key is None else range_key
            if item is None:
                container.pop(key, None)
            else:
                container[key] = item
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
    """Back up only the items of a transaction. moto copies a whole table for each write."""
    backup = _TransactionBackup(self, transact_items)
    try:
        with _without_table_copies():
            _moto_transact(self, transact_items)
    except BaseException:
        backup.restore()
        raise


def _pick_attribute(self: XFormedAttributePicker, context: AttributePickerContext) -> Any:
    """Look up an attribute by its only name. moto tries four names for each of ten value types."""
    structure: Any = getattr(context.shape, "parent", None)
    if type(context.obj) is dict and structure is not None and structure.name == "AttributeValue":
        return context.obj.get(context.key)
    return _moto_pick(self, context)


def _is_within_retention(self: SQSBackend, queue_name: str, message: Any) -> bool:
    """Read only the retention period. moto collects all attributes of the queue, with message counts."""
    queue: Any = self.get_queue(queue_name)
    return bool(message.sent_timestamp / 1000 + queue.message_retention_period > time.time())


def patch_moto() -> None:
    """Apply the patches to the whole process."""
    for target, name, replacement in (
        (DynamoDBBackend, "transact_write_items", _transact_write_items),
        (XFormedAttributePicker, "__call__", _pick_attribute),
        (jsonpath_ng.ext, "parse", _parse_path),
        (responses, "method_names_from_class", _method_names),
        (JSONFileLoader, "load_file", staticmethod(_load_file)),
        (responses, "camelcase_to_underscores", _underscores),
        (SQSBackend, "is_message_valid_based_on_retention_period", _is_within_retention),
    ):
        setattr(target, name, replacement)
