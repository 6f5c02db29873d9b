"""Asking the pages that a site links to: politely, safely, whatever they answer. No test leaves this machine."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import Site
from misbehaving import (
    AtOnce,
    Misbehaving,
    Times,
    archive,
    bomb,
    copy,
    cut_off,
    dripping_body,
    dripping_headers,
    endless_headers,
    garbled,
    huge,
    misbehaving,
    reset,
    self_signed,
    silent,
    status,
    to,
    unless_get,
)
from promises import environment, marked, place

from sitegen import linkcheck, links, networks
from sitegen.cli import run as run_cli
from sitegen.linkcheck import command, network
from sitegen.linkcheck.command import Options, Told
from sitegen.linkcheck.fetch import Client
from sitegen.linkcheck.manners import Answer, Manners
from sitegen.report import SilentProgress
from sitegen.tasks import Source

pytestmark = pytest.mark.usefixtures("quick")

QUICK = Manners("sitegen/1 (+https://digest.example/)", pause=0, backoff=0, allow_private=True)
SHORT = replace(QUICK, read=0.5, whole=1)
"""For servers that are meant to be too slow."""

MONDAY = date(2026, 11, 2)

WAYS: dict[str, Any] = {
    "/moved": to("/fine"),
    "/moved-308": to("fine#part", "308 Permanent Redirect"),
    "/moved-twice": to("/moved"),
    "/moved-for-now": to("/fine", "302 Found"),
    "/moved-then-for-now": to("/moved-for-now"),
    "/moved-to-nothing": to("/gone"),
    "/moved-itself": to("/moved-itself#there", "301 Moved Permanently"),
    "/gone": status("410 Gone"),
    "/missing": status("404 Not Found"),
    "/no-head-403": unless_get("403 Forbidden"),
    "/no-head-404": unless_get("404 Not Found"),
    "/no-head-405": unless_get("405 Method Not Allowed"),
    "/no-head-501": unless_get("501 Not Implemented"),
    "/wall": status("403 Forbidden"),
    "/login": status("401 Unauthorized"),
    "/robots": status("999 Request denied"),
    "/broken": status("500 Internal Server Error"),
    "/flaky": Times(1, status("503 Service Unavailable")),
    "/flaky-connection": Times(2, reset),
    "/busy-once": Times(1, status("429 Too Many Requests", "Retry-After: 0")),
    "/loop": to("/loop"),
    "/chain": to("/chain?0"),
    **{f"/chain?{number}": to(f"/chain?{number + 1}", "302 Found") for number in range(40)},
    "/script": to("javascript:alert(1)"),
    "/nowhere": to("http://name:word@127.0.0.1/"),
    "/mail": to("mailto:a@b.example"),
    "/bracket": to("http://[away/"),
    "/raw": to("/한 국"),
    "/reset": reset,
    "/silent": silent,
    "/drip-headers": dripping_headers,
    "/drip-body": dripping_body,
    "/endless-headers": endless_headers,
    "/huge": huge,
    "/bomb": bomb,
    "/cut-off": cut_off,
    "/garbled": garbled,
}


@pytest.fixture
def server() -> Iterator[Misbehaving]:
    """A server that misbehaves in every way."""
    with misbehaving(dict(WAYS)) as made:
        yield made


def checked(*urls: str, manners: Manners = QUICK) -> list[Answer]:
    """What becomes of addresses, asked all at once."""

    async def every() -> list[Answer]:
        async with Client(manners) as client:
            return list(await asyncio.gather(*map(client.check, urls)))

    return asyncio.run(every())


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/fine", Answer("fine")),
        ("/moved", Answer("moved", to="/fine")),
        ("/moved-308", Answer("moved", to="/fine")),
        ("/moved-twice", Answer("moved", to="/fine")),
        ("/moved-for-now", Answer("fine")),
        ("/moved-then-for-now", Answer("moved", to="/moved-for-now")),
        ("/moved-to-nothing", Answer("gone", "410")),
        ("/moved-itself", Answer("failed", "loop")),
        ("/gone", Answer("gone", "410")),
        ("/missing", Answer("gone", "404")),
        ("/no-head-403", Answer("fine")),
        ("/no-head-404", Answer("fine")),
        ("/no-head-405", Answer("fine")),
        ("/no-head-501", Answer("fine")),
        ("/wall", Answer("refused", "403")),
        ("/login", Answer("refused", "401")),
        ("/robots", Answer("refused", "999")),
        ("/broken", Answer("failed", "500")),
        ("/flaky", Answer("fine")),
        ("/flaky-connection", Answer("fine")),
        ("/busy-once", Answer("fine")),
        ("/loop", Answer("failed", "loop")),
        ("/chain", Answer("failed", "redirects")),
        ("/script", Answer("failed", "redirect")),
        ("/nowhere", Answer("failed", "redirect")),
        ("/mail", Answer("failed", "redirect")),
        ("/bracket", Answer("failed", "redirect")),
        ("/raw", Answer("moved", to="/%ED%95%9C%20%EA%B5%AD")),
        ("/reset", Answer("failed", "connection")),
        ("/silent", Answer("failed", "timeout")),
        ("/drip-headers", Answer("failed", "timeout")),
        ("/drip-body", Answer("fine")),
        ("/endless-headers", Answer("failed", "garbled")),
        ("/huge", Answer("fine")),
        ("/bomb", Answer("fine")),
        ("/cut-off", Answer("fine")),
        ("/garbled", Answer("failed", "garbled")),
    ],
)
def test_each_answer_is_taken_for_what_it_means(server: Misbehaving, path: str, expected: Answer) -> None:
    """Catches a page taken for dead that is alive, or for alive that is dead, and a server that hangs the run."""
    (found,) = checked(server.url + path, manners=SHORT if expected.why == "timeout" else QUICK)
    where = server.url + expected.to if expected.to else None
    assert found == expected._replace(to=where)
    assert server.sent < 20_000_000


def test_one_request_at_a_time_goes_to_a_host(server: Misbehaving) -> None:
    """Catches a host that is asked for many pages at once."""
    server.ways["/"] = many = AtOnce()
    answers = checked(*(f"{server.url}/?{number}" for number in range(20)))
    assert {*answers} == {Answer("fine")}
    assert many.most == 1
    assert {method for method, _, _ in server.asked} == {"HEAD"}


def test_a_host_on_which_head_is_of_no_use_is_asked_with_get_alone(server: Misbehaving) -> None:
    """Catches twice as many requests as are needed."""
    checked(*[f"{server.url}/no-head-405?{number}" for number in range(5)])
    assert len(server.paths("HEAD")) == 1
    assert len(server.paths("GET")) == 5


def test_a_host_that_wants_to_be_left_alone_is(server: Misbehaving) -> None:
    """Catches a run that hammers a host which says how long it wants peace, and one that waits for it for an hour."""
    server.ways["/limit"] = status("429 Too Many Requests", "Retry-After: 3600")
    answers = checked(f"{server.url}/limit", *(f"{server.url}/{number}" for number in range(5)))
    assert {*answers} == {Answer("refused", "429")}
    assert server.paths() == ["/limit"]
    server.asked.clear()
    server.ways["/limit"] = status("429 Too Many Requests", "Retry-After: Wed, 21 Oct 2099 07:28:00 GMT")
    assert checked(f"{server.url}/limit") == [Answer("refused", "429")]
    assert server.paths() == ["/limit"]


def test_attempts_are_counted(server: Misbehaving) -> None:
    """Catches a page that is asked again and again."""
    checked(f"{server.url}/broken")
    assert server.paths() == ["/broken"] * 4


def test_hosts_that_are_not_there_are_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a run that waits for each of forty pages of a host that is gone."""
    asked = resolving(monkeypatch, {})
    answers = checked(*(f"http://gone.example/{number}" for number in range(40)))
    assert {*answers} == {Answer("failed", "dns")}
    assert asked == ["gone.example"]


def test_a_certificate_is_verified(tmp_path: Path) -> None:
    """Catches TLS that anybody can speak: a server that is not who it says is no proof of life."""
    with misbehaving({}, tls=self_signed(tmp_path)) as server:
        assert checked(server.url.replace("http:", "https:")) == [Answer("failed", "tls")]
        assert server.asked == []


def test_a_host_under_repair_is_not_dead(server: Misbehaving) -> None:
    """Catches a page that is replaced by its copy while its host is being mended."""
    server.ways["/repair"] = status("503 Service Unavailable", "Retry-After: 7200")
    assert checked(f"{server.url}/repair") == [Answer("refused", "503")]


# -- private networks --------------------------------------------------------------------------------------------------


def resolving(monkeypatch: pytest.MonkeyPatch, hosts: dict[str, str]) -> list[str]:
    """Have names resolved from a table alone; returns the list of those that are asked for."""
    asked: list[str] = []
    stock = socket.getaddrinfo

    def look_up(host: str, port: Any, *args: Any, **kwargs: Any) -> Any:
        asked.append(host)
        if host not in hosts:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return stock(hosts[host], port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.168.1.1", "224.0.0.1",
        "240.0.0.1", "255.255.255.255", "::", "::1", "fc00::1", "fe80::1", "fe80::1%eth0", "ff02::1", "::ffff:10.0.0.1",
        "::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2001:db8::1", "no address",
    ],
)  # fmt: skip
def test_private_addresses_are_known_in_every_disguise(address: str) -> None:
    """Catches a way into the network of whoever runs the check."""
    assert not networks.is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "64:ff9b::101:101"])
def test_public_addresses_are_asked(address: str) -> None:
    """Catches a check that asks nobody."""
    assert networks.is_public(address)


def test_private_networks_are_not_asked(server: Misbehaving, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a link of a stranger's, or a name, that has the check knock at doors inside."""
    resolving(monkeypatch, {"inside.example": "127.0.0.1", "127.0.0.1": "127.0.0.1"})
    strict = replace(QUICK, allow_private=False)
    asked = (f"{server.url}/a", f"http://inside.example:{server.port}/b", f"http://[::1]:{server.port}/c")
    assert {*checked(*asked, manners=strict)} == {Answer("refused", "private")}
    assert server.asked == []


def test_a_redirect_into_a_private_network_is_not_followed(
    server: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a public page that sends the check inside."""
    monkeypatch.setattr(network, "is_public", lambda address: address == "127.0.0.1")
    with misbehaving({}, "127.0.0.2") as inside:
        server.ways["/inside"] = to(f"{inside.url}/admin", "302 Found")
        (found,) = checked(f"{server.url}/inside", manners=replace(QUICK, allow_private=False))
        assert found == Answer("refused", "private")
        assert server.paths() == ["/inside"]
        assert inside.asked == []


def test_a_proxy_of_the_environment_is_not_asked(server: Misbehaving, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches requests that go elsewhere than they seem to."""
    with misbehaving({}, "127.0.0.2") as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert checked(f"{server.url}/fine") == [Answer("fine")]
        assert proxy.asked == []


# -- the whole command -------------------------------------------------------------------------------------------------

LINKED = """\
-- content/threads/one/thread.yaml --
title: {ko: 하나, en: One}
date: 2025-01-15T09:00:00+09:00
lang: ko
source: {url: "http://forum.example/it/1"}
column: {title: Column, url: "http://news.example/칼럼#top"}
links:
  - {title: L, url: http://한국.example/x?q=값}
-- content/threads/one/column.ko.md --
본문 [링크](http://news.example/칼럼)는, http://news.example/b. 그리고
![그림](http://news.example/p.png), [안](/about/), [집](https://digest.example/x).

[정의]의 것

[정의]: http://news.example/d
-- content/threads/one/comments.yaml --
- author: kim
  date: 2025-01-15T10:00:00+09:00
  text: |-
    첫 줄
    보라 http://news.example/b 그리고 http://stranger.example/1을
  note: {ko: "참고 [이것](http://note.example/)"}
-- content/pages/about.ko.md --
---
title: 소개
---
[x](http://news.example/b "b")
"""

NAMES = ("forum.example", "news.example", "xn--3e0b707e.example", "stranger.example", "note.example")


@pytest.fixture
def web(server: Misbehaving, monkeypatch: pytest.MonkeyPatch) -> Misbehaving:
    """The hosts of a site's links, all of them one server's, whose port every address gets; and the archive."""
    resolving(monkeypatch, dict.fromkeys((*NAMES, "127.0.0.1"), "127.0.0.1"))
    server.ways["/wayback"] = archive({})
    return server


def here(text: str, web: Misbehaving) -> str:
    """A text whose addresses lead to the server."""
    for host in ("forum", "news", "한국", "stranger", "note"):
        text = text.replace(f"http://{host}.example/", f"http://{host}.example:{web.port}/")
    return text


def at(web: Misbehaving, path: str, host: str = "news.example") -> str:
    """An address on the server."""
    return f"http://{host}:{web.port}{path}"


def check(site: Site, web: Misbehaving, day: date = MONDAY, **options: Any) -> Told:
    """Run the command as on a day."""
    return command.run(site.root, Options(day, manners=QUICK, api=f"{web.url}/wayback", **options), SilentProgress())


def lock(site: Site) -> links.Lock:
    """What links.lock says."""
    read, told = links.read(Source("links.lock", (site.root / "links.lock").read_bytes()))
    assert not told
    return read


@pytest.fixture
def linked(site: Callable[..., Site], web: Misbehaving) -> Site:
    """A site with links in every place where there may be one."""
    return site(here(LINKED, web))


def test_every_link_out_of_the_site_is_asked_once(linked: Site, web: Misbehaving) -> None:
    """Catches a link that nobody looks after, one that is asked twice, and the site asking itself."""
    told = check(linked, web)
    assert told.diagnostics == ()
    column = "/%EC%B9%BC%EB%9F%BC"
    expected = {
        (f"forum.example:{web.port}", "/it/1"),
        (f"news.example:{web.port}", column),
        (f"xn--3e0b707e.example:{web.port}", "/x?q=%EA%B0%92"),
        (f"news.example:{web.port}", "/b"),
        (f"news.example:{web.port}", "/p.png"),
        (f"news.example:{web.port}", "/d"),
        (f"stranger.example:{web.port}", "/1"),
        (f"note.example:{web.port}", "/"),
    }
    assert sorted((host, path) for _, path, host in web.asked) == sorted(expected)
    assert {one.status for one in lock(linked).values()} == {"fine"}
    assert told.said[-1] == "8 links · 8 fine · 8 asked"


def test_a_dead_link_is_told_at_each_of_its_places(linked: Site, web: Misbehaving) -> None:
    """Catches a warning that points beside the link, or that leaves a place out."""
    for path in ("/%EC%B9%BC%EB%9F%BC", "/x", "/b", "/p.png", "/d", "/1", "/"):
        web.ways[path] = status("404 Not Found")
    told = check(linked, web)
    assert {one.code for one in told.diagnostics} == {"dead-link"}
    spans = [(one.span.path.rpartition("/")[2], one.span.line) for one in told.diagnostics if one.span]
    port = f":{web.port}/"
    assert [(*where, marked(one).replace(port, "/")) for where, one in zip(spans, told.diagnostics, strict=True)] == [
        ("about.ko.md", 4, "http://news.example/b"),
        ("column.ko.md", 1, "http://news.example/칼럼"),
        ("column.ko.md", 1, "http://news.example/b"),
        ("column.ko.md", 2, "http://news.example/p.png"),
        ("column.ko.md", 6, "http://news.example/d"),
        ("comments.yaml", 5, "http://news.example/b"),
        ("comments.yaml", 5, "http://stranger.example/1"),
        ("comments.yaml", 6, "http://note.example/"),
        ("thread.yaml", 5, '"http://news.example/칼럼#top"'),
        ("thread.yaml", 7, "http://한국.example/x?q=값"),
    ]


def test_the_lock_says_how_each_link_fares(linked: Site, web: Misbehaving) -> None:
    """Catches a check that counts twice on a day, forgets since when, or does not notice that a page is back."""
    web.ways["/b"] = status("404 Not Found")
    web.ways["/d"] = to("/e")
    web.ways["/1"] = status("403 Forbidden")
    first = check(linked, web)
    assert {line.split()[0] for line in first.said[:-1]} == {"dead", "moved", "refused"}
    assert [one.code for one in first.diagnostics] == ["dead-link", "dead-link", "moved-link", "dead-link"]
    assert first.diagnostics[2].help == f"write `{at(web, '/e')}`"
    url = at(web, "/b")
    assert lock(linked)[url] == links.Checked("gone", MONDAY, "404", MONDAY, 1)
    assert lock(linked)[at(web, "/d")] == links.Checked("moved", MONDAY, to=at(web, "/e"))
    check(linked, web, older=0)
    assert lock(linked)[url].checks == 1
    web.asked.clear()
    before = (linked.root / "links.lock").read_bytes()
    assert check(linked, web, date(2026, 11, 8)).said == ("8 links · 5 fine · 1 moved · 1 refused · 1 dead · 0 asked",)
    assert web.asked == []
    assert (linked.root / "links.lock").read_bytes() == before
    again = check(linked, web, date(2026, 11, 9))
    assert len(again.said) == 1
    assert lock(linked)[url] == links.Checked("gone", date(2026, 11, 9), "404", MONDAY, 2)
    del web.ways["/b"]
    assert f"recovered  {url}" in check(linked, web, date(2026, 11, 16)).said
    assert lock(linked)[url] == links.Checked("fine", date(2026, 11, 16))


def test_the_advice_on_a_page_that_moved_keeps_the_part(linked: Site, web: Misbehaving) -> None:
    """Catches an address that leads to the top of a page once it was pasted."""
    web.ways["/%EC%B9%BC%EB%9F%BC"] = to("/e")
    told = [one.help for one in check(linked, web).diagnostics if one.code == "moved-link"]
    assert f"write `{at(web, '/e')}#top`" in told


def test_a_refusal_makes_no_dead_link_alive(linked: Site, web: Misbehaving) -> None:
    """Catches a count, and an archived copy, that are lost because a host was busy for a day."""
    web.ways["/b"] = status("404 Not Found")
    check(linked, web)
    web.ways["/b"] = status("403 Forbidden")
    assert len(check(linked, web, date(2026, 11, 9)).said) == 1
    url = at(web, "/b")
    assert lock(linked)[url] == links.Checked("gone", date(2026, 11, 9), "404", MONDAY, 1)
    web.ways["/b"] = status("404 Not Found")
    check(linked, web, date(2026, 11, 16))
    assert lock(linked)[url] == links.Checked("gone", date(2026, 11, 16), "404", MONDAY, 2)


def test_a_run_can_be_small(linked: Site, web: Misbehaving) -> None:
    """Catches a limit that always asks the same links, and a count that leaves out those that were never asked."""
    assert check(linked, web, limit=0).said == ("8 links · 8 never asked · 0 asked",)
    assert check(linked, web, limit=3).said[-1] == "8 links · 3 fine · 5 never asked · 3 asked"
    assert check(linked, web, limit=3).said[-1].endswith("3 asked")
    assert check(linked, web).said[-1] == "8 links · 8 fine · 2 asked"
    assert check(linked, web, limit=0).said == ("8 links · 8 fine · 0 asked",)


def test_links_that_are_gone_from_the_content_are_forgotten(linked: Site, web: Misbehaving) -> None:
    """Catches a lock that only grows."""
    check(linked, web)
    (linked.root / "content/pages/about.ko.md").unlink()
    (linked.root / "content/threads/one/comments.yaml").unlink()
    check(linked, web)
    assert len(lock(linked)) == 6


def test_archived_copies_are_found_and_stand_in(linked: Site, web: Misbehaving) -> None:
    """Catches a dead column that readers are sent to, a copy of another site's, and a copy that is asked for again."""
    dead, column = at(web, "/b"), at(web, "/%EC%B9%BC%EB%9F%BC")
    kept = "https://web.archive.org/web/20250109000000/http://news.example/b"
    for path in ("/%EC%B9%BC%EB%9F%BC", "/b", "/p.png", "/d", "/1"):
        web.ways[path] = status("404 Not Found")
    web.ways["/wayback"] = archive(
        {
            dead: copy(kept.replace("https:", "http:", 1)),
            column: copy("https://evil.example/web/2025/x"),
            at(web, "/p.png"): copy('https://web.archive.org/"><script>'),
            at(web, "/d"): copy(kept, status="404"),
            at(web, "/1", "stranger.example"): b"[" * 100_000,
        }
    )
    told = check(linked, web)
    assert [one.code for one in told.diagnostics].count("silent-archive") == 1
    assert {url: one.copy for url, one in lock(linked).items() if one.copy} == {
        dead: kept,
        at(web, "/p.png"): "https://web.archive.org/%22%3E%3Cscript%3E",
    }
    asked = [path for path in web.paths() if path.startswith("/wayback")]
    assert all("timestamp=20250115" in path for path in asked)
    for day in (date(2026, 11, 9), date(2026, 11, 16)):
        assert linked.build().good
        assert kept not in linked.read("ko/threads/one/index.html")
        web.asked.clear()
        check(linked, web, day)
        assert not [path for path in web.paths() if path.startswith("/wayback") and "%2Fb&" in path]
    assert linked.build().good
    page = linked.read("ko/threads/one/index.html")
    assert f'<a href="{kept}" title="보관 사본입니다. 원문은 2026년 11월 2일부터 열리지 않습니다">' in page
    assert "<script>" not in page.partition("</head>")[2]


def test_a_network_that_is_down_proves_nothing(linked: Site, web: Misbehaving, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a train ride that declares all links dead."""
    resolving(monkeypatch, {})
    told = check(linked, web)
    assert [one.code for one in told.diagnostics] == ["no-network"]
    assert not (linked.root / "links.lock").exists()


def test_an_interrupted_run_keeps_what_it_found(linked: Site, web: Misbehaving) -> None:
    """Catches work that is lost with Ctrl-C."""

    class Impatient(SilentProgress):
        done = 0

        def advance(self, n: int) -> None:
            self.done += n
            if self.done == 3:
                os.kill(os.getpid(), signal.SIGINT)

    web.ways["/d"] = silent  # or all may have answered before the signal is seen
    how = Options(MONDAY, manners=QUICK, api=f"{web.url}/wayback")
    told = command.run(linked.root, how, Impatient())
    del web.ways["/d"]
    assert told.interrupted
    assert len(lock(linked)) >= 3
    assert check(linked, web).said[-1].startswith("8 links · 8 fine")


def test_faults_of_the_content_are_told_first(linked: Site, web: Misbehaving) -> None:
    """Catches a lock that forgets the links of a file that cannot be read for a moment, or of its own broken lines."""
    check(linked, web)
    before = (linked.root / "links.lock").read_bytes()
    thread = linked.root / "content/threads/one/thread.yaml"
    whole = thread.read_text("utf-8")
    thread.write_text("title: [\n", "utf-8")
    assert {one.severity for one in check(linked, web).diagnostics} == {"error"}
    assert (linked.root / "links.lock").read_bytes() == before
    thread.write_text(whole, "utf-8")
    (linked.root / "links.lock").write_bytes(before + b"<<<<<<< mine\n")
    assert [place(one) for one in check(linked, web).diagnostics] == ["bad-lock links.lock:11:1"]


def test_the_command_line_tells_what_is_known(
    linked: Site, web: Misbehaving, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches an exit status, a stream or an option that is another one than documented."""
    web.ways["/b"] = status("404 Not Found")
    check(linked, web, datetime.now(UTC).date())
    capsys.readouterr()
    assert run_cli(["links", str(linked.root), "--format", "json"]) == 0
    out, err = capsys.readouterr()
    assert out.count('"code": "dead-link"') == 3
    assert err == "8 links · 7 fine · 1 dead · 0 asked\n"
    assert run_cli(["links", str(linked.root / "none")]) == 1
    assert run_cli(["links", "--limit", "-1"]) == 2


def test_the_client_that_is_missing_is_named(linked: Site, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """Catches a traceback where the extra is not installed."""
    monkeypatch.delattr(linkcheck, "fetch", raising=False)
    monkeypatch.setitem(sys.modules, "sitegen.linkcheck.fetch", None)
    assert run_cli(["links", str(linked.root), "--format", "concise"]) == 1
    assert "error[no-http-client]" in capsys.readouterr().err
    assert not (linked.root / "links.lock").exists()


def test_a_build_opens_no_socket(linked: Site, web: Misbehaving, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a build that asks anybody anything, with or without a lock."""
    check(linked, web)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a build opened a socket")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)
    assert linked.build(fresh=True).good
    assert linked.build(dry=True).good


def test_only_the_check_itself_loads_the_client(linked: Site) -> None:
    """Catches an HTTP client that every build has to load, or that has to be installed for it."""
    code = (
        "import sys; from sitegen.cli import run; run(['build', '.']); print({'asyncio', 'aiohttp'} & {*sys.modules});"
        "run(['links', '.', '--limit', '0']); print({'aiohttp', 'yarl'} & {*sys.modules})"
    )
    made = subprocess.run(
        [sys.executable, "-c", code], cwd=linked.root, env=environment(), text=True, capture_output=True
    )
    assert made.stdout.split() == ["set()", "set()"], made.stderr


def test_strangers_links_are_told_and_stay(linked: Site, web: Misbehaving) -> None:
    """Catches a comment that says what its author did not, and advice to edit it."""
    web.ways["/1"] = status("404 Not Found")
    for day in (MONDAY, date(2026, 11, 9), date(2026, 11, 16)):
        told = check(linked, web, day)
    (one,) = told.diagnostics
    assert one.help is not None
    assert "comments stay" in one.help
    assert linked.build().good
    assert at(web, "/1", "stranger.example") in linked.read("ko/threads/one/index.html")
