"""vCard address books of any version, read by vobject."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from netaudit.importers.address_books import COMPANY, LEFT, NAME, ROLE, TELLS, add_person
from netaudit.importers.sighted import Dropped
from netaudit.importers.tables import Field, Part
from netaudit.loading.files import File, contents, decoded, line_ends, refuse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netaudit.importers.run import Run

_CARD = re.compile(r"^BEGIN:VCARD\s*$.*?^END:VCARD\s*$", re.IGNORECASE | re.MULTILINE | re.DOTALL)
_BEGINS = re.compile(r"^BEGIN:VCARD\s*$", re.IGNORECASE | re.MULTILINE)


def read_vcard(file: File, run: Run) -> None:
    """Every card of a file. Raises InputError at the card that cannot be read."""
    text = decoded(contents(file), file.label)
    for line, card in _cards(text, file.label):
        try:
            _take(_parsed(card, file.label, line), run)
        except Dropped as why:
            run.tally.drop(why.reason, line)
        else:
            run.tally.kept += 1


def _cards(text: str, label: str) -> Iterator[tuple[int, str]]:
    """The line of each card, and what it says."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    cards = list(_CARD.finditer(text))
    begun = [found.start() for found in _BEGINS.finditer(text)]
    whole = {found.start() for found in cards}
    broken = next((start for start in begun if start not in whole), None)
    if broken is not None or not begun:
        line = line_ends(text[:broken].encode()) + 1 if broken is not None else 1
        message = "a card that does not end" if begun else "is no vCard: no line BEGIN:VCARD"
        raise refuse(label, "F002", message, None, line, 1)
    line, at = 1, 0
    for found in cards:
        line += text.count("\n", at, found.start())
        at = found.start()
        yield line, found[0]


def _parsed(card: str, label: str, line: int) -> dict[str, list[Any]]:
    import vobject  # noqa: PLC0415 - only where there are cards

    try:
        contents: dict[str, list[Any]] = vobject.readOne(card, ignoreUnreadable=True).contents
    except (vobject.base.ParseError, ValueError, UnicodeError, LookupError, IndexError, KeyError):
        raise refuse(label, "F002", "a card that cannot be read as one", None, line, 1) from None
    return contents


def _take(card: dict[str, list[Any]], run: Run) -> None:
    """What lines say is read whatever group they are in, as Apple's `item1.EMAIL` is."""
    organization = _values(card, "org")
    company = organization[0] if organization else ""
    name = next(iter(_values(card, "fn")), "") or _name(card)
    if next(iter(_values(card, "kind")), "").casefold() in {"group", "org"} or (name and name == company):
        raise Dropped("a card of a company or a group")
    add_person(
        run,
        name,
        company,
        next(iter(_values(card, "title") or _values(card, "role")), ""),
        _values(card, "email"),
        [*_values(card, "url"), *_values(card, "x-socialprofile")],
        "vcard",
    )


def _name(card: dict[str, list[Any]]) -> str:
    parts = card["n"][0].value if "n" in card else None
    return " ".join(str(part) for part in (getattr(parts, "given", ""), getattr(parts, "family", "")) if part)


def _values(card: dict[str, list[Any]], name: str) -> list[str]:
    """The values of all lines of that name; of a list such as company and department the first."""
    values = (line.value for line in card.get(name, ()))
    firsts = (value[0] if isinstance(value, list) and value else value for value in values)
    return [" ".join(value.split()) for value in firsts if isinstance(value, str) and value.strip()]


PARTS = (
    Part(
        "vCard",
        (
            Field("name", ("FN", "N"), NAME, required=True),
            Field("email", ("EMAIL",), TELLS),
            Field("company", ("ORG",), COMPANY),
            Field("position", ("TITLE", "ROLE"), ROLE),
            Field("website", ("URL", "X-SOCIALPROFILE"), "a LinkedIn profile tells the contact from others"),
        ),
        leaves=LEFT,
    ),
)
