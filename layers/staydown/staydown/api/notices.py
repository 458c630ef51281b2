"""Notices as the API returns them."""

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
        description="A BCP 47 language tag such as pt-BR. English is used if there is no translation",
    ),
]


class Notice(BaseModel):
    notice_id: str
    kind: NoticeKind
    at: datetime
    case_id: Annotated[str | None, Field(description="Absent if the notice is not about a case")]
    language: str
    title: str
    paragraphs: Annotated[list[str], Field(description="The text of the notice, as plain-text paragraphs")]
    values: Annotated[
        dict[str, str | list[str]],
        Field(
            description="The same content as data: codes, ids and ISO 8601 times (see docs/integrating.md)"
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
    """Return a notice without the case id, which only reviewers and platforms see."""
    return notice_response(notice).model_copy(update={"case_id": None})
