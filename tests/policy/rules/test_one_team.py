"""NA105: one team with the only ties to much of the revenue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.books import book
from tests.policy.asking import found, said, worth

if TYPE_CHECKING:
    from netaudit.book import Book
    from tests.books import Document

TEAMS = {"anna": "red", "bo": "red", "carl": "blue", "wim": "white", "dora": None}
LINES = (
    "anna -> reds strength=0.5",
    "carl -> reds strength=0.19",
    "anna -> blank strength=0.5",
    "bo -> blank strength=0.2",
    "anna -> mixed strength=0.5",
    "carl -> mixed strength=0.2",
    "bo -> other strength=0.5",
    "wim -> other strength=0.2",
    "anna -> loose strength=0.5",
    "dora -> loose strength=0.2",
    "dora -> loners strength=0.5",
    "bo -> served strength=0.5",
    "desk -> served strength=0.2",
)


def people(*names: str) -> list[Document]:
    return [{"id": name} | ({"team": TEAMS[name]} if TEAMS[name] else {}) for name in names]


def holding(reds: int) -> Book:
    revenues = {"reds": reds, "blank": None, "mixed": 200, "other": 200, "loose": 40, "loners": 30}
    return book(*LINES, employees=people(*TEAMS), customers=worth(**revenues, served=530 - reds))


def test_more_than_half_of_the_revenue() -> None:
    assert found(holding(500), "NA105") == []  # 500 of 1000 is the limit
    (row,) = found(holding(501), "NA105")
    assert (row.subject, row.name, row.severity, row.revenue) == ("team:red", "Team red", "medium", 501)
    assert row.message == "nobody else has a tie that counts at 2 customers, with 50 % of all revenue"
    assert found(holding(501), "NA105", max_share=0.501) == []
    assert found(holding(501), "NA105", max_share=0.5009) != []


def test_a_team_of_one_is_no_team() -> None:
    lines = ("anna -> reds strength=0.5", "bo -> reds strength=0.5", "carl -> blues strength=0.5")
    b = book(*lines, employees=people("anna", "bo", "carl"), customers=worth(reds=1, blues=9))
    assert list(said(b, "NA105", max_share=0)) == ["team:red"]  # blue is carl alone, of whom NA103 speaks


def test_what_is_unknown_is_no_share() -> None:
    lines = ("anna -> x", "bo -> x", "carl -> y", "desk -> z")
    b = book(*lines, employees=people("anna", "bo", "carl"), customers=worth(x=None, y=1, z=1))
    assert found(b, "NA105", max_share=0) == []


def test_the_only_team_there_is_says_nothing() -> None:
    lines = ("anna -> x strength=0.5", "bo -> x strength=0.5")
    assert said(book(*lines, employees=people("anna", "bo")), "NA105") == {}
    both = book(*lines, "carl -> y strength=0.5", employees=people("anna", "bo", "carl"), customers=worth(x=2, y=1))
    assert said(both, "NA105") == {
        "team:red": "nobody else has a tie that counts at 1 customer, with 67 % of all revenue"
    }
    assert said(both, "NA105", where={"id": "x"}) == {
        "team:red": "nobody else has a tie that counts at 1 customer, with 100 % of the revenue that where chooses"
    }
    assert said(both, "NA105", where={"id": "y"}) == {}
