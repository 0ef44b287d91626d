"""The line to a CRM among people who mean no good: where the token may go, and how much of an answer is ever held."""

import asyncio
import gzip
import logging
import ssl
import subprocess
import sys
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import msgspec
import pytest

from api.crm.address import InsecureUrl
from api.crm.http import Http
from api.crm.port import CrmError, Rubbish, SignedOut, Unreachable
from tests.crm.servers import answer, listening

TOKEN = "handoff_0123456789secret"


class Answer(msgspec.Struct):
    word: str


GOOD = answer(b'{"word":"yes"}')


async def reply(_head: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(GOOD)


def certificate(folder: Path, name: str = "localhost") -> ssl.SSLContext:
    """Return the TLS side of a server whose certificate nobody but itself has signed."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


class TestTls:
    async def test_a_certificate_that_nobody_vouches_for_is_refused_and_nothing_is_sent(self, tmp_path: Path):
        async with listening(reply, certificate(tmp_path)) as server:
            http = Http(f"https://localhost:{server.port}", TOKEN)
            with pytest.raises(Unreachable, match=r"certificate of localhost:[0-9]+ can't be verified"):
                await http.ask("GET", "/me", Answer)
            await http.close()
        assert server.said == []

    async def test_a_certificate_of_another_name_is_refused_and_nothing_is_sent(self, tmp_path: Path, monkeypatch):
        context = certificate(tmp_path, "elsewhere.example.com")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
        async with listening(reply, context) as server:
            http = Http(f"https://localhost:{server.port}", TOKEN)
            with pytest.raises(Unreachable, match="can't be verified"):
                await http.ask("GET", "/me", Answer)
            await http.close()
        assert server.said == []

    async def test_one_that_the_owner_of_this_machine_vouches_for_is_good(self, tmp_path: Path, monkeypatch):
        context = certificate(tmp_path)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
        async with listening(reply, context) as server:
            http = Http(f"https://localhost:{server.port}", TOKEN)
            assert (await http.ask("GET", "/me", Answer)).word == "yes"
            await http.close()
        assert f"Bearer {TOKEN}".encode() in server.said[0]

    async def test_a_server_without_tls_behind_an_https_address_gets_no_token(self):
        heard: list[bytes] = []

        async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            heard.append(await reader.read(10_000))
            writer.write(answer(b"", status="400 Bad Request"))
            writer.close()

        server = await asyncio.start_server(plain, "127.0.0.1", 0)
        http = Http(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", TOKEN)
        with pytest.raises(Unreachable):
            await http.ask("GET", "/me", Answer)
        await http.close()
        server.close()
        assert heard
        assert not any(TOKEN.encode() in part for part in heard)


class TestWhereTheTokenGoes:
    @pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
    async def test_no_redirect_carries_it_to_another_host(self, status: str):
        async with listening(reply) as other:

            async def send_on(_head: bytes, writer: asyncio.StreamWriter) -> None:
                writer.write(answer(b"", status=status, Location=f"http://localhost:{other.port}/me"))

            async with listening(send_on) as server:
                http = Http(f"http://127.0.0.1:{server.port}", TOKEN)
                with pytest.raises(Rubbish, match=f"sends us on to localhost:{other.port}"):
                    await http.ask("POST", "/operations", Answer, body={"word": "x"})
                with pytest.raises(Rubbish, match="sends us on"):
                    async for _ in http.events("/live"):
                        pass
                await http.close()
        assert (len(server.said), other.connections) == (2, 0)

    def test_plain_http_beyond_this_machine_is_refused_unless_asked_for_by_name(self):
        with pytest.raises(InsecureUrl, match="--insecure"):
            Http("http://192.0.2.1", TOKEN)
        assert Http("http://192.0.2.1", TOKEN, allow_insecure=True).host == "192.0.2.1"

    @pytest.mark.parametrize(
        "url", ["http://localhost.example.com", "http://127.0.0.1.example.com", "http://0.0.0.0", "http://[::]"]
    )
    def test_what_only_looks_like_this_machine_is_not(self, url: str):
        with pytest.raises(InsecureUrl):
            Http(url, TOKEN)

    async def test_a_proxy_never_sees_what_goes_over_plain_http(self, monkeypatch):
        async with listening(reply) as proxy, listening(reply) as server:
            for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
                monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
            monkeypatch.delenv("NO_PROXY", raising=False)
            monkeypatch.delenv("no_proxy", raising=False)
            http = Http(f"http://127.0.0.1:{server.port}", TOKEN)
            assert (await http.ask("GET", "/me", Answer)).word == "yes"
            await http.close()
        assert proxy.connections == 0

    async def test_a_proxy_on_the_way_to_https_is_told_the_host_and_no_token(self, monkeypatch):
        async def decline(_head: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(answer(b"", status="403 Forbidden"))

        async with listening(decline) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
            monkeypatch.delenv("NO_PROXY", raising=False)
            monkeypatch.delenv("no_proxy", raising=False)
            http = Http("https://hub.example.com", TOKEN)
            with pytest.raises(CrmError):
                await http.ask("GET", "/me", Answer)
            await http.close()
        assert proxy.said[0].startswith(b"CONNECT hub.example.com:443 ")
        assert TOKEN.encode() not in b"".join(proxy.said)

    async def test_no_password_file_of_the_account_takes_its_place(self, tmp_path: Path, monkeypatch):
        (tmp_path / "netrc").write_text("default login someone password secret\n")
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        async with listening(reply) as server:
            http = Http(f"http://127.0.0.1:{server.port}", TOKEN)
            await http.ask("GET", "/me", Answer)
            await http.close()
        assert f"Bearer {TOKEN}".encode() in server.said[0]
        assert b"Basic" not in server.said[0]


class TestRefused:
    """401: the token is asked for once more, and the request repeated once if there is another."""

    def line(self, seen: list[str], good: str, token, renew=None) -> Http:
        def respond(request: httpx.Request) -> httpx.Response:
            seen.append(request.headers["Authorization"].removeprefix("Bearer "))
            status = 200 if seen[-1] == good else 401
            return httpx.Response(status, content=b'{"word":"yes"}', headers={"Content-Type": "application/json"})

        return Http("https://hub.example.com", token, renew=renew, transport=httpx.MockTransport(respond))

    async def test_it_is_repeated_once_with_another_token(self):
        seen: list[str] = []
        tokens = iter(["old", "new"])
        assert (await self.line(seen, "new", lambda: next(tokens)).ask("GET", "/me", Answer)).word == "yes"
        assert seen == ["old", "new"]

    async def test_it_is_repeated_no_more_than_once(self):
        seen: list[str] = []
        tokens = iter(["first", "second", "third"])
        with pytest.raises(SignedOut):
            await self.line(seen, "third", lambda: next(tokens)).ask("GET", "/me", Answer)
        assert seen == ["first", "second"]

    async def test_it_is_not_repeated_with_the_same_token(self):
        seen: list[str] = []
        with pytest.raises(SignedOut):
            await self.line(seen, "new", lambda: "old").ask("GET", "/me", Answer)
        assert seen == ["old"]

    async def test_where_the_token_is_kept_is_looked_at_anew(self):
        seen: list[str] = []
        assert (await self.line(seen, "new", lambda: "old", lambda: "new").ask("GET", "/me", Answer)).word == "yes"
        assert seen == ["old", "new"]

    async def test_a_new_token_is_noticed_without_sending_anything(self):
        seen: list[str] = []
        kept = ["old"]
        http = self.line(seen, "new", lambda: kept[0])
        with pytest.raises(SignedOut):
            await http.ask("GET", "/me", Answer)
        assert not await http.has_new_token()
        kept[0] = ""
        assert not await http.has_new_token()
        kept[0] = "new"
        assert await http.has_new_token()
        assert seen == ["old"]

    async def test_a_keyring_that_does_not_answer_is_a_missing_token(self):
        from api.local.credentials import TokenUnreadable

        def unreadable() -> str:
            raise TokenUnreadable("Unlock the keyring.")

        http = self.line([], "new", unreadable)
        with pytest.raises(SignedOut, match="Unlock the keyring"):
            await http.ask("GET", "/me", Answer)
        assert not await http.has_new_token()


class TestBounds:
    async def test_a_packed_answer_that_unpacks_without_end_is_never_held(self):
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        bomb = b"".join(packer.compress(b" " * 1_000_000) for _ in range(80)) + packer.flush()
        assert len(bomb) < 100_000

        async def send(_head: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(answer(bomb, Content_Encoding="gzip"))

        async with listening(send) as server:
            http = Http(f"http://127.0.0.1:{server.port}", TOKEN, size_limit=2_000_000)
            tracemalloc.start()
            try:
                with pytest.raises(Rubbish, match="longer than 2 MB"):
                    await http.ask("GET", "/changes", Answer)
                _, most = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
            await http.close()
        assert most < 12_000_000, f"{most:,} bytes for an answer of 2 MB at most"

    async def test_a_packed_answer_is_read(self):
        body = gzip.compress(b'{"more":[' + b'"y",' * 125_000 + b'"y"],"word":"yes"}')

        async def send(_head: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(answer(body, Content_Encoding="gzip"))

        async with listening(send) as server:
            http = Http(f"http://127.0.0.1:{server.port}", TOKEN)
            assert (await http.ask("GET", "/changes", Answer)).word == "yes"
            await http.close()

    @pytest.mark.parametrize(
        ("body", "encoding", "error"),
        [
            (gzip.compress(b'{"word":"yes"}')[:-12], "gzip", Unreachable),
            (b"not packed at all", "gzip", Rubbish),
            (b'{"word":"yes"}', "br", Rubbish),
            (gzip.compress(gzip.compress(b"x")), "gzip, gzip", Rubbish),
        ],
        ids=["cut off", "not packed", "another packing", "packed twice"],
    )
    async def test_a_packing_that_is_none_is_an_error(self, body: bytes, encoding: str, error: type[CrmError]):
        async def send(_head: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(answer(body, Content_Encoding=encoding))

        async with listening(send) as server:
            http = Http(f"http://127.0.0.1:{server.port}", TOKEN)
            with pytest.raises(error):
                await http.ask("GET", "/changes", Answer)
            await http.close()

    @pytest.mark.parametrize("what", ["head", "body", "problem"])
    async def test_an_answer_that_drips_is_given_up_in_a_bounded_time(self, what: str):
        kind = "application/problem+json" if what == "problem" else "application/json"
        status = "500 No" if what == "problem" else "200 OK"
        whole = answer(b" " * 100_000, status=status, kind=kind)
        start = 0 if what == "head" else whole.index(b"\r\n\r\n") + 4

        async def drip(_head: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(whole[:start])
            for position in range(start, len(whole)):
                writer.write(whole[position : position + 1])
                await writer.drain()
                await asyncio.sleep(0.01)

        async with listening(drip) as server:
            http = Http(f"http://127.0.0.1:{server.port}", TOKEN, time_limit=0.3)
            began = asyncio.get_running_loop().time()
            with pytest.raises(Unreachable, match="in time"):
                await http.ask("GET", "/changes", Answer)
            if what != "body":
                with pytest.raises(Unreachable, match="in time"):
                    async for _ in http.events("/live"):
                        pass
            assert asyncio.get_running_loop().time() - began < 2
            await http.close()

    async def test_a_head_without_end_is_not_held(self):
        async def send(_head: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\n")
            while True:
                writer.write(b"X-More: " + b"x" * 10_000 + b"\r\n")
                await writer.drain()

        async with listening(send) as server:
            http = Http(f"http://127.0.0.1:{server.port}", TOKEN, time_limit=5)
            with pytest.raises(CrmError):
                await http.ask("GET", "/changes", Answer)
            await http.close()

    async def test_an_event_of_endlessly_many_lines_is_not_held(self):
        async def stream():
            for number in range(20_000):
                yield b"x%d: y\n" % number
            yield b"event: changed\ndata: 4\n\n"

        http = Http(
            "https://hub.example.com",
            TOKEN,
            transport=httpx.MockTransport(
                lambda request: httpx.Response(200, content=stream(), headers={"Content-Type": "text/event-stream"})
            ),
        )
        assert [event.data async for event in http.events("/live")] == ["", "4"]

    async def test_a_live_line_is_asked_for_unpacked_and_refused_otherwise(self):
        asked: list[str] = []

        def respond(request: httpx.Request) -> httpx.Response:
            asked.append(request.headers["Accept-Encoding"])
            headers = {"Content-Type": "text/event-stream", "Content-Encoding": "br"}
            return httpx.Response(200, stream=httpx.ByteStream(b"x"), headers=headers)

        http = Http("https://hub.example.com", TOKEN, transport=httpx.MockTransport(respond))
        with pytest.raises(Rubbish, match="packed"):
            async for _ in http.events("/live"):
                pass
        assert asked == ["identity"]


class TestLogs:
    async def test_the_token_is_in_no_log_however_much_is_logged(self, caplog: pytest.LogCaptureFixture):
        async def fail(_head: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(answer(b"{", status="200 OK"))

        caplog.set_level(logging.DEBUG)
        for name in ("httpx", "httpcore", "handoff", "asyncio"):
            caplog.set_level(logging.DEBUG, logger=name)
        async with listening(fail) as server:
            http = Http(f"http://127.0.0.1:{server.port}", TOKEN)
            with pytest.raises(Rubbish) as caught:
                await http.ask("POST", "/operations", Answer, body={"word": "x"})
            logging.getLogger("handoff.test").error("It failed.", exc_info=caught.value)
            await http.close()
        with pytest.raises(Unreachable):
            await Http(f"http://127.0.0.1:{server.port}", TOKEN).ask("GET", "/me", Answer)
        assert any(record.name.startswith("httpcore") for record in caplog.records), "the library did log"
        assert TOKEN not in caplog.text
        assert not any(TOKEN in repr(record.args) for record in caplog.records)

    def test_a_process_that_logs_everything_to_its_error_stream_shows_no_token(self):
        script = f"""
import asyncio, logging
logging.basicConfig(level=logging.DEBUG)
from api.crm.http import Http
from api.crm.port import CrmError
async def main():
    http = Http("http://127.0.0.1:9", "{TOKEN}")
    try:
        await http.ask("GET", "/me", dict)
    except CrmError:
        logging.exception("No answer")
    print(repr(http), repr(vars(http).get("_client")))
asyncio.run(main(), debug=True)
"""
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
        )
        assert "No answer" in done.stderr
        assert TOKEN not in done.stderr + done.stdout
