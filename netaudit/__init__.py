"""netaudit: which customer ties would leave with a departing salesperson, and who owns the network.

    files → load → Book → model → analysis → Result → report → text
                     └──→ graph (networkx) ──┘

`load` reads a contact graph; `risk` asks what leaves with whom, `ownership` whose the network is, `why` what stands
behind one node, `diff` what changed between two books, and `graph` hands it to networkx. They return values and print
nothing. The command line has the same names.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    import networkx as nx

    from netaudit.book import Book
    from netaudit.finding import Finding
    from netaudit.policy.policy import Policy
    from netaudit.policy.verdict import Summary
    from netaudit.result import Result

__version__ = "0.1.0"
__all__ = [
    "check",
    "detect",
    "diff",
    "explain_import",
    "forecast",
    "graph",
    "handover",
    "import_exports",
    "load",
    "ownership",
    "plan",
    "risk",
    "rules",
    "validate",
    "why",
    "worst",
]


_Question = TypeVar("_Question", bound="Callable[..., Any]")


def _asked(question: _Question) -> _Question:
    """A question about a book, which says in our words what the engine of that cannot answer any more."""

    @wraps(question)
    def asked(book: Book, *args: Any, **options: Any) -> Any:
        with book.engine.answering():
            return question(book, *args, **options)

    return cast("_Question", asked)


def load(
    book: str | os.PathLike[str] | None = None,
    *,
    tables: Mapping[str, Any] | None = None,
    settings: str | os.PathLike[str] | None = None,
    as_of: str | date | None = None,
    assume: Sequence[str] = (),
    form: str | None = None,
    threads: int | None = None,
    memory_limit: str | None = None,
    engine: str = "duckdb",
    spark: Any = None,
    with_plan: str | os.PathLike[str] | None = None,
) -> Book:
    """Load a contact graph: a document, a folder of tables, one file of ties, or "-" for standard input.

    In place of a `book`, `tables` are frames by name, such as {"ties": frame}: pandas, Polars, PyArrow, DuckDB or
    Spark.
    `settings` is a settings file for it; `as_of` a date or "today"; `assume` a list of NAME=VALUE; `form` is "yaml"
    or "csv" for standard input; `threads` and `memory_limit` (such as "4GB") bound the engine duckdb; with the engine
    "spark", `spark` is a session or the address of a master, by default the session that runs; `with_plan` is a plan in
    JSON, taken as done. Raises `InputError`, which lists every problem with its place, and `UsageError`.
    """
    from netaudit.engines import engine_of
    from netaudit.loading import load as load_book

    loaded = load_book(
        book,
        settings=settings,
        as_of=as_of,
        assume=assume,
        form=form,
        tables=tables,
        engine=engine_of(engine, spark, threads, memory_limit),
    )
    if with_plan is None:
        return loaded
    from netaudit.loading.find import called, path_of
    from netaudit.planned import with_plan as done

    with loaded.engine.answering():
        return done(loaded, called(path_of(with_plan, "a plan")))


@_asked
def risk(
    book: Book,
    leavers: Iterable[str] = (),
    *,
    team: str | None = None,
    departures: bool = False,
    destination: str | None = None,
    where: Iterable[str] = (),
    sensitivity: bool = False,
) -> Result[Any, Any]:
    """What leaves with `leavers` (ids or names), a `team`, or everyone recorded as leaving, jointly.

    Without leavers: everyone, ranked, as if each alone left. `destination` is "competitor", "elsewhere" or "unknown";
    `where` a list of COLUMN=VALUE that chooses customers. Rows are `netaudit.analysis.departure.Row` or, without
    leavers, `netaudit.analysis.exposure.Row`. Raises `UsageError` for anybody who cannot leave.
    """
    from netaudit.errors import usage
    from netaudit.naming import leavers_of
    from netaudit.scope import scope_of

    _destination(destination)
    named, chosen = _several(leavers), _several(where)
    going = leavers_of(book, named, team, departures)
    scope = scope_of(book, chosen)
    request = _request(chosen, destination)
    if going:
        from netaudit.analysis.departure import leave

        request += tuple(word for name in named for word in ("--leaver", name))
        request += ("--team", team) if team is not None else ()
        request += ("--departures",) if departures else ()
        return leave(book, scope, going, destination, sensitivity=sensitivity, request=request)
    if sensitivity:
        raise usage("--sensitivity needs somebody who leaves", "add --leaver, --team or --departures")
    from netaudit.analysis.exposure import rank_exposure

    return rank_exposure(book, scope, destination, request)


@_asked
def worst(
    book: Book,
    size: int | None = None,
    *,
    by: str = "revenue-at-risk",
    team: str | None = None,
    candidates: Iterable[str] = (),
    where: Iterable[str] = (),
    destination: str | None = None,
    sets: int = 5,
    time_limit: float = 60,
    told: Callable[[str], None] | None = None,
) -> Result[Any, Any]:
    """The `size` people who cost most if they leave together, and the next worst sets; proven where time allows.

    Without a `size` they are three, or as many as there are; chosen from `candidates` (ids or names), a `team`, or all
    who are here. `by` is "revenue-at-risk", "severed" or "unheld", `sets` how many are found, `time_limit` the seconds
    after which the search ends with a bound, and `told` hears how far it is. Rows are `netaudit.analysis.worst.Row`.
    Raises `UsageError`.
    """
    from netaudit.analysis.worst import Search, worst_departures
    from netaudit.errors import nearest, shown, usage
    from netaudit.measures import MEASURES, MOST
    from netaudit.naming import everyone_of, leavers_of
    from netaudit.scope import scope_of

    if by not in MEASURES:
        raise usage(f"sets are not compared by {shown(by)}", nearest(by, MEASURES) or f"one of {', '.join(MEASURES)}")
    if size is not None and size not in range(1, MOST + 1):
        raise usage(f"a set has 1 to {MOST} people", "such as -k 3")
    if not time_limit >= 0:
        raise usage("a time limit is 0 seconds or more", "such as --time-limit 60")
    if sets not in range(1, 101):
        raise usage("from 1 to 100 sets can be found", "such as --sets 5")
    named, chosen = _several(candidates), _several(where)
    among = leavers_of(book, named, team, departures=False) or everyone_of(book)
    if len(among) < (size or 1):
        hint = f"-k {len(among)}, or more candidates" if among else "a book with employees who are here"
        raise usage(f"there are only {len(among)} who can leave", hint)
    search = Search(size or min(3, len(among)), among, by, sets, time_limit, _destination(destination))
    request = _request(chosen, destination)
    return worst_departures(book, scope_of(book, chosen), search, request, told)


@_asked
def forecast(
    book: Book,
    horizon: str | int = "12m",
    *,
    draws: int = 10_000,
    seed: int = 1,
    over: str | float = "10%",
    where: Iterable[str] = (),
    destination: str | None = None,
    told: Callable[[str], None] | None = None,
) -> Result[Any, Any]:
    """What may be lost within a `horizon`: by team, by customer, in all, and in a bad year.

    The horizon is "12m", "2y" or 12, for months. The expected loss is a closed form; its tail comes from so many
    `draws` of a `seed`. `over` is a loss whose chance is asked for: an amount, also "5m", or a share such as "10%".
    `told` hears how far the draws are. Rows are `netaudit.analysis.forecast.Row`. Raises `UsageError`.
    """
    from netaudit.analysis.forecast import Horizon, look_ahead
    from netaudit.errors import usage
    from netaudit.scope import scope_of
    from netaudit.year import months_of

    chosen = _several(where)
    months = months_of(str(horizon))
    if draws not in range(100, 10_000_001) or seed not in range(2**63):
        raise usage("draws must be from 100 to 10,000,000, and a seed 0 or more", "such as --draws 10000 --seed 1")
    scope = scope_of(book, chosen)
    request = _request(chosen, destination)
    ahead = Horizon(months, draws, seed, scope.units_of(book, str(over)), _destination(destination))
    return look_ahead(book, scope, ahead, request, told)


@_asked
def plan(
    book: Book,
    *,
    budget: float | None = None,
    target: float | None = None,
    leavers: Iterable[str] = (),
    where: Iterable[str] = (),
    destination: str | None = None,
    told: Callable[[str], None] | None = None,
) -> Result[Any, Any]:
    """Which new ties bring down most of what is expected to be unheld, for a `budget` or to meet a `target`.

    The budget is in the unit of the book's `actions`; the target a share from 0 to 1; without either, the first ten
    actions. With `leavers` (ids or names) these leave and nobody else. `told` hears how far it is. Rows are
    `netaudit.analysis.plan.Row`. Raises `UsageError`.
    """
    from netaudit.analysis.plan import Wish, make_plan
    from netaudit.errors import usage
    from netaudit.naming import leavers_of
    from netaudit.scope import scope_of

    if budget is not None and target is not None:
        raise usage("a plan keeps to a budget or meets a target", "--budget or --target")
    if budget is not None and not 0 <= budget <= 1e12:
        raise usage("a budget lies from 0 to 1e12", "such as --budget 40")
    if target is not None and not 0 <= target <= 1:
        raise usage("a target is a share from 0 to 1", "such as --target 0.1")
    named, chosen = _several(leavers), _several(where)
    going = leavers_of(book, named, None, departures=False)
    wish = Wish(budget, target, going, _destination(destination))
    request = tuple(word for name in named for word in ("--leaver", name))
    request += ("--budget", f"{budget:.15g}") if budget is not None else ()
    request += ("--target", f"{target:.15g}") if target is not None else ()
    return make_plan(book, scope_of(book, chosen), wish, (*request, *_request(chosen, destination)), told)


@_asked
def handover(
    book: Book,
    leaver: str,
    *,
    last_day: str | date | None = None,
    where: Iterable[str] = (),
    destination: str | None = None,
) -> Result[Any, Any]:
    """The customers of a `leaver` (id or name) in the order to call, each with a successor and what is due when.

    `last_day` is the day on record where none is given. Rows are `netaudit.analysis.handover.Row`. Raises `UsageError`.
    """
    from netaudit.analysis.handover import hand_over
    from netaudit.naming import last_day_of, leavers_of
    from netaudit.scope import scope_of

    (going,) = leavers_of(book, [leaver], None, departures=False)
    day = last_day_of(book, going, last_day)
    chosen = _several(where)
    request = _request(chosen, destination)
    request += ("--last-day", day.isoformat()) if last_day is not None else ()
    return hand_over(book, scope_of(book, chosen), going, day, _destination(destination), request)


@_asked
def ownership(book: Book, *, where: Iterable[str] = ()) -> Result[Any, Any]:
    """Who owns the network: the company's own channels, its employees, or nobody; by segment, team, person, channel.

    `where` is a list of COLUMN=VALUE that chooses customers. Rows are `netaudit.analysis.ownership.Row`.
    """
    from netaudit.analysis.ownership import own
    from netaudit.scope import scope_of

    chosen = _several(where)
    return own(book, scope_of(book, chosen), _request(chosen))


def diff(old: Book, new: Book, *, where: Iterable[str] = (), fail_on: str | None = None) -> Result[Any, Any]:
    """What changed between two books: the customers whose standing differs, worst first, and how ownership moved.

    `where` is a list of COLUMN=VALUE that chooses the customers that fit in either book; `fail_on` a severity or
    "never", by default "high": a change at or above it fails. Rows are `netaudit.analysis.diff.Row`. Raises
    `UsageError` for books in two currencies.
    """
    from netaudit.analysis.diff import compare
    from netaudit.finding import LIMITS, one_of

    limit = one_of(fail_on or "high", LIMITS)
    with old.engine.answering(), new.engine.answering():
        return compare(old, new, _several(where), limit)


@_asked
def why(book: Book, node: str, *, limit: float = 0.05) -> Result[Any, Any]:
    """Every live tie behind one customer, employee or channel, with file and line, and what its loss would do.

    `node` is an id, a full node name such as "customer:havn", or a name that only one node bears; `limit` the expected
    loss that break-even asks for. Rows are `netaudit.analysis.why.Row`. Raises `UsageError`, with near names.
    """
    from netaudit.analysis.why import explain
    from netaudit.naming import node_of

    return explain(book, node_of(book, node), limit)


@_asked
def graph(book: Book, *, around: str | None = None, hops: int | None = None) -> nx.DiGraph[str]:
    """The contact graph as a plain `networkx.DiGraph`: whole, or what is at most `hops` (1) from a node.

    `around` is a node as `why` takes it, or "company". `netaudit.exchange.text_of` writes the graph as GraphML, GEXF,
    node-link JSON or DOT. Raises `UsageError` for an unknown node, with near names, for less than no hops, and for hops
    from nowhere.
    """
    from netaudit.errors import usage
    from netaudit.exchange import part_of
    from netaudit.naming import node_of

    if around is None and hops is not None:
        raise usage("--hops needs a node to start from", "add --around NODE")
    if around is None:
        return book.graph()
    node = around if around == "company" else ":".join(node_of(book, around))
    return part_of(book.graph(), node, 1 if hops is None else hops)


@_asked
def check(
    book: Book,
    policy: str | os.PathLike[str] | Policy | None = None,
    *,
    baseline: str | os.PathLike[str] | None = None,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    fail_on: str | None = None,
    fail_on_count: int = 1,
    min_severity: str = "info",
    ignores: bool = True,
    show_suppressed: bool = False,
    strict: bool = False,
    where: Iterable[str] = (),
) -> Result[Finding, Summary]:
    """What of a policy the book breaks, worst first; `summary.failed` is the verdict.

    `policy` is a file, or a policy read already; without, all rules run at their defaults. `baseline` is an earlier
    JSON report. `select` and `ignore` are codes or their beginnings. `fail_on` is a severity or "never", and so many as
    `fail_on_count` fail. Raises `InputError` for a policy or baseline that is not right, and `UsageError`.
    """
    import os

    from netaudit.errors import usage
    from netaudit.finding import LIMITS, Severity, one_of
    from netaudit.policy.baseline import read_baseline
    from netaudit.policy.policy import Policy, read_policy
    from netaudit.policy.verdict import Gate, judge

    if fail_on_count < 1:
        raise usage("fail_on_count must be 1 or more", "fail_on never lets nothing fail")
    for limit, known in ((fail_on, LIMITS), (min_severity, tuple(Severity))):
        if limit is not None:
            one_of(limit, known)
    read = policy or Policy() if policy is None or isinstance(policy, Policy) else read_policy(os.fspath(policy))
    gate = Gate(
        select=_several(select),
        ignore=_several(ignore),
        fail_on=fail_on,
        fail_on_count=fail_on_count,
        min_severity=min_severity,
        ignores=ignores,
        show_suppressed=show_suppressed,
        strict=strict,
        where=_several(where),
    )
    return judge(book, read, gate, None if baseline is None else read_baseline(os.fspath(baseline)))


def rules(code: str | None = None) -> Result[Any, Any]:
    """The catalogue of what `check` looks for, or one rule with its reason, its remedy and its parameters."""
    from netaudit.policy.catalogue import catalogue

    return catalogue(code)


def validate(
    book: str | os.PathLike[str] | None = None,
    *,
    settings: str | os.PathLike[str] | None = None,
    as_of: str | date | None = None,
    assume: Sequence[str] = (),
    form: str | None = None,
) -> Result[Finding, Any]:
    """Load a book as `load` does, and say everything that is wrong with it.

    Raises `InputError` only where there is nothing to look into: no such file, or nothing in it.
    """
    from netaudit.analysis.validate import all_right, problems_in
    from netaudit.errors import InputError

    try:
        found = load(book, settings=settings, as_of=as_of, assume=assume, form=form)
    except InputError as error:
        return problems_in(error)
    return all_right(found)


def _several(given: Iterable[str]) -> tuple[str, ...]:
    """Texts, where one alone may be given as such."""
    return (given,) if isinstance(given, str) else tuple(given)


def _request(where: tuple[str, ...], destination: str | None = None) -> tuple[str, ...]:
    """The options that go on into the command suggested next."""
    words = tuple(word for condition in where for word in ("--where", condition))
    return (*words, "--destination", destination) if destination else words


def _destination(name: str | None) -> str | None:
    """A destination that there is. Raises UsageError for any other."""
    from netaudit.assumptions import DESTINATIONS
    from netaudit.errors import shown, usage

    if name is not None and name not in DESTINATIONS:
        raise usage(f"no destination is called {shown(name)}", f"one of {', '.join(DESTINATIONS)}")
    return name


def import_exports(
    kind: str,
    files: Sequence[str | os.PathLike[str]],
    folder: str | os.PathLike[str],
    *,
    employee: str | None = None,
    domains: Sequence[str] = (),
    company: str | None = None,
    shared: Sequence[str] = (),
    customers: str | None = None,
    columns: Sequence[str] = (),
    date_format: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    as_of: str | date | None = None,
    told: Callable[[str], None] | None = None,
) -> Result[Any, Any]:
    """Put exports of a system into the book in `folder`, which is written whole or not at all.

    Rows are what became of the rows of each file, the summary what the book holds then. `employee` is whose export it
    is, `domains` are our own, `shared` mailboxes that nobody of ours owns alone, `columns` a list of FIELD=HEADING;
    `customers` is "known" or "all": whether only people at customers that the book knows are added.
    `as_of` is the day of the export: nothing dated later is believed (default: today). Raises `InputError`, located,
    and `UsageError` for what does not go together.
    """
    import os
    from pathlib import Path

    from netaudit.importers import imported
    from netaudit.importers.tables import wishes
    from netaudit.report.streams import deliver_into

    result, texts = imported(
        kind,
        [os.fspath(file) for file in files],
        os.fspath(folder),
        employee=employee,
        domains=domains,
        company=company,
        shared=shared,
        customers=customers,
        as_of=as_of,
        wishes=wishes(columns, date_format, decimal, encoding),
        told=told,
    )
    deliver_into(Path(folder), texts)
    return result


def detect(files: Sequence[str | os.PathLike[str]]) -> Result[Any, Any]:
    """Which system each file is from, and by what it is told. Raises `InputError` for what cannot be read."""
    import os

    from netaudit.importers.detection import detected

    return detected([os.fspath(file) for file in files])


def explain_import(kind: str) -> Result[Any, Any]:
    """What an import of this kind keeps of an export, field by field, and why. Raises `UsageError`."""
    from netaudit.importers.explanation import explained

    return explained(kind)
