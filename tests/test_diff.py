"""What changed between two books: by hand, by plain loops, both ways round, and as the command line says it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

import netaudit
from netaudit import cli
from netaudit.change import ANOTHER, CHANGES, GONE, NEW, SEVERITY, TURNS
from netaudit.errors import UsageError
from netaudit.finding import Severity
from netaudit.report import Page, written
from tests.books import CUSTOMERS, Document, book, document, documents, loaded
from tests.oracle import Oracle
from tests.test_cli import TELCO, run

if TYPE_CHECKING:
    import random

    from netaudit.book import Book
    from netaudit.result import Result

METTE, BO = "mette -meeting-> havn strength=0.5", "bo -meeting-> havn strength=0.5"
FAINT = "mette -meeting-> havn strength=0.1"
DESK, PAGE = "desk -call-> havn strength=0.5", "page -> havn followers=2"
OTHERS = ("mette -call-> nord strength=0.5", "bo -call-> nord strength=0.5", "desk -> syd", "page -> syd followers=1")
"""What is the same before and after, so that owners and channels are there in both."""

LOSS_AND_GAIN = ((METTE, PAGE), (METTE, BO))
"""No gain hides a loss, and so the other way round is a loss too."""

STEPS: list[tuple[tuple[str, ...], tuple[str, ...], str | None, str | None]] = [
    ((METTE, BO), (METTE,), "newly single-threaded", "high"),
    ((METTE, BO), (FAINT, BO), "newly single-threaded", "high"),
    ((METTE, BO), (FAINT,), "newly single-threaded", "high"),
    ((METTE, DESK), (METTE,), "newly single-threaded", "high"),
    ((DESK,), (METTE, PAGE), "newly single-threaded", "high"),
    ((METTE, BO), (), "newly unmapped", "high"),
    ((DESK,), (), "newly unmapped", "high"),
    ((METTE,), (), "newly unmapped", "high"),
    ((PAGE,), (), "newly unmapped", "high"),
    ((METTE,), (FAINT,), "no tie counts now", "medium"),
    ((METTE, PAGE), (PAGE,), "no tie counts now", "medium"),
    ((METTE, BO, DESK), (METTE, BO), "company tie lost", "medium"),
    ((METTE, BO, DESK, PAGE), (METTE, BO, PAGE), "company tie lost", "medium"),
    ((METTE, PAGE), (METTE,), "company tie lost", "medium"),
    (*LOSS_AND_GAIN, "company tie lost", "medium"),
    ((METTE,), (BO,), "another holder", "low"),
    ((METTE,), (METTE, BO), "held by more", "info"),
    ((METTE,), (METTE, DESK), "held by more", "info"),
    ((), (METTE,), "no longer unmapped", "info"),
    ((), (METTE, BO), "no longer unmapped", "info"),
    ((FAINT,), (METTE,), "a tie counts now", "info"),
    ((METTE,), (METTE, PAGE), "company tie gained", "info"),
    ((METTE, BO), (METTE, BO, DESK), "company tie gained", "info"),
    ((METTE, BO, DESK), (METTE, DESK), None, None),
    ((METTE, BO), (METTE, BO, FAINT), None, None),
    ((FAINT,), (FAINT,), None, None),
    ((), (), None, None),
]
MIRROR = (
    {turn.worse: turn.better for turn in TURNS}
    | {turn.better: turn.worse for turn in TURNS}
    | {NEW: GONE, GONE: NEW, ANOTHER: ANOTHER}
)


def small(*lines: str, **settings: Any) -> Book:
    """A book of havn, as the lines have it, and of two customers that never change."""
    customers = [{"id": "havn", "name": "Havnen", "segment": "b2b", "revenue": 5000}]
    customers += [{"id": name, "revenue": 1000} for name in ("nord", "syd")]
    return book(*OTHERS, *lines, **{"customers": customers, **settings})


def change(result: Result[Any, Any]) -> tuple[str | None, str | None]:
    """Change and severity of havn; nothing else has changed."""
    assert {row.customer for row in result.rows} <= {"havn"}
    return (result.rows[0].change, result.rows[0].severity) if result.rows else (None, None)


def stepped(side: int) -> Book:
    """A book with a customer for each step, as it stands before (0) or after (1)."""
    names = [f"havn{index}" for index, _ in enumerate(STEPS)]
    lines = [line.replace("havn", name) for name, step in zip(names, STEPS, strict=True) for line in step[:2][side]]
    return book(*OTHERS, *lines, customers=[{"id": name, "revenue": 1000} for name in (*names, "nord", "syd")])


def test_steps() -> None:
    old, new = stepped(0), stepped(1)
    there, back = ({row.customer: row for row in netaudit.diff(*both).rows} for both in ((old, new), (new, old)))
    for index, (before, after, what, severity) in enumerate(STEPS):
        row, other_way = there.pop(f"havn{index}", None), back.pop(f"havn{index}", None)
        assert (row.change, row.severity) == (what, severity) if row else what is None, (before, after)
        if (before, after) != LOSS_AND_GAIN:
            assert (other_way.change if other_way else None) == (None if what is None else MIRROR[what])
    assert there == back == {}


def test_every_change_has_its_place() -> None:
    assert set(CHANGES) == set(MIRROR)
    assert len(CHANGES) == len(MIRROR)
    assert set(SEVERITY) == {turn.worse for turn in TURNS} | {ANOTHER, GONE}


def test_a_row_by_hand() -> None:
    old, new = small(METTE, BO, PAGE), small(METTE, PAGE, company="Havnens Net")
    result = netaudit.diff(old, new)
    (row,) = result.rows
    assert (row.customer, row.name, row.segment, row.fails) == ("havn", "Havnen", "b2b", True)
    assert (row.holder_before, row.holder, row.holder_name) == (None, "mette", "mette")
    assert (row.colleagues_before, row.colleagues_after) == (2, 1)
    assert (row.company_before, row.company_after) == (0.181269247, 0.181269247)  # two followers: 1 - e^-0.2
    assert (row.revenue, row.revenue_before) == (5000, 5000)
    # follow 0.3; what else holds it: page and bo, e^-0.2 / 2, then the page alone
    assert row.revenue_at_risk_before == pytest.approx(5000 * 0.3 * 0.818730753 * 0.5 * 0.5, abs=0.006)
    assert row.revenue_at_risk == pytest.approx(5000 * 0.3 * 0.818730753 * 0.5, abs=0.006)
    before, after = result.summary.before, result.summary.after
    assert (before.customers, before.single_threaded, before.unmapped, before.revenue) == (3, 0, 0, 7000)
    assert (after.customers, after.single_threaded, after.unmapped, after.revenue) == (3, 1, 0, 7000)
    assert (result.summary.changes.high, result.summary.failing, result.summary.failed) == (1, 1, True)


@pytest.mark.parametrize(("named", "holder"), [("Mette Holm", "Mette Holm"), (None, "mette")])
def test_a_holder_goes_by_name(named: str | None, holder: str) -> None:
    people = [{"id": "mette", **({"name": named} if named else {})}, {"id": "bo"}]
    (row,) = netaudit.diff(small(METTE, BO), small(METTE, employees=people)).rows
    assert (row.holder, row.holder_name) == ("mette", holder)


@pytest.mark.parametrize(
    ("lines", "severity"),
    [((METTE, BO), "info"), ((DESK,), "info"), ((METTE,), "high"), ((PAGE,), "high"), ((), "high")],
)
def test_a_new_customer_is_as_bad_as_it_stands(lines: tuple[str, ...], severity: str) -> None:
    without = book(*OTHERS)
    result = netaudit.diff(without, small(*lines))
    assert change(result) == ("new customer", severity)
    (row,) = result.rows
    assert (row.colleagues_before, row.company_before, row.revenue_before, row.holder_before) == (None,) * 4
    assert row.revenue_at_risk_before is None
    assert (row.revenue_at_risk is None) == (not lines)
    back = netaudit.diff(small(*lines), without)
    assert change(back) == ("gone customer", "low")
    (row,) = back.rows
    assert (row.colleagues_after, row.company_after, row.holder, row.revenue_at_risk) == (None,) * 4
    assert (row.name, row.revenue, row.revenue_before) == ("Havnen", 5000, 5000)
    assert back.closing[-1].values["command"].content.startswith("netaudit why customer:havn ")


def test_worst_first_then_by_revenue_then_by_id() -> None:
    def of(*holders: tuple[str, str]) -> Book:
        revenue = {"a": 10, "b": 20, "c": None, "d": 10, "e": 90}
        return book(
            *(f"{owner} -> {customer} strength=0.5" for owner, customer in holders),
            customers=[{"id": name, **({"revenue": much} if much else {})} for name, much in revenue.items()],
        )

    before = of(*((owner, customer) for customer in "abcd" for owner in ("mette", "bo")), ("mette", "e"))
    after = of(*(("mette", customer) for customer in "abcd"), ("mette", "e"), ("bo", "e"))
    rows = netaudit.diff(before, after).rows
    assert [row.customer for row in rows] == ["b", "a", "d", "c", "e"]
    assert [row.revenue_at_risk is None for row in rows] == [False, False, False, True, False]


def stand(oracle: Oracle, customer: str) -> dict[str, Any]:
    """How plain loops say that a customer stands."""
    counting = oracle.counting(customer)
    people = sorted(name for kind, name in counting if kind == "employee")
    channels = len(counting) - len(people)
    ours = any(units for (kind, _), units in oracle.holders(customer).items() if kind == "channel")
    narrow = len(people) < 2 and not channels
    return {
        "mapped": bool(oracle.live_ties(customer)),
        "narrow": narrow,
        "bare": not counting,
        "company": 2 if channels else int(ours),
        "holder": people[0] if narrow and people else None,
    }


def losses(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """Everything that got worse."""
    found = {
        "newly single-threaded": after["narrow"] and after["mapped"] and not before["narrow"],
        "newly unmapped": before["mapped"] and not after["mapped"],
        "no tie counts now": after["bare"] and not before["bare"],
        "company tie lost": after["company"] < before["company"],
        "another holder": None not in {before["holder"], after["holder"]} and before["holder"] != after["holder"],
    }
    return {name for name, happened in found.items() if happened}


@given(documents(), documents())
def test_rows_are_what_plain_loops_say(one: Document, other: Document) -> None:
    old, new = loaded(one), loaded(other)
    stands = [{name: stand(oracle, name) for name in CUSTOMERS} for oracle in (Oracle(one), Oracle(other))]
    result = netaudit.diff(old, new, fail_on="low")
    rows = {row.customer: row for row in result.rows}
    for customer in CUSTOMERS:
        before, after = (side[customer] for side in stands)
        happened = losses(before, after) | {MIRROR[name] for name in losses(after, before)}
        assert (customer in rows) == bool(happened)
        if happened:
            row = rows[customer]
            assert row.change == min(happened, key=CHANGES.index)
            assert (row.holder_before, row.holder) == (before["holder"], after["holder"])
            newly = (after["narrow"] and not before["narrow"]) or row.change == "newly unmapped"
            assert (row.severity == "high") == newly
            assert row.fails == bool(losses(before, after))
    for book_, side, summary in zip((old, new), stands, (result.summary.before, result.summary.after), strict=True):
        owned = netaudit.ownership(book_).summary
        assert (summary.company_owned, summary.person_owned) == (owned.company_owned, owned.person_owned)
        assert (summary.unowned, summary.unmapped, summary.revenue) == (owned.unowned, owned.unmapped, owned.revenue)
        assert summary.single_threaded == sum(now["narrow"] and now["mapped"] for now in side.values())
    assert result.summary.changes.low + result.summary.changes.medium + result.summary.changes.high == sum(
        bool(losses(before[name], after[name])) for name in CUSTOMERS for before, after in [stands]
    )
    ranks = [Severity(row.severity).rank for row in result.rows]
    assert ranks == sorted(ranks, reverse=True)


@settings(max_examples=6)
@given(documents(), documents())
def test_the_other_way_round_is_the_mirror(one: Document, other: Document) -> None:
    old, new = loaded(one), loaded(other)
    there, back = netaudit.diff(old, new), netaudit.diff(new, old)
    assert (there.summary.before, there.summary.after) == (back.summary.after, back.summary.before)
    returned = {row.customer: row for row in back.rows}
    assert returned.keys() == {row.customer for row in there.rows}
    for row in there.rows:
        other_way = returned[row.customer]
        assert (row.holder_before, row.holder) == (other_way.holder, other_way.holder_before)
        assert (row.colleagues_before, row.company_before) == (other_way.colleagues_after, other_way.company_after)
        assert row.revenue_at_risk_before == other_way.revenue_at_risk
        if row.severity == "info":  # where nothing got worse, the way back is the same step down
            assert other_way.change == MIRROR[row.change]


@settings(max_examples=6)
@given(documents())
def test_nothing_changed_in_the_same_book(same: Document) -> None:
    once = loaded(same)
    result = netaudit.diff(once, loaded(same), fail_on="info")
    assert (result.rows, result.warnings, result.summary.failed) == ((), once.warnings, False)
    assert result.summary.before == result.summary.after
    assert "No customer stands otherwise" in written(result, "markdown", Page())


def test_order_repeats_and_threads_change_no_byte() -> None:
    import random

    one = json.loads(json.dumps(document(*OTHERS, METTE, BO, DESK)))
    other = document(*OTHERS, METTE, "page -> havn followers=1", "bo -> ost strength=0.4")
    expected = rows_of(one, other, random.Random(0), threads=1)
    assert rows_of(one, other, random.Random(1), threads=2) == expected
    assert "newly single-threaded" in expected


def rows_of(one: Document, other: Document, chance: random.Random, threads: int) -> str:
    """The JSON without the names of files, of two documents in another order."""
    shuffled = copy.deepcopy((one, other))
    for entry in shuffled:
        for rows in entry.values():
            if isinstance(rows, list) and rows:
                chance.shuffle(rows)
                rows += [dict(rows[0])]
    result = netaudit.diff(*(loaded(entry, threads=threads) for entry in shuffled))
    answer = json.loads(written(result, "json", Page()))
    return json.dumps({key: value for key, value in answer.items() if key not in {"inputs", "old"}})


def test_both_examples_are_the_same_book() -> None:
    result = netaudit.diff(netaudit.load(TELCO), netaudit.load(f"{TELCO}-csv"), fail_on="info")
    assert result.rows == ()
    assert result.facts is not None
    assert {Path(source.path).parent.name for source in result.facts.sources} == {"telco", "telco-csv"}


@pytest.fixture
def telco(tmp_path: Path) -> Path:
    """The example, in which Rasmus does not meet Lone at kvarts any more."""
    text = Path(TELCO, "book.yml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines(keepends=True) if "owner: rasmus, contact: lone" not in line]
    assert len(lines) == len(text.splitlines()) - 1
    (tmp_path / "head.yml").write_text("".join(lines), encoding="utf-8")
    return tmp_path / "head.yml"


def test_money_at_risk_is_what_why_says(telco: Path) -> None:
    old, new = netaudit.load(TELCO), netaudit.load(telco)
    (row,) = netaudit.diff(old, new).rows
    for entry, money in ((old, row.revenue_at_risk_before), (new, row.revenue_at_risk)):
        risk = netaudit.why(entry, "customer:kvarts").summary.revenue_at_risk
        assert money == pytest.approx(risk.base, abs=0.011)


def test_it_is_said_in_words(telco: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["diff", TELCO, str(telco)]) == 1
    out, err = capsys.readouterr()
    assert "Newly single-threaded or unmapped: 1 (held by Mette Holm: 1). They bring DKK 2.65 m a year." in out
    assert "21 of 40 customers; before, 20 of 40." in out
    assert "employees alone 9.6 % (-0.04 points)" in out
    assert "Changes: 1 (newly single-threaded: 1); at or above the limit, high: 1." in out
    assert out.endswith(f"Next: netaudit why customer:kvarts {telco}\n")
    assert err.splitlines() == [
        "note: ties that count zero, for their employee or contact has left: 4",
        "netaudit: changes at or above high: 1 (newly single-threaded: 1)",
    ]


def test_several_holders_are_named_and_the_rest_counted() -> None:
    owners = ("anna", "bo", "carl", "dora", "emil")
    customers = [{"id": f"c{index}", **({"revenue": 10} if index else {})} for index in range(5)]
    held = [f"{owner} -> c{index} strength=0.5" for index, owner in enumerate(owners)]
    both = [f"{owner} -> c{index} strength=0.5" for index, owner in enumerate((*owners[1:], "anna"))]
    old, new = book(*held, *both, customers=customers), book(*held, "anna -> c1 strength=0.3", customers=customers)
    said = written(netaudit.diff(old, new), "table", Page())
    assert "4 (held by anna: 1, carl: 1, dora: 1, others: 1). They bring DKK 30 a year; of 1 the revenue" in said
    unknown = [{"id": "c0"}, *({"id": f"c{index}", "revenue": 1} for index in range(1, 5))]
    single = book("bo -> c1 strength=0.5", "anna -> c1 strength=0.5", customers=unknown)
    said = written(netaudit.diff(book("anna -> c1", "bo -> c1", customers=unknown[1:]), single), "table", Page())
    assert "1 (held by nobody: 1; new customers: 1). Their revenue is unknown." in said


def test_only_customers_that_fit_in_either_book_are_asked_about() -> None:
    old, new = small(METTE, BO), small(METTE, customers=[{"id": "havn", "revenue": 10}, {"id": "nord"}, {"id": "syd"}])
    result = netaudit.diff(old, new, where="revenue=>= 4000")
    assert change(result) == ("newly single-threaded", "high")  # and no customer that is gone
    assert (result.summary.before.revenue, result.summary.after.revenue, result.where) == (
        5000,
        10,
        ("revenue=>= 4000",),
    )
    said = written(result, "table", Page())
    assert "Known revenue in question: DKK 10 a year; before, DKK 5,000." in said
    assert "all known revenue in question" in said
    assert netaudit.diff(old, new, where=["id=nord"]).rows == ()
    with pytest.raises(UsageError, match="no customer fits"):
        netaudit.diff(old, new, where=["id=vest"])
    with pytest.raises(UsageError, match="no column 'idd'"):
        netaudit.diff(old, new, where=["idd=vest"])


def test_a_customer_in_one_book_may_be_asked_about() -> None:
    result = netaudit.diff(book(*OTHERS), small(METTE), where=["id=havn"])
    assert change(result) == ("new customer", "high")
    assert (result.summary.before.customers, result.summary.after.customers) == (0, 1)


def test_two_currencies_do_not_compare() -> None:
    with pytest.raises(UsageError, match="the old book is in DKK, the new one in EUR"):
        netaudit.diff(small(METTE), small(METTE, currency="EUR"))
    result = netaudit.diff(small(METTE, currency=None), small(METTE))
    assert result.warnings == ("only the new book names its currency; the old one is taken to be in it too",)
    result = netaudit.diff(small(METTE), small(METTE, currency=None))
    assert result.warnings == ("only the old book names its currency; the new one is taken to be in it too",)


def test_what_else_differs_is_said() -> None:
    dated = "mette -> havn last_contact=2014-01-10 per_year=4"
    counted = [{"id": name} for name in ("havn", "nord", "syd")]
    old = small(dated, as_of="2014-01-23")
    new = small(dated, customers=counted, currency="EUR", assumptions={"half_life_days": 90})
    result = netaudit.diff(old, new)
    assert change(result) == ("no tie counts now", "medium")
    days, *more = result.warnings
    assert days.startswith("the old book is judged as of 2014-01-23, the new one as of 2015-01-23: ")
    assert days.endswith("--as-of fixes both")
    assert more == [
        "the old book is weighed by revenue, the new one by count: shares do not compare",
        "the books assume different things, which is part of what changed: half_life_days",
    ]
    assert (result.rows[0].revenue, result.rows[0].revenue_before) == (None, 5000)
    said = written(result, "table", Page())
    assert "from 2014-01-23 to 2015-01-23" in said
    assert "Known revenue" not in said
    assert "channels hold" not in said


def test_without_revenue_customers_are_weighed() -> None:
    counted = [{"id": name} for name in ("havn", "nord", "syd")]
    result = netaudit.diff(small(METTE, BO, customers=counted), small(METTE, customers=counted))
    assert (result.summary.after.revenue, result.rows[0].revenue_at_risk) == (None, None)
    said = written(result, "table", Page())
    assert "Of all customers the company's own channels hold" in said
    assert "Their revenue is unknown." in said


def test_an_unknown_limit_is_refused() -> None:
    with pytest.raises(UsageError, match="no severity is called 'hihg'"):
        netaudit.diff(small(METTE), small(METTE), fail_on="hihg")


def saved(folder: Path, name: str, *lines: str, **settings: Any) -> str:
    """A small book as a file."""
    kept = document(*OTHERS, *lines, **settings)
    known = {row["id"] for row in kept["customers"]}
    kept["customers"] += [{"id": "havn", "revenue": 1000}] if "havn" not in known else []
    (folder / name).write_text(json.dumps(kept))
    return str(folder / name)


LIMITS = [
    ((METTE, BO), (METTE,), None, 1),
    ((METTE, BO), (METTE,), "critical", 0),
    ((METTE, BO), (METTE,), "never", 0),
    ((METTE,), (FAINT,), None, 0),
    ((METTE,), (FAINT,), "medium", 1),
    ((METTE,), (BO,), "medium", 0),
    ((METTE,), (BO,), "low", 1),
    ((METTE,), (METTE, BO), "info", 0),
    ((METTE,), (METTE,), "info", 0),
]


@pytest.mark.parametrize(
    ("before", "after", "limit", "code", "form"),
    [(*case, "json") for case in LIMITS]
    + [(*case, form) for case in LIMITS[:2] for form in ("table", "csv", "markdown")],
)
def test_exit_codes(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    before: tuple[str, ...],
    after: tuple[str, ...],
    limit: str | None,
    code: int,
    form: str,
) -> None:
    old, new = saved(tmp_path, "old.json", *before), saved(tmp_path, "new.json", *after)
    assert cli.run(["diff", old, new, "-f", form, "-q", *(["--fail-on", limit] if limit else [])]) == code
    out, err = capsys.readouterr()
    assert out
    assert err.count("\n") == code
    assert err.startswith(f"netaudit: changes at or above {limit or 'high'}: 1 (") or not code


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["old.json"], "two books are compared, and one is named"),
        (["old.json", "none.json"], "none.json: F001"),
        (["-", "-"], "U001 standard input is one book"),
        (["old.json", "new.json", "--fail-on", "hihg"], "--fail-on"),
        (["old.json", "new.json", "--where", "id=x"], "U001 no customer fits"),
        (["old.json", "new.json", "-o", "old.json"], "O001 is what the answer comes from"),
        (["old.json", "new.json", "-o", "new.json"], "O001 is what the answer comes from"),
        (["old.json", "eur.json"], "U001 the old book is in DKK, the new one in EUR"),
    ],
)
def test_what_cannot_be_judged_is_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], args: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    saved(tmp_path, "old.json", METTE, BO)
    saved(tmp_path, "new.json", METTE)
    saved(tmp_path, "eur.json", METTE, currency="EUR")
    assert cli.run(["diff", *args, "-f", "json"]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert said in err


def test_one_of_the_books_may_come_in(tmp_path: Path) -> None:
    new = saved(tmp_path, "new.json", METTE)
    old = json.dumps(document(*OTHERS, METTE, BO))
    done = run("diff", "-", new, "-f", "json", input=old)
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["rows"][0]["change"]) == (1, "newly single-threaded")
    assert answer["old"] == {
        "as_of": "2015-01-23",
        "as_of_from": "book",
        "currency": "DKK",
        "weighted_by": "revenue",
        "inputs": ["-"],
    }
    assert ([entry["path"] for entry in answer["inputs"]], answer["fail_on"]) == (["-", new], "high")
    done = run(
        "diff", new, "-", "--from", "csv", "-q", "--as-of", "2015-01-23", input="employee,customer\nmette,havn\n"
    )
    assert done.returncode == 0
    assert f"Next: netaudit why customer:nord {new} --as-of 2015-01-23\n" in done.stdout


def test_remarks_say_which_book_they_are_from(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    late = "mette -> havn last_contact=2015-02-01 per_year=4"
    old, new = saved(tmp_path, "old.json", METTE), saved(tmp_path, "new.json", METTE, late, as_of="2015-01-24")
    cli.run(["diff", old, new, "-f", "json"])
    out, err = capsys.readouterr()
    warnings = json.loads(out)["warnings"]
    assert "part of what changed is time alone" in warnings[0]
    assert warnings[1].endswith(" (new book)")
    assert err.splitlines() == [f"warning: {warning}" for warning in warnings]
    cli.run(["diff", old, new, "-f", "json", "--as-of", "2015-03-01", "-v"])
    out, err = capsys.readouterr()
    assert json.loads(out)["warnings"] == []
    assert f"read: {old}: " in err
    assert err.count("assumed: half_life_days = 180") == 1


def test_the_same_settings_go_for_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = saved(tmp_path, "old.json", METTE, BO), saved(tmp_path, "new.json", METTE)
    (tmp_path / "netaudit.yml").write_text("company: Teleby\n")
    args = ["--settings", str(tmp_path / "netaudit.yml"), "--assume", "threshold.tie=0.6", "-q"]
    assert cli.run(["diff", old, new, *args]) == 0
    out = capsys.readouterr().out
    assert out.startswith("What changed in who holds the customers of Teleby, as of 2015-01-23")
    assert "No customer stands otherwise than before." in out
