"""Carries out how long what is kept. By a schedule; may run twice at a time, stop anywhere, and be run again.

Everything is read again and written on condition before it is erased, so what was held, appealed or freed
meanwhile is left. One thing that fails does not keep the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from staydown.aws.audit_store import upload_chain
from staydown.aws.cases_store import CLOSED, ERASURE, LOCKED, OPINIONS, SETTLED, WISHES
from staydown.aws.stack import Stack
from staydown.domain.uploads import Rest, Upload
from staydown.services.retention.erase_case import erase_case, erase_reporters, forget_chain, record_retention
from staydown.services.retention.erase_original import erase_original, finish_erasure
from staydown.services.retrying import retried

A_RUN = 500
"""Erased of each class; the rest is for the next run. What is kept back takes nobody's place."""

Report = Callable[[str, Exception], None]


def apply_retention(stack: Stack, report: Report) -> Counter[str]:
    """What was erased, by class. report: is told of what failed, by its id."""
    rules = stack.settings.retention
    done: Counter[str] = Counter()

    def each(name: str, ids: Iterable[str], act: Callable[[str], bool]) -> None:
        left = A_RUN
        for one in ids:
            if not left:
                return
            try:
                erased = act(one)
                done[name] += erased
                left -= erased
            except Exception as error:  # noqa: BLE001 (what fails must not keep the rest for ever)
                report(one, error)
                done["failed"] += 1

    each("originals", _resting(stack, Rest.ERASING, timedelta(0)), partial(_finished, stack))
    each("originals", _resting(stack, Rest.STOPPED, rules.original), partial(_erased, stack))
    each("originals", _resting(stack, Rest.KEPT_BACK, rules.original), partial(_erased, stack))
    each("rejected", _resting(stack, Rest.REJECTED, rules.rejected), partial(_erase_rejected, stack))
    each("records", _resting(stack, Rest.RECORD, rules.case), partial(_erase_record, stack))
    each("asked", _closed(stack, ERASURE, timedelta(0)), partial(_erase_asked, stack))
    original = dict.fromkeys((CLOSED, OPINIONS, WISHES), rules.original)
    for queue, kept in (original | {LOCKED: rules.locked}).items():
        each("reporters", _closed(stack, queue, kept), partial(erase_reporters, stack))
    for queue in (SETTLED, OPINIONS, LOCKED):
        each("cases", _closed(stack, queue, rules.case), partial(erase_case, stack))
    return +done


def _resting(stack: Stack, rest: Rest, kept: timedelta) -> Iterable[str]:
    return stack.uploads.resting(rest, until=stack.now() - kept)


def _closed(stack: Stack, queue: str, kept: timedelta) -> Iterable[str]:
    return stack.cases.settled(queue, until=stack.now() - kept)


def _finished(stack: Stack, upload_id: str) -> bool:
    upload = stack.uploads.get(upload_id)
    if upload is None or upload.erased_at is None:
        return False
    finish_erasure(stack, upload)
    return True


def _erased(stack: Stack, upload_id: str) -> bool:
    return erase_original(stack, upload_id, why="retention").done


def _erase_asked(stack: Stack, case_id: str) -> bool:
    """Erase what the person shown, or an operator, asked to be erased; the case stays."""
    case = stack.cases.case(case_id)
    if case is None:
        return False
    erasures = [erase_original(stack, one, why="asked", window=False) for one in case.uploads]
    if any(one.kept is not None for one in erasures):
        return False
    _answered(stack, case_id)
    return True


@retried
def _answered(stack: Stack, case_id: str) -> None:
    case = stack.cases.case(case_id)
    if case is None or case.erasure_done:
        return
    transaction = stack.transaction()
    stack.cases.save_case(transaction, replace(case, erasure_done=True))
    transaction.commit()


@retried
def _erase_rejected(stack: Stack, upload_id: str) -> bool:
    """The image first: it never becomes anything else. Then its record."""
    upload = stack.uploads.get(upload_id)
    if upload is None or upload.rest is not Rest.REJECTED:
        return False
    _delete(stack, upload)
    transaction = stack.transaction()
    stack.uploads.forget(transaction, upload)
    record_retention(stack, transaction, "upload.erased", {"reason": upload.reason})
    transaction.commit()
    return True


@retried
def _erase_record(stack: Stack, upload_id: str) -> bool:
    """Its chain first: what is stopped here is begun again only as long as the record is there."""
    upload = stack.uploads.get(upload_id)
    if upload is None or upload.rest is not Rest.RECORD:
        return False
    forget_chain(stack, upload_chain(upload_id))
    transaction = stack.transaction()
    stack.uploads.forget(transaction, upload)
    details: dict[str, object] = {"records": upload.audit.seq, "digest": upload.audit.digest}
    record_retention(stack, transaction, "upload.erased", details)
    transaction.commit()
    return True


def _delete(stack: Stack, upload: Upload) -> None:
    stack.images.put_where_it_belongs(replace(upload, erased_at=stack.now()), lambda: True)
