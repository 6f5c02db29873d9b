"""What share cards say: the words of a thread's or an issue's card, in one language.

They are found out by tasks of their own, so that a card is drawn again only where its words have changed.
"""

from __future__ import annotations

from sitegen.models import DigestCard, ThreadCard
from sitegen.parts import Edition
from sitegen.tasks import Remembered
from sitegen.views import ShareCard


def thread(edition: Edition, card: ThreadCard) -> Remembered:
    """The card of a thread: the column's author and publisher, or the forum. The head is a `ShareCard`."""
    column, forum, t = card.column, card.forum, edition.t
    told = (column.author, column.publisher) if column else (forum.site if forum else None,)
    source = " · ".join(each for each in dict.fromkeys(told) if each) or (column.title if column else "")
    comments = (t("comments", n=card.comment_count),) if card.comment_count else ()
    return _share(edition, card, source, (t.day(card.date), *comments))


def issue(edition: Edition, card: DigestCard, threads: int) -> Remembered:
    """The card of an issue with so many threads: its number and its date. The head is a `ShareCard`."""
    t = edition.t
    number = t("issue", n=card.number) if card.number is not None else ""
    return _share(edition, card, number, (t.day(card.date), t("threads", n=threads)))


def _share(edition: Edition, card: ThreadCard | DigestCard, source: str, facts: tuple[str, ...]) -> Remembered:
    site = edition.text(edition.settings.title).text
    return Remembered(tuple(ShareCard(edition.lang, site, edition.text(card.title).text, source, facts)))
