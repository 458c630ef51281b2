"""Only the request that an answer belongs to can decrypt it."""

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
STORED: list[dict[str, str]] = [
    EncryptedResponseSerializer(PARTS).to_dict(ANSWER),
    # Of the same request and answer, in the format before AES-GCM.
    {
        "sealed": (
            "LzFD1yee8kKCQjV1FnyuiVucXdOLmYbJmZEaVgtnD5iGmoUEyBZV/GKGsYFoURIcV62G+f"
            "ZqrWWghonMdAszlFkODKG4BCpVtmr71ZOvedBlMDctZvwtZPaoLNUVL1RmfQfQdBR35c9P"
        )
    },
]


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
    ((field, text),) = data.draw(st.sampled_from(STORED)).items()
    encrypted = bytearray(base64.b64decode(text))
    bit = data.draw(st.integers(0, 8 * len(encrypted) - 1))
    encrypted[bit // 8] ^= 1 << bit % 8
    with pytest.raises(ResponseDecryptionFailed):
        EncryptedResponseSerializer(PARTS).from_dict({field: base64.b64encode(encrypted).decode()})


@pytest.mark.parametrize("stored", STORED, ids=["current", "previous"])
def test_answer_of_this_and_the_previous_release_decrypts(stored: dict[str, str]) -> None:
    assert EncryptedResponseSerializer(PARTS).from_dict(stored) == ANSWER


@pytest.mark.parametrize("field", ["sealed", "aes_256_gcm"])
@pytest.mark.parametrize("text", ["", "%", "AAAA", "A" * 64, None, 1])
def test_damaged_value_is_rejected(field: str, text: object) -> None:
    with pytest.raises(ResponseDecryptionFailed):
        EncryptedResponseSerializer(PARTS).from_dict({field: text})


@pytest.mark.parametrize("stored", [{}, {"format_of_a_newer_release": "AAAA"}, ANSWER])
def test_unencrypted_value_or_unknown_format_is_rejected(stored: dict[str, Any]) -> None:
    with pytest.raises(ResponseDecryptionFailed):
        EncryptedResponseSerializer(PARTS).from_dict(stored)


def test_encryption_of_an_answer_is_never_repeated() -> None:
    """Two ciphertexts under one key and nonce would reveal both plaintexts."""
    stored = {EncryptedResponseSerializer(PARTS).to_dict(ANSWER)["aes_256_gcm"] for _ in range(20)}
    assert len(stored) == 20
    assert len({base64.b64decode(text)[:12] for text in stored}) == 20
    assert len({base64.b64decode(text)[-16:] for text in stored}) == 20
