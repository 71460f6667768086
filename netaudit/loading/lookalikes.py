"""Ids that differ and may be one all the same: said, and never merged, for a merge can hide a risk or invent one."""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from typing import TYPE_CHECKING

from netaudit.engine import literal
from netaudit.errors import shown

if TYPE_CHECKING:
    from netaudit.engine import Engine

Alike = tuple[str, tuple[str, ...]]
"""A table, and ids of it that may be one."""

SAID = 3
"""How many groups a warning names, of each at most twice as many ids."""

MISSING = (
    "n/a",
    "na",
    "#n/a",
    "null",
    "none",
    "nil",
    "nan",
    "-",
    "--",
    "?",
    "unknown",
    "ukendt",
    "undefined",
    "(blank)",
)
"""Ids that read like no id at all."""

SPELT = {
    **dict.fromkeys("øöœ", "oe"),
    **dict.fromkeys("æä", "ae"),
    **dict(zip("åüßþðđł", ("aa", "ue", "ss", "th", "d", "d", "l"), strict=True)),
}
_CYRILLIC = dict(zip("авсеіјкмнорѕтухԁԛԝ", "abceijkmhopstyxdqw", strict=True))
_GREEK = dict(zip("αβεικνορτυχ", "abeikvoptux", strict=True))
_LETTERS = str.maketrans(SPELT | _CYRILLIC | _GREEK)
"""Letters as a typist without them writes them, and those of other alphabets that look like Latin ones."""

_FORMS = (
    "a/s|as|aps|ab|asa|oy|oyj|gmbh|ag|kg|ltd|limited|inc|incorporated|llc|llp|plc|corp|corporation|co|bv|b.v.|nv|n.v.|sa|s.a.|"
    "sarl|srl|s.r.l.|spa|s.p.a.|se|i/s|p/s|k/s|amba|a.m.b.a.|ivs"
)
_FORM = f" ?,? ({_FORMS.replace('.', '[.]')})[.]?$"


def letters_of(text: str) -> str:
    """Text in plain lower-case letters as far as it has such, each written as a careful typist without them would."""
    name, at, domain = unicodedata.normalize("NFC", text).casefold().partition("@")
    if at and "xn--" in domain:
        with suppress(UnicodeError):
            domain = domain.encode("ascii").decode("idna")
    whole = unicodedata.normalize("NFKC", name + at + domain).casefold().translate(_LETTERS)
    return "".join(char for char in unicodedata.normalize("NFKD", whole) if not unicodedata.combining(char))


def _skeletons(text: str, letters: str) -> tuple[str, str]:
    """Two SQL expressions: what of an id in plain letters counts, and the same with oe, ae, ue, aa, ss as one letter.

    `letters` is what an expression calls them: every alphabet's take the engine long to tell apart.

    Left out are capitals, what follows a + in an address, a company's legal form at the end, the order of "last,
    first", and every sign but one between digits, for 1-23 is not 12-3.
    """
    text = f"regexp_replace({text}, '^([0-9]+)[.]0$', '\\1')"  # a whole number that became a float on its way
    plain = f"regexp_replace(regexp_replace(lower({text}), '^([^+]*)[+][^@]*@', '\\1@'), {literal(_FORM)}, '')"
    plain = f"regexp_replace({plain}, '^([^,]+), ([^,]+)$', '\\2 \\1')"
    for _ in range(2):  # the digit on the right may be the one on the left of the next sign
        plain = f"regexp_replace({plain}, '([0-9])[^a-z0-9]+([0-9])', '\\1~\\2', 'g')"
    plain = f"regexp_replace({plain}, '[^{letters}0-9~@]', '', 'g')"
    loose = f"regexp_replace({plain}, '([aou])e', '\\1', 'g')"
    loose = f"replace(replace({loose}, 'aa', 'a'), 'ss', 's')"
    code = f"regexp_full_match({text}, '[a-z]?[0-9]+')"  # as most ids of large books are: nothing in it to look for
    strict, loose = (f"CASE WHEN {code} THEN {text} ELSE {skeleton} END" for skeleton in (plain, loose))
    return strict, loose


def lookalikes(engine: Engine, relations: dict[str, str]) -> tuple[list[Alike], list[str]]:
    """Groups of ids that may be one, and warnings; of some tables (name → the engine's, whose column `id` has them)."""
    ids = " UNION ALL ".join(f"SELECT {literal(table)} AS of, id FROM {name}" for table, name in relations.items())
    missing = f"lower(id) IN ({', '.join(map(literal, MISSING))})"
    noted = engine.ask(
        f"SELECT of, id, {missing} FROM ({ids}) "
        f"WHERE {missing} OR NOT regexp_full_match(id, '[ -~]*') OR contains(id, 'xn--') ORDER BY id"
    )
    alike = _alike(engine, ids, [text for _, text, none in noted if not none])
    none = {table: [shown(text) for of, text, is_none in noted if is_none and of == table] for table in relations}
    return alike, [warning for table in relations for warning in (*_said(table, alike), *_none(table, none[table]))]


def _alike(engine: Engine, ids: str, odd: list[str]) -> list[Alike]:
    """Groups of ids (table, ids) that may be one; `odd` are those that are not in plain letters."""
    plain, spelt = "ids.id", "false"
    letters, spellings = "a-z", ""
    if odd:
        made = engine.table({"id": "VARCHAR", "plain": "VARCHAR"}, {"id": odd, "plain": [*map(letters_of, odd)]})
        letters, spellings = "\\p{L}", f"LEFT JOIN (SELECT DISTINCT * FROM {made}) p ON p.id = ids.id"
        plain, spelt = "coalesce(p.plain, ids.id)", "p.id IS NOT NULL"
    strict, loose = _skeletons(plain, letters)
    groups = engine.ask(
        f"SELECT of, list_sort(list(id)) FROM (SELECT of, ids.id, {spelt} AS odd, {strict} AS strict, {loose} AS loose "
        f"FROM ({ids}) ids {spellings}) WHERE loose <> '' GROUP BY of, loose "
        "HAVING count(*) > 1 AND (bool_or(odd) OR count(DISTINCT strict) < count(*)) ORDER BY 2"
    )
    return [(table, tuple(found)) for table, found in groups]


def _said(table: str, alike: list[Alike]) -> list[str]:
    groups = [found for of, found in alike if of == table]
    if not groups:
        return []
    said = "; ".join(map(_named, groups[:SAID]))
    more = f"; and {len(groups) - SAID} more" if len(groups) > SAID else ""
    return [f"{table} that may be one under several ids, and are kept apart: {said}{more}"]


def _named(found: tuple[str, ...]) -> str:
    """The ids of one group, the first of many."""
    more = [f"{len(found) - 2 * SAID} more"] if len(found) > 2 * SAID else []
    return " and ".join([*map(shown, found[: 2 * SAID]), *more])


def _none(table: str, found: list[str]) -> list[str]:
    said = f"{table} whose id reads like none: {', '.join(found)}; if so, leave the cells blank"
    return [said] if found else []
