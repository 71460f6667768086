"""Names: when two are one, when they might be, and the id that is made of one."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from netaudit.loading.lookalikes import MISSING, SPELT, letters_of
from netaudit.loading.values import folded
from netaudit.report.escape import for_csv, for_terminal

if TYPE_CHECKING:
    from collections.abc import Container

_FORMS = (
    "a/s as aps ab asa oy oyj gmbh ag kg kgaa ohg mbh ltd limited inc incorporated llc llp plc corp corporation bv nv "
    "sa sarl sas srl spa se i/s p/s k/s amba ivs sl co"
)
_FORM_OF = {form.replace(".", "").replace("/", ""): form for form in _FORMS.split()} | {
    "limited": "ltd",
    "incorporated": "inc",
    "corporation": "corp",
}
_NO_COMPANY = {
    *("self-employed", "self employed", "freelance", "freelancer", "independent", "unemployed", "retired", "student"),
    *("confidential", "various", "open to work", "between jobs", "stealth", "stealth startup", "stealth mode"),
    *("selvstændig", "ledig", "pensioneret", "selbstständig", "freiberuflich", "arbeitslos", "privat", "private"),
    *MISSING,
}
"""What stands for a company where there is none."""

_SPELT = str.maketrans(SPELT)
_SHIELDED = re.compile("([;,\t]\\s*)'(?=[=+@\\-\uff1d\uff0b\uff0d\uff20])")
_ODD = re.compile("'|::|#")
_ACCENT = re.compile("[\u0300-\u036f]")
_AND = frozenset({"&", "and", "und", "og"})
_LOOSE = re.compile(r"([aou])e")


def plain(text: str) -> str:
    """Text as it is written and read again: white space folded, nothing that is not seen, no quote before a formula."""
    if text.isascii() and text.isprintable() and not _ODD.search(text):
        return " ".join(text.split())
    seen = folded("".join(char for char in " ".join(text.split()) if for_terminal(char) == char))
    while seen.startswith("'") and for_csv(seen[1:]) == seen:
        seen = seen[1:]
    return for_terminal(_SHIELDED.sub(r"\1", seen))


def same_name(text: str) -> str:
    """A name as it is compared: composed letters, white space folded, small letters."""
    return folded(text).lower()


def parted(company: str) -> tuple[str, str]:
    """A company's name without its legal form, and that form ("" for none): how customers are matched, not called."""
    words = same_name(company).replace(",", " ").split()
    forms: list[str] = []
    while len(words) > 1:
        last = words[-1].replace(".", "").replace("/", "")
        if last not in _FORM_OF and not (forms and last in _AND):
            break
        if last == "co" and not forms and words[-2] in _AND:
            break  # `& Co` alone is a part of the name, as `& Sons` is
        words.pop()
        if last in _FORM_OF:
            forms.insert(0, _FORM_OF[last])
    return " ".join(words), " ".join(forms)


def company_of(text: str) -> str:
    """A company's name as an export has it; "" where it says that there is none."""
    return "" if same_name(text) in _NO_COMPANY else text


def is_full(name: str) -> bool:
    """Whether this is more than a first name, so that it can stand for somebody."""
    return len(name.split()) > 1


def are_strangers(one: str, other: str) -> bool:
    """Whether two full names are of two people, however they are spelt: nobody's first name is in the other name."""
    mine, theirs = ([bones for bones in map(skeleton, name.split()) if bones] for name in (one, other))
    if len(mine) < 2 or len(theirs) < 2:
        return False
    short = mine[0].startswith(theirs[0]) or theirs[0].startswith(mine[0])
    return not (short or mine[0] in theirs or theirs[0] in mine)


def skeleton(name: str) -> str:
    """What of a name is left when spelling, order, accents and signs are not looked at: equal ones may be one."""
    plain = "".join(sorted(re.findall(r"[^\W_]+", letters_of(name))))
    return _LOOSE.sub(r"\1", plain).replace("aa", "a").replace("ss", "s")


def id_from(text: str, taken: Container[str]) -> str:
    """An id in small letters, digits and hyphens made of a name, numbered where it is taken already."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text).casefold().translate(_SPELT))
    plain = unicodedata.normalize("NFC", _ACCENT.sub("", letters))
    stem = re.sub(r"[^\w.]+|_|\.(?=[0-9])", "-", plain).strip("-.")[:80].rstrip("-.") or "unnamed"
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    return name
