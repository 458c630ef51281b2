"""What is sealed opens to its own request, whole, and to no other."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staydown.api.response_encryption import EncryptedResponseSerializer, ResponseDecryptionFailed

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
PARTS = ("key", "/v1/reports", '{"relation": "self"}')
ANSWER: dict[str, Any] = {"statusCode": 201, "body": '{"secret": "AAAAA-BBBBB"}'}


@given(JSON, st.tuples(st.text(), st.none() | st.text()))
def test_encrypted_answer_decrypts_unchanged(answer: Any, parts: tuple[str | None, ...]) -> None:
    assert (
        EncryptedResponseSerializer(parts).from_dict(EncryptedResponseSerializer(parts).to_dict(answer))
        == answer
    )


@pytest.mark.parametrize(
    "parts",
    [
        ("Key", *PARTS[1:]),
        (PARTS[0], "/v1/report", PARTS[2]),
        (*PARTS[:2], '{"relation":"self"}'),
        (*PARTS[:2], None),
        PARTS[:2],
        ("key/v1/reports", PARTS[2]),
    ],
)
def test_other_request_cannot_decrypt_the_answer(parts: tuple[str | None, ...]) -> None:
    with pytest.raises(ResponseDecryptionFailed):
        EncryptedResponseSerializer(parts).from_dict(EncryptedResponseSerializer(PARTS).to_dict(ANSWER))


@given(st.data())
def test_any_changed_bit_is_detected(data: st.DataObject) -> None:
    sealed = bytearray(base64.b64decode(EncryptedResponseSerializer(PARTS).to_dict(ANSWER)["sealed"]))
    bit = data.draw(st.integers(0, 8 * len(sealed) - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(ResponseDecryptionFailed):
        EncryptedResponseSerializer(PARTS).from_dict({"sealed": base64.b64encode(sealed).decode()})


@pytest.mark.parametrize("kept", [{}, {"sealed": ""}, {"sealed": "%"}, {"sealed": "AAAA"}, ANSWER])
def test_unencrypted_value_is_rejected(kept: dict[str, Any]) -> None:
    with pytest.raises(ResponseDecryptionFailed):
        EncryptedResponseSerializer(PARTS).from_dict(kept)


def test_encryption_of_an_answer_is_never_repeated() -> None:
    """A repeated stream would give the answers away, one through the other."""
    seals = {EncryptedResponseSerializer(PARTS).to_dict(ANSWER)["sealed"] for _ in range(20)}
    assert len(seals) == 20
    tails = {base64.b64decode(sealed)[-16:] for sealed in seals}
    assert len(tails) == 20
