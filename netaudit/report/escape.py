"""Text that came from a file, made harmless: one function per kind of output."""

from __future__ import annotations

import re
import unicodedata

_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u2060-\u206f"
    "\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
_OLD_COMMAND = re.compile(r"#(?=#\w*\[)")  # GitHub's old form, and what other runners take: ##vso[, ##teamcity[
_COMMAND = re.compile(rf":(?=:)|{_OLD_COMMAND.pattern}")  # anywhere: wrapping may put it first in a line
_LATER_CELL = re.compile(r"(?<=\S)([;\t,]\s*)(?=[=+@\-])")
_FORMULA = tuple("=+-@\t\r\n")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~@:])")


def _visible(found: re.Match[str]) -> str:
    code = ord(found[0])
    known = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}.get(found[0])
    return known or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")


def for_terminal(text: str) -> str:
    """One line without control, direction or invisible characters, and without a runner's workflow command."""
    visible = _HIDDEN.sub(_visible, text)
    return _COMMAND.sub(lambda found: f"\\x{ord(found[0]):02x}", visible)


def for_csv(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: a quote before what starts like one, also after a separator."""
    text = _LATER_CELL.sub(r"\1'", text)
    harmless = (
        f"'{text}" if unicodedata.normalize("NFKC", text.lstrip(" "))[:1] in _FORMULA or text[:1] in _FORMULA else text
    )
    return for_terminal(harmless)


def for_markdown(text: str) -> str:
    """Text without markup, HTML or a mention in it."""
    plain = for_terminal(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKDOWN.sub(r"\\\1", plain)


def for_xml(text: str) -> str:
    """Text without characters that XML cannot hold; quotes and brackets are the writer's to escape."""
    return for_terminal(text)


def for_sarif(text: str) -> str:
    """A SARIF message in which nothing is a placeholder or a link: braces doubled, as SARIF 2.1.0, 3.11.5 asks.

    It knows no way to write a link as plain text (3.11.6), so what would make one is shown by its code.
    """
    plain = for_terminal(text).replace("{", "{{").replace("}", "}}")
    return plain.replace("](", r"]\x28")


def for_github(text: str, *, in_property: bool = False) -> str:
    """The message of a workflow command, or one of its properties: one line that ends neither, nor starts another.

    Line ends are visible escapes by then; `%` comes before what is written with it.
    """
    plain = for_terminal(text).replace("%", "%25")
    return plain.replace(":", "%3A").replace(",", "%2C") if in_property else plain


def for_dot(text: str) -> str:
    """A quoted DOT string: nothing in it ends it, or is markup."""
    plain = for_terminal(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'


def for_json(text: str) -> str:
    """JSON text whose strings carry no raw control, direction or invisible character; letters stay as they are."""
    return _OLD_COMMAND.sub(r"\\u0023", _HIDDEN.sub(_json_escape, text))


def _json_escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
