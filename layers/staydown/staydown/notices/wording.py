"""Notices in words: one catalogue a language, in `catalogues/{tag}.json`.

What a notice says is chosen by the rules (notice_contents) as keys of sentences; a catalogue holds a sentence
for each key. So a translation is one file, and can neither leave something out nor say something else.
"""

from __future__ import annotations

import json
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

DEFAULT_LANGUAGE = "en"
CATALOGUES_DIR = Path(__file__).parent / "catalogues"

TemplateValues = Mapping[str, str | datetime | tuple[str, ...]]
"""What fills the gaps of a sentence. A tuple is a list of codes, each put into words."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """language: a BCP 47 tag in lower case. titles, sentences: by key, with $gaps. words: by code.

    between, last: what stands between the things of a list, and before its last.
    """

    language: str
    titles: Mapping[str, str]
    sentences: Mapping[str, str]
    words: Mapping[str, str]
    between: str
    last: str

    def title(self, key: str, values: TemplateValues) -> str:
        return self._fill(self.titles[key], values)

    def sentence(self, key: str, values: TemplateValues) -> str:
        """KeyError for a sentence that is not there, or a gap that nothing fills."""
        return self._fill(self.sentences[key], values)

    def _fill(self, text: str, values: TemplateValues) -> str:
        return string.Template(text).substitute(
            {name: self._to_text(value) for name, value in values.items()}
        )

    def _to_text(self, value: str | datetime | tuple[str, ...]) -> str:
        if isinstance(value, datetime):
            # The same for everybody: a day in figures is read in two ways, but not in this one.
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
        if isinstance(value, str):
            return value
        words = [self.words.get(code, code) for code in value]
        return self.last.join([self.between.join(words[:-1]), words[-1]]) if words[1:] else "".join(words)


def load_catalogue(file: Path) -> Catalogue:
    return Catalogue(language=file.stem, **json.loads(file.read_text(encoding="utf-8")))


@cache
def _catalogues() -> Mapping[str, Catalogue]:
    return {file.stem: load_catalogue(file) for file in sorted(CATALOGUES_DIR.glob("*.json"))}


def catalogue_for(language: str | None) -> Catalogue:
    """Of this language; else of what it is a kind of ("de" for "de-AT"); else English."""
    known = _catalogues()
    tag = (language or DEFAULT_LANGUAGE).lower()
    while tag and tag not in known:
        tag = tag.rpartition("-")[0]
    return known[tag or DEFAULT_LANGUAGE]
