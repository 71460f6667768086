"""What one row of an export says: a colleague, a company, a person; each with whatever tells them from others."""

from __future__ import annotations

import re
from dataclasses import dataclass

from netaudit.importers.addresses import domain_of, is_shared, mail_of
from netaudit.importers.likeness import plain

_GONE = re.compile(r"(?:Deactivated|Removed|Inactive) User \((.+)\)", re.IGNORECASE)


def _make_plain(one: object, *names: str) -> None:
    """Compare texts as they will be read when the book is imported into again."""
    for name in names:
        object.__setattr__(one, name, plain(getattr(one, name)))


class Dropped(Exception):  # noqa: N818 - it is no error: the row is counted and its reason is said
    """A row that brings nothing into the book, and why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of ours. `record` is their id in the system that was exported; `has_left` where it says so."""

    name: str = ""
    email: str = ""
    record: str = ""
    has_left: bool = False

    def __post_init__(self) -> None:
        _make_plain(self, "name", "record")

    @classmethod
    def called(cls, text: str) -> Colleague:
        """The owner of a record as customer systems write one: a name, an address, or who it was."""
        gone = _GONE.fullmatch(text)
        who = gone[1] if gone else text
        email = mail_of(who)
        return cls("" if email else who, email, has_left=gone is not None)


@dataclass(frozen=True, slots=True)
class Company:
    """A company: `domain` is that of its website or mail."""

    name: str = ""
    domain: str = ""
    record: str = ""

    def __post_init__(self) -> None:
        _make_plain(self, "name", "record")


NOWHERE = Company()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at a company. `profile` is their LinkedIn address, `emails` their mail addresses, best first."""

    name: str = ""
    emails: tuple[str, ...] = ()
    profile: str = ""
    record: str = ""
    role: str = ""
    company: Company = NOWHERE

    def __post_init__(self) -> None:
        _make_plain(self, "name", "role", "profile", "record")

    @property
    def own(self) -> tuple[str, ...]:
        """The addresses that nobody shares, and so tell who this is."""
        return tuple(address for address in self.emails if not is_shared(address))

    @property
    def employer(self) -> str:
        """The domain of the employer that the addresses tell; "" for none, or several."""
        domains = {domain_of(address) for address in self.emails} - {""}
        return domains.pop() if len(domains) == 1 else ""
