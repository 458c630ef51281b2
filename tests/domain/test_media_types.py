"""What a file says it is, against what it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staydown.domain.media_types import ACCEPTED, EXTENSIONS, SPOKEN_FOR, disagreement

found_types = st.sampled_from(sorted(set(EXTENSIONS.values())))


@given(found_types)
def test_what_says_nothing_contradicts_nothing(found: str) -> None:
    for declared in ("", "application/octet-stream", "binary/octet-stream", "Binary/Octet-Stream; q=1"):
        for key in ("a/b/c", "a/b/photo", "a/b/photo.v2", "a/b.png/photo"):
            assert disagreement(found=found, declared=declared, key=key) is None


@given(found_types, found_types)
def test_another_image_type_is_a_contradiction(found: str, declared: str) -> None:
    contradiction = disagreement(found=found, declared=declared.upper(), key="a/b/c")
    assert (contradiction is None) == (found == declared)


@pytest.mark.parametrize(("name", "real"), SPOKEN_FOR.items())
def test_all_names_of_a_type_are_one(name: str, real: str) -> None:
    assert disagreement(found=real, declared=name, key="a/b/c") is None


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_an_extension_must_not_contradict_the_bytes(extension: str) -> None:
    key = f"a/b/photo{extension.upper()}"
    assert disagreement(found=EXTENSIONS[extension], declared="", key=key) is None
    other = "image/png" if EXTENSIONS[extension] != "image/png" else "image/gif"
    assert disagreement(found=other, declared="", key=key) is not None


@pytest.mark.parametrize("declared", ["text/html", "image/svg+xml", "application/x-msdownload"])
def test_what_a_browser_would_run_is_a_contradiction(declared: str) -> None:
    assert disagreement(found="image/png", declared=declared, key="a/b/c") is not None


def test_what_may_be_announced_is_what_is_read() -> None:
    assert {SPOKEN_FOR.get(name, name) for name in ACCEPTED} == set(EXTENSIONS.values())
