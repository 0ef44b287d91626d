"""The line to a CRM: what each answer means, what is bounded, and that the token goes nowhere else."""

import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import msgspec
import pytest

from api.crm.address import BadUrl, InsecureUrl, checked_url
from api.crm.cleaning import clean_record
from api.crm.http import Http
from api.crm.port import Busy, CursorLost, Forbidden, NotTaken, Rubbish, SignedOut, Unreachable
from api.model.text import clean_prose

TOKEN = "handoff_0123456789secret"
URL = "https://hub.example.com"


class Answer(msgspec.Struct):
    word: str


def line(answer: Callable[[httpx.Request], httpx.Response], **options: object) -> Http:
    return Http(URL, TOKEN, transport=httpx.MockTransport(answer), **options)


def fixed(status: int, body: bytes = b'{"word":"yes"}', **headers: str) -> Callable[[httpx.Request], httpx.Response]:
    kind = {"Content-Type": "application/json"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: httpx.Response(status, content=body, headers=kind | named)


def problem(
    status: int, detail: str, kind: str = "invalid", **headers: str
) -> Callable[[httpx.Request], httpx.Response]:
    body = msgspec.json.encode({"type": f"/problems/{kind}", "title": "T", "status": status, "detail": detail})
    return fixed(status, body, Content_Type="application/problem+json", **headers)


async def ask(http: Http) -> Answer:
    return await http.ask("GET", "/word", Answer)


async def test_an_answer_comes_as_the_record_asked_for():
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return fixed(200)(request)

    http = line(answer)
    assert (await ask(http)).word == "yes"
    await http.close()
    assert seen[0].headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (problem(401, "Expired."), SignedOut, "Expired."),
        (fixed(401, b"", Content_Type="text/html"), SignedOut, "not accepted"),
        (problem(403, "Not for reps."), Forbidden, "Not for reps."),
        (fixed(403, b"<html>", Content_Type="text/html"), Rubbish, "status 403"),
        (problem(404, "Nothing here."), NotTaken, "Nothing here."),
        (fixed(408), Unreachable, "status 408"),
        (problem(410, "Pull again.", "cursor-lost"), CursorLost, "Pull again."),
        (problem(422, "No such verb."), NotTaken, "No such verb."),
        (fixed(500, b"<html>", Content_Type="text/html"), Unreachable, "status 500"),
        (problem(503, "Busy."), Busy, "Busy."),
        (problem(422, "Evil \x1b[31mred\x1b[0m \u202etxt"), NotTaken, r"^Evil \[31mred \[0m txt$"),
        (fixed(200, b"<html>", Content_Type="text/html"), Rubbish, "address right"),
        (fixed(200, b"{"), Rubbish, "understood"),
        (fixed(200, b'{"word":1}'), Rubbish, "understood"),
        (fixed(200, b"[" * 100_000), Rubbish, "understood"),
        (fixed(302, b"", Location="https://elsewhere.example.com/login"), Rubbish, "elsewhere.example.com"),
    ],
)
async def test_each_answer_that_is_none_has_its_error(answer, error, words):
    with pytest.raises(error, match=words) as caught:
        await ask(line(answer))
    assert type(caught.value) is error
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "17"}, 17.0),
        ({"Retry_After": "Wed, 18 Nov 2026 10:01:30 GMT", "Date": "Wed, 18 Nov 2026 10:00:00 GMT"}, 90.0),
        ({"Retry_After": "Wed, 18 Nov 2026 09:00:00 GMT", "Date": "Wed, 18 Nov 2026 10:00:00 GMT"}, 0.0),
        ({"Retry_After": "999999"}, 3_600.0),
        ({"Retry_After": "9" * 400}, 3_600.0),
        ({"Retry_After": "Fri, 31 Dec 9999 23:59:59 GMT"}, 3_600.0),
        ({"Retry_After": "Wed, 18 Nov 2020 10:01:30 GMT", "Date": "soon"}, 0.0),
        ({"Retry_After": "-5"}, None),
        ({"Retry_After": "soon"}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_how_long_to_wait_is_read_by_the_servers_own_clock(status, headers, seconds):
    with pytest.raises(Busy) as caught:
        await ask(line(fixed(status, **headers)))
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize(
    "failure",
    [httpx.ConnectError("x"), httpx.ReadError("x"), httpx.ReadTimeout("x"), httpx.RemoteProtocolError("x")],
)
async def test_a_broken_line_is_unreachable(failure):
    def answer(request: httpx.Request) -> httpx.Response:
        raise failure

    with pytest.raises(Unreachable, match=r"hub\.example\.com"):
        await ask(line(answer))


async def test_an_answer_without_end_is_cut_off():
    async def endless():
        while True:
            yield b" " * 10_000

    http = line(
        lambda request: httpx.Response(200, content=endless(), headers={"Content-Type": "application/json"}),
        size_limit=1_000_000,
    )
    with pytest.raises(Rubbish, match="longer than 1 MB"):
        await ask(http)


async def test_an_answer_that_drips_is_given_up():
    import asyncio

    async def dripping():
        while True:
            yield b" "
            await asyncio.sleep(0.001)

    http = line(
        lambda request: httpx.Response(200, content=dripping(), headers={"Content-Type": "application/json"}),
        time_limit=0.05,
    )
    with pytest.raises(Unreachable, match="in time"):
        await ask(http)


async def test_no_redirect_carries_the_token_away():
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(307, headers={"Location": "https://elsewhere.example.com/"})

    with pytest.raises(Rubbish):
        await ask(line(answer))
    assert asked == ["hub.example.com"]


@pytest.mark.parametrize("token", ["", "with space", "line\nbreak", "umlaut-ä"])
async def test_a_token_that_can_be_none_is_not_sent_and_not_shown(token):
    http = Http(URL, token, transport=httpx.MockTransport(fixed(200)))
    with pytest.raises(SignedOut) as caught:
        await ask(http)
    assert not token or token not in str(caught.value)
    assert not token or token not in repr(http)


async def test_a_new_token_is_used_without_a_restart():
    tokens = iter(["first", "second"])
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["Authorization"])
        return fixed(200)(request)

    http = Http(URL, lambda: next(tokens), transport=httpx.MockTransport(answer))
    await ask(http)
    await ask(http)
    assert seen == ["Bearer first", "Bearer second"]


@pytest.mark.parametrize(
    "url",
    [
        "hub.example.com",
        "ftp://hub.example.com",
        "https://",
        "https://u:p@hub.example.com",
        "https://a/?b=c",
        "http://[x",
    ],
)
def test_what_is_no_address_is_said(url):
    with pytest.raises(BadUrl):
        checked_url(url)


def test_plain_http_is_for_this_machine_only_unless_asked_for():
    for here in ("http://127.0.0.1:80", "http://localhost:1/", "http://[::1]:1"):
        assert checked_url(here) == here.rstrip("/")
    with pytest.raises(InsecureUrl, match="https://"):
        checked_url("http://hub.example.com")
    assert checked_url("http://hub.example.com", allow_insecure=True) == "http://hub.example.com"


def test_certificates_are_always_asked_for_where_there_is_tls():
    assert Http("HTTPS://hub.example.com", TOKEN)._certificates() is True
    none = Http("http://127.0.0.1:8350", TOKEN)._certificates()
    assert none.verify_mode is ssl.CERT_REQUIRED
    assert none.get_ca_certs() == [], "without TLS none is good"


def test_the_command_that_comes_with_the_http_client_is_not_loaded():
    script = """
import sys
from api.crm.http import _load_httpx
_load_httpx()
import httpx
assert httpx.AsyncClient and "click" not in sys.modules and "httpx._main" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[2])


class TestCleaning:
    @pytest.mark.parametrize("harmful", ["\x1b[2J", "\x00", "\u202eevil", "\x9b31m", "\u200bhidden", "\x7f"])
    @pytest.mark.parametrize("escaped", [True, False])
    def test_steering_characters_are_gone_from_every_text(self, harmful, escaped):
        import json

        record = {"name": f"Ana{harmful}", "parts": [{"message": f"a\nb{harmful}"}]}
        body = json.dumps(record, ensure_ascii=escaped).encode()
        cleaned = json.loads(clean_record(body))
        text = cleaned["name"] + cleaned["parts"][0]["message"]
        assert not set(text) & set("\x1b\x00\u202e\x9b\u200b\x7f")
        assert cleaned["name"].startswith("Ana")
        assert cleaned["parts"][0]["message"].startswith("a\nb")

    @pytest.mark.parametrize("escaped", [True, False])
    def test_every_character_that_is_stripped_is_found(self, escaped):
        import json

        for code in (*range(0x10000), *range(0xE0000, 0xE0080)):
            if 0xD800 <= code < 0xE000 or clean_prose(f"a{chr(code)}b") == f"a{chr(code)}b":
                continue
            body = json.dumps({"message": f"a{chr(code)}b"}, ensure_ascii=escaped).encode()
            assert json.loads(clean_record(body)) == {"message": clean_prose(f"a{chr(code)}b")}, hex(code)

    @pytest.mark.parametrize("escaped", [True, False])
    def test_marks_that_pile_up_are_found(self, escaped):
        import json
        import unicodedata

        piles = 0
        for code in (*range(0x80, 0x10000), *range(0xE0100, 0xE01F0)):
            # No other kinds of characters are cut for standing there in numbers.
            if 0xD800 <= code < 0xE000 or unicodedata.category(chr(code)) not in ("Mn", "Me", "Cf"):
                continue
            pile = f"a{chr(code) * 9}b"
            body = json.dumps({"message": pile}, ensure_ascii=escaped).encode()
            assert json.loads(clean_record(body)) == {"message": clean_prose(pile)}, hex(code)
            piles += clean_prose(pile) != pile
        assert piles > 400

    def test_harmless_text_stays_the_very_same_bytes(self):
        body = msgspec.json.encode({"name": "Zoë – “quoted” €5 日本 😀", "message": "two\nlines\tand \\ more"})
        assert clean_record(body) is body


async def test_events_are_read_as_they_come():
    async def stream():
        yield b": hello\n\nevent: changed\nid: 4\nda"
        yield b"ta: 4\n\n: still here\n\nevent: changed\r\nid: 5\r\ndata: 5\r\n\r\n"

    http = line(lambda request: httpx.Response(200, content=stream(), headers={"Content-Type": "text/event-stream"}))
    events = [event async for event in http.events("/live")]
    assert [(event.name, event.data, event.id) for event in events] == [
        ("", "", ""),
        ("changed", "4", "4"),
        ("changed", "5", "5"),
    ]


async def test_a_stream_that_is_none_is_not_kept_in_memory():
    async def stream():
        while True:
            yield b"x" * 10_000

    http = line(lambda request: httpx.Response(200, content=stream(), headers={"Content-Type": "text/event-stream"}))
    with pytest.raises(Rubbish, match="no event"):
        async for _ in http.events("/live"):
            pass


def test_the_layer_loads_no_http_library_before_it_is_used():
    import subprocess
    import sys

    code = (
        "import sys, api.crm.hub, api.sync, api.desk; "
        "print([m for m in ('httpx', 'textual', 'litestar', 'keyring') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
