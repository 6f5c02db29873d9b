"""In which language a name is read: a Korean one is Korean wherever it stands."""

from __future__ import annotations

import re

HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff]")


def spoken(name: str, lang: str | None) -> str | None:
    """The language of a name that stands among words in another one (None: that of the page)."""
    return "ko" if lang != "ko" and HANGUL.search(name) else lang
