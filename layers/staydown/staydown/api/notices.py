"""A notice as the API shows it, to whoever it is for."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from staydown.notices.notice import Notice as NoticeRecord
from staydown.notices.notice import NoticeKind

Language = Annotated[
    str,
    Field(
        max_length=35,
        pattern="^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$",
        description="A BCP 47 tag, like pt-BR; English where there is no catalogue of it",
    ),
]


class Notice(BaseModel):
    notice_id: str
    kind: NoticeKind
    at: datetime
    case_id: Annotated[str | None, Field(description="Absent when it is about no case")]
    language: str
    title: str
    paragraphs: Annotated[list[str], Field(description="Plain text, to be shown one below the other")]
    values: Annotated[
        dict[str, str | list[str]],
        Field(
            description="The same as data: codes, ids and times (ISO 8601), by name; see docs/integrating.md"
        ),
    ]


def notice_response(notice: NoticeRecord) -> Notice:
    return Notice(
        notice_id=notice.notice_id,
        kind=notice.kind,
        at=notice.at,
        case_id=notice.case_id,
        language=notice.language,
        title=notice.title,
        paragraphs=list(notice.paragraphs),
        values={name: v if isinstance(v, str) else list(v) for name, v in notice.values.items()},
    )


def reporter_notice_response(notice: NoticeRecord) -> Notice:
    """Without the case's own id, which is the reviewers' and the platforms'."""
    return notice_response(notice).model_copy(update={"case_id": None})
