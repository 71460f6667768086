"""mbox files and Maildir folders: the header of each message, by the standard library's mail parser.

A body is passed over line by line in an mbox, where nothing else says where the next message begins, and is never
read in a Maildir.
"""

from __future__ import annotations

import re
from datetime import UTC
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parsedate_to_datetime
from functools import lru_cache, partial
from typing import IO, TYPE_CHECKING

from netaudit.importers.addresses import mail_of
from netaudit.importers.exchanges import LIST, MAILING, Message
from netaudit.importers.likeness import is_full
from netaudit.importers.tables import Field, Part
from netaudit.loading.files import File, refuse, regular

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from email.message import Message as Header

    from netaudit.importers.run import Run

LARGEST_HEADER = 1 << 18
"""Bytes; what lies beyond of one header is not looked at."""

_LINE = 1 << 16
_STARTS = re.compile(rb"From [^\n]*[A-Z][a-z]{2} +[A-Z][a-z]{2} +[0-9]{1,2} +[0-9]{1,2}:[0-9]{2}")
"""How the line above a message goes on, as no sentence does."""

_EVERY = 2000


def read_mbox(file: File, run: Run) -> None:
    """Every message of an mbox."""
    regular(file)
    try:
        with file.path.open("rb") as stream:
            size = max(file.path.stat().st_size, 1)
            if not stream.peek(5).startswith(b"From "):
                raise refuse(file.label, "F002", "is no mbox: its first line does not begin with 'From '", None, 1, 1)
            for number, header in enumerate(_headers(stream), 1):
                _take(header, run)
                if run.told is not None and number % _EVERY == 0:
                    run.told(f"{file.label}: {stream.tell() / size:.0%}, {number:,} messages")
    except OSError as error:
        raise refuse(file.label, "F001", f"cannot be read: {error.strerror}") from None


def read_maildir(file: File, run: Run) -> None:
    """Every message of a Maildir, without what is being delivered (`tmp`)."""
    folders = [file.path / name for name in ("cur", "new")]
    if not any(folder.is_dir() for folder in folders):
        raise refuse(file.label, "F005", "is no Maildir: it has no folder cur and no folder new")
    paths = sorted(path for folder in folders if folder.is_dir() for path in folder.iterdir())
    for number, path in enumerate(paths, 1):
        try:
            with regular(File(path, str(path))).path.open("rb") as stream:
                _take(b"".join(_block(stream)), run)
        except OSError as error:
            raise refuse(str(path), "F001", f"cannot be read: {error.strerror}") from None
        if run.told is not None and number % _EVERY == 0:
            run.told(f"{file.label}: {number / len(paths):.0%}, {number:,} messages")


def close(run: Run) -> None:
    """Put what was exchanged into the book."""
    run.post.close()


def _headers(stream: IO[bytes]) -> Iterator[bytes]:
    """The header of each message: from a line `From … Thu Apr 14 11:06…` at the start or below an empty line."""
    above = True
    for line in iter(partial(stream.readline, _LINE), b""):
        if above and line.startswith(b"From ") and _STARTS.match(line):
            yield b"".join(_block(stream))
            above = True
        else:
            above = line in {b"\n", b"\r\n"}


def _block(stream: IO[bytes]) -> Iterator[bytes]:
    """Lines up to the first empty one."""
    size = 0
    for line in iter(partial(stream.readline, _LINE), b""):
        if line in {b"\n", b"\r\n"}:
            return
        size += len(line)
        if size <= LARGEST_HEADER:
            yield line


def _take(block: bytes, run: Run) -> None:
    """Count one message. Only the fields that are declared below are parsed at all."""
    header = BytesHeaderParser().parsebytes(b"".join(_WANTED.findall(block)))
    sender = _people(header, run, "from")
    recipients = _people(header, run, "to", "cc")
    run.post.take(Message(_day(header), sender[0] if sender else "", tuple(recipients), _bulk(header)))


def _people(header: Header, run: Run, *fields: str) -> list[str]:
    """The addresses of some fields; a name is remembered where it is one."""
    texts = [str(text) for name in fields for text in header.get_all(name, ())]
    found = [one for text in texts for one in _addresses(text)]
    for mail, name in found:
        if name and not is_full(run.post.names.get(mail, "")):
            run.post.call(mail, _plain(name))
    return [mail for mail, _ in found]


@lru_cache(maxsize=1 << 15)
def _addresses(text: str) -> tuple[tuple[str, str], ...]:
    """Addresses and names in a field; the same people write again and again."""
    found = ((mail_of(address), name) for name, address in getaddresses([text]))
    return tuple((mail, name) for mail, name in found if mail)


def _plain(name: str) -> str:
    """A name without its encoding; "" where that is unknown, or it only repeats the address."""
    try:
        text = str(make_header(decode_header(name))) if "=?" in name else name
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        return ""
    text = " ".join(text.strip("'\" ").split())
    return "" if "@" in text or "\ufffd" in text else _turned(text)


def _turned(name: str) -> str:
    """`Larsen, Anna` as `Anna Larsen`."""
    last, comma, first = name.partition(", ")
    return f"{first} {last}" if comma and "," not in first and len(last.split()) < 3 else name


def _day(header: Header) -> date | None:
    """The day in UTC, as a message trace has it."""
    try:
        return parsedate_to_datetime(str(header["date"])).astimezone(UTC).date()
    except (ValueError, TypeError, OverflowError):
        return None


def _bulk(header: Header) -> str:
    """Whether it went to many: to a list, or as a mailing; what a machine has answered is like a list's."""
    precedence = str(header.get("precedence", "")).strip().casefold()
    automatic = str(header.get("auto-submitted", "no")).strip().casefold() != "no"
    if "list-post" in header or precedence in {"list", "junk"} or automatic:
        return LIST
    return MAILING if "list-unsubscribe" in header or "list-id" in header or precedence == "bulk" else ""


_KEPT = (
    Field("From", ("From",), "who wrote", required=True),
    Field("To", ("To",), "who was written to", required=True),
    Field("Cc", ("Cc",), "who was written to"),
    Field("Date", ("Date",), "counted by month; the day of the last one is kept", required=True),
    Field(
        "signs of a mailing",
        ("List-Id", "List-Unsubscribe", "List-Post", "Precedence", "Auto-Submitted"),
        "to leave out lists, mailings and automatic mail; not kept",
    ),
)
_WANTED = re.compile(
    rb"^(?:" + "|".join(name for one in _KEPT for name in one.headings).encode() + rb"):.*\n?(?:[ \t].*\n?)*",
    re.IGNORECASE | re.MULTILINE,
)
_LEFT = {"Subject, body, attachments and all others": "what was written is nobody's business"}


MBOX = (Part("mbox", _KEPT, leaves=_LEFT),)
MAILDIR = (Part("Maildir", _KEPT, leaves=_LEFT),)
