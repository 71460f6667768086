"""What a customer system says, whichever it is: accounts and their owners, contacts and theirs, and what was bought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netaudit.importers.deals import Deal, is_won
from netaudit.importers.sighted import Colleague, Company, Dropped, Person

if TYPE_CHECKING:
    from datetime import date

    from netaudit.importers.run import Run
    from netaudit.importers.tables import Row

OWNS = "owner"
"""How a tie is marked that is told by who owns a contact's record: the newest export says who does."""


def add_account(run: Run, row: Row, company: Company, owner: Colleague) -> str:
    """A customer, and whose it is: what the newest export says goes."""
    saw(run, row)
    customer = run.ledger.customer(company)
    told_by(run, customer)
    who = owner_id(run, owner)
    if who:
        run.ledger.customers[customer]["owner"] = who
    return customer


def add_customer_contact(run: Run, row: Row, person: Person, owner: Colleague) -> str:
    """A contact; that somebody owns the record is a tie of a kind that nobody has recorded."""
    saw(run, row)
    contact = run.ledger.contact(person)
    if person.role:
        run.ledger.contacts[contact]["role"] = person.role
    who = owner_id(run, owner)
    told_by(run, run.ledger.contacts[contact]["customer"])
    run.renewed.add(contact)
    if who:
        run.tie(who, contact, "", _last(run, row), told=OWNS)
    return contact


def add_deal(run: Run, row: Row, person: Person, owner: Colleague, stage: str) -> None:
    """A deal: a tie of its owner to its contact; and, once it is won, revenue of its year."""
    saw(run, row)
    if row["id"] and row["id"] in run.bought:
        raise Dropped("a deal that another row has told of already")
    if row["amount"].lstrip()[:1] in {"-", "(", "\u2212"}:
        raise Dropped("a negative amount: credits are not taken off")
    amount, day = row.number("amount"), row.day("closed")
    won = amount is not None and day is not None and day <= run.ledger.today and is_won(stage)
    if not (won or owner.name or owner.email or owner.record):
        raise Dropped("not won, and without an owner")
    customer = run.ledger.customer(person.company)
    run.bought[row["id"]] = customer
    told_by(run, customer)
    who, last = owner_id(run, owner), _last(run, row)
    contact = ""
    if person.name or person.record:
        try:
            contact = run.ledger.contact(person)
        except Dropped:
            run.ledger.note("deals whose contact could be either of two people there", f"line {row.line}")
    if who and contact:
        run.tie(who, contact, customer, last)
    elif who:
        run.sellers[who, customer] = max(filter(None, (run.sellers.get((who, customer)), last)), default=None)
    if won and amount is not None and day is not None:
        run.deals.append(Deal(customer, amount, row["currency"].upper(), day, f"line {row.line}"))


def told_by(run: Run, customer: str) -> None:
    """Note that a system which knows the customers has this one."""
    row = run.ledger.customers[customer]
    row["x_source"] = ";".join(sorted({*row.get("x_source", "").split(";"), run.kind} - {""}))


def saw(run: Run, row: Row) -> None:
    """Days of the past that a record carries tell how new the export is."""
    for day in (*row.days("last activity"), *row.days("changed")):
        run.ledger.saw(day)


def _last(run: Run, row: Row) -> date | None:
    """The day of the last activity; a planned one lies ahead, and is none."""
    day = row.day("last activity")
    return day if day is None or day <= run.ledger.today else None


def owner_id(run: Run, owner: Colleague) -> str:
    """The employee's id; "" where the record has no owner."""
    return run.ledger.employee(owner) if owner.name or owner.email or owner.record else ""
