"""Who is who among those that exports name, under strict rules.

Two are one where a record id, a mail address or a profile address says so; failing that where a full name and the
company are the same, nothing contradicts it, and nobody else could be meant. Whoever only might be one stays apart.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netaudit.importers.addresses import domain_of, is_below, is_desk, words_of
from netaudit.importers.likeness import are_strangers, is_full, parted, same_name
from netaudit.importers.register import Cells, Register, values_of
from netaudit.importers.sighted import Colleague, Company, Dropped, Person
from netaudit.loading.values import LONGEST_NAME

if TYPE_CHECKING:
    from datetime import date

EMPLOYEE = ("id", "name", "role", "team", "left_on", "x_email", "x_record")
CUSTOMER = ("id", "name", "revenue", "currency", "owner", "x_domain", "x_record", "x_source", "x_revenue")
CONTACT = ("id", "customer", "name", "role", "left_on", "x_email", "x_profile", "x_record")
CHANNEL = ("id", "kind", "name", "x_email")
MOVED = "contacts of whom an export names another company: they may have left"


@dataclass(slots=True)
class WhoIsWho:
    """People, customers and channels by id. `domains` and `company` are our own; with `only_known` no customer is made.

    `newest` is the newest day that an export told of; days after `today` are not believed.
    """

    today: date
    domains: frozenset[str] = frozenset()
    company: str = ""
    only_known: bool = False
    employees: Register = field(default_factory=lambda: Register(*EMPLOYEE))
    customers: Register = field(default_factory=lambda: Register(*CUSTOMER))
    contacts: Register = field(default_factory=lambda: Register(*CONTACT))
    channels: Register = field(default_factory=lambda: Register(*CHANNEL))
    newest: date | None = None
    doubts: dict[tuple[str, str, str], str] = field(default_factory=dict)
    noted: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    _bare: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    _staff: dict[tuple[str, str], dict[str, None]] = field(default_factory=lambda: defaultdict(dict))

    def saw(self, day: date | None) -> None:
        """A day on which something had happened when the export was made."""
        if day is not None and day <= self.today and (self.newest is None or day > self.newest):
            self.newest = day

    def note(self, words: str, what: str) -> None:
        """Something to say about a row that is kept, and of whom."""
        self.noted[words][what] = None

    def employee(self, one: Colleague) -> str:
        """The id of a colleague, new where they are."""
        _check_length(one.name)
        found = self._identified(self.employees, (("x_record", one.record), ("x_email", one.email)))
        called = one.name or words_of(one.email)
        if found is None and (is_full(called) or one.name):
            known = (*self.employees.find("name", same_name(called)), *self.employees.find("x_also", same_name(called)))
            alike = [name for name in dict.fromkeys(known) if self._may_be(name, one, called)]
            found = alike[0] if len(alike) == 1 else None
        if found is None:
            called = called or one.record.partition(":")[2]
            if not called:
                raise Dropped("nobody owns it")
            if not (one.name or one.email):
                self.note("owners known by a number only, for the table of users is not in the export", called)
            found = self.employees.make(called, self.channels, name=one.name)
        self.employees.fill(found, name=one.name)
        self.employees.learn(found, "x_record", [one.record])
        self.employees.learn(found, "x_email", [one.email])
        self.employees.call(found, called_by(self.employees[found]))
        if one.has_left and self.employees[found].get("x_also"):
            self.note("employees of several accounts, of which one is not used any more: still here", found)
        elif one.has_left and not self.employees[found].get("left_on"):
            self.employees[found]["left_on"] = "?"  # the day of the export, which is not known yet
            self.note("employees who have left; where nobody says when, left_on is the day of the export", found)
        return found

    def _may_be(self, name: str, one: Colleague, called: str) -> bool:
        row = self.employees[name]
        return _is_called(row, called) and not (
            _contradicts(row, "x_record", one.record) or (one.email and row.get("x_email"))
        )

    def channel(self, address: str) -> str:
        """The id of a mailbox of ours that nobody owns alone."""
        found = self.channels.find("x_email", address)
        if found:
            return found[0]
        local = address.partition("@")[0]
        kind = "support_desk" if is_desk(address) else "other"
        return self.channels.make(local, self.employees, kind=kind, name=address, x_email=address)

    def newsletter(self, address: str) -> str:
        """The id of a newsletter that we send from this address."""
        found = [name for name in self.channels.find("x_email", address) if self.channels[name]["kind"] == "newsletter"]
        if found:
            return found[0]
        called = f"{address.partition('@')[0]}-newsletter"
        return self.channels.make(
            called, self.employees, kind="newsletter", name=f"mailing from {address}", x_email=address
        )

    def customer(self, one: Company, *, known: bool = False) -> str:
        """The id of a customer, new where it is unless only `known` ones are wanted.

        Raises Dropped for ourselves, for a company that cannot be told from another, and for one that is not wanted.
        """
        _check_length(one.name)
        if self._is_us(one):
            raise Dropped("at our own company")
        found = self._customer(one)
        if found is None:
            if not (one.name or one.domain):
                raise Dropped(
                    "its company is not in the files: give its table along" if one.record else "no company is named"
                )
            if known or self.only_known:
                raise Dropped("at none of the book's customers")
            found = self.customers.make(parted(one.name)[0] or one.domain, name=one.name)
        self._learn_customer(found, one)
        return found

    def _is_us(self, one: Company) -> bool:
        named = bool(self.company) and parted(one.name)[0] == parted(self.company)[0]
        return named or (bool(one.domain) and is_below(f"@{one.domain}", self.domains))

    def _customer(self, one: Company) -> str | None:
        found = self._identified(self.customers, (("x_record", one.record),))
        if found is not None:
            return found
        decided = self.customers.find("x_also", same_name(one.name).replace(";", ","))
        keys = (("x_record", one.record), ("x_domain", one.domain))
        if len(decided) == 1 and not any(_contradicts(self.customers[decided[0]], *key) for key in keys):
            return decided[0]
        at = self._at_domain(one)
        named = self._named(one)
        both = [name for name in at if name in named]
        choice = both or (at if len(at) == 1 or not named else named)
        if len(choice) > 1 and not one.record:
            raise Dropped("its company could be either of two customers")
        return choice[0] if len(choice) == 1 else None

    def _at_domain(self, one: Company) -> list[str]:
        """Customers of this domain; failing that the one whose contacts all have it, if only theirs do."""
        found = self.customers.find("x_domain", one.domain)
        if not found and one.domain:
            staff = self._staff.get(("domain", one.domain), ())
            found = [name for name in staff if len(self._staff["domains", name]) == 1]
        return [name for name in found if self._may_share(self.customers[name], one)]

    @staticmethod
    def _may_share(row: Cells, one: Company) -> bool:
        """Whether two of one domain can be one: sisters have one site, and names and records of their own."""
        theirs, mine = parted(row.get("name", ""))[0], parted(one.name)[0]
        return not (_contradicts(row, "x_record", one.record) or (theirs and mine and theirs != mine))

    def _named(self, one: Company) -> list[str]:
        """Customers of this name, whose legal form and domain are not another one."""
        bare, form = parted(one.name)

        def may_be(name: str) -> bool:
            row = self.customers[name]
            theirs = parted(row.get("name", ""))[1]
            site = bool(one.domain and row.get("x_domain")) and one.domain not in values_of(row, "x_domain")
            return not (site or (form and theirs and form != theirs) or _contradicts(row, "x_record", one.record))

        found = [name for name in self._bare.get(bare, ()) if may_be(name)]
        exact = [name for name in found if parted(self.customers[name].get("name", ""))[1] == form]
        return exact if len(exact) == 1 else found

    def _learn_customer(self, name: str, one: Company) -> None:
        self.customers.fill(name, name=one.name)
        self.customers.learn(name, "x_record", [one.record])
        self.customers.learn(name, "x_domain", [one.domain])
        if one.name:
            self._bare[parted(one.name)[0]][name] = None

    def contact(self, one: Person) -> str:
        """The id of a person at a customer, new where they are. Raises Dropped for whom the book has no place."""
        _check_length(one.name, one.role)
        if self.domains and any(is_below(address, self.domains) for address in one.own):
            raise Dropped("at our own company")
        found = self._identified(
            self.contacts,
            (("x_record", one.record), *(("x_email", address) for address in one.own), ("x_profile", one.profile)),
            one.name,
        )
        if found is not None:
            self._compare_employer(found, one)
        else:
            found = self._new_contact(one)
        self.contacts.fill(found, name=one.name, role=one.role)
        self.contacts.learn(found, "x_record", [one.record])
        self.contacts.learn(found, "x_email", one.own)
        self.contacts.learn(found, "x_profile", [one.profile])
        self._remember(found)
        return found

    def customer_of(self, one: Person) -> str:
        """The id of the customer where a person is, or a mailbox."""
        return self.customer(self._employer(one))

    def _new_contact(self, one: Person) -> str:
        if not (one.name or one.own or one.profile):
            raise Dropped("nobody is named")
        try:
            customer = self.customer_of(one)
        except Dropped:
            for name in (
                self.contacts.find("name", same_name(one.name)) if is_full(one.name) and one.company.name else ()
            ):
                self.note(MOVED, name)
            raise
        called = one.name or words_of(next(iter(one.own), ""))
        found = self._same_person(one, called, customer) if is_full(called) or one.name else None
        return found or self.contacts.make(called or one.profile, customer=customer, name=one.name)

    def _employer(self, one: Person) -> Company:
        """The company that is named; the one of the mail's domain where none is, or the book knows only that one."""
        by_mail = Company(domain=one.employer)
        if not (one.company.name or one.company.record or one.company.domain):
            return by_mail
        if (
            one.employer
            and not self._is_us(one.company)
            and self._customer(one.company) is None
            and self._customer(by_mail)
        ):
            self.note("companies taken for another one, by the domain of somebody's mail", one.company.name)
            return by_mail
        return one.company

    def _same_person(self, one: Person, called: str, customer: str) -> str | None:
        """The only contact of that name there, if nothing contradicts it."""
        alike = [
            name
            for name in self._staff.get((customer, same_name(called)), ())
            if _is_called(self.contacts[name], called)
        ]
        fits = [name for name in alike if not self._differ(self.contacts[name], one)]
        if len(fits) > 1:
            raise Dropped("could be either of two people of that name there")
        return fits[0] if fits else None

    @staticmethod
    def _differ(row: Cells, one: Person) -> bool:
        """Whether both have a profile, a record or an address at one domain, and it is not the same."""
        theirs = values_of(row, "x_email")
        at = {domain_of(address) for address in theirs} - {""}
        address = any(domain_of(mine) in at and mine not in theirs for mine in one.own)
        return address or any(
            _contradicts(row, *mine) for mine in (("x_profile", one.profile), ("x_record", one.record))
        )

    def _compare_employer(self, found: str, one: Person) -> None:
        """Whoever is at another company by now is not moved: it is said."""
        if not one.company.name:
            return
        here = self.customers[self.contacts[found]["customer"]].get("name", "")
        if here and parted(here)[0] != parted(one.company.name)[0]:
            self.note(MOVED, found)

    def _remember(self, name: str) -> None:
        row = self.contacts[name]
        if called_by(row):
            self._staff[row["customer"], same_name(called_by(row))][name] = None
        for also in values_of(row, "x_also"):
            called, _, elsewhere = also.partition("@")
            self._staff[elsewhere or row["customer"], called][name] = None
        for address in values_of(row, "x_email"):
            if domain_of(address):
                self._staff["domain", domain_of(address)][row["customer"]] = None
                self._staff["domains", row["customer"]][domain_of(address)] = None

    def _identified(self, register: Register, keys: tuple[tuple[str, str], ...], called: str = "") -> str | None:
        """The row that an identity names; where two of them name two rows, the first, and a doubt about the other.

        An address that two share names nobody who is `called` otherwise, nor does an id of two tables.
        """
        record = keys[0][1]
        found = [
            name
            for column, value in keys
            for name in register.find(column, value)
            if column not in {"x_email", "x_record"}
            or (column == "x_record" and not value.startswith("table:"))
            or not are_strangers(register[name].get("name", ""), called)
        ]
        found = [name for name in dict.fromkeys(found) if not _contradicts(register[name], "x_record", record)]
        for other in found[1:]:
            table = next(table for table in ("employees", "customers", "contacts") if getattr(self, table) is register)
            first, second = sorted((found[0], other))
            self.doubts[table, first, second] = "one export gives what tells one of them and what tells the other"
        return found[0] if found else None

    def index(self) -> None:
        """Find by name and domain what was read from a folder, or made one."""
        self._bare.clear()
        self._staff.clear()
        for name, row in self.customers.rows.items():
            self._bare[parted(row.get("name", ""))[0]][name] = None
        for name in self.contacts.rows:
            self._remember(name)
        for name, row in self.employees.rows.items():
            self.employees.call(name, called_by(row))


def _check_length(*names: str) -> None:
    if any(len(name) > LONGEST_NAME for name in names):
        raise Dropped(f"a name longer than {LONGEST_NAME} characters")


def _is_called(row: Cells, called: str) -> bool:
    """Whether a single word is the whole name of both, and not what stands before the @ of an address."""
    names = {same_name(row.get("name", "")), *(one.partition("@")[0] for one in values_of(row, "x_also"))}
    return is_full(called) or same_name(called) in names


def called_by(row: Cells) -> str:
    """The name, or the words of the address where there is none."""
    return row.get("name") or words_of(next(iter(values_of(row, "x_email")), ""))


def _contradicts(row: Cells, column: str, value: str) -> bool:
    """Whether the row has another identity of this sort, of the same system for records."""
    known = values_of(row, column)
    if column == "x_record":
        known = [one for one in known if one.partition(":")[0] == value.partition(":")[0]]
    return bool(value and known) and value not in known
