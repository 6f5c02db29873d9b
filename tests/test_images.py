"""Images beside texts: what is published of them, under which names, in which sizes, and what is refused."""

from __future__ import annotations

import random
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from conftest import DRAWING, THREAD, Site, snapshot
from lxml import html
from PIL import Image
from PIL.Image import Exif
from PIL.PngImagePlugin import PngInfo
from promises import assert_refused, clean, dead_links, places

from sitegen import images, svg
from sitegen.models import Image as Looked
from sitegen.tasks import Source

MAKER = "SecretCam"
"""What the camera of these tests writes into its photographs."""


def noise(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """A picture like a photograph: coarse noise, made smooth."""
    cells = (width // 40 + 2) * (height // 40 + 2)
    coarse = Image.frombytes("RGB", (width // 40 + 2, height // 40 + 2), random.Random(7).randbytes(3 * cells))
    return coarse.resize((width, height), Image.Resampling.BICUBIC).convert(mode)


def saved(image: Image.Image, kind: str, **how: Any) -> bytes:
    """An image as the bytes of a file."""
    out = BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def told_by_camera(orientation: int = 1) -> Exif:
    """What a telephone notes in a photograph: its maker, how it was held, and where."""
    exif = Exif()
    exif[0x010F] = MAKER
    exif[0x0112] = orientation
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (37.0, 33.0, 59.0)
    return exif


def look(name: str, data: bytes) -> tuple[Looked, tuple[bytes, ...]]:
    """What is known of an image file, and the files that come of it."""
    made = images.prepare(Source(f"content/threads/one/{name}", data))
    return Looked(*made.head), made.tails


def reopened(data: bytes) -> Image.Image:
    """A published file as a browser sees it."""
    image = Image.open(BytesIO(data))
    image.load()
    return image


def with_image(site: Callable[..., Site], text: str, **files: bytes) -> Site:
    """A thread whose summary is `text`, and files beside it; `__` in a name stands for a dot."""
    made = site(f"{THREAD}-- content/threads/one/column.ko.md --\n{text}\n")
    for name, data in files.items():
        (made.root / "content/threads/one" / name.replace("__", ".")).write_bytes(data)
    return made


def shown(site: Site, page: str = "ko/threads/one/index.html") -> list[dict[str, str]]:
    """The attributes of all images on a page."""
    return [
        {str(name): str(value) for name, value in each.attrib.items()}
        for each in html.fromstring(site.read(page)).iter("img")
    ]


# -- what is published -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["avif", "gif", "jpeg", "jpg", "png", "svg", "webp", "PNG"])
def test_an_image_says_its_size(site: Callable[..., Site], ending: str) -> None:
    """Catches a format that cannot be read, and text that jumps when an image arrives."""
    kind = images.FORMATS.get(ending.lower())
    data = saved(noise(120, 60), kind) if kind else DRAWING.replace("8 4", "120 60").encode()
    made = with_image(site, f"![그림](a.{ending})", **{f"a__{ending}": data})
    outcome = made.build()
    assert places(outcome) == []
    (image,) = shown(made)
    assert (image["width"], image["height"], image["alt"]) == ("120", "60", "그림")
    assert dead_links(made.made()) == []


def test_all_images_but_the_first_wait_for_the_reader(site: Callable[..., Site]) -> None:
    """Catches images below the fold that hold up the page, and a first one that comes late."""
    data = saved(noise(40, 20), "PNG")
    made = with_image(site, "![하나](a.png)\n\n글 ![둘](a.png) ![셋](a.png)", a__png=data)
    assert made.build().good
    assert [image.get("loading") for image in shown(made)] == [None, "lazy", "lazy"]
    assert {image["decoding"] for image in shown(made)} == {"async"}


def test_a_wide_image_comes_in_several_sizes(site: Callable[..., Site]) -> None:
    """Catches a telephone that loads a photograph in full, wrong widths, and sizes that save nothing."""
    made = with_image(site, "![사진](a.jpg)\n\n![작다](b.jpg)", a__jpg=saved(noise(2000, 1000), "JPEG"),
                      b__jpg=saved(noise(300, 200), "JPEG"))  # fmt: skip
    assert made.build().good
    photo, small = shown(made)
    sizes = [each.split() for each in photo["srcset"].split(", ")]
    assert [across for _, across in sizes] == ["480w", "960w", "1440w", "2000w"]
    assert sizes[-1][0] == photo["src"]
    assert photo["sizes"]
    assert "srcset" not in small
    weights = [len((made.output / url[1:]).read_bytes()) for url, _ in sizes]
    assert weights == sorted(weights)
    for url, across in sizes:
        assert reopened((made.output / url[1:]).read_bytes()).width == int(across[:-1])


def test_sizes_that_save_nothing_are_not_offered() -> None:
    """Catches a drawing of few colours whose smaller versions weigh more than itself."""
    looked, files = look("a.png", saved(noise(1500, 100, "1"), "PNG"))
    widths = [across for _, across in looked.files]
    assert (widths[0], 1440 in widths) == (1500, False)
    assert all(len(each) < len(files[0]) for each in files[1:])


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_every_kind_of_pixels_keeps_what_it_shows(mode: str) -> None:
    """Catches colours, shades or see-through parts that are lost on the way."""
    image = noise(500, 200, mode)
    if "A" in mode:
        image.putalpha(100)
    looked, files = look("a.png", saved(image, "PNG"))
    assert list(reopened(files[0]).convert("RGBA").tobytes()) == list(image.convert("RGBA").tobytes())
    for data in files[1:]:
        assert reopened(data).convert("RGBA").getpixel((5, 5))[3] == (100 if "A" in mode else 255)  # type: ignore[index]
    assert looked.width == 500


def test_names_are_made_from_content_and_safe(site: Callable[..., Site]) -> None:
    """Catches an image that a browser keeps after it was replaced, and names that no server copes with."""
    looked, files = look("그 림 #1%.PNG", saved(noise(700, 350), "PNG"))
    other, _ = look("그 림 #1%.PNG", saved(noise(700, 351), "PNG"))
    names = [name for name, _ in looked.files]
    assert not set(names) & {name for name, _ in other.files}
    assert [name.split(".")[0] for name in names] == ["그-림-#1", "그-림-#1-480"][: len(files)]
    assert look("가" * 80 + ".png", saved(noise(9, 9), "PNG"))[0].files[0][0].encode().__len__() < 130
    assert look("con.png", saved(noise(9, 9), "PNG"))[0].files[0][0].startswith("image.")


# -- what is not published ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "avif"])
@pytest.mark.parametrize(("orientation", "corner"), [(1, (0, 0)), (3, (1, 1)), (6, (1, 0)), (8, (0, 1))])
def test_a_photograph_tells_nothing_but_its_pixels(kind: str, orientation: int, corner: tuple[int, int]) -> None:
    """Catches a published place, camera or note, and a photograph that lies on its side once its note is gone."""
    image = Image.new("RGB", (640, 320), "white")
    image.paste((200, 0, 0), (0, 0, 160, 80))
    notes = PngInfo()
    notes.add_text("Author", MAKER)
    how: dict[str, Any] = {"pnginfo": notes} if kind == "png" else {}
    if kind == "jpg":
        how = {"comment": MAKER.encode(), "xmp": f"<x>{MAKER}</x>".encode()}
    data = saved(image, images.FORMATS[kind], exif=told_by_camera(orientation), **how)
    assert MAKER.encode() in data
    looked, files = look(f"a.{kind}", data)
    assert (looked.width, looked.height) == ((320, 640) if orientation in (6, 8) else (640, 320))
    for each in files:
        made = reopened(each)
        assert MAKER.encode() not in each
        assert b"Exif\0\0" not in each
        assert not made.getexif()
        place = (5 if corner[0] == 0 else made.width - 6, 5 if corner[1] == 0 else made.height - 6)
        red, green, _ = made.convert("RGB").getpixel(place)  # type: ignore[misc]
        assert red > 150
        assert green < 90


def test_the_second_picture_in_a_photograph_is_not_published() -> None:
    """Catches what telephones put behind a JPEG (a depth map, the unedited picture), notes and all."""
    data = saved(noise(64, 32), "MPO", save_all=True, append_images=[noise(64, 32)], exif=told_by_camera())
    looked, files = look("a.jpg", data)
    assert looked.fault is None
    assert reopened(files[0]).format == "JPEG"
    assert MAKER.encode() not in files[0]


def test_an_animation_is_published_as_it_is_unless_it_tells_of_its_making() -> None:
    """Catches an animation that stands still, and one through which metadata slips."""
    frames = [noise(40, 20), noise(40, 20).rotate(180)]
    for kind in ("gif", "webp", "png"):
        data = saved(frames[0], images.FORMATS[kind], save_all=True, append_images=frames[1:])
        assert look(f"a.{kind}", data)[1] == (data,)
        if kind != "gif":
            data = saved(
                frames[0], images.FORMATS[kind], save_all=True, append_images=frames[1:], exif=told_by_camera()
            )
            assert "metadata" in (look(f"a.{kind}", data)[0].fault or "")[2]


# -- what is refused ---------------------------------------------------------------------------------------------------


def png_of(width: int, height: int) -> bytes:
    """The beginning of a PNG file that claims a size."""
    data = bytearray(saved(Image.new("1", (1, 1)), "PNG"))
    data[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    from zlib import crc32

    data[29:33] = crc32(data[12:29]).to_bytes(4, "big")
    return bytes(data)


PHOTO = saved(noise(200, 100), "JPEG")

BROKEN = {
    "nothing": ("a.png", b""),
    "text": ("a.png", b"not an image at all\n"),
    "HTML": ("a.gif", b"<!doctype html><script>alert(1)</script>"),
    "the first half of a photograph": ("a.jpg", PHOTO[: len(PHOTO) // 2]),
    "a PNG called JPEG": ("a.jpg", saved(noise(4, 4), "PNG")),
    "another kind of image": ("a.png", saved(noise(4, 4), "TIFF")),
    "a bomb": ("a.png", png_of(60_000, 60_000)),
    "a smaller bomb": ("a.png", png_of(8_000, 8_000)),
    "pixels that do not match": ("a.png", png_of(400, 400)),
    "scribbles": ("a.webp", saved(noise(40, 40), "WEBP")[:40] + bytes(90)),
    "too many bytes": ("a.png", bytes(20_000_001)),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_cannot_be_shown_is_told_where_it_is_shown(site: Callable[..., Site], case: str) -> None:
    """Catches a broken or hostile file that ends a build, is published, or is told without its place."""
    name, data = BROKEN[case]
    made = with_image(site, f"글\n\n그림: ![그림]({name})", **{name.replace(".", "__"): data})
    (told,) = assert_refused(made, "bad-image content/threads/one/column.ko.md:3:5")
    assert told.help
    assert name in told.message


ACTIVE = {
    "a script": "<script>alert(1)</script>",
    "an event": '<rect onclick="alert(1)"/>',
    "a link": '<a href="javascript:alert(1)"><text>x</text></a>',
    "HTML": '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></body></foreignObject>',
    "an animated address": '<animate attributeName="href" values="javascript:alert(1)"/>',
    "another's drawing": '<use href="https://other.example/a.svg#x"/>',
    "another's drawing, the old way": '<use xlink:href="data:image/svg+xml,x#y"/>',
    "another's picture": '<image href="https://other.example/a.png"/>',
    "another's style": "<style>@import 'https://other.example/a.css';</style>",
    "another's font": "<style>@font-face{font-family:x;src:url(https://other.example/a.woff)}</style>",
    "a filling from elsewhere": '<rect fill="url(https://other.example/a.svg#b)"/>',
    "a filling in disguise": '<rect style="fill:u\\72l(//other.example)"/>',
    "an entity": '<text>&amp;</text><text a="&lt;">&x;</text>',
}


@pytest.mark.parametrize("case", ACTIVE)
def test_a_drawing_that_does_more_than_draw_is_refused(site: Callable[..., Site], case: str) -> None:
    """Catches an SVG that runs something, or loads something, for whoever opens it by itself."""
    start = '<!DOCTYPE svg [<!ENTITY x "y">]>' if case == "an entity" else ""
    head = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="4" height="4">'
    made = with_image(site, "![그림](a.svg)", a__svg=f"{start}{head}{ACTIVE[case]}</svg>".encode())
    (told,) = assert_refused(made, "active-svg content/threads/one/column.ko.md:1:1")
    assert told.help


@pytest.mark.parametrize(
    "text",
    ["", "<svg", "<svg/>", "<html/>", '<svg xmlns="http://www.w3.org/2000/svg"/>', "<a>" * 100_000, "\0"],
)
def test_what_is_no_drawing_is_refused(text: str) -> None:
    """Catches a crash on files that only end in .svg."""
    with pytest.raises(svg.Refused) as refused:
        svg.drawing(text.encode())
    assert refused.value.code == "bad-image"


def test_what_a_program_left_in_a_drawing_is_not_published() -> None:
    """Catches a published name of a file or a person, and a drawing that lost a part of itself."""
    data = (
        '<?xml version="1.0"?><?xml-stylesheet href="https://other.example/a.css"?><!-- by SecretCam -->'
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:ink="http://ink.example" ink:export="/home/SecretCam/a.png"'
        ' viewBox="0 0 30 20" width="60mm"><metadata>SecretCam</metadata><ink:view by="SecretCam"/>'
        '<style>.a { fill: url(#b); font-family: "가" }</style><linearGradient id="b"/>'
        '<text class="a">하나 <tspan>둘</tspan> 셋</text></svg>'
    )
    made = svg.drawing(data.encode())
    assert (made.width, made.height) == (227, 151)
    for gone in (b"SecretCam", b"other.example", b"DOCTYPE", b"ink:"):
        assert gone not in made.data
    for kept in ("하나 <tspan>둘</tspan> 셋", "fill: url(#b)", 'viewBox="0 0 30 20"', 'width="60mm"'):
        assert kept in made.data.decode()


# -- what is made, and when --------------------------------------------------------------------------------------------


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The images that are opened from now on."""
    names: list[str] = []
    whole = images._opened

    def counting(name: str, data: bytes) -> images.Looked:
        names.append(name)
        return whole(name, data)

    monkeypatch.setattr(images, "_opened", counting)
    return names


def test_an_image_is_made_once_and_again_only_where_it_changes(site: Callable[..., Site], opened: list[str]) -> None:
    """Catches images that are opened in vain, pages that show an old size, and pages made again without need."""
    made = with_image(site, "![그림](a.png)", a__png=saved(noise(600, 300), "PNG"))
    made.write("-- content/threads/two/thread.yaml --\ntitle: 둘\ndate: 2025-01-16\n")
    assert made.build().good
    assert opened == ["a.png"]
    folder = made.root / "content/threads/one"
    assert made.build().published.written == 0
    (folder / "column.ko.md").write_text("새 글 ![그림](a.png)\n")
    assert made.build().published.written > 0
    assert opened == ["a.png"]
    before = made.made()
    (folder / "a.png").write_bytes(saved(noise(500, 300), "PNG"))
    outcome = made.build()
    assert opened == ["a.png", "a.png"]
    gone = set(before) - set(made.made())
    assert all(path.startswith("media/threads/one/a") for path in gone)
    assert gone
    again = {path for path, _ in outcome.published.made if path.endswith(".html")}
    beside = {f"{lang}/threads/one/{page}index.html" for lang in ("ko", "en") for page in ("", "parallel/")}
    assert again == beside
    (folder / "a.png").unlink()
    assert_refused(made, "missing-image content/threads/one/column.ko.md:1:5")


def test_what_only_a_camera_notes_makes_no_page_again(site: Callable[..., Site]) -> None:
    """Catches pages that are made again although the image that they show is the same."""
    image = noise(600, 300)
    made = with_image(site, "![그림](a.jpg)", a__jpg=saved(image, "JPEG"))
    assert made.build().good
    (made.root / "content/threads/one/a.jpg").write_bytes(saved(image, "JPEG", exif=told_by_camera()))
    outcome = made.build()
    assert outcome.good
    assert outcome.published.made == ()


@pytest.mark.usefixtures("quick")
def test_builds_after_edits_equal_a_clean_one(site: Callable[..., Site], tmp_path: Path) -> None:
    """Catches sizes that are left over, and bytes that depend on what was built before, or by how many processes."""
    made = with_image(
        site,
        "![하나](a.png) ![둘](b.jpg)",
        a__png=saved(noise(600, 200, "RGBA"), "PNG"),
        b__jpg=saved(noise(1000, 300), "JPEG"),
        c__webp=saved(noise(500, 200), "WEBP"),
        d__avif=saved(noise(200, 100), "AVIF"),
    )
    folder = made.root / "content/threads/one"
    steps: list[Callable[[], object]] = [
        lambda: None,
        lambda: (folder / "column.ko.md").write_text("![셋](c.webp) ![넷](d.avif)\n"),
        lambda: (folder / "column.ko.md").write_text("![하나](a.png) ![셋](c.webp)\n"),
        lambda: (folder / "b.jpg").rename(folder / "c.jpg"),
        lambda: (folder / "a.png").write_bytes((folder / "a.png").read_bytes()[:-1] + b"\x82"),
        lambda: (folder / "a.png").write_bytes(saved(noise(500, 100), "PNG")),
    ]
    for number, step in enumerate(steps):
        step()
        assert made.build(jobs=2).good
        assert made.made() == clean(made, tmp_path / f"clean{number}")
    published = [path for path in snapshot(made.output) if path.startswith("media/")]
    assert all("/a" in path or "/c" in path for path in published)


def test_an_image_that_is_not_shown_may_be_anything(site: Callable[..., Site]) -> None:
    """Catches a draft in the folder that keeps the site from being published, or is published itself."""
    made = with_image(site, "글", a__png=b"not an image", b__svg=b"<svg", c__png=saved(noise(9, 9), "PNG"))
    assert places(made.build()) == []
    assert not (made.output / "media").exists()
