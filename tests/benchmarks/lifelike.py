"""Lifelike books of any size: a folder of CSV tables made from a seed.

    python -m tests.benchmarks.lifelike DIR --ties 1000000 --seed 1

Few customers have many ties and most have few; colleagues of a team share customers; some busy people hold most of
them; kinds, dates and counts are missing here and there; some rows are there twice. Rows are sorted by customer.
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

AS_OF = date(2024, 1, 1)
DAYS = tuple((AS_OF - timedelta(days=back)).isoformat() for back in range(3 * 365))
KINDS = ("meeting",) * 4 + ("call",) * 4 + ("mail",) * 6 + ("social",) * 2 + ("",)
PER_YEAR = ("1", "2", "4", "4", "6", "12", "12", "26", "52", "")
SEGMENTS = ("b2b", "b2b", "b2b", "public", "b2c")
PLACES = ("Åkirkeby", "Brønderslev", "Dragør", "Ebeltoft", "Fåborg", "Græsted", "Hobro", "Ikast", "Jelling", "Kolding")
TRADES = ("Bageri", "Byg", "El-service", "Energi", "Logistik", "Mejeri", "Rederi, Havn & Lager", "Teknik", "Tryk")
NAMES = ("Anne", "Bo", "Camilla", "Dorte", "Esben", "Frida", "Gorm", "Helle", "Ib", "Jytte", "Kaj", "Lone")

TEAM = 8
REPEATED = 0.03
"""How many rows are a tie once more, on another day or exactly as before."""

Row = tuple[str, str, str, str, str, str, str]
TIES = ("owner", "contact", "customer", "kind", "last_contact", "per_year", "followers")
SUBSCRIPTIONS = ("page", "news", "letter")


@dataclass(frozen=True, slots=True)
class Team:
    """Colleagues who share customers; `weights` say how busy each is, `weight` how many customers they have."""

    name: str
    members: tuple[str, ...]
    weights: tuple[float, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer, whose it is, and about how many ties it has compared with others."""

    id: str
    team: Team
    weight: float


def write_book(folder: Path, ties: int = 1_000_000, seed: int = 1) -> None:
    """Write a book of so many ties; the same numbers make the same bytes."""
    rng = Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    settings = f"netaudit: 1\ncompany: Lifelike {seed}\ncurrency: DKK\nas_of: {AS_OF}\n"
    (folder / "netaudit.yml").write_text(settings, encoding="utf-8")
    teams = _teams(rng, max(12, ties // 500))
    relaying = max(teams, key=lambda team: team.weight)
    customers = _customers(rng, teams, max(1, ties // 17))
    _write(folder / "employees.csv", ("id", "name", "team"), _employee_rows(rng, teams))
    _write(folder / "channels.csv", ("id", "kind", "name", "relayed_by"), _channel_rows(relaying.members[0]))
    _write(folder / "customers.csv", ("id", "name", "segment", "revenue"), _customer_rows(rng, customers))
    _write(folder / "ties.csv", TIES, _tie_rows(rng, customers, ties, relaying))


def _write(path: Path, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(headings)
        writer.writerows(rows)


def _teams(rng: Random, employees: int) -> list[Team]:
    people = [f"e{number}" for number in range(1, employees + 1)]
    return [
        Team(
            name=f"team {start // TEAM + 1}",
            members=tuple(members := people[start : start + TEAM]),
            weights=tuple(rng.paretovariate(1.3) for _ in members),
            weight=min(rng.paretovariate(1.3), 50),
        )
        for start in range(0, employees, TEAM)
    ]


def _customers(rng: Random, teams: list[Team], count: int) -> list[Customer]:
    whose = rng.choices(teams, [team.weight for team in teams], k=count)
    return [Customer(f"c{number}", team, rng.lognormvariate(0, 1.4)) for number, team in enumerate(whose, 1)]


def _employee_rows(rng: Random, teams: list[Team]) -> Iterator[Sequence[str]]:
    for team in teams:
        for member in team.members:
            yield member, f"{rng.choice(NAMES)} {rng.choice(PLACES)}", team.name


def _channel_rows(relayer: str) -> Iterator[Sequence[str]]:
    yield "desk", "support_desk", "Customer service", ""
    yield "page", "company_page", "Company page", ""
    yield "news", "newsletter", "Company news", ""
    yield "letter", "newsletter", "A letter that one employee passes on", relayer


def _customer_rows(rng: Random, customers: list[Customer]) -> Iterator[Sequence[str]]:
    for customer in customers:
        name = f"{rng.choice(PLACES)} {rng.choice(TRADES)}"
        revenue = f"{rng.lognormvariate(11.5, 1.2) * customer.weight**0.7:.2f}"
        yield customer.id, name, rng.choice(SEGMENTS), "" if rng.random() < 0.03 else revenue


def _tie_rows(rng: Random, customers: list[Customer], ties: int, relaying: Team) -> Iterator[Row]:
    """Exactly so many rows, shared out by weight, so that some customers have none."""
    sums = list(accumulate(customer.weight for customer in customers))
    written = 0
    for customer, so_far in zip(customers, sums, strict=True):
        count = round(ties * so_far / sums[-1]) - written
        written += count
        if count:
            yield from _Ties(rng, customer, _staff(rng, customer.team, count), customer.team is relaying).rows(count)


def _staff(rng: Random, team: Team, ties: int) -> list[str]:
    """Who looks after a customer, the busiest first: often one, seldom the whole team."""
    several = 1 + int(rng.expovariate(1.0) * ties**0.25)
    return list(dict.fromkeys(rng.choices(team.members, team.weights, k=several)))


@dataclass(slots=True)
class _Ties:
    """The ties of one customer while they are drawn."""

    rng: Random
    customer: Customer
    staff: list[str]
    relayed: bool
    contacts: int = 0
    seen: set[tuple[str, str, str]] = field(default_factory=set)

    def rows(self, count: int) -> list[Row]:
        rows: list[Row] = []
        for _ in range(count):
            again = rows and self.rng.random() < REPEATED
            rows.append(self._again(self.rng.choice(rows)) if again else self._tie())
        return rows

    def _tie(self) -> Row:
        """A tie that no row has so far; where the one drawn is there already, it goes to a new contact."""
        owner = self._owner()
        contact = self._contact(owner)
        kind = "" if owner in SUBSCRIPTIONS else KINDS[int(self.rng.random() * len(KINDS))]
        if (owner, contact, kind) in self.seen:
            contact = self._new_contact()
        self.seen.add((owner, contact, kind))
        if owner not in SUBSCRIPTIONS:
            return owner, contact, self.customer.id, kind, self._day(), self._per_year(), ""
        return owner, contact, self.customer.id, "", "", "", "" if contact else self._followers()

    def _owner(self) -> str:
        drawn = self.rng.random()
        if drawn < 0.14:
            return "desk" if drawn < 0.06 else "news" if drawn < 0.11 else "page"
        if drawn < 0.20 and self.relayed:
            return "letter"
        return self.staff[int(len(self.staff) * self.rng.random() ** 2)]

    def _contact(self, owner: str) -> str:
        """Blank where nobody is named: followers that are only counted, or a tie to the customer itself."""
        nameless = {"page": 0.9, "news": 0.2, "letter": 0.2}.get(owner, 0.05)
        if self.rng.random() < nameless:
            return ""
        if self.rng.random() < 0.35 or not self.contacts:
            return self._new_contact()
        return f"{self.customer.id}-{1 + int(self.contacts * self.rng.random() ** 2)}"

    def _new_contact(self) -> str:
        self.contacts += 1
        return f"{self.customer.id}-{self.contacts}"

    def _again(self, row: Row) -> Row:
        owner, contact, customer, kind, _, _, followers = row
        if self.rng.random() < 0.3 or (owner in SUBSCRIPTIONS and not followers):
            return row
        if followers:
            return owner, contact, customer, kind, "", "", self._followers()
        return owner, contact, customer, kind, self._day(), self._per_year(), ""

    def _day(self) -> str:
        if self.rng.random() < 0.08:
            return ""
        return DAYS[int(len(DAYS) * self.rng.random() ** 2)]

    def _per_year(self) -> str:
        return PER_YEAR[int(self.rng.random() * len(PER_YEAR))]

    def _followers(self) -> str:
        return str(int(min(self.rng.paretovariate(1.0), 5000)))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.lifelike", description=write_book.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ties", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    write_book(options.folder, options.ties, options.seed)


if __name__ == "__main__":
    main()
