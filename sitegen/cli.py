"""The command line: arguments to a command, and what became of it to an exit status.

0: fine. 1: errors were told. 2: the command was used wrongly. 3: a fault in sitegen itself. 130: interrupted.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from sitegen.arguments import parser


def run(arguments: Sequence[str]) -> int:
    """Run a command; returns the exit status."""
    gc.set_threshold(1_000_000, 50, 100)  # what a build has in hand is nearly all alive: to look for garbage is dear
    try:
        chosen = parser(*arguments[:1]).parse_args(arguments)
        from sitegen.commands import COMMANDS  # `--help` needs none of them

        return COMMANDS[chosen.command](chosen)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception:  # noqa: BLE001 - the last net: a fault in sitegen is told as such, with what is needed to mend it
        import traceback

        from sitegen.console import say

        traceback.print_exc()
        say("\nThis is a fault in sitegen, not in your site; please report the lines above.")
        return 3
