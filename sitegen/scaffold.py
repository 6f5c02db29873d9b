"""`sitegen new`: files to start from, which build as they are. Nothing that exists is written over."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sitegen import files, routes
from sitegen.diagnostics import Diagnostic, Span, error
from sitegen.models import Settings
from sitegen.project import read_settings
from sitegen.zones import zone


@dataclass(frozen=True)
class Made:
    """What was made: what to say of it, or why it could not be."""

    said: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def new(what: str, name: str, project: Path, title: str | None, threads: tuple[str, ...], now: datetime) -> Made:
    """Make a `site` (in the folder `name`), or a `thread`, `digest` or `page` in a project; `now` dates it."""
    if what == "site":
        return _write(Path(name), _site(now), (f"Look at it with `sitegen serve {name}`.",))
    fault = routes.slug_fault(name)
    if fault is None and what == "page" and name.casefold() in routes.RESERVED:
        fault = "is an address of sitegen's own"
    if fault is not None:
        return Made(diagnostics=(error("bad-slug", f"the name `{name}` {fault}"),))
    settings, told = read_settings(project)
    if settings is None:
        return Made(diagnostics=told)
    moment = now.astimezone(zone(settings.timezone))
    if what == "thread":
        return _write(project, _thread(name, title or name, moment, settings))
    if what == "digest":
        return _digest(project, name, title or name, moment, settings, threads)
    return _write(project, _page(name, title or name, settings))


def _write(folder: Path, texts: Mapping[str, str], after: tuple[str, ...] = ()) -> Made:
    """Write files below a folder, all or none."""
    there = [path for path in texts if (folder / path).exists() or (folder / path).is_symlink()]
    if there:
        hint = "choose another name"
        return Made(diagnostics=tuple(error("exists", "this is there already", Span(path), hint) for path in there))
    try:
        for path, text in texts.items():
            files.write_whole(folder / path, text.encode())
    except OSError as problem:
        place = Span(str(problem.filename)) if problem.filename else None
        return Made(diagnostics=(error("cannot-write", str(problem.strerror), place),))
    return Made((*(f"made {folder / path}" for path in texts), *after))


def _quoted(text: str) -> str:
    """A text as a YAML scalar: JSON's form is one of YAML's."""
    return json.dumps(text, ensure_ascii=False)


def _others(settings: Settings) -> str:
    return ", ".join(settings.languages[1:])


def _localized(key: str, text: str, settings: Settings) -> str:
    lines = [f"{key}:", f"  {settings.default_language}: {_quoted(text)}"]
    lines += [f"  # {lang}: …" for lang in settings.languages[1:]]
    return "\n".join(lines) + "\n"


def _thread(slug: str, title: str, moment: datetime, settings: Settings) -> dict[str, str]:
    lang = settings.default_language
    facts = f"""\
# What each key means: docs/reference/content.md
id: {_quoted(f"{moment:%Y%m%dT%H%M%S}-{slug}"[:100])}
{_localized("title", title, settings)}date: {moment.isoformat(timespec="seconds")}
lang: {lang}
draft: false
# category: ai
# tags: [one, another]
# source:
#   site: forum
#   url: https://forum.example/1
#   author: …
#   posted: {moment.date().isoformat()}T09:00
# column:
#   title: …
#   author: …
#   publisher: …
#   published: {moment.date().isoformat()}
#   lang: en
#   url: https://news.example/column
#   archive: https://archive.example/1
#   excerpt: true
# links:
#   - {{title: …, url: "https://news.example/other", lang: {lang}, kind: translation}}
"""
    comments = f"""\
# Each comment: author, date, text in each language; replies below it.
# - author: graphite
#   date: {moment.date().isoformat()}T21:50
#   text:
#     {lang}: |-
#       …
#   replies: []
[]
"""
    folder = f"content/threads/{slug}"
    return {
        f"{folder}/thread.yaml": facts,
        f"{folder}/column.{lang}.md": f"{title}\n",
        f"{folder}/comments.yaml": comments,
    }


def _digest(
    project: Path, slug: str, title: str, moment: datetime, settings: Settings, threads: tuple[str, ...]
) -> Made:
    missing = [each for each in threads if not (project / "content/threads" / each / "thread.yaml").is_file()]
    if missing:
        told = (error("missing-thread", f"there is no thread `{each}`") for each in missing)
        return Made(diagnostics=tuple(told))
    listed = "".join(f"  - {_quoted(each)}\n" for each in threads)
    facts = f"""\
{_localized("title", title, settings)}date: {moment.isoformat(timespec="seconds")}
threads:{" []" if not threads else ""}
{listed}"""
    folder = f"content/digests/{slug}"
    return _write(
        project, {f"{folder}/digest.yaml": facts, f"{folder}/intro.{settings.default_language}.md": f"{title}\n"}
    )


def _page(slug: str, title: str, settings: Settings) -> dict[str, str]:
    path = f"content/pages/{slug}.{settings.default_language}.md"
    return {path: f"---\ntitle: {_quoted(title)}\n---\n{title}\n"}


def _site(now: datetime) -> dict[str, str]:
    """A small bilingual site with one thread to edit."""
    day = now.date().isoformat()
    return {
        "sitegen.yaml": """\
title: {ko: 나의 다이제스트, en: My digest}
description: {ko: 두 언어로 읽는 토론, en: Discussions in two languages}
base_url: https://digest.example/    # where the site will live
languages: [ko, en]                  # the first is the default language
timezone: Asia/Seoul
theme: digest
features: {structured_data: true}    # tell search engines what threads hold
# theme_options: {accent: "#a33a1f", text_size: 110}
""",
        ".gitignore": ".sitegen/\noutput/\n",
        "content/threads/first-thread/thread.yaml": f"""\
id: first-thread
title:
  ko: 첫 글
  en: A first thread
date: {day}T09:00:00+09:00
category: hello
tags: [sample]
lang: ko
source:
  site: forum
  url: https://forum.example/1
  author: 새벽바람
  posted: {day}T08:00:00+09:00
column:
  title: A column in a newspaper
  author: Jane Writer
  publisher: The Example
  published: {day}
  lang: en
  url: https://news.example/column
  archive: https://archive.example/column
""",
        "content/threads/first-thread/column.ko.md": """\
여기에 칼럼의 **요약(summary)**을 씁니다. 문단은 빈 줄로 나눕니다.

두 언어의 문단 수를 맞추면 나란히 읽기 쉽습니다.
""",
        "content/threads/first-thread/column.en.md": """\
This is where the **summary** of the column goes. An empty line parts paragraphs.

With as many paragraphs in both languages, they stand side by side.
""",
        "content/threads/first-thread/comments.yaml": f"""\
- author: 종이비행기
  date: {day}T08:20:00+09:00
  text:
    ko: |-
      첫 댓글입니다. 이 파일을 고치고 다시 만들어 보세요.
    en: |-
      A first comment. Edit this file and build again.
  replies:
    - author: 새벽바람
      date: {day}T08:31:00+09:00
      text:
        ko: |-
          답글은 그 아래에 들여 씁니다.
        en: |-
          Replies are indented below.
- author: graphite
  date: {day}T08:45:00+09:00
  text: 아직 옮기지 않은 댓글은 글 하나로 적어 둡니다.
""",
        "content/pages/about.ko.md": "---\ntitle: 소개\n---\n이 다이제스트를 누가 왜 만드는지 적습니다.\n",
        "content/pages/about.en.md": "---\ntitle: About\n---\nSay here who makes this digest, and why.\n",
    }
