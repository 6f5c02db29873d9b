"""What can be said on the command line, and what is wrong with it."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from sitegen import __version__

EDITOR = (
    "who opens the places of faults: vscode, vscodium, cursor, zed, idea, textmate, or an address (default: vscode)"
)

FORMATS = ("full", "concise", "json", "github")
"""The values of `report.Format`."""

DESCRIPTION = "Publish a curated digest of community threads, in several languages, as static pages."

EXAMPLES = """\
examples:
  sitegen new site my-digest        make a small bilingual site to start from
  cd my-digest
  sitegen serve                     look at it in a browser while you write
  sitegen import paste.txt          take in a thread that you copied from a forum
  sitegen check                     tell what is wrong, publish nothing
  sitegen build                     make output/, ready to be published
  sitegen ping                      tell subscribers' hub of it, once it is published
  sitegen next                      tell when the site changes by itself
  sitegen links                     find out which pages that the site links to are gone

`sitegen COMMAND --help` tells more about a command.
"""

BUILD_EXAMPLES = """\
examples:
  sitegen build                     build the site of this folder into output/
  sitegen build my-digest           build the site of another folder
  sitegen build --explain           say why each file was made again
  sitegen build --as-of 2026-12-24  build the site as it is at the beginning of that day
  sitegen build --format github     tell faults as annotations of a GitHub workflow
"""

LINKS_EXAMPLES = """\
examples:
  sitegen links                     ask the links that were not asked for a week
  sitegen links --limit 0           tell what is known of them, ask nothing
"""

IMPORT_EXAMPLES = """\
examples:
  sitegen import paste.txt --url https://forum.example/it/12345
  sitegen import paste.txt --slug deepseek --captured 2025-01-15
  pbpaste | sitegen import -        take what was copied last
Importing a thread again adds its new comments and changes nothing that you wrote.
"""

STATUS_EXAMPLES = """\
examples:
  sitegen status                    what is left to translate, and what lags behind
  sitegen status deepseek           one thread
  sitegen status --format json      the same for a program
"""

ACCEPT_EXAMPLES = """\
examples:
  sitegen accept deepseek           its translations are right, though the original has changed
  sitegen accept deepseek --lang en
  sitegen accept --all
"""

NEXT_EXAMPLES = """\
examples:
  sitegen next                      tell when something appears or expires, and what
  sitegen next --cron               print a line for crontab that builds the site then
  sitegen next --workflow > .github/workflows/ahead.yml
"""

NEW_EXAMPLES = """\
examples:
  sitegen new site my-digest
  sitegen new thread                asks for what it needs
  sitegen new thread deepseek --title "딥시크와 수출 통제"
  sitegen new thread --from https://news.example/column
  sitegen new digest 2025-01 --thread deepseek
  sitegen new page about --title "소개"
"""


class _Parser(argparse.ArgumentParser):
    """Refuses what it does not know with its own usage, and says what was probably meant."""

    def parse_known_args(self, *given: object) -> tuple[argparse.Namespace, list[str]]:  # type: ignore[override]
        chosen, unknown = super().parse_known_args(*given)  # type: ignore[call-overload]
        if unknown:
            meant = _meant(unknown[0].partition("=")[0], re.findall(r"--[\w-]+", self.format_help()))
            self.error(f"unrecognized arguments: {' '.join(unknown)}{meant}")
        return chosen, unknown


def _meant(word: str, known: Iterable[str]) -> str:
    from sitegen.diagnostics import did_you_mean  # seldom needed

    hint = did_you_mean(word, known)
    return f"; {hint}" if hint else ""


def parser(command: str = "") -> _Parser:
    """The parser of one command, or of all where none is named; there has to be one of that name.

    What it reads has the name of the `command`. To make all of them would take a tenth of a build with nothing to do.
    """
    shape = argparse.RawDescriptionHelpFormatter
    top = _Parser("sitegen", description=DESCRIPTION, epilog=EXAMPLES, formatter_class=shape)
    top.add_argument("--version", action="version", version=f"sitegen {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    if command[:1] not in ("", "-") and command not in COMMANDS:
        meant = _meant(command, COMMANDS) or f"; there are {', '.join(COMMANDS)}"
        top.error(f"there is no command `{command}`{meant}")
    for name in [command] if command in COMMANDS else COMMANDS:
        words, epilog, fill = COMMANDS[name]
        one = commands.add_parser(name, help=words, description=words, epilog=epilog, formatter_class=shape)
        one.set_defaults(command=name)
        fill(one)
    return top


def _build(one: _Parser) -> None:
    _project(one)
    one.add_argument("--output", type=Path, metavar="FOLDER", help="where to publish (default: output/ in the site)")
    one.add_argument("--explain", action="store_true", help="say why each file was made again")
    one.add_argument("--fresh", action="store_true", help="make everything again, whatever earlier builds left")
    one.add_argument("--atomic", action="store_true", help="put the new site in place at one moment (Linux)")
    _as_of(one)
    _cluster(_work(one))


def _check(one: _Parser) -> None:
    _project(one)
    _as_of(one)
    one.add_argument("--strict", action="store_true", help="let warnings count as errors for the exit status")
    _cluster(_work(one))


def _status(one: _Parser) -> None:
    _units(one)
    one.add_argument("--stale", action="store_true", help="tell only of translations that lag behind")
    one.add_argument("--missing", action="store_true", help="tell only of translations that are missing, or in part")
    one.add_argument("--format", choices=("table", "json"), default="table", help="a table, or JSON (default: table)")


def _accept(one: _Parser) -> None:
    _units(one)
    one.add_argument("--lang", action="append", default=[], metavar="LANG", help="accept this language only (again)")
    one.add_argument("--all", action="store_true", help="accept the translations of the whole site")
    _format(one)


def _serve(one: _Parser) -> None:
    _project(one)
    one.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    one.add_argument("--port", type=_port, default=8000, help="port to listen on, or the next free one (default: 8000)")
    one.add_argument("--editor", type=_editor, default="vscode", metavar="EDITOR", help=EDITOR)
    _work(one)


def _schema(one: _Parser) -> None:
    _project(one)
    words = "where to write the schemas (default: .sitegen-schema/ in the site)"
    one.add_argument("--output", type=Path, metavar="FOLDER", help=words)
    _format(one)


def _ping(one: _Parser) -> None:
    _project(one)
    one.add_argument(
        "--output", type=Path, metavar="FOLDER", help="where it is published (default: output/ in the site)"
    )
    _format(one)


def _links(one: _Parser) -> None:
    _project(one)
    one.add_argument(
        "--older", type=_whole, default=7, metavar="DAYS", help="ask links last asked so long ago (default: 7)"
    )
    one.add_argument("--all", action="store_true", help="ask all links, however lately they were asked")
    one.add_argument("--limit", type=_whole, metavar="N", help="ask at most N links, those asked longest ago first")
    one.add_argument("--allow-private", action="store_true", help="ask addresses in private networks too")
    _format(one)


def _next(one: _Parser) -> None:
    _project(one)
    _as_of(one)
    form = one.add_mutually_exclusive_group()
    form.add_argument("--cron", action="store_true", help="print a line for crontab that builds the site then")
    form.add_argument("--workflow", action="store_true", help="print a GitHub workflow that builds it then, and later")
    _work(one)


def _import(one: _Parser) -> None:
    one.add_argument("paste", metavar="FILE", help="the pasted text, or - for standard input")
    one.add_argument("--project", type=Path, default=Path(), metavar="FOLDER", help="the site (default: this folder)")
    one.add_argument("--slug", help="the thread's name in addresses (default: made from its title)")
    one.add_argument("--url", help="the address of the forum thread")
    one.add_argument("--site", help="the name of the forum")
    one.add_argument("--captured", metavar="DATE", help="the day the page was copied (default: inferred from it)")
    one.add_argument("--date", help="when the digest publishes the thread (default: when it was posted)")
    one.add_argument("--keep-ips", action="store_true", help="keep masked IP addresses, as comments in the YAML")
    _format(one)


def _units(parser: _Parser) -> None:
    words = "a thread’s slug; an issue is digests/SLUG, a page pages/SLUG"
    parser.add_argument("thread", nargs="*", metavar="THREAD", help=words)
    parser.add_argument(
        "--project", type=Path, default=Path(), metavar="FOLDER", help="the site (default: this folder)"
    )


def _project(parser: _Parser) -> None:
    parser.add_argument("project", type=Path, nargs="?", default=Path(), help="the site's folder (default: this one)")


def _as_of(parser: _Parser) -> None:
    words = "the moment at which the site is looked at: a day, from its beginning, or a time (default: now)"
    parser.add_argument("--as-of", metavar="MOMENT", help=words)


def _format(parser: _Parser) -> None:
    parser.add_argument("--format", choices=FORMATS, default="full", help="how faults are told (default: full)")


def _work(parser: _Parser) -> argparse._MutuallyExclusiveGroup:
    """Options of a command that builds; returns those for who does the work."""
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--jobs", type=_jobs, default=0, metavar="N", help="processes to use (default: one a core)")
    _format(parser)
    return who


def _cluster(who: argparse._MutuallyExclusiveGroup) -> None:
    words = "have a Dask cluster do the work: its scheduler, as tcp://host:port"
    who.add_argument("--scheduler", type=_address, metavar="ADDRESS", help=words)


def _address(text: str) -> str:
    found = re.fullmatch(r"(?:tcp|tls)://(?:[^\s:/@\[\]]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})", text)
    if found is None or not 0 < int(found[1]) < 65536:
        raise argparse.ArgumentTypeError("an address such as tcp://192.0.2.1:8786 is expected")
    return text


def _editor(text: str) -> str:
    from sitegen.editor import KNOWN, address_of

    if (address := address_of(text)) is None:
        known = ", ".join(KNOWN)
        raise argparse.ArgumentTypeError(f"one of {known}, or an address with {{path}} in it is expected")
    return address


def _jobs(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= 256):
        raise argparse.ArgumentTypeError("a number from 1 to 256 is expected")
    return int(text)


def _port(text: str) -> int:
    if not (text.isdecimal() and len(text) < 6 and int(text) < 65536):
        raise argparse.ArgumentTypeError("a number from 0 to 65535 is expected")
    return int(text)


def _whole(text: str) -> int:
    if not (text.isdecimal() and len(text) <= 6):
        raise argparse.ArgumentTypeError("a whole number from 0 up is expected")
    return int(text)


def _new(parser: _Parser) -> None:
    words = "the folder of a site; the name in addresses of anything else (without it, you are asked)"
    parser.add_argument("what", choices=("site", "thread", "digest", "page"))
    parser.add_argument("name", nargs="?", help=words)
    parser.add_argument(
        "--project", type=Path, default=Path(), metavar="FOLDER", help="the site (default: this folder)"
    )
    parser.add_argument("--title", help="the title in the site's first language")
    parser.add_argument("--url", help="the address of the forum thread")
    parser.add_argument("--category", help="the category of the thread")
    words = "the column's address, to fill in what its page tells; or - for a copied thread on standard input"
    parser.add_argument("--from", dest="origin", metavar="URL", help=words)
    parser.add_argument("--thread", action="append", default=[], metavar="SLUG", help="a thread of the digest (again)")
    _format(parser)


COMMANDS: Mapping[str, tuple[str, str, Callable[[_Parser], None]]] = {
    "new": ("make a site, thread, digest or page", NEW_EXAMPLES, _new),
    "build": ("make the site's pages and feeds in output/", BUILD_EXAMPLES, _build),
    "check": ("tell what is wrong with the site, and what an editor would mend; publish nothing", "", _check),
    "status": ("tell how translations stand", STATUS_EXAMPLES, _status),
    "accept": ("record translations as right as they are", ACCEPT_EXAMPLES, _accept),
    "serve": ("show the site in a browser while you write", "", _serve),
    "schema": ("write what lets editors complete and check content files", "", _schema),
    "ping": ("tell the site's WebSub hub which feeds have changed", "", _ping),
    "links": ("ask the pages that the site links to whether they are still there", LINKS_EXAMPLES, _links),
    "next": ("tell when the site changes by itself", NEXT_EXAMPLES, _next),
    "import": ("take in a thread copied from a forum page", IMPORT_EXAMPLES, _import),
}
"""What each command does, examples of it, and what gives its parser its arguments."""
