"""The documents of our own script: each has a story, and some are there because they are awkward."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from demonstration.plan import Attributes

LARGE_BODY_BYTES = 300 * 1024
"""Far over the 32 KB of a WebSocket frame, and under DynamoDB's 400 KB for an item."""
DIGITS_38 = Decimal("12345678901234567890123456789012345678")
"""As many digits as a DynamoDB number can have; more than a float or a 64-bit integer holds."""


class Ending(Enum):
    """How a document's story ends."""

    STAYS = "stays"
    DELETED = "deleted"
    EXPIRED = "expired"
    RECREATED = "recreated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One document's life.

    Attributes:
        people: two, who edit by turns.
        first: its attributes when it is created, beyond title and body.
        phrases: what edits add to the body.
        edits: how many there are; a re-created document is edited as often again.
        begins: when it is created, as a part (0..1) of the whole time.
        ends: when the last step comes, likewise.

    """

    document: str
    people: tuple[str, str]
    title: str
    body: str
    phrases: tuple[str, ...]
    edits: int
    first: Attributes
    begins: float = 0.0
    ends: float = 1.0
    ending: Ending = Ending.STAYS


_ENGLISH = (
    "The tide table is wrong again.",
    "Moved the meeting to Thursday.",
    "Who has the key to the boat house?",
    "Added the figures for October.",
    "This paragraph needs a source.",
    "Agreed with everything above.",
)
_EMOJI = ("👩‍👩‍👧‍👦 arrived", "🇫🇮 → 🇯🇵", "👍🏽👍🏿", "e\u0301 is not é", "🏴‍☠️ ahoy", "\u200bzero width")
_HEBREW = ("שלום עולם.", "הישיבה נדחתה ליום חמישי.", "(סוגריים) ומספר 42.", "גרסה חדשה\u200f!")
_ARABIC = ("مرحبا بالعالم.", "تمت إضافة أرقام أكتوبر.", "النص من اليمين إلى اليسار ثم English.", "٤٢ صفحة")
_JAPANESE = ("潮汐表がまた間違っている。", "会議を木曜日に移した。", "𠮷野家で𩸽を食べた。", "ﾊﾝｶｸと全角")
_PAIRS = (("Ada", "Kenji"), ("Noor", "Lucía"), ("Kenji", "Noor"), ("Lucía", "Ada"))
_ORDINARY = ("harbour-log", "tide-table", "boat-house", "minutes", "budget", "crew-list", "repairs", "charts", "menu")


def stories() -> tuple[Story, ...]:
    """Return the stories of all documents: 24."""
    ordinary = tuple(
        Story(
            document=name,
            people=_PAIRS[index % len(_PAIRS)],
            title=name.replace("-", " ").capitalize(),
            body="First draft.",
            phrases=_ENGLISH,
            edits=14,
            first={"tags": {"draft", "harbour"}, "author": _PAIRS[index % len(_PAIRS)][0]},
            begins=0.01 * index,
        )
        for index, name in enumerate(_ORDINARY)
    )
    return (*ordinary, *_scripts(), *_types(), *_endings(), *_keys())


def _scripts() -> tuple[Story, ...]:
    languages = (("emoji", _EMOJI), ("hebrew", _HEBREW), ("arabic", _ARABIC), ("japanese", _JAPANESE))
    return tuple(
        Story(
            document=f"in-{name}",
            people=_PAIRS[index],
            title=phrases[0],
            body=phrases[-1],
            phrases=phrases,
            edits=15,
            first={"tags": set(phrases[:2])},
            begins=0.03 + 0.01 * index,
        )
        for index, (name, phrases) in enumerate(languages)
    )


def _types() -> tuple[Story, ...]:
    nested: Attributes = {"meta": {"paid": False, "lines": [{"what": "rope", "m": Decimal("12.5")}, None, []], "é": {}}}
    sets: Attributes = {
        "tags": {"ä", "z", "a"},
        "numbers": {Decimal("1E-20"), Decimal(7), Decimal("-0.5")},
        "blobs": {b"\x00\xff", b"two"},
    }
    return (
        _awkward("nested-invoice", "An invoice with nested attributes", nested),
        _awkward("all-the-sets", "Sets of texts, numbers and bytes", sets),
        _awkward("photograph", "Bytes that are no text", {"thumbnail": bytes(range(256)) * 8}),
        _awkward("exact-number", "A number of 38 digits", {"amount": DIGITS_38, "rate": Decimal("0.1")}),
        Story(
            document="handbook",
            people=("Ada", "Noor"),
            title="A document of 300 KB",
            body="0123456789abcdef" * (LARGE_BODY_BYTES // 16),
            phrases=_ENGLISH,
            edits=4,
            first={},
            begins=0.2,
            ends=0.9,
        ),
    )


def _awkward(document: str, title: str, first: Attributes) -> Story:
    return Story(
        document=document,
        people=("Kenji", "Lucía"),
        title=title,
        body="",
        phrases=_ENGLISH,
        edits=14,
        first=first,
        begins=0.05,
    )


def _endings() -> tuple[Story, ...]:
    return tuple(
        Story(
            document=f"to-be-{ending.value}",
            people=("Noor", "Ada"),
            title=f"This document will be {ending.value}",
            body="Short-lived.",
            phrases=_ENGLISH,
            edits=edits,
            first={"tags": {"short-lived"}},
            begins=0.08,
            ends=ends,
            ending=ending,
        )
        for ending, edits, ends in (
            (Ending.DELETED, 10, 0.7),
            (Ending.EXPIRED, 10, 0.6),
            (Ending.RECREATED, 7, 1.0),
        )
    )


def _keys() -> tuple[Story, ...]:
    """Documents whose keys need encoding: slashes, spaces, text beyond ASCII, and more than 128 characters."""
    keys = ("päivä/kirja 2~3", "👩‍🚀", "long-" + "x" * 200)
    return tuple(
        Story(
            document=key,
            people=_PAIRS[index],
            title=f"A key of {len(key)} characters",
            body="Its key is the point.",
            phrases=_ENGLISH,
            edits=14,
            first={},
            begins=0.1,
        )
        for index, key in enumerate(keys)
    )
