"""Catalogues of notice texts, one for each language, in `catalogues/{tag}.json`.

The rules (`contents`) choose the sentences of a notice by key, and a catalogue has a text for each key. So a
translation is one file, and every language has the same content.
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
"""The values of a sentence's placeholders. A tuple is a list of codes, each with a text in the catalogue."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The notice texts of one language."""

    language: str
    """BCP 47 tag in lower case."""
    titles: Mapping[str, str]
    """Titles by key, with $placeholders."""
    sentences: Mapping[str, str]
    """Sentences by key, with $placeholders."""
    words: Mapping[str, str]
    """Texts of codes, by code."""
    separator: str
    """Between the items of a list."""
    last_separator: str
    """Before the last item of a list."""

    def title(self, key: str, values: TemplateValues) -> str:
        return self._fill(self.titles[key], values)

    def sentence(self, key: str, values: TemplateValues) -> str:
        """Return a sentence with its values. Raise KeyError if the sentence or a value is missing."""
        return self._fill(self.sentences[key], values)

    def _fill(self, text: str, values: TemplateValues) -> str:
        return string.Template(text).substitute(
            {name: self._to_text(value) for name, value in values.items()}
        )

    def _to_text(self, value: str | datetime | tuple[str, ...]) -> str:
        if isinstance(value, datetime):
            # ISO order in every language: other numeric dates are ambiguous.
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
        if isinstance(value, str):
            return value
        words = [self.words.get(code, code) for code in value]
        if len(words) < 2:
            return "".join(words)
        return self.last_separator.join([self.separator.join(words[:-1]), words[-1]])


def load_catalogue(file: Path) -> Catalogue:
    return Catalogue(language=file.stem, **json.loads(file.read_text(encoding="utf-8")))


@cache
def _catalogues() -> Mapping[str, Catalogue]:
    return {file.stem: load_catalogue(file) for file in sorted(CATALOGUES_DIR.glob("*.json"))}


def catalogue_for(language: str | None) -> Catalogue:
    """Return the catalogue of a language, else of its parent ("de" for "de-AT"), else English."""
    known = _catalogues()
    tag = (language or DEFAULT_LANGUAGE).lower()
    while tag and tag not in known:
        tag = tag.rpartition("-")[0]
    return known[tag or DEFAULT_LANGUAGE]
