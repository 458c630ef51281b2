"""API routes for seniors to search, list and override bank entries."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from aws_lambda_powertools.utilities.typing import LambdaContext
from staydown.api.callers import require_senior
from staydown.api.cursors import decode_number_cursor, encode_cursor
from staydown.api.http import IdempotencyKey, IfMatch, create_app, etag_header, parse_if_match
from staydown.api.idempotency import IdempotentHandler
from staydown.aws.bank_store import StoredEntry
from staydown.aws.stack import Stack
from staydown.domain.bank.hashes import PdqHash
from staydown.domain.errors import InvalidRequest
from staydown.services.bank.bank_view import BankView
from staydown.services.bank.list_entries import FoundEntry, find_entries, list_entries
from staydown.services.bank.override_entry import allow_hash, set_entry_enabled

from functions.bank_entries import models

logger = Logger()
app = create_app(logger)
stack = cache(Stack.from_environment)


@cache
def bank() -> BankView:
    return BankView(stack())


@cache
def idempotent_handler() -> IdempotentHandler:
    return IdempotentHandler(stack(), app.resolve)


def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return idempotent_handler()(event, context)


@app.get(
    "/v1/bank/entries",
    operation_id="bank_entries_get_entries",
    summary="List recently changed entries, or search for a hash",
    tags=["seniors"],
)
def get_entries(
    pdq: Annotated[
        str | None,
        Query(pattern="^[0-9a-fA-F]{64}$", description="Search near this hash: 64 hexadecimal digits"),
    ] = None,
    within: Annotated[
        int, Query(ge=0, le=128, description="With pdq: the largest distance, in bits of 256")
    ] = 31,
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    limit: Annotated[
        int, Query(ge=1, le=100, description="Without pdq: the number of changes per page")
    ] = 25,
) -> models.EntryPage:
    require_senior(app.current_event)
    if pdq is not None:
        entries, before = find_entries(stack(), bank(), PdqHash.from_hex(pdq), max_distance=within), None
    else:
        entries, before = list_entries(stack(), before_seq=decode_number_cursor(cursor), limit=limit)
    next_cursor = encode_cursor({"before": before}) if before is not None else None
    return models.EntryPage(entries=[_entry_response(entry) for entry in entries], next=next_cursor)


@app.post(
    "/v1/bank/entries",
    operation_id="bank_entries_post_entry",
    summary="Allow a hash, or disable or enable an entry",
    tags=["seniors"],
)
def post_entry(
    request: models.EntryChangeRequest, if_match: IfMatch = None, _key: IdempotencyKey = None
) -> Response[models.BankEntry]:
    reviewer = require_senior(app.current_event).reviewer_id
    if request.change is models.EntryAction.ALLOW:
        stored = _allow_hash(request, reviewer)
    else:
        stored = _set_entry_enabled(request, reviewer, parse_if_match(if_match))
    return Response(
        status_code=HTTPStatus.OK,
        content_type="application/json",
        body=_entry_response(FoundEntry(stored)),
        headers=etag_header(stored.seq),
    )


def _allow_hash(request: models.EntryChangeRequest, reviewer: str) -> StoredEntry:
    if request.pdq is None or request.quality is None:
        missing = {f"/{name}": "is required" for name in ("pdq", "quality") if getattr(request, name) is None}
        raise InvalidRequest("An allowed image needs a hash and its quality.", pointers=missing)
    return allow_hash(
        stack(),
        bank(),
        pdq=PdqHash.from_hex(request.pdq),
        quality=request.quality,
        reason=request.reason,
        despite=request.despite,
        reviewer=reviewer,
    )


def _set_entry_enabled(
    request: models.EntryChangeRequest, reviewer: str, expected_revision: int | None
) -> StoredEntry:
    if request.entry_id is None:
        raise InvalidRequest("Name the entry.", pointers={"/entry_id": "is required"})
    return set_entry_enabled(
        stack(),
        entry_id=request.entry_id,
        enabled=request.change is models.EntryAction.REINSTATE,
        reason=request.reason,
        reviewer=reviewer,
        expected_seq=expected_revision,
    )


def _entry_response(found: FoundEntry) -> models.BankEntry:
    entry, match = found.stored.entry, found.match
    return models.BankEntry(
        entry_id=entry.entry_id,
        standing=entry.standing,
        by_hand=entry.override,
        quality=entry.quality if entry.pdq is not None else None,
        exact_bytes=entry.sha256 is not None,
        picture=entry.features_key is not None,
        provenance=[models.EntrySupport.from_support(support) for support in sorted(entry.supports)],
        revision=found.stored.seq,
        distance=match.distance if match is not None else None,
        view=match.view if match is not None else None,
    )
