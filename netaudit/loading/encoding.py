"""Bytes → UTF-8: which encoding a file has, and what one pass over its bytes tells."""

from __future__ import annotations

import codecs
import hashlib
import re
import tempfile
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from netaudit.loading.files import File, encoding_of, line_ends, refuse, undecodable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import ExitStack

LONGEST_LINE = 1 << 20
"""Bytes; what is longer has lost a quote or is no table."""

_CHUNK = 1 << 22
_HEAD = 4096
_EMPTY = re.compile(rb"\n(?=\r?\n)")
_UTF8 = {"utf-8", "utf-8-sig"}
_ENCLOSED = re.compile(rb'"[^"\n]*"')
_BESIDE = re.compile(rb'[ \t]"|"[ \t]')
_TWICE = re.compile(
    rb"\xc3[\x82\x83](?:\xc2[\x80-\xbf]|\xe2\x80[\x93-\xba]|\xe2\x82\xac|\xe2\x84\xa2"
    rb"|\xc5[\x92\x93\xa0\xa1\xb8\xbd\xbe]|\xc6\x92|\xcb[\x86\x9c])|\xef\xbf\xbd|\+A[D-X][A-Za-z0-9+/]-"
)
"""UTF-8 that was read as cp1252 and saved again, the sign for a lost character, and a Latin letter in UTF-7."""


@dataclass(slots=True)
class Text:
    """A file as UTF-8: where that lies (the file itself or a copy), and what one pass over it told.

    `encoding` and `digest` (SHA-256) are those of the file as it came. `lines` are those of any system. `quotes` says
    whether there is a double quote anywhere; `plain` that every line is a row: one kind of line end, no quote beside a
    blank or behind a backslash, none left open at the end of a line.
    """

    file: File
    encoding: str
    digest: str
    lines: int = 0
    quotes: bool = False
    plain: bool = True
    warnings: list[str] = field(default_factory=list)

    def empty_lines(self) -> int:
        """How many lines hold nothing: one more pass over the bytes."""
        with self.file.path.open("rb") as stream:
            return sum(len(_EMPTY.findall(b"\n" + chunk)) for chunk in _whole_lines(stream, self))

    def count(self, char: str, first: int) -> int:
        """How often a character of ASCII stands below the first lines, as many as `first`: one more pass."""
        with self.file.path.open("rb") as stream:
            for _ in range(first):
                stream.readline()
            return sum(chunk.count(char.encode()) for chunk in iter(partial(stream.read, _CHUNK), b""))


def as_utf8(file: File, declared: str | None, copies: ExitStack) -> Text:
    """The file as UTF-8. What has another encoding is copied; `copies` removes the copy when it is closed.

    A mark at the start goes before the `declared` encoding, and so do bytes that can only be UTF-8. Raises InputError
    at the place where the text stops being text.
    """
    with file.path.open("rb") as stream:
        head = stream.read(_HEAD)
        stream.seek(0)
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    encoding = encoding_of(head, file.label, declared)
    if encoding in _UTF8:
        return _surveyed(Text(file, "utf-8", digest))
    if declared and encoding.startswith(declared) and _is_utf8(file):
        text = _surveyed(Text(file, "utf-8", digest))
        text.warnings.append(f"{file.label}: is UTF-8 and was read as that, although {declared} is declared")
        return text
    copy = copies.enter_context(tempfile.NamedTemporaryFile(suffix=".csv"))  # noqa: SIM115 - it is one
    _transcode(file, encoding, copy)
    return _surveyed(Text(replace(file, path=Path(copy.name)), encoding, digest))


def _is_utf8(file: File) -> bool:
    """Whether all bytes are UTF-8 and some of them could not be ASCII, so that chance can be excluded."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    wide = False
    with file.path.open("rb") as stream:
        try:
            while chunk := stream.read(_CHUNK):
                wide = wide or not chunk.isascii()
                if "\0" in decoder.decode(chunk):
                    return False
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return wide


def _transcode(file: File, encoding: str, copy: IO[bytes]) -> None:
    """Write the file to `copy` as UTF-8."""
    decoder = codecs.getincrementaldecoder(encoding)()
    good = ""
    lines = 0
    with file.path.open("rb") as stream:
        final = False
        while not final:
            chunk = stream.read(_CHUNK)
            final = not chunk
            try:
                good = decoder.decode(chunk, final)
            except UnicodeDecodeError as error:
                raise undecodable(error, error.object, file.label, lines, encoding=encoding) from None
            lines += line_ends(good.encode())
            copy.write(good.encode())
    copy.flush()


def _surveyed(text: Text) -> Text:
    """One pass over the bytes: they are text, and how many lines they make."""
    returns = pairs = 0
    last = b"\n"
    with text.file.path.open("rb") as stream:
        for chunk in _whole_lines(stream, text):
            _check_text(chunk, text)
            _look_for_loss(chunk, text)
            if b"\r" in chunk:
                returns += chunk.count(b"\r")
                pairs += chunk.count(b"\r\n")
            if b'"' in chunk:
                text.quotes = True
                text.plain = text.plain and _quotes_plainly(chunk)
            text.lines += line_ends(chunk)
            last = chunk[-1:]
    text.lines += last not in {b"\n", b"\r"}
    text.plain = text.plain and returns == pairs and pairs in {0, text.lines, text.lines - 1}
    return text


def _whole_lines(stream: IO[bytes], text: Text) -> Iterator[bytes]:
    """The bytes in large pieces that end where a line ends."""
    rest = b""
    while block := stream.read(_CHUNK):
        block = rest + block
        end = max(block.rfind(b"\n"), block.rfind(b"\r", 0, -1)) + 1  # a return at the very end may be half a line end
        rest = block[end:]
        if len(rest) > LONGEST_LINE:
            line = text.lines + block.count(b"\n") + 1
            raise refuse(text.file.label, "F003", f"a line longer than {LONGEST_LINE >> 20} MiB", None, line, 1)
        if end:
            yield block[:end]
    if rest:
        yield rest


def _quotes_plainly(chunk: bytes) -> bool:
    """Whether each line closes the quotes that it opens, with nothing unusual around them."""
    if b'\\"' in chunk or _BESIDE.search(chunk):
        return False
    return b'"' not in _ENCLOSED.sub(b"", chunk)


def _check_text(chunk: bytes, text: Text) -> None:
    try:
        if not chunk.isascii():
            chunk.decode("utf-8")
    except UnicodeDecodeError as error:
        raise undecodable(error, chunk, text.file.label, text.lines) from None
    at = chunk.find(b"\0")
    if at >= 0:
        line = text.lines + line_ends(chunk[:at]) + 1
        start = max(chunk.rfind(b"\n", 0, at), chunk.rfind(b"\r", 0, at)) + 1
        column = len(chunk[start:at].decode()) + 1
        raise refuse(text.file.label, "F002", "a NUL byte is not text", None, line, column)


def _look_for_loss(chunk: bytes, text: Text) -> None:
    """Warn, once, of letters that an earlier program has spoilt: they are text, but not what somebody wrote."""
    suspect = b"+" in chunk or not chunk.isascii()
    found = _TWICE.search(chunk) if suspect and not text.warnings else None
    if found:
        line = text.lines + line_ends(chunk[: found.start()]) + 1
        text.warnings.append(
            f"{text.file.label}:{line}: letters look spoilt ('{found[0].decode()}'), as when UTF-8 is read as cp1252 "
            "and saved again; export the file anew"
        )
