"""One CRM-shaped file, polluted in every way that exports are: and what a right reader makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Row = tuple[str, ...]
HEADER = ("Deal", "Owner", "Account", "Revenue", "Last Activity", "Touches", "Note")
ROWS: tuple[Row, ...] = (
    ("D-1", "Åse Sørensen", "Havnegade Logistik", "4200000", "2023-12-01", "12", ""),
    ("D-2", "Bo Dahl", "Beta, Gamma & Co", "310000.50", "2023-11-15", "4", "called twice; no answer"),
    ("D-3", "Åse Sørensen", "Müller GmbH", "98000", "2023-10-30", "6", ""),
    ("D-4", "Jens O'Brien", 'The "Blue" Door', "125000", "2023-12-20", "2", "prefers mail"),
    ("D-5", "Bo Dahl", "Fjordkanten Rederi", "6400000", "2023-12-24", "52", "first line\nsecond line"),
    ("D-6", "Ida Møller", "Klinker|Værk", "75000", "2023-09-01", "1", "a\tb"),
    ("D-7", "Ida Møller", "Spindegade Tekstil", "950000", "2023-12-11", "4", ""),
    ("D-8", "Jens O'Brien", "Nordpynten Energi", "9800000", "2023-12-05", "24", "see file"),
)
SETTINGS = """
tables:
  ties: {file: crm.csv, columns: {employee: Owner, customer: Account, last_contact: Last Activity, per_year: Touches},
         set: {kind: meeting}}
  customers: {file: crm.csv, columns: {id: Account, revenue: Revenue}}
"""
"""The same mapping for every variant; `encoding:` is added where a variant declares one."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A polluted file: its bytes, the declared encoding, and the rows that a right reading brings."""

    name: str
    data: bytes
    rows: tuple[Row, ...] = ROWS
    encoding: str | None = None


def doubled(cell: str) -> str:
    """Quotes as RFC 4180 writes them."""
    return cell.replace('"', '""')


def enclosed(cell: str, delimiter: str) -> bool:
    """Whether a cell needs quotes around it."""
    return any(char in cell for char in (*delimiter, '"', "\n", "\r"))


def plain(cell: str, delimiter: str) -> str:
    """A cell with quotes where they are needed."""
    return f'"{doubled(cell)}"' if enclosed(cell, delimiter) else cell


def written(rows: tuple[Row, ...] = ROWS, delimiter: str = ",", end: str = "\n") -> list[str]:
    """The file's rows, header first, each with its line end."""
    return [delimiter.join(plain(cell, delimiter) for cell in row) + end for row in (HEADER, *rows)]


def _dialects() -> Iterator[Variant]:
    """What stands between cells, what encloses them, and how a quote inside is written."""
    styles: dict[str, Callable[[str, str], str]] = {
        "minimal": plain,
        "all": lambda cell, _: f'"{doubled(cell)}"',
        "texts": lambda cell, _: cell if cell.replace(".", "").isdigit() else f'"{doubled(cell)}"',
        "single": lambda cell, _: "'" + cell.replace("'", "''") + "'",
        "single where needed": lambda cell, mark: (
            "'" + cell.replace("'", "''") + "'" if any(char in cell for char in (*mark, "'", "\n")) else cell
        ),
        "backticks": lambda cell, _: f"`{cell}`",
        "curly": lambda cell, _: f"“{cell}”",
        "none": lambda cell, _: cell,
        "backslash": lambda cell, mark: (
            '"' + cell.replace("\\", "\\\\").replace('"', '\\"') + '"' if enclosed(cell, mark) else cell
        ),
        "backslash, all": lambda cell, _: '"' + cell.replace("\\", "\\\\").replace('"', '\\"') + '"',
        "backslash, no quotes": lambda cell, mark: (
            cell.replace(mark, f"\\{mark}").replace('"', '\\"').replace("\n", "\\n")
        ),
        "unescaped": lambda cell, _: f'"{cell}"',
        "twice": lambda cell, _: '"' + doubled(f'"{doubled(cell)}"') + '"',
        "tripled": lambda cell, mark: '"' + cell.replace('"', '"""') + '"' if enclosed(cell, mark) else cell,
    }
    delimiters = (",", ";", "\t", "|", ":", "^", "~", "||", ", ", " ;", "\x1f")
    for delimiter, (style, write) in product(delimiters, styles.items()):
        lines = [delimiter.join(write(cell, delimiter) for cell in row) for row in (HEADER, *ROWS)]
        yield Variant(f"dialect {delimiter!r} {style}", "\n".join([*lines, ""]).encode())


def _line_ends() -> Iterator[Variant]:
    for end, last, delimiter in product(
        ("\n", "\r\n", "\r", "\n\r", "\r\r\n", "\x0b", "\x85", "\u2028"), ("as is", "none", "many"), (",", ";")
    ):
        text = "".join(written(delimiter=delimiter, end=end))
        text = text.removesuffix(end) if last == "none" else text + end * 3 if last == "many" else text
        yield Variant(f"line end {end!r} {last} {delimiter}", text.encode())
    for seed in range(4):
        lines = [
            line.rstrip("\n") + ("\n", "\r\n", "\r")[(index * 7 + seed) % 3] for index, line in enumerate(written())
        ]
        yield Variant(f"line ends mixed {seed}", "".join(lines).encode())


def _encodings() -> Iterator[Variant]:
    marks = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff", "utf-32-le": b"\xff\xfe\0\0", "utf-8": b"\xef\xbb\xbf"}
    for delimiter in (",", "\t"):
        text = "".join(written(delimiter=delimiter))
        for name in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "cp1252", "cp850", "mac_roman", "utf-7"):
            data = text.encode(name)
            yield Variant(f"encoding {name} {delimiter!r}", data)
            if name != "utf-7":
                yield Variant(f"encoding {name} declared {delimiter!r}", data, encoding=name)
            if name in marks:
                yield Variant(f"encoding {name} marked {delimiter!r}", marks[name] + data)
                yield Variant(
                    f"encoding {name} marked, cp1252 declared {delimiter!r}", marks[name] + data, ROWS, "cp1252"
                )
        yield Variant(f"encoding utf-8 declared cp1252 {delimiter!r}", text.encode(), ROWS, "cp1252")
        for wrong in ("cp1252", "latin-1"):
            yield Variant(
                f"encoding utf-8 taken for {wrong} {delimiter!r}", text.encode().decode(wrong, "replace").encode()
            )
        lost = text.encode("ascii", "replace").decode().replace("?", "\ufffd").encode()
        yield Variant(f"encoding utf-8 with letters lost {delimiter!r}", lost)
        for cut in (1, 3):
            yield Variant(
                f"encoding utf-16 cut by {cut} {delimiter!r}", marks["utf-16-le"] + text.encode("utf-16-le")[:-cut]
            )
        for line in (1, 3, 7):
            lines = [part.encode() for part in written(delimiter=delimiter)]
            lines[line] = lines[line].decode().encode("cp1252")
            yield Variant(f"encoding mixed in line {line} {delimiter!r}", b"".join(lines))
            lines[line] = b"D-9" + delimiter.encode() + b"a\0b" + lines[line]
            yield Variant(f"encoding NUL in line {line} {delimiter!r}", b"".join(lines))


def _headers() -> Iterator[Variant]:
    for delimiter in (",", ";"):
        head, *body = written(delimiter=delimiter)
        names = head.rstrip("\n").split(delimiter)

        def of(*lines: str, rows: list[str] = body) -> bytes:
            return "".join([*(f"{line}\n" for line in lines), *rows]).encode()

        yield Variant(f"header missing {delimiter}", of())
        yield Variant(f"header twice {delimiter}", of(head.strip(), head.strip()))
        yield Variant(f"header below {delimiter}", of(rows=[*body, head]))
        for at in (1, 4, 8):
            yield Variant(f"header again in {at} {delimiter}", of(head.strip(), rows=[*body[:at], head, *body[at:]]))
        yield Variant(f"header in capitals {delimiter}", of(head.strip().upper()))
        yield Variant(f"header with blanks {delimiter}", of(delimiter.join(f" {name}  " for name in names)))
        yield Variant(f"header enclosed {delimiter}", of(delimiter.join(f'"{name}"' for name in names)))
        yield Variant(f"header over two rows {delimiter}", of(delimiter.join(["Sales", "", "CRM"]), head.strip()))
        yield Variant(f"header with units below {delimiter}", of(head.strip(), delimiter * 3 + "DKK" + delimiter * 3))
        for index in range(len(names)):
            for what, name in (("blank", ""), ("doubled", names[(index + 1) % 7]), ("renamed", "Wert"), ("dash", "-")):
                changed = [*names[:index], name, *names[index + 1 :]]
                yield Variant(f"header {index} {what} {delimiter}", of(delimiter.join(changed)))
            yield Variant(
                f"header {index} left out {delimiter}", of(delimiter.join(names[:index] + names[index + 1 :]))
            )


def _preambles() -> Iterator[Variant]:
    lines = {
        "blank": "",
        "title": "Deals by owner",
        "title padded": "Deals by owner,,,,,,",
        "date": "Exported on,2024-01-01",
        "enclosed": '"Filter: Owner, Account"',
        "lost quote": 'Size 15" and more',
        "lost quote first": '"Deals',
        "comment": "# Owner; Account",
        "sep": "sep=,",
        "sep enclosed": '"sep=,"',
        "wrong sep": "sep=;",
        "like a header": "Owner,Account",
    }
    for (name, line), count in product(lines.items(), (1, 2, 14, 20)):
        yield Variant(f"preamble {name} {count}", "".join([f"{line}\n" * count, *written()]).encode())
    for delimiter in (";", "\t", "|", "^"):
        yield Variant(f"sep={delimiter!r}", "".join([f"sep={delimiter}\n", *written(delimiter=delimiter)]).encode())


def _footers() -> Iterator[Variant]:
    total = "21958000.50"
    footers = {
        "blank lines": "\n\n\n",
        "blank cells": ",,,,,,\n",
        "total": f"Total,,,{total},,,\n",
        "grand total": f"Grand Total,,,{total},,105,\n",
        "i alt": f"I alt,,,{total},,,\n",
        "total in another column": f",,Total,{total},,,\n",
        "total of rows": "Total,8,,,,,\n",
        "wrong total": "Total,,,5,,,\n",
        "total without figures": "Total,,,,,,\n",
        "total as an account": "D-9,Total,Total,5,2023-01-01,1,\n",
        "short total": f"Total,,,{total}\n",
        "count": "8 records\n",
        "count padded": "8 records,,,,,,\n",
        "salesforce": "\nGrand Totals (8 records)\n\nConfidential Information - Do Not Distribute\n"
        "Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved.\n",
        "salesforce padded": "Grand Totals (8 records),,,,,,\nCopyright © 2026 salesforce.com,,,,,,\n",
        "note apart": "\n* preliminary figures\n",
        "note": "* preliminary figures\n",
        "note padded": "* preliminary figures,,,,,,\n",
        "note with commas apart": "\nSee our terms, conditions, and so on\n",
        "second table": "\nProduct,Price\nx,1\n",
        "second table of the same width": "\nA,B,C,D,E,F,G\n1,2,3,4,5,6,7\n",
        "end": "End of file\n",
        "total of its own wording": f"All accounts,,,{total},,,\n",
        "total with a count, wrong": "Total (8 accounts),,,5,,,\n",
        "number of records": "Number of records,8,,,,,\n",
        "date of export": "Export date,2024-01-01,,,,,\n",
        "name apart": "\nBo Dahl\n",
    }
    real = {"total as an account": (*ROWS, ("D-9", "Total", "Total", "5", "2023-01-01", "1", ""))}
    for name, footer in footers.items():
        yield Variant(f"footer {name}", "".join([*written(), footer]).encode(), real.get(name, ROWS))
        yield Variant(f"footer {name}, twice", "".join([*written(), footer, footer]).encode(), real.get(name, ROWS))
        yield Variant(
            f"footer {name}, middle", "".join([*written()[:5], footer, *written()[5:]]).encode(), real.get(name, ROWS)
        )


def _ragged() -> Iterator[Variant]:
    for row, delimiter in product((1, 4, 8), (",", ";")):
        texts = list(ROWS[row - 1])
        cells = [plain(cell, delimiter) for cell in texts]
        changes = {"one less": cells[:-1], "half": cells[:3], "one": cells[:1], "one more": [*cells, "x"]}
        changes |= {"one blank more": [*cells, ""], "many blank more": [*cells, "", "", ""]}
        for at in range(len(cells)):
            changes[f"a cell left out at {at}"] = cells[:at] + cells[at + 1 :]
            changes[f"a blank put in at {at}"] = [*cells[:at], "", *cells[at:]]
            halves = [plain(half, delimiter) for half in (texts[at][:2], texts[at][2:])]
            changes[f"a cell split at {at}"] = [*cells[:at], *halves, *cells[at + 1 :]]
        for name, changed in changes.items():
            lines = written(delimiter=delimiter)
            lines[row] = delimiter.join(changed) + "\n"
            yield Variant(f"ragged row {row} {name} {delimiter}", "".join(lines).encode())
    for more in (1, 3):
        lines = [line.rstrip("\n") + "," * more + "\n" for line in written()]
        yield Variant(f"ragged all rows {more} longer", "".join(lines).encode())
        yield Variant(f"ragged all but the header {more} longer", "".join([*written()[:1], *lines[1:]]).encode())
        yield Variant(f"ragged the header {more} longer", "".join([*lines[:1], *written()[1:]]).encode())


def _lost_quotes() -> Iterator[Variant]:
    for row, column in product((0, 1, 4, 7), range(7)):
        cell = (HEADER, *ROWS)[row][column]
        forms = {"opening": f'"{cell}', "closing": f'{cell}"', "inside": f'{cell[:1]}"{cell[1:]}'}
        forms |= {"around a part": f'"{cell[:1]}"{cell[1:]}', "doubled around": f'""{cell}""'}
        for name, form in forms.items():
            lines = written()
            cells = [plain(other, ",") for other in (HEADER, *ROWS)[row]]
            cells[column] = form
            lines[row] = ",".join(cells) + "\n"
            yield Variant(f"quote {name} in {row}:{column}", "".join(lines).encode())


def _quote_pairs() -> Iterator[Variant]:
    """Two lost quotes that make one cell of all between them."""
    for (first, last), column, other in product(((1, 2), (3, 6), (2, 8), (7, 8)), (0, 2, 6), (0, 3, 6)):
        rows = [[plain(cell, ",") for cell in row] for row in (HEADER, *ROWS)]
        rows[first][column] = '"' + ROWS[first - 1][column]
        rows[last][other] = ROWS[last - 1][other] + '"'
        yield Variant(
            f"quotes {first}:{column} to {last}:{other}", "".join(f"{','.join(row)}\n" for row in rows).encode()
        )


def _cells() -> Iterator[Variant]:
    """What exports make of single cells; where there is no one right reading, none of the rows is right."""
    spoilt = {"#N/A": (1, 2, 3, 4, 5), "1.23E+15": (1, 2), "1,23E+15": (2,), "'Acme'": (1, 2), "=1+1": (3, 4, 5)}
    spoilt |= {"1.234": (3, 5), "1.234,50": (3,), "1,234.50": (3,), "03/04/2023": (4,), "45363": (4,), "-5": (3, 5)}
    spoilt |= {"\x1b[31m": (1, 2), "a\u200bb": (1, 2), "DKK 5": (3,), "1e400": (3,), "NaN": (3, 5)}
    same = {"": "", " ": "", "12 Mar 2023": "2023-03-12", "2023-12-01T10:00:00Z": "2023-12-01", "4200000 ": "4200000"}
    spoilt |= {"": (3, 4, 5), " ": (3, 4, 5), "12 Mar 2023": (4,), "2023-12-01T10:00:00Z": (4,), "4200000 ": (3,)}

    def changed(column: int, text: str) -> tuple[Row, ...]:
        return (*ROWS[:2], (*ROWS[2][:column], text, *ROWS[2][column + 1 :]), *ROWS[3:])

    for text, columns in spoilt.items():
        for column in columns:
            right = changed(column, same[text]) if text in same else ()
            yield Variant(f"cell {text!r} in {column}", "".join(written(changed(column, text))).encode(), right)


FAMILIES: dict[str, Callable[[], Iterator[Variant]]] = {
    "dialects": _dialects,
    "line ends": _line_ends,
    "encodings": _encodings,
    "headers": _headers,
    "preambles": _preambles,
    "footers": _footers,
    "ragged rows": _ragged,
    "lost quotes": _lost_quotes,
    "pairs of lost quotes": _quote_pairs,
    "cells": _cells,
}
"""Every kind of pollution: its variants, each with a name of its own."""
