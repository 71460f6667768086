"""vCard address books of any version, read by vobject."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from netaudit.importers.address_books import COMPANY, LEFT, NAME, ROLE, TELLS, add_person
from netaudit.importers.sighted import Dropped
from netaudit.importers.tables import Field, Part
from netaudit.loading.files import File, contents, decoded, refuse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netaudit.importers.run import Run

_KEPT = re.compile(r"(?:[\w-]+\.)?(VERSION|FN|N|EMAIL|ORG|TITLE|ROLE|URL|X-SOCIALPROFILE|KIND)[;:]", re.IGNORECASE)
"""How lines begin that are handed to the reader of cards: nothing else of a card is looked at."""


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
    """The line of each card, and those of its lines that are kept."""
    begun, kept = 0, [""]
    for number, line in _whole_lines(text):
        words = line.strip().upper()
        if words == "BEGIN:VCARD":
            if begun:
                raise refuse(label, "F002", "a card that does not end", None, begun, 1)
            begun, kept = number, ["BEGIN:VCARD"]
        elif words == "END:VCARD" and begun:
            yield begun, "\r\n".join([*kept, "END:VCARD", ""])
            begun = 0
        elif _KEPT.match(line):
            kept.append(line)
    if begun or kept == [""]:
        message = "a card that does not end" if begun else "is no vCard: no line BEGIN:VCARD"
        raise refuse(label, "F002", message, None, begun or 1, 1)


def _whole_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with what is folded behind them: a blank begins it, or an old card's line ends in `=`."""
    first, parts = 1, [""]
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if line[:1] in {" ", "\t"}:
            parts.append(line[1:])
        elif parts[-1].endswith("=") and "QUOTED-PRINTABLE" in parts[0].upper():
            parts[-1] = parts[-1][:-1]
            parts.append(line)
        else:
            yield first, "".join(parts)
            first, parts = number, [line]
    yield first, "".join(parts)


def _parsed(card: str, label: str, line: int) -> dict[str, list[Any]]:
    import vobject  # noqa: PLC0415 - only where there are cards

    logging.getLogger("vobject.base").setLevel(logging.CRITICAL)  # it would print what it skips
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
