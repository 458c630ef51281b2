"""Declared media types compared with actual ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staydown.domain.uploads.media_types import (
    ACCEPTED_MEDIA_TYPES,
    ALIASES,
    MEDIA_TYPE_BY_EXTENSION,
    type_mismatch,
)

found_types = st.sampled_from(sorted(set(MEDIA_TYPE_BY_EXTENSION.values())))


@given(found_types)
def test_unspecific_media_type_is_no_mismatch(found: str) -> None:
    for declared in ("", "application/octet-stream", "binary/octet-stream", "Binary/Octet-Stream; q=1"):
        for key in ("a/b/c", "a/b/photo", "a/b/photo.v2", "a/b.png/photo"):
            assert type_mismatch(found=found, declared=declared, key=key) is None


@given(found_types, found_types)
def test_different_image_type_is_a_mismatch(found: str, declared: str) -> None:
    contradiction = type_mismatch(found=found, declared=declared.upper(), key="a/b/c")
    assert (contradiction is None) == (found == declared)


@pytest.mark.parametrize(("name", "real"), ALIASES.items())
def test_aliases_of_a_media_type_are_equal(name: str, real: str) -> None:
    assert type_mismatch(found=real, declared=name, key="a/b/c") is None


@pytest.mark.parametrize("extension", MEDIA_TYPE_BY_EXTENSION)
def test_extension_must_match_the_bytes(extension: str) -> None:
    key = f"a/b/photo{extension.upper()}"
    assert type_mismatch(found=MEDIA_TYPE_BY_EXTENSION[extension], declared="", key=key) is None
    other = "image/png" if MEDIA_TYPE_BY_EXTENSION[extension] != "image/png" else "image/gif"
    assert type_mismatch(found=other, declared="", key=key) is not None


@pytest.mark.parametrize("declared", ["text/html", "image/svg+xml", "application/x-msdownload"])
def test_executable_media_type_is_a_mismatch(declared: str) -> None:
    assert type_mismatch(found="image/png", declared=declared, key="a/b/c") is not None


def test_accepted_types_are_the_readable_types() -> None:
    assert {ALIASES.get(name, name) for name in ACCEPTED_MEDIA_TYPES} == set(MEDIA_TYPE_BY_EXTENSION.values())
