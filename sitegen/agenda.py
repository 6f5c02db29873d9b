"""`sitegen next`: when the site changes by itself, for people, for scripts, for cron and for GitHub Actions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice
from shlex import quote
from typing import NamedTuple

from sitegen.contents import Facts
from sitegen.schedule import Change, in_words, moment_of

NOTHING = "nothing is ahead: the site changes only when you change it"

LISTED = 20
"""Times that a workflow names: GitHub knows no year, and who is so far ahead writes it again before they are over."""

WORKFLOW = """\
# Builds and publishes the site when it changes by itself. GitHub starts it from the default branch, often some minutes
# late, never early. Times are in UTC. Each one comes again a year later: a build that changes nothing.
#
# It stays current as long as no date changes. After you have scheduled something, write it again and commit it:
#   sitegen next --workflow > .github/workflows/ahead.yml
name: Publish ahead
on:
  workflow_dispatch:
{schedule}\
permissions: {{contents: read, pages: write, id-token: write}}
concurrency: pages
jobs:
  publish:
    runs-on: ubuntu-latest
    environment: github-pages
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: {{python-version: "3.13"}}
      - run: pip install "git+https://git.example/sitegen.git"   # wherever your sitegen comes from
      - run: sitegen build --format github
      - uses: actions/upload-pages-artifact@v3   # or whatever publishes output/
        with: {{path: output}}
      - uses: actions/deploy-pages@v4"""


class Coming(NamedTuple):
    """What changes at one time: in ISO 8601 and in words, in the site's zone."""

    when: str
    words: str
    changes: tuple[Change, ...]

    @property
    def date(self) -> datetime:
        """The time in UTC."""
        return datetime.fromisoformat(self.when).astimezone(UTC)

    @property
    def cron(self) -> str:
        """When cron is to run in UTC: at the first minute that is not before it."""
        minute = self.date.replace(second=0, microsecond=0)
        at = minute if minute == self.date else minute + timedelta(minutes=1)
        return f"{at.minute} {at.hour} {at.day} {at.month} *"

    @property
    def lines(self) -> list[str]:
        """What changes, each in words."""
        return [f"{each.kind} {each.slug} {each.what}" for each in self.changes]


def coming(facts: Facts) -> Iterator[Coming]:
    """All times at which a site changes by itself, in order."""
    every = (Change(*each) for each in facts.ahead)
    for _, group in groupby(every, key=lambda each: moment_of(datetime.fromisoformat(each.when))):
        changes = tuple(group)
        yield Coming(changes[0].when, in_words(changes[0].when, facts.timezone), changes)


def in_lines(facts: Facts) -> str:
    """The next time, and what changes then."""
    soon = next(coming(facts), None)
    return NOTHING if soon is None else "\n  ".join([soon.words, *soon.lines])


def crontab(facts: Facts, project: str) -> str:
    """What a crontab needs to build a project (its absolute path) at the next time."""
    soon = next(coming(facts), None)
    if soon is None:
        return f"# {NOTHING}"
    command = f"sitegen build {quote(project)}".replace("%", r"\%")  # cron would end the command there
    return f"# {soon.words}: {', '.join(soon.lines)}\nCRON_TZ=UTC\n{soon.cron} {command}"


def workflow(facts: Facts) -> str:
    """A workflow for GitHub Actions that builds and publishes the site at the next times."""
    times = [
        f'    - cron: "{each.cron}"   # {each.words}: {", ".join(each.lines)}\n'
        for each in islice(coming(facts), LISTED)
    ]
    return WORKFLOW.format(schedule="".join(["  schedule:\n", *times]) if times else f"  # {NOTHING}\n")


def document(facts: Facts) -> str:
    """The next time and what changes then, for scripts, as JSON; null where nothing is ahead."""
    soon = next(coming(facts), None)
    told = {
        "when": soon and soon.when,
        "utc": soon and soon.date.isoformat().replace("+00:00", "Z"),
        "timezone": facts.timezone,
        "cron": soon and soon.cron,
        "changes": [{"kind": each.kind, "slug": each.slug, "what": each.what} for each in soon.changes] if soon else [],
    }
    return json.dumps(told, indent=2)
