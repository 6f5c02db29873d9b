"""The site that `serve` keeps in memory: the same files as a build's, after any change."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Site
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reader import sample

from sitegen import files
from sitegen.build import STORE, Options, Outcome, build
from sitegen.preview import Preview
from sitegen.report import SilentProgress
from sitegen.scan import rescan, scan

THREAD = "content/threads/one/thread.yaml"
COMMENTS = "content/threads/one/comments.yaml"
PAGE = "ko/threads/one/index.html"


def preview_of(root: Path) -> tuple[Preview, Outcome]:
    preview = Preview(root, 1, SilentProgress())
    return preview, preview.update()


def text_of(preview: Preview, path: str) -> str:
    made, told = preview.make(path)
    assert made is not None, told
    return made.decode()


def test_each_file_is_that_of_a_build(tmp_path: Path) -> None:
    """Catches a preview that shows anything else than what will be published, search and images included."""
    root = sample(tmp_path / "sample").root
    assert build(root, Options(tmp_path / "out"), SilentProgress()).good
    preview, outcome = preview_of(root)
    assert outcome.good
    built = {path.relative_to(tmp_path / "out").as_posix(): path for path in (tmp_path / "out").rglob("*")}
    files = {name: path.read_bytes() for name, path in built.items() if path.is_file() and name != ".sitegen"}
    assert {name: preview.make(name)[0] for name in files} == files
    assert "nowhere.html" not in preview


def test_nothing_is_published(site: Callable[..., Site]) -> None:
    """Catches a preview that writes to the output folder, or into the project's own files."""
    made = site()
    preview_of(made.root)
    assert not made.output.exists()
    assert sorted(path.name for path in made.root.iterdir()) == [".sitegen", "content", "sitegen.yaml"]


def test_a_change_of_a_folder_is_seen(site: Callable[..., Site]) -> None:
    """Catches a page that stays as it was, and one that is shown before it was taken in."""
    made = site()
    preview, _ = preview_of(made.root)
    thread = made.root / THREAD
    thread.write_text(thread.read_text("utf-8").replace("하나", "둘째"), "utf-8")
    assert "하나" in text_of(preview, PAGE)
    outcome = preview.update(["content/threads/one"])
    assert outcome.good
    assert "둘째" in text_of(preview, PAGE)
    assert preview.update(["content/threads/one"]) is outcome


def test_a_fault_leaves_the_last_good_site(site: Callable[..., Site]) -> None:
    """Catches a site that goes away while a fault is mended, and a fault that stays when it was."""
    made = site()
    preview, good = preview_of(made.root)
    thread = made.root / THREAD
    text = thread.read_text("utf-8")
    thread.write_text(text + "catgory: x\n", "utf-8")
    outcome = preview.update(["content/threads/one"])
    assert [one.code for one in outcome.diagnostics] == [one.code for one in preview.faults] == ["unknown-key"]
    assert "하나" in text_of(preview, PAGE)
    thread.write_text(text, "utf-8")
    assert preview.update(["content/threads/one"]) == good
    assert preview.faults == ()


def test_another_sitegen_at_work_is_no_fault(site: Callable[..., Site]) -> None:
    """Catches a page that is covered for a moment because the site is built beside the preview."""
    made = site()
    preview, _ = preview_of(made.root)
    with files.locked(made.root / STORE):
        assert [one.code for one in preview.update().diagnostics] == ["locked"]
        assert preview.faults == ()


def test_a_site_without_settings_waits_for_them(site: Callable[..., Site]) -> None:
    """Catches a preview that ends because sitegen.yaml was away for a moment."""
    made = site()
    settings_file = made.root / "sitegen.yaml"
    settings_file.rename(made.root / "away")
    preview, outcome = preview_of(made.root)
    assert [one.code for one in outcome.diagnostics] == ["no-site"]
    assert PAGE not in preview
    (made.root / "away").rename(settings_file)
    assert preview.update().good
    assert "하나" in text_of(preview, PAGE)


def test_what_another_sitegen_tidied_up_is_made_again(site: Callable[..., Site]) -> None:
    """Catches a preview that breaks when the site is built beside it."""
    made = site()
    preview, _ = preview_of(made.root)
    comments = made.root / THREAD
    comments.write_text(comments.read_text("utf-8").replace("하나", "둘째"), "utf-8")
    assert preview.update(["content/threads/one"]).good
    assert made.build(fresh=True).good
    shutil.rmtree(made.root / ".sitegen" / "packs")
    assert "둘째" in text_of(preview, PAGE)
    assert preview.update().good
    shutil.rmtree(made.root / ".sitegen")
    comments.write_text(comments.read_text("utf-8").replace("둘째", "셋째"), "utf-8")
    assert preview.update(["content/threads/one"]).good
    assert "셋째" in text_of(preview, PAGE)


def test_a_change_that_could_not_be_taken_in_is_not_forgotten(
    site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches an edit that is never shown because another one came while something was in its way."""
    made = site()
    preview, _ = preview_of(made.root)
    thread = made.root / THREAD
    thread.write_text(thread.read_text("utf-8").replace("하나", "둘째"), "utf-8")
    with monkeypatch.context() as patch:
        patch.setattr("sitegen.preview.contents.planned", _refused)
        assert not preview.update(["content/threads/one"]).good
    made.write("-- content/pages/new.ko.md --\n---\ntitle: 새 글\n---\n글\n")
    assert preview.update(["content/pages"]).good
    assert "둘째" in text_of(preview, PAGE)


def _refused(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("base_url", "base"),
    [("https://digest.example/", "/"), ("https://digest.example/나/sub/", "/나/sub/")],
)
def test_the_path_is_that_of_the_made_site(site: Callable[..., Site], base_url: str, base: str) -> None:
    """Catches a preview at another path than the one that the site's links have."""
    made = site()
    settings_file = made.root / "sitegen.yaml"
    settings_file.write_text(settings_file.read_text("utf-8").replace("https://digest.example/", base_url), "utf-8")
    assert preview_of(made.root)[0].base == base


NAMES = st.sampled_from(
    ["threads/a/thread.yaml", "threads/a/x.png", "threads/b/thread.yaml", "pages/p.ko.md", "g.yaml"]
)
STEP = st.tuples(NAMES, st.sampled_from(["", "one", "two"]), st.booleans())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEP, max_size=8))
def test_a_folder_that_is_scanned_again_is_as_in_a_scan_of_all(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, bool]]
) -> None:
    """Catches a file that is missed, kept or misread where only the folders that changed are looked at."""
    root = tmp_path_factory.mktemp("scanned")
    (root / "sitegen.yaml").write_text("x")
    (root / "content").mkdir()
    tree, index = scan(root, {}, time.time_ns())
    changed: set[str] = set()
    for name, text, look in steps:
        path = root / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        if text:
            path.write_text(text)
        changed.add(f"content/{name}".rpartition("/")[0])
        if look:
            tree, index = rescan(root, tree, index, changed, time.time_ns())
            changed.clear()
    tree, _ = rescan(root, tree, index, changed, time.time_ns())
    whole, _ = scan(root, {}, time.time_ns())
    assert dict(tree.folders) == dict(whole.folders)
    assert list(tree.folders) == list(whole.folders)
    assert tree.fingerprint == whole.fingerprint
