"""The examples of the CommonMark specification 0.31.2, out of the source package of markdown-it-py."""

from __future__ import annotations

import hashlib
import json
import tarfile
from functools import cache
from pathlib import Path

SPEC = Path(__file__).parents[1] / ".venv" / "spec" / "markdown_it_py-4.3.0.tar.gz"
"""The package, which carries the examples: they are not ours to copy."""

SPEC_SHA256 = "91a58fa5b72c71a40cf7177250fd767480d7a2bb3ac426ccfb76fb90305fdaaa"
SPEC_MEMBER = "markdown_it_py-4.3.0/tests/test_cmark_spec/commonmark.json"
FETCH_SPEC = "scripts/setup test"


@cache
def examples() -> tuple[str, ...]:
    """The Markdown of every example."""
    assert SPEC.exists(), f"the examples are fetched by: {FETCH_SPEC}"
    assert hashlib.sha256(SPEC.read_bytes()).hexdigest() == SPEC_SHA256
    with tarfile.open(SPEC) as sdist:
        member = sdist.extractfile(SPEC_MEMBER)
        assert member is not None
        found = tuple(example["markdown"] for example in json.load(member))
    assert len(found) == 652
    return found
