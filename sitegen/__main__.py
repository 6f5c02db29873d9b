"""`python -m sitegen`, and the `sitegen` command."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

from sitegen.cli import run


def main() -> None:
    """Run the command line and exit with its status.

    In a locale that is not UTF-8, names of files would not be read as what they are: there, Python is started again in
    its UTF-8 mode (PEP 540). What a terminal cannot show is shown by its code.
    """
    if sys.getfilesystemencoding() != "utf-8":
        os.execv(sys.executable, [sys.executable, "-X", "utf8", "-m", "sitegen", *sys.argv[1:]])  # noqa: S606
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - whoever closed it hears nothing
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    status = run(sys.argv[1:])
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        status = 1
    os._exit(status)  # nothing is left to do, and to take everything apart would take a tenth of a build


if __name__ == "__main__":
    main()
