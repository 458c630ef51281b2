"""The stored classes, by their label in the golden data."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

from staydown.aws.bank_store import BankHead, BankSnapshot
from staydown.domain.accounts.account import Account, Block
from staydown.domain.accounts.misuse import MisuseDecision, MisuseReview, StrikeStatus
from staydown.domain.accounts.strikes import MisuseSubject
from staydown.domain.accounts.verified_reporters import VerifiedReporter
from staydown.domain.audit.chain import AuditRecord, ChainHead
from staydown.domain.bank.entry import BankEntry, Support
from staydown.domain.bank.fingerprints import Fingerprint, View
from staydown.domain.bank.hashes import PdqHash
from staydown.domain.bank.match import AlignmentSummary, Match
from staydown.domain.cases.appeals import Appeal
from staydown.domain.cases.case import Case
from staydown.domain.cases.decisions import Decision, Factors
from staydown.domain.cases.deferral import Deferral
from staydown.domain.cases.legal_hold import LegalHold
from staydown.domain.cases.notes import Note, ReviewerPresence
from staydown.domain.cases.reports import Declarations, Report, ReportedHash, Reporter
from staydown.domain.cases.second_opinions import Claim, SecondOpinion
from staydown.domain.metrics import ChainCursor
from staydown.domain.uploads.content_log import LogManifest, LogPosition, OrphanFile, SegmentFile
from staydown.domain.uploads.stops import Stop
from staydown.domain.uploads.sweeps import Sweep, SweepPart
from staydown.domain.uploads.upload import Upload, UploadTicket
from staydown.notices.notice import Notice, NoticeLink, Recipient

STORED: Mapping[str, Any] = {
    "Account": Account,
    "Appeal": Appeal,
    "Case": Case,
    "Entry": BankEntry,
    "Fingerprint": Fingerprint,
    "Head": BankHead,
    "Manifest": LogManifest,
    "MisuseReview": MisuseReview,
    "Notice": Notice,
    "NoticeLink": NoticeLink,
    "Part": SweepPart,
    "Progress": ChainCursor,
    "Reading": ReviewerPresence,
    "Record": AuditRecord,
    "Report": Report,
    "Reporter": Reporter,
    "Sender": VerifiedReporter,
    "Sweep": Sweep,
    "Ticket": UploadTicket,
    "Upload": Upload,
}
"""Classes, or unions of classes, that are an item, or an attribute that a store packs itself."""

NESTED: Mapping[str, type[Any]] = {
    "Block": Block,
    "ChainHead": ChainHead,
    "Claim": Claim,
    "Conduct": StrikeStatus,
    "Decision": Decision,
    "Declarations": Declarations,
    "Factors": Factors,
    "Hold": LegalHold,
    "Leftover": OrphanFile,
    "Match": Match,
    "MisuseDecision": MisuseDecision,
    "Note": Note,
    "Overlap": AlignmentSummary,
    "PdqHash": PdqHash,
    "Place": LogPosition,
    "Recipient": Recipient,
    "ReportedHash": ReportedHash,
    "SecondOpinion": SecondOpinion,
    "SegmentFile": SegmentFile,
    "SetAside": Deferral,
    "Snapshot": BankSnapshot,
    "Stop": Stop,
    "Subject": MisuseSubject,
    "Support": Support,
    "View": View,
}
"""Classes that are part of a stored class."""

LABELS: Mapping[type[Any], str] = {
    cls: label for label, known in {**STORED, **NESTED}.items() for cls in get_args(known) or (known,)
}


def reachable(cls: Any) -> set[type[Any]]:
    """Return the dataclasses of a class or union, and all dataclasses that their fields can contain."""
    found: set[type[Any]] = set()
    waiting: list[object] = [cls]
    while waiting:
        hint = waiting.pop()
        if isinstance(hint, type) and not isinstance(hint, types.GenericAlias) and is_dataclass(hint):
            if hint not in found:
                found.add(hint)
                waiting += get_type_hints(hint).values()
        else:
            waiting += get_args(hint)
    return found


def instances(value: object) -> Iterator[Any]:
    """Yield every dataclass instance in a value, including the value itself."""
    if is_dataclass(value) and not isinstance(value, type):
        yield value
        for field in fields(value):
            yield from instances(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from instances(inner)
    elif isinstance(value, set | frozenset | list | tuple):
        for inner in value:
            yield from instances(inner)
