"""What `sitegen new site` begins with: a small bilingual site with one thread to edit, and a page about itself."""

from __future__ import annotations

from datetime import date


def texts(today: date) -> dict[str, str]:
    """Its files by path; `today` dates the thread."""
    day = today.isoformat()
    return {
        "sitegen.yaml": """\
title: {ko: 나의 다이제스트, en: My digest}
description: {ko: 두 언어로 읽는 토론, en: Discussions in two languages}
base_url: https://digest.example/    # where the site will live
languages: [ko, en]                  # the first is the default language
timezone: Asia/Seoul
theme: digest
categories: {hello: {ko: 인사, en: Hello}}
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
