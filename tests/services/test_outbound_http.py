"""Requests to URLs chosen by others: public addresses only, no redirects, bounded time."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from staydown.aws.outbound_http import OutboundHttpClient, RequestFailed

Serve = Callable[[socket.socket], None]
OK = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"


@contextmanager
def serving(serve: Serve) -> Iterator[tuple[str, list[bytes]]]:
    """Run a server that handles each connection with `handle`. Yield its URL and the received requests."""
    seen: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def run() -> None:
            with suppress(OSError):
                while True:
                    sock, _ = listening.accept()
                    with sock, suppress(OSError):
                        seen.append(_request(sock))
                        serve(sock)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/hooks", seen
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)
    assert not thread.is_alive()


def _request(sock: socket.socket) -> bytes:
    """Read the head and the body as far as they arrive together."""
    got = b""
    while b"\r\n\r\n" not in got or not got.endswith(b"the body"):
        more = sock.recv(4096)
        if not more:
            break
        got += more
    return got


def post(url: str, *, seconds: float = 5, local: bool = True) -> int:
    return OutboundHttpClient(allow_local=local, max_seconds=seconds)(url, {"webhook-id": "1"}, b"the body")


def test_request_is_delivered_and_its_status_returned() -> None:
    with serving(lambda sock: sock.sendall(OK)) as (url, seen):
        assert post(f"{url}?of=alpha") == 204
    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /hooks?of=alpha HTTP/1.1\r\n")
    assert b"webhook-id: 1" in head
    assert body == b"the body"


def test_redirect_is_not_followed() -> None:
    with serving(lambda sock: sock.sendall(OK)) as (elsewhere, untouched):
        moved = b"HTTP/1.1 307 Moved\r\nLocation: " + elsewhere.encode() + b"\r\nContent-Length: 0\r\n\r\n"
        with serving(lambda sock: sock.sendall(moved)) as (url, seen):
            assert post(url) == 307
    assert len(seen) == 1
    assert untouched == []


def test_only_the_beginning_of_an_endless_answer_is_read() -> None:
    sent: list[int] = []

    def flood(sock: socket.socket) -> None:
        sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(64):
            sent.append(sock.send(b"x" * 1_000_000))

    with serving(flood) as (url, _):
        assert post(url) == 200
    assert sum(sent) < 60 * 1_000_000


@pytest.mark.parametrize("trickle", [b"", b"H", b"HTTP/1.1 200 OK\r\nX: "])
def test_slow_endpoint_costs_a_bounded_time(trickle: bytes) -> None:
    over = threading.Event()

    def drip(sock: socket.socket) -> None:
        if not trickle:
            over.wait(5)
        sock.sendall(trickle)
        while not over.wait(0.02):
            sock.sendall(b"x")

    with serving(drip) as (url, _):
        started = time.monotonic()
        with pytest.raises(RequestFailed) as failed:
            post(url, seconds=0.3)
        assert (failed.value.code, failed.value.timed_out) == ("timed_out", True)
        assert time.monotonic() - started < 20
        over.set()


@pytest.mark.parametrize(
    "answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 abc OK\r\n\r\n", b"SSH-2.0-OpenSSH\r\n"]
)
def test_non_http_answer_is_a_failure(answer: bytes) -> None:
    with serving(lambda sock: sock.sendall(answer)) as (url, _), pytest.raises(RequestFailed) as failed:
        post(url)
    assert failed.value.timed_out is False


def test_unreachable_endpoint_fails_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(RequestFailed, match="unreachable"):
        post(f"http://127.0.0.1:{port}/")


class TestDeployed:
    """The client of a deployed function, without the exception for the local stack."""

    @pytest.fixture
    def names(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
        """Replace name resolution by these answers, in turn."""
        names: dict[str, list[list[str]]] = {}

        def resolve(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
            answers = names[host]
            found = answers.pop(0) if len(answers) > 1 else answers[0]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        return names

    @pytest.fixture
    def called(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
        called: list[tuple[str, int]] = []

        def connect(address: tuple[str, int], timeout: float) -> socket.socket:
            called.append(address)
            raise ConnectionRefusedError

        monkeypatch.setattr(socket, "create_connection", connect)
        return called

    @pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://example.org/", "https://x:y@example.org/"])
    def test_invalid_endpoint_is_not_called(self, called: list[Any], url: str) -> None:
        with pytest.raises(RequestFailed, match="bad_url"):
            post(url, local=False)
        assert called == []

    @pytest.mark.parametrize(
        "url", ["https://127.0.0.1/", "https://2130706433/", "https://0x7f.1/", "https://169.254.169.254/", "https://[::1]/"]
    )  # fmt: skip
    def test_own_address_is_not_called_in_any_notation(self, called: list[Any], url: str) -> None:
        with pytest.raises(RequestFailed, match=r"address_not_public|unknown_host"):
            post(url, local=False)
        assert called == []

    def test_a_name_with_one_private_address_is_not_called(
        self, names: dict[str, list[list[str]]], called: list[Any]
    ) -> None:
        names["example.org"] = [["93.184.215.14", "10.0.0.1"]]
        with pytest.raises(RequestFailed, match="address_not_public"):
            post("https://example.org/", local=False)
        assert called == []

    def test_name_is_resolved_once_and_the_checked_address_called(
        self, names: dict[str, list[list[str]]], called: list[Any]
    ) -> None:
        names["example.org"] = [["93.184.215.14"], ["169.254.169.254"]]
        with pytest.raises(RequestFailed, match="unreachable"):
            post("https://example.org:8443/", local=False)
        assert called == [("93.184.215.14", 8443)]
        assert names["example.org"] == [["169.254.169.254"]]


@pytest.fixture
def untrusted(tmp_path: Path) -> ssl.SSLContext:
    """A server context with a self-signed certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@contextmanager
def tls_server(context: ssl.SSLContext, answer: bytes) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def run() -> None:
            with suppress(OSError), context.wrap_socket(listening.accept()[0], server_side=True) as sock:
                _request(sock)
                sock.sendall(answer)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield f"https://localhost:{listening.getsockname()[1]}/"
        thread.join(5)


def test_untrusted_server_receives_nothing(untrusted: ssl.SSLContext) -> None:
    with tls_server(untrusted, OK) as url, pytest.raises(RequestFailed, match="tls"):
        post(url)


def test_trusted_server_receives_the_request(untrusted: ssl.SSLContext, tmp_path: Path) -> None:
    calling = OutboundHttpClient(allow_local=True)
    calling._tls.load_verify_locations(tmp_path / "server.pem")
    with tls_server(untrusted, OK) as url:
        assert calling(url, {}, b"the body") == 204


def test_endless_handshake_is_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://localhost:{silent.getsockname()[1]}/"
        started = time.monotonic()
        with pytest.raises(RequestFailed, match="timed_out"):
            post(url, seconds=0.3)
        assert time.monotonic() - started < 20
