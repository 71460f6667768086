"""Small books in a line, and random books that use every rule of the model."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import weakref
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

import netaudit

if TYPE_CHECKING:
    from netaudit.book import Book

Document = dict[str, Any]
AS_OF = date(2015, 1, 23)
WEIGHTS = ("meeting", "call", "mail", "social")
_TIE = re.compile(r"(\S+) -(?:(\w+)-)?> (\w+)(?:/(\w+))?\s*(.*)")


def document(*lines: str, **settings: Any) -> Document:
    """A book from lines such as `mette -meeting-> havn/lars last_contact=2015-01-10` or `page -> havn followers=3`.

    page, news, desk and portal are channels of their kind; everybody else who has a tie is an employee.
    """
    ties = []
    kinds = {"page": "company_page", "news": "newsletter", "desk": "support_desk", "portal": "portal"}
    contacts: dict[str, str] = {}
    customers: list[str] = []
    for line in lines:
        found = _TIE.fullmatch(line)
        assert found is not None, line
        owner, kind, customer, contact, rest = found.groups()
        tie: Document = {"owner": owner, **dict(pair.split("=") for pair in rest.split())}
        tie |= {"contact": contact} if contact else {"customer": customer}
        tie |= {"kind": kind} if kind else {}
        if contact:
            contacts[contact] = customer
        customers.append(customer)
        ties.append(tie)
    owners = dict.fromkeys(tie["owner"] for tie in ties)
    return {
        "as_of": AS_OF.isoformat(),
        "currency": "DKK",
        "employees": [{"id": owner} for owner in owners if owner not in kinds],
        "channels": [{"id": owner, "kind": kinds[owner]} for owner in owners if owner in kinds],
        "customers": [{"id": customer, "revenue": 1000} for customer in dict.fromkeys(customers)],
        "contacts": [{"id": contact, "customer": customer} for contact, customer in contacts.items()],
        "ties": ties,
        **settings,
    }


def loaded(book: Document, **options: Any) -> Book:
    """Load a document; it lies in its file as long as the book is there."""
    folder = tempfile.mkdtemp()
    path = Path(folder) / "book.json"
    path.write_text(json.dumps({key: rows for key, rows in book.items() if rows not in ([], None)}))
    try:
        found = netaudit.load(path, **options)
    except BaseException:
        shutil.rmtree(folder)
        raise
    weakref.finalize(found.origins, shutil.rmtree, folder)
    return found


def book(*lines: str, **settings: Any) -> Book:
    """A loaded book from lines."""
    return loaded(document(*lines, **settings))


def _day(draw: st.DrawFn, low: int = -900, high: int = 30) -> str:
    return (AS_OF + timedelta(days=draw(st.integers(low, high)))).isoformat()


EMPLOYEES = ("anna", "bo", "carl", "dora", "emil")
CUSTOMERS = ("north", "south", "east", "west", "hill", "lake", "moor", "port", "vale")
CONTACTS = {f"{customer}-{n}": customer for customer in CUSTOMERS for n in (1, 2)}
CHANNELS = {
    "page": "company_page",
    "news": "newsletter",
    "list": "newsletter",
    "desk": "support_desk",
    "portal": "portal",
}
SUBSCRIPTIONS = ("page", "news", "list")


def _filled(row: Document) -> Document:
    return {key: value for key, value in row.items() if value is not None}


@st.composite
def ties(draw: st.DrawFn, owners: tuple[str, ...] = (*EMPLOYEES, *CHANNELS)) -> Document:
    """One row of the ties table, with any of its columns missing."""
    owner = draw(st.sampled_from(owners))
    contact = draw(st.none() | st.sampled_from(tuple(CONTACTS)))
    row: Document = {
        "owner": owner,
        "contact": contact,
        "customer": None
        if contact and draw(st.booleans())
        else CONTACTS.get(contact or "") or draw(st.sampled_from(CUSTOMERS)),
        "kind": draw(st.none() | st.sampled_from(WEIGHTS)),
        "last_contact": draw(st.none()) if draw(st.booleans()) else _day(draw),
        "per_year": draw(st.none() | st.sampled_from([0, 0.5, 1, 4, 12, 52, 250])),
        "strength": draw(st.none() | st.none() | st.sampled_from([0, 0.05, 0.2, 0.5, 0.97, 0.999999])),
        "followers": draw(st.none() | st.integers(0, 8)) if owner in SUBSCRIPTIONS else None,
        "via": draw(st.none() | st.sampled_from(EMPLOYEES)) if owner in CHANNELS else None,
    }
    return _filled(row)


@st.composite
def interactions(draw: st.DrawFn) -> Document:
    """One row of the log, now and then after as_of."""
    contact = draw(st.none() | st.sampled_from(tuple(CONTACTS)))
    return _filled(
        {
            "owner": draw(st.sampled_from((*EMPLOYEES, *CHANNELS))),
            "contact": contact,
            "customer": None if contact else draw(st.sampled_from(CUSTOMERS)),
            "kind": draw(st.sampled_from(WEIGHTS)),
            "on": _day(draw, -500, 20),
            "count": draw(st.none() | st.integers(1, 5)),
        }
    )


@st.composite
def documents(draw: st.DrawFn, most: int = 40, *, owners: bool = True) -> Document:
    """A random book: several kinds, named and nameless followers, relays, people and contacts who left, late dates.

    A person relays at most two of the three subscriptions: `list` is only ever direct or relayed by its own.
    """
    rows = draw(st.lists(ties(), max_size=most))
    for row in rows:
        if row["owner"] == "list":
            row.pop("via", None)
    return {
        "as_of": AS_OF.isoformat(),
        "currency": "DKK",
        "employees": [
            _filled(
                {
                    "id": name,
                    "left_on": _day(draw) if draw(st.integers(0, 5)) == 0 else None,
                    "clause_until": _day(draw, -100, 100) if draw(st.integers(0, 3)) == 0 else None,
                    "team": draw(st.sampled_from(["red", "blue"])),
                }
            )
            for name in EMPLOYEES
        ],
        "channels": [
            _filled(
                {
                    "id": name,
                    "kind": kind,
                    "relayed_by": draw(st.none() | st.sampled_from(EMPLOYEES))
                    if name not in {"list", "desk"}
                    else None,
                }
            )
            for name, kind in CHANNELS.items()
        ],
        "customers": [
            _filled(
                {
                    "id": name,
                    "revenue": draw(st.none() | st.integers(0, 10**7)),
                    "owner": draw(st.none() | st.sampled_from(EMPLOYEES)) if owners else None,
                }
            )
            for name in CUSTOMERS
        ],
        "contacts": [
            _filled({"id": name, "customer": at, "left_on": _day(draw) if draw(st.integers(0, 7)) == 0 else None})
            for name, at in CONTACTS.items()
        ],
        "ties": rows,
        "interactions": draw(st.lists(interactions(), max_size=16)),
    }
