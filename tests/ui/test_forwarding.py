"""A page behind a proxy: what it is called outside, whose word is taken for it, and nginx as people set it up."""

import asyncio
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from nginx import ABSENT, proxy
from ports import free_port
from small_answerer import EN_QUESTION, SmallAnswerer
from starlette.responses import HTMLResponse, JSONResponse
from starlette.types import Receive, Scope, Send

from index import IndexChange
from ui.api.service import Service
from ui.gate.accounts import Accounts, warnings
from ui.gate.forwarding import Forwarding
from ui.gate.gate import Gate
from ui.gate.public_address import AddressError, PublicAddress, TrustedProxies
from ui.gate.upload_room import Arrivals
from ui.server.options import Serving

NAME = "qa.example.org"
NOTHING = IndexChange(added=(), changed=(), removed=(), documents=4, passages=9, embedded=0, reused=9, seconds=0.0)


@pytest.mark.parametrize(
    ("url", "shown", "origin", "path"),
    [
        ("https://QA.example.org/", "https://qa.example.org/", "https://qa.example.org", ""),
        ("https://qa.example.org:443/qa/", "https://qa.example.org/qa/", "https://qa.example.org", "/qa"),
        ("http://qa.example.org:80", "http://qa.example.org/", "http://qa.example.org", ""),
        ("http://127.0.0.1:8080/a/b-c", "http://127.0.0.1:8080/a/b-c/", "http://127.0.0.1:8080", "/a/b-c"),
        ("https://[::1]:8443/qa", "https://[::1]:8443/qa/", "https://[::1]:8443", "/qa"),
    ],
)
def test_a_public_address_is_taken_apart(url: str, shown: str, origin: str, path: str) -> None:
    public = PublicAddress.parse(url)
    assert (str(public), public.origin, public.path) == (shown, origin, path)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "qa.example.org",
        "ftp://qa.example.org",
        "https:///qa",
        "https://qa.example.org:x/",
        "https://[::1/",
        "https://a@qa.example.org",
        "https://qa.example.org/?x",
        "https://qa.example.org/#x",
        "https://qa.example.org/a b",
        "https://qa.example.org/api",
        "https://qa.example.org/gradio_api/qa",
        "https://qa.example.org/v1",
    ],
)
def test_what_is_no_public_address_is_named(url: str) -> None:
    with pytest.raises(AddressError, match="--public-url"):
        PublicAddress.parse(url)


def test_the_last_address_that_is_no_proxy_of_ours_is_the_visitors() -> None:
    proxies = TrustedProxies(["127.0.0.0/8", "::1", "10.1.2.3", " 2001:db8::/32"])
    assert all(each in proxies for each in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "10.1.2.3", "2001:db8::7"))
    assert not any(each in proxies for each in ("10.1.2.4", "", "proxy", "2001:db9::1"))
    assert proxies.visitor("1.1.1.1, 192.0.2.7", "127.0.0.1") == "192.0.2.7"
    assert proxies.visitor("1.1.1.1, 192.0.2.7:4711, 10.1.2.3", "127.0.0.1") == "192.0.2.7"
    assert proxies.visitor("[2001:db9::1]:443", "127.0.0.1") == "2001:db9::1"
    assert proxies.visitor("1.1.1.1, unknown", "127.0.0.1") == "127.0.0.1"
    assert proxies.visitor("", "127.0.0.1") == "127.0.0.1"
    with pytest.raises(AddressError, match="--trusted-proxy"):
        TrustedProxies(["proxy.example.org"])


@dataclass(frozen=True)
class Seen:
    """What a page sees of a request."""

    status: int
    client: str
    scheme: str
    path: str
    headers: dict[str, str]


def seen(
    public: str | None,
    trusted: list[str],
    headers: dict[str, str],
    *,
    peer: str = "127.0.0.1",
    path: str = "/x",
    accounts: Accounts | None = None,
) -> Seen:
    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        told = {name.decode(): value.decode() for name, value in scope["headers"]}
        facts = {"client": scope["client"][0], "scheme": scope["scheme"], "path": scope["path"], "headers": told}
        await JSONResponse(facts)(scope, receive, send)

    address = PublicAddress.parse(public) if public else None
    gate = Gate(page, host="127.0.0.1", accounts=None, largest_upload=0, arrivals=Arrivals(Path(), 0), public=address)
    app = Forwarding(gate, public=address, proxies=TrustedProxies(trusted))

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(peer, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:7860") as visitor:
            return await visitor.get(path, headers=headers)

    reply = asyncio.run(ask())
    facts = reply.json() if reply.status_code == 200 else {"client": "", "scheme": "", "path": "", "headers": {}}
    return Seen(reply.status_code, **facts)


FORWARDED = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Host": NAME, "X-Forwarded-Proto": "https"}


def test_a_proxy_that_is_trusted_is_believed() -> None:
    told = seen(None, ["127.0.0.1"], FORWARDED)
    assert (told.client, told.scheme, told.headers["x-forwarded-host"]) == ("192.0.2.7", "https", NAME)
    assert "x-forwarded-for" not in told.headers


@pytest.mark.parametrize(("trusted", "peer"), [([], "127.0.0.1"), (["127.0.0.1"], "192.0.2.9")])
def test_nobody_else_is(trusted: list[str], peer: str) -> None:
    forged = {**FORWARDED, "Forwarded": "for=1.2.3.4", "X-Real-IP": "1.2.3.4", "X-Gradio-Server": "http://evil.example"}
    told = seen(None, trusted, forged, peer=peer)
    assert (told.client, told.scheme) == (peer, "http")
    assert not [name for name in told.headers if "forwarded" in name or name in ("x-real-ip", "x-gradio-server")]


def test_a_page_with_a_public_address_answers_to_that_name_and_no_other() -> None:
    public = f"https://{NAME}/qa"
    assert seen(public, [], {"Host": NAME}).status == 200
    assert seen(public, [], {"Host": f"{NAME}:443", "Origin": f"https://{NAME}"}).status == 200
    assert seen(public, [], {"Host": "127.0.0.1:7860", "Origin": f"https://{NAME}"}).status == 200  # a plain proxy_pass
    assert seen(public, [], {"Host": "evil.example"}).status == 421
    # Who could make a browser on this machine send this has no say in what we are called.
    assert seen(public, ["127.0.0.1"], {"Host": "evil.example", "X-Forwarded-Host": NAME}).status == 421
    assert seen(public, [], {"Host": NAME, "Origin": "https://evil.example"}).status == 403


def test_a_path_that_the_proxy_leaves_is_taken_off() -> None:
    public = f"https://{NAME}/qa"
    assert seen(public, [], {"Host": NAME}, path="/qa/api/status").path == "/api/status"
    assert seen(public, [], {"Host": NAME}, path="/api/status").path == "/api/status"
    assert seen(public, [], {"Host": NAME}, path="/qax/").path == "/qax/"
    assert seen(public, [], {"Host": NAME}, path="/qa").status == 307


def test_a_link_without_its_last_slash_keeps_its_question() -> None:
    address = PublicAddress.parse(f"https://{NAME}/qa")

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("the page is elsewhere")

    async def ask(link: str) -> str:
        transport = httpx.ASGITransport(Forwarding(page, public=address, proxies=TrustedProxies([])))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as visitor:
            return (await visitor.get(link)).headers["location"]

    assert asyncio.run(ask("/qa?q=CLIP%20%E6%98%AF%E4%BB%80%E4%B9%88")) == (
        f"https://{NAME}/qa/?q=CLIP%20%E6%98%AF%E4%BB%80%E4%B9%88"
    )
    assert asyncio.run(ask("/qa")) == f"https://{NAME}/qa/"


@pytest.mark.parametrize("path", ["/qa", "/answers/config"])
def test_a_path_that_stands_there_twice_leads_around_no_gate(started: Any, path: str) -> None:
    public = PublicAddress.parse(f"https://{NAME}{path}")
    service = Service(SmallAnswerer(), lambda: NOTHING)  # type: ignore[arg-type]
    page = started(SmallAnswerer(), port=free_port(), serving=Serving(service, public=public))
    root, own = str(page.local_url).rstrip("/"), {"Host": NAME, "Origin": f"https://{NAME}"}
    event = {"data": [{"path": "http://127.0.0.1:1/x", "meta": {"_type": "gradio.FileData"}}], "session_hash": "a"}
    try:
        with httpx.Client(headers=own, timeout=20) as visitor:
            for before in (path, path * 2, path * 3):
                refused = [
                    visitor.post(f"{root}{before}/gradio_api/upload", files={"files": ("x.md", b"#")}),
                    visitor.post(f"{root}{before}/gradio_api/queue/join", json={"fn_index": 0, **event}),
                    visitor.get(f"{root}{before}/gradio_api/file=http://127.0.0.1:1/x.png"),
                ]
                statuses = [reply.status_code for reply in refused]
                assert set(statuses) <= ({403} if before == path else {403, 404, 405}), (before, statuses)
            asked = visitor.post(f"{root}{path}/api/ask", json={"question": EN_QUESTION})
            assert asked.json()["answered"]
            assert visitor.get(f"{root}{path}/config").status_code == 200
    finally:
        page.close(verbose=False)


def test_the_page_calls_where_it_came_from() -> None:
    text = (
        '<script>window.gradio_config = {"root":"http://127.0.0.1:7860"};</script>'
        '<script data-gradio-mode></script><script>const root = "http://127.0.0.1:7860";</script>'
    )

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        await HTMLResponse(text if scope["path"] == "/" else "no page")(scope, receive, send)

    async def ask() -> tuple[str, str]:
        app = Forwarding(page, public=None, proxies=TrustedProxies(()))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as visitor:
            return (await visitor.get("/")).text, (await visitor.get("/x")).text

    changed, other = asyncio.run(ask())
    asked = text.index("<script data-gradio-mode>")
    assert changed[:asked] == text[:asked]
    assert changed[asked:].startswith("<script>//")  # ours
    own = changed.index("window.gradio_config.root = new URL")
    assert asked < own < changed.index("<script data-gradio-mode>") < changed.index("const root = window.gradio_config")
    assert other == "no page"


def test_an_open_page_behind_a_proxy_is_warned_about() -> None:
    public = PublicAddress.parse(f"https://{NAME}/qa")
    (warning,) = warnings("127.0.0.1", None, None, public)
    assert f"Everybody who reaches https://{NAME}/qa/" in warning
    assert "--public-url" in warning
    accounts = Accounts({"ada": "x"})
    assert warnings("127.0.0.1", accounts, None, public) == []
    assert warnings("0.0.0.0", accounts, None, public) == []
    (warning,) = warnings("127.0.0.1", accounts, None, PublicAddress.parse(f"http://{NAME}"))
    assert "unencrypted" in warning


# nginx, as the README says, and as people write it who have not read that

AS_THE_README_SAYS = (
    "proxy_set_header Host $host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; "
    "proxy_set_header X-Forwarded-Proto $scheme; proxy_http_version 1.1; client_max_body_size 40m;"
)


@dataclass(frozen=True)
class Behind:
    """A way to put nginx before a page."""

    scheme: str
    path: str  # of the public address
    location: str  # what nginx passes on
    passed: str  # what stands after the address of the server; "/" takes the path off
    lines: str = AS_THE_README_SAYS


WAYS = {
    "root over TLS": Behind("https", "", "/", ""),
    "path taken off": Behind("https", "/qa", "/qa/", "/"),
    "path left": Behind("https", "/qa", "/qa", ""),
    "nothing but proxy_pass": Behind("https", "", "/", "", ""),
    "path and nothing but proxy_pass": Behind("http", "/qa", "/qa/", "/", ""),
    "the name without its port": Behind("http", "/qa", "/qa/", "/", "proxy_set_header Host $host;"),
    "as Gradio's guide says": Behind(
        "http",
        "/qa",
        "/qa/",
        "/",
        "proxy_buffering off; proxy_redirect off; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; "
        'proxy_set_header Connection "upgrade"; proxy_set_header Host $host; proxy_set_header X-Forwarded-Host $host; '
        "proxy_set_header X-Forwarded-Proto $scheme;",
    ),
}


@pytest.fixture(scope="module", params=WAYS)
def outside(request: pytest.FixtureRequest, started: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The public address of a page behind nginx."""
    if ABSENT:
        pytest.skip(ABSENT)
    way, port, inner = WAYS[request.param], free_port(), free_port()
    address = f"{way.scheme}://127.0.0.1:{port}{way.path}"
    tls = " ssl; CERTIFICATE" if way.scheme == "https" else ";"
    block = (
        f"server {{ listen 127.0.0.1:{port}{tls} location {way.location} {{ "
        f"proxy_pass http://127.0.0.1:{inner}{way.passed}; {way.lines} }} }}"
    )
    answerer = SmallAnswerer()
    service = Service(answerer, lambda: NOTHING)  # type: ignore[arg-type]
    serving = Serving(service, mcp=True, largest_file=1_000_000, public=PublicAddress.parse(address))
    page = started(answerer, port=inner, serving=serving)
    with proxy(tmp_path_factory.mktemp("nginx"), block):
        yield address
    page.close(verbose=False)


@pytest.fixture
def visitor() -> Iterator[httpx.Client]:
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE  # the certificate was made a moment ago
    with httpx.Client(verify=trusting, timeout=20, follow_redirects=True) as client:
        yield client


@pytest.mark.slow
def test_behind_nginx_every_way_in_is_open(outside: str, visitor: httpx.Client) -> None:
    root, _, path = outside.partition("127.0.0.1")
    own = {"Origin": f"{root}127.0.0.1{path.partition('/')[0]}", "Sec-Fetch-Site": "same-origin"}
    page = visitor.get(outside, headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert str(page.url).rstrip("/") == outside
    assert "window.gradio_config" in page.text
    assert visitor.get(f"{outside}/theme.css", headers=own).status_code == 200
    assert visitor.post(f"{outside}/api/ask", json={"question": EN_QUESTION}, headers=own).json()["answered"]
    assert visitor.get(f"{outside}/api/nothing").status_code == 404
    asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    assert visitor.post(f"{outside}/gradio_api/mcp", json=asked).json()["result"]["tools"]
    brought = visitor.post(f"{outside}/gradio_api/upload", files={"files": ("x.md", b"#" * 50_000)}, headers=own)
    assert brought.status_code == 200
    other = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert visitor.post(f"{outside}/api/ask", json={"question": EN_QUESTION}, headers=other).status_code == 403


@pytest.mark.slow
def test_behind_nginx_events_come_as_they_happen(outside: str, visitor: httpx.Client) -> None:
    with visitor.stream("GET", f"{outside}/gradio_api/heartbeat/abc") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert next(stream.iter_text()).startswith("data: ALIVE")  # a buffer would keep it


@pytest.mark.slow
def test_behind_nginx_visitors_are_told_apart(started: Any, tmp_path: Path, visitor: httpx.Client) -> None:
    if ABSENT:
        pytest.skip(ABSENT)
    port, inner = free_port(), free_port()
    block = (
        f"server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:{inner}; {AS_THE_README_SAYS} "
        f"set_real_ip_from 127.0.0.1; real_ip_header X-Test-Visitor; "
        f"proxy_set_header X-Forwarded-For $remote_addr; }} }}"
    )
    public = PublicAddress.parse(f"http://127.0.0.1:{port}")
    page = started(SmallAnswerer(), port=inner, serving=Serving(accounts=Accounts({"ada": "x"}), public=public))

    def statuses(address: str, password: str, times: int) -> list[int]:
        def ask(_: int) -> int:
            headers = {"X-Test-Visitor": address}
            return visitor.get(f"http://127.0.0.1:{port}/config", auth=("ada", password), headers=headers).status_code

        with ThreadPoolExecutor(10) as threads:
            return sorted(threads.map(ask, range(times)))

    try:
        with proxy(tmp_path, block):
            assert statuses("192.0.2.1", "guess", 10) == [401] * 5 + [429] * 5
            assert statuses("192.0.2.2", "x", 3) == [200] * 3
    finally:
        page.close(verbose=False)


def test_the_page_of_a_public_address_says_so_to_programs(started: Any) -> None:
    public = PublicAddress.parse(f"https://{NAME}/qa")
    page = started(SmallAnswerer(), port=free_port(), serving=Serving(public=public))
    try:
        told = httpx.get(f"{page.local_url}config", headers={"Host": NAME}).json()
        assert told["root"] == f"https://{NAME}/qa"
    finally:
        page.close(verbose=False)
