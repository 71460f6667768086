"""How the text of one cell becomes a value: one reader per type, exact, or an `CellError` that says why not."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from netaudit.errors import nearest, shown, usage

LONGEST_ID = 200
LONGEST_NAME = 1000
LARGEST = Decimal(10) ** 15
"""Money and counts above this are typing errors, or would not fit exactly."""

WHITE = "".join(char for char in map(chr, range(0x3001)) if char.isspace())
"""What counts as nothing at the edge of a cell, and as a blank cell where there is nothing else."""

EPOCH = date(1970, 1, 1)
MONTHS = {
    m: i
    for i, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1)
}


class CellError(ValueError):
    """A cell that cannot be read: its code, what is wrong with it, and what to do."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Reading:
    """How the cells of one file are to be read.

    `plain` is for YAML, JSON and Parquet, where numbers are what they say; `decimal` and `date_format` are
    what the settings declare for CSV.
    """

    plain: bool = False
    decimal: str | None = None
    date_format: str | None = None


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """The date of a day number."""
    return date.fromordinal(EPOCH.toordinal() + number)


def folded(text: str) -> str:
    """NFC, white space folded: how ids are compared, case kept."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def forbidden(text: str) -> str | None:
    """The name of a character that may not stand in an id, or None: controls, direction marks, surrogates."""
    for char in text:
        if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp", "Cn"} and char not in "\u200c\u200d":
            return f"U+{ord(char):04X}"
    return None


_SPREADSHEET = re.compile(r"#(N/A|I/T|NV|[A-ZÆØÅÄÖÜ/0]+[!?])")
_SHORTENED = re.compile(r"[0-9][.,][0-9]+[Ee][+-]?[0-9]{2,3}")


def _spoilt(raw: str, how: Reading) -> tuple[str, str] | None:
    """What an export has made of an id that was something else before, and what to do about it."""
    if _SHORTENED.fullmatch(raw):
        return "is a number that was shortened", "export ids as text"
    if how.plain:
        return None
    if _SPREADSHEET.fullmatch(raw):
        return "is a spreadsheet's error", "leave the cell blank, or the row out with where"
    if len(raw) > 1 and raw[0] == raw[-1] == "'":
        return "stands in single quotes", "enclose all cells of the file so, or none"
    return None


def read_id(text: str, how: Reading) -> str | None:
    """An id: folded text without control characters, at most 200 characters; in CSV also nothing an export spoilt."""
    raw = text.strip()
    spoilt = _spoilt(raw, how)
    if spoilt is not None:
        raise CellError("V005", f"{shown(raw)} {spoilt[0]}", spoilt[1])
    bad = forbidden(raw)
    if bad is not None:
        raise CellError("V005", f"{shown(raw)} holds the control character {bad}", "ids are plain text")
    whole = folded(raw)
    if len(whole) > LONGEST_ID:
        raise CellError("V005", f"{shown(whole)} is longer than {LONGEST_ID} characters")
    return whole or None


def asked_day(text: str, example: str) -> date:
    """A day that an option names. Raises UsageError, with the example, for anything else."""
    try:
        day = read_date(text, Reading(plain=True))
    except CellError as error:
        raise usage(error.message, example) from None
    if day is None:
        raise usage("no day is given", example)
    return day_of(day)


def read_name(text: str, how: Reading) -> str | None:  # noqa: ARG001
    """A name: any text but NUL and lone surrogates; controls are kept and escaped where they are shown."""
    whole = unicodedata.normalize("NFC", text).strip()
    if "\0" in whole or any("\ud800" <= char <= "\udfff" for char in whole):
        raise CellError("V005", f"{shown(whole)} holds a character that is not text")
    if len(whole) > LONGEST_NAME:
        raise CellError("V005", f"{shown(whole)} is longer than {LONGEST_NAME} characters")
    return whole or None


_PLAIN = re.compile(r"(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?")
_GROUPED = {
    ".": re.compile(r"([0-9]{1,3}([,'\u2019 \u00a0\u202f\u2009][0-9]{3})*|[0-9]+)(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?"),
    ",": re.compile(r"([0-9]{1,3}([.'\u2019 \u00a0\u202f\u2009][0-9]{3})*|[0-9]+)(,[0-9]+)?([eE][+-]?[0-9]{1,3})?"),
}


def read_number(text: str, how: Reading) -> Decimal | None:
    """A number that is not negative, exactly as written; grouping only where `decimal:` is declared."""
    cell = text.strip()
    if not cell:
        return None
    if len(cell) > 32:
        raise CellError("V001", f"{shown(cell)} is too long for a number")
    canonical = cell if how.plain or how.decimal is None else _without_grouping(cell, how.decimal)
    if not _PLAIN.fullmatch(canonical):
        raise _not_a_number(cell, how)
    whole, _, part = canonical.partition(".")
    if not how.plain and how.decimal is None and len(part) == 3 and whole != "0":
        raise CellError("V002", f"{shown(cell)} can be read two ways", 'declare decimal: "." or decimal: ","')
    number = Decimal(canonical)
    if number > LARGEST:
        raise CellError("V001", f"{shown(cell)} is larger than 1e15")
    return number


def _without_grouping(cell: str, decimal: str) -> str:
    """The cell with a point for its declared decimal mark; unchanged where that mark does not explain it."""
    if not _GROUPED[decimal].fullmatch(cell):
        return cell if cell.isalnum() else f"?{cell}"
    other = "." if decimal == "," else ","
    return re.sub(f"[{other}'\u2019 \u00a0\u202f\u2009]", "", cell).replace(",", ".")


def _not_a_number(cell: str, how: Reading) -> CellError:
    if cell.startswith(("-", "\u2212", "(")):
        return CellError("V001", f"{shown(cell)} is negative or not a number", "values here are 0 or more")
    marked = not cell.isdigit() and any(rule.fullmatch(cell) for rule in _GROUPED.values())
    if marked and not how.plain and how.decimal is None:
        return CellError("V002", f"{shown(cell)} needs its decimal mark", 'declare decimal: "." or decimal: ","')
    if not cell.isascii() and any(char.isdigit() for char in cell):
        return CellError("V001", f"{shown(cell)} is not a number", "digits are 0 to 9")
    return CellError("V001", f"{shown(cell)} is not a number", "write digits only, no currency and no unit")


def read_count(text: str, how: Reading) -> int | None:
    """A whole number, 0 or more, at most a billion."""
    number = read_number(text, how)
    if number is None:
        return None
    if number != number.to_integral_value() or number > 10**9:
        raise CellError("V001", f"{shown(text.strip())} is not a whole number up to 1000000000")
    return int(number)


def read_positive(text: str, how: Reading) -> int | None:
    """A whole number from 1."""
    number = read_count(text, how)
    if number == 0:
        raise CellError("V001", "'0' stands for nobody", "at least 1")
    return number


def read_share(text: str, how: Reading) -> float | None:
    """A number from 0 to 1."""
    number = read_number(text, how)
    if number is not None and number > 1:
        raise CellError("V001", f"{shown(text.strip())} is not from 0 to 1", "write 25 % as 0.25")
    return None if number is None else float(number)


def read_strength(text: str, how: Reading) -> float | None:
    """A number from 0 to 1, 1 itself excluded: no tie holds for certain."""
    number = read_number(text, how)
    if number is not None and number >= 1:
        raise CellError("V001", f"{shown(text.strip())} is not from 0 to under 1", "no tie holds for certain")
    return None if number is None else float(number)


def read_rate(text: str, how: Reading) -> float | None:
    """How often a year, 0 or more."""
    number = read_number(text, how)
    return None if number is None else float(number)


def read_money(text: str, how: Reading) -> Decimal | None:
    """An amount, exactly to eight decimals."""
    number = read_number(text, how)
    return None if number is None else number.quantize(Decimal("1e-8"))


def read_currency(text: str, how: Reading) -> str | None:  # noqa: ARG001
    """A currency's three letters."""
    cell = text.strip()
    if not cell:
        return None
    if not re.fullmatch(r"[A-Z]{3}", cell):
        raise CellError("V006", f"{shown(cell)} is not a currency", "three capital letters, such as DKK")
    return cell


def read_kind(text: str, how: Reading) -> str | None:
    """A kind of tie; which ones there are, the weights say."""
    return read_id(text, how)


def read_ids(text: str, how: Reading) -> str | None:
    """Several ids with `;` between, folded."""
    taken = [read_id(part, how) for part in text.split(";")]
    return ";".join(part for part in taken if part) or None


def one_of(text: str, choices: tuple[str, ...]) -> str | None:
    """One of the known values."""
    cell = text.strip()
    if not cell:
        return None
    if cell not in choices:
        hint = nearest(cell, choices) or f"known are {', '.join(choices)}"
        raise CellError("V006", f"{shown(cell)} is not known here", hint)
    return cell


_ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?( ?(Z|UTC|[+-][0-9]{2}:?[0-9]{2}))?)?"
)
_TIME_BEHIND = re.compile(r",? ([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?( ?[AaPp][Mm])?$")
_WORDS = re.compile(r"([0-9]{1,2}) ([A-Za-z]{3}) ([0-9]{4})")
_NUMERIC = re.compile(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{2,4})")


def read_date(text: str, how: Reading) -> int | None:
    """A date as a day number: ISO (a time of day is dropped), `12 Mar 2024`, or the declared format."""
    cell = text.strip()
    if not cell:
        return None
    if len(cell) > 40:
        raise CellError("V003", f"{shown(cell)} is not a date")
    day = _iso(cell) or _declared(cell, how) or _in_words(cell)
    if day is None:
        raise _not_a_date(cell, _remedy(how))
    if not 1900 <= day.year < 2200:
        raise CellError("V003", f"{shown(cell)} is not a plausible date", "years from 1900 to 2199")
    return day_number(day)


def _declared(cell: str, how: Reading) -> date | None:
    if how.date_format is None:
        return None
    timeless = {"%H", "%I"}.isdisjoint(re.findall("%.", how.date_format))
    day = _TIME_BEHIND.sub("", cell) if timeless else cell
    try:
        return datetime.strptime(day, how.date_format).date()  # noqa: DTZ007 - a date, no instant
    except ValueError:
        return None


def _iso(cell: str) -> date | None:
    found = _ISO.fullmatch(cell)
    return _day(cell, int(found[1]), int(found[2]), int(found[3])) if found else None


def _in_words(cell: str) -> date | None:
    found = _WORDS.fullmatch(cell)
    if not found or found[2].casefold() not in MONTHS:
        return None
    return _day(cell, int(found[3]), MONTHS[found[2].casefold()], int(found[1]))


def _day(cell: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise CellError("V003", f"{shown(cell)} is not in the calendar") from None


def _remedy(how: Reading) -> str:
    if how.plain:
        return "write 2024-03-12"
    return f"it does not fit date_format: {how.date_format}" if how.date_format else "declare date_format"


def _not_a_date(cell: str, remedy: str) -> CellError:
    found = _NUMERIC.fullmatch(cell)
    if found and len(found[3]) == 2:
        return CellError("V004", f"{shown(cell)} has a year of two digits", remedy)
    if found:
        first, second = int(found[1]), int(found[2])
        if first <= 12 and second <= 12:
            return CellError("V004", f"{shown(cell)} can be read two ways", remedy)
        order = "day first" if first > 12 else "month first"
        return CellError("V003", f"{shown(cell)} is not an ISO date", f"it looks {order}: {remedy}")
    if re.fullmatch(r"[0-9]{5}", cell):
        return CellError("V003", f"{shown(cell)} is not a date", "it looks like a spreadsheet's day number")
    if re.fullmatch(r"[0-9]{10,13}", cell):
        return CellError("V003", f"{shown(cell)} is not a date", "it looks like a Unix time")
    return CellError("V003", f"{shown(cell)} is not a date", remedy)
