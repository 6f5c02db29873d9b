"""What is installed from the wheel has to make and build a site anywhere, without the checkout beside it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent


def test_the_wheel_makes_and_builds_a_site_in_an_empty_folder(tmp_path: Path) -> None:
    """Catches a theme or a data file that the wheel lacks, and imports of what it does not declare as its own."""
    made = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        archive.extractall(installed)
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "content/"))]
    assert "sitegen/themes/digest/static/style.css" in names

    def sitegen(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"}
        command = [sys.executable, "-m", "sitegen", *arguments]
        return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)

    assert sitegen("new", "site", "digest", cwd=tmp_path).returncode == 0
    built = sitegen("build", cwd=tmp_path / "digest")
    assert built.returncode == 0, built.stderr
    assert (tmp_path / "digest/output/ko/threads/first-thread/index.html").is_file()
    assert list((tmp_path / "digest/output/assets").glob("style.*.css"))
