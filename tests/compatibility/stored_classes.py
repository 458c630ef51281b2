"""The classes that are stored, by the label that the golden data knows them by."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

from staydown.aws.bank_store import Head, Snapshot
from staydown.domain.accounts import Account, Block
from staydown.domain.appeals import Appeal
from staydown.domain.audit import ChainHead, Record
from staydown.domain.bank import Entry, Match, Overlap, Support
from staydown.domain.cases import Case
from staydown.domain.content_log import Leftover, Manifest, Place, SegmentFile
from staydown.domain.decisions import Decision, Factors
from staydown.domain.figures import Progress
from staydown.domain.fingerprints import Fingerprint, View
from staydown.domain.hashes import PdqHash
from staydown.domain.holds import Hold
from staydown.domain.misuse import Conduct, MisuseDecision, MisuseReview, SetAside
from staydown.domain.notes import Note, Reading
from staydown.domain.notices import Notice, NoticeLink, Recipient
from staydown.domain.opinions import Claim, SecondOpinion
from staydown.domain.reports import Declarations, Report, ReportedHash, Reporter
from staydown.domain.senders import Sender
from staydown.domain.stops import Stop
from staydown.domain.strikes import Subject
from staydown.domain.sweeps import Part, Sweep
from staydown.domain.uploads import Ticket, Upload

STORED: Mapping[str, type[Any]] = {
    "Account": Account,
    "Appeal": Appeal,
    "Case": Case,
    "Entry": Entry,
    "Fingerprint": Fingerprint,
    "Head": Head,
    "Manifest": Manifest,
    "MisuseReview": MisuseReview,
    "Notice": Notice,
    "NoticeLink": NoticeLink,
    "Part": Part,
    "Progress": Progress,
    "Reading": Reading,
    "Record": Record,
    "Report": Report,
    "Reporter": Reporter,
    "Sender": Sender,
    "Sweep": Sweep,
    "Ticket": Ticket,
    "Upload": Upload,
}
"""Each is an item, or an attribute that a store packs by itself."""

NESTED: Mapping[str, type[Any]] = {
    "Block": Block,
    "ChainHead": ChainHead,
    "Claim": Claim,
    "Conduct": Conduct,
    "Decision": Decision,
    "Declarations": Declarations,
    "Factors": Factors,
    "Hold": Hold,
    "Leftover": Leftover,
    "Match": Match,
    "MisuseDecision": MisuseDecision,
    "Note": Note,
    "Overlap": Overlap,
    "PdqHash": PdqHash,
    "Place": Place,
    "Recipient": Recipient,
    "ReportedHash": ReportedHash,
    "SecondOpinion": SecondOpinion,
    "SegmentFile": SegmentFile,
    "SetAside": SetAside,
    "Snapshot": Snapshot,
    "Stop": Stop,
    "Subject": Subject,
    "Support": Support,
    "View": View,
}
"""Each is part of one that is stored."""

LABELS: Mapping[type[Any], str] = {cls: label for label, cls in {**STORED, **NESTED}.items()}


def reachable(cls: type[Any]) -> set[type[Any]]:
    """The dataclass and all dataclasses that its fields can hold."""
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
    """Every dataclass instance in a value, itself included."""
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
