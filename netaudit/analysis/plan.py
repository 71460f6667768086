"""Which new ties bring most for their cost, and in which order?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from netaudit.actions import ACTIONS, DESK_CALLS, HANDOVER, MEETINGS
from netaudit.choosing import Goal, cost_of, one_by_one
from netaudit.colleagues import colleagues_of
from netaudit.model import PORTION, UNIT, hold_of
from netaudit.offers import programme_of, ranked
from netaudit.optimum import proven
from netaudit.outlook import MONTHS, Outlook
from netaudit.planned import Planned
from netaudit.programme import Takeover
from netaudit.result import Band, Result, Sentence, Unit, Value, column
from netaudit.scope import NO_BASIS, among, money_band, suggested
from netaudit.year import end_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from netaudit.book import Book
    from netaudit.choosing import Step
    from netaudit.colleagues import Colleagues
    from netaudit.engine import Frame
    from netaudit.optimum import Chosen
    from netaudit.outlook import Sums
    from netaudit.programme import Offer, Spot
    from netaudit.scope import Scope

FIRST = 10
"""So many actions where neither a budget nor a target is given."""

AT_ONCE = 2_000
"""So many customers are looked at first; more where they could matter."""

CURVE = (10, 20, 50, 100, 200, 500, 1000)
"""After so many actions it is said what they buy."""


@dataclass(frozen=True, slots=True)
class Row:
    """One action, after those before it."""

    rank: int = column("#", Unit.COUNT, "place in the plan: what brings most for its cost comes first")
    what: str = column("Action", Unit.TEXT, "what to do, in words")
    action: str = column("Kind", Unit.CHOICE, "kind of action", table=False, choices=ACTIONS)
    customer: str | None = column("Customer", Unit.ID, "where; null for a channel as a whole", table=False)
    customer_name: str | None = column("At", Unit.TEXT, "its name, or id where none is known", table=False)
    contact: str | None = column(
        "Contact", Unit.ID, "with whom; null where it may be anybody at the customer", table=False
    )
    owner: str = column("Owner", Unit.ID, "whose tie it is: a channel or an employee", table=False)
    intensity: float = column("Intensity", Unit.NUMBER, "what the tie adds; of a channel: to each contact", table=False)
    cost: float = column("Cost", Unit.NUMBER, "cost a year, in the unit of the summary")
    spent: float = column("So far", Unit.NUMBER, "cost of the plan up to here", wide=True)
    gain: float = column("Brings", Unit.SHARE, "fall in the expected unheld share of all that is weighed")
    unheld_after: float = column("Unheld", Unit.SHARE, "expected unheld share of all that is weighed, from here on")
    reason: str = column("Why", Unit.TEXT, "why this, and why there")


@dataclass(frozen=True, slots=True)
class Summary:
    """The book before and after the plan."""

    unheld_before: float = column(
        "Before", Unit.SHARE, "expected unheld share of all that is weighed, without the plan"
    )
    unheld_after: float = column("After", Unit.SHARE, "the same with it, worked out from the book with its ties added")
    spent: float = column("Spent", Unit.NUMBER, "cost of the plan a year")
    unit: str = column("Unit", Unit.TEXT, "unit of all costs")
    actions: int = column("Actions", Unit.COUNT, "actions of the plan")
    optimum_gap: float | None = column(
        "Gap",
        Unit.SHARE,
        "no plan brings more than this above it for the same cost, as a share of what that one brings (with a target: "
        "costs less by more than this share of the cost); 0 is proven to be the best, null is not known",
    )
    budget: float | None = column("Budget", Unit.NUMBER, "what was to be spent at most")
    target: float | None = column("Target", Unit.SHARE, "the expected unheld share that was to be met")
    met: bool | None = column("Met", Unit.FLAG, "whether it is; null without a target")
    customers: int = column("Customers", Unit.COUNT, "customers in question")
    revenue: float | None = column("Revenue", Unit.MONEY, "known revenue of the customers in question, a year")
    expected_loss_before: Band | None = column(
        "Loss before", Unit.MONEY, "expected loss within the year, as things are"
    )
    expected_loss_after: Band | None = column("Loss after", Unit.MONEY, "the same with the plan")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked: a budget, a share unheld to meet, or neither; and who is known to leave."""

    budget: float | None = None
    target: float | None = None
    leavers: tuple[str, ...] = ()
    destination: str | None = None


def make_plan(
    book: Book, scope: Scope, wish: Wish, request: tuple[str, ...] = (), told: Callable[[str], None] | None = None
) -> Result[Row, Summary]:
    """The actions that bring down most of what is expected to be unheld for their cost, in order.

    `request` are the options that go on into the command suggested next; `told` hears how far it is.
    """
    tell = told or (lambda _: None)
    tell("what is expected")
    outlook = Outlook.of(book, scope, wish.leavers, wish.destination)
    before = outlook.sums()
    colleagues = colleagues_of(book, outlook.pairs, wish.leavers)
    tell("what is on offer")
    chosen = _chosen(outlook, colleagues, _goal(scope, wish, before))
    after = outlook.after([planned_of(step) for step in chosen.steps])
    summary = _summary(book, scope, wish, chosen, before, after)
    rows = tuple(_rows(book, scope, colleagues, chosen.steps, before))
    return Result(
        schema="netaudit/plan/1",
        title=_title(book, wish),
        facts=book.facts(),
        summary=summary,
        rows=rows,
        row_type=Row,
        closing=(
            *_said(scope, summary, rows),
            *_not_planned(outlook),
            *_assumed(book, wish),
            suggested(book, *request, "--format", "json", "--output", "plan.json", command=("plan",))
            if rows
            else suggested(book),
        ),
        leavers=wish.leavers or None,
        where=scope.where,
        warnings=book.warnings,
        judged_by={"actions": book.actions.as_mapping()},
    )


def _goal(scope: Scope, wish: Wish, before: Sums) -> Goal:
    if wish.target is not None:
        return Goal(needed=max(0.0, before.unheld / PORTION - wish.target * scope.weight))
    return Goal(most=FIRST) if wish.budget is None else Goal(budget=wish.budget)


def _chosen(outlook: Outlook, colleagues: Colleagues, goal: Goal) -> Chosen:
    """Looks at some customers, and at more until those that are left out cannot matter."""
    order, many = ranked(outlook), AT_ONCE
    while True:
        programme = programme_of(outlook, colleagues, order, many)
        steps = one_by_one(programme, goal)
        last = min((step.gain / step.what.cost for step in steps), default=0.0)
        if not programme.rate or (programme.rate <= last and goal.ends(steps, outlook.book.actions.cost.values())):
            return proven(programme, goal, steps)
        many *= 4


def planned_of(step: Step) -> Planned:
    """The step as a file has it."""
    what = step.what
    if isinstance(what, Takeover):
        return Planned("unrelay", what.channel, None, None, what.units / UNIT)
    return Planned(what.action, what.owner, step.customer, what.contact or None, what.units / UNIT)


def _summary(book: Book, scope: Scope, wish: Wish, chosen: Chosen, before: Sums, after: Sums) -> Summary:
    return Summary(
        unheld_before=scope.share(before.unheld / PORTION),
        unheld_after=scope.share(after.unheld / PORTION),
        spent=_plain(cost_of(chosen.steps)),
        unit=book.actions.unit,
        actions=len(chosen.steps),
        optimum_gap=chosen.gap,
        budget=wish.budget,
        target=wish.target,
        met=None if wish.target is None or not scope.weight else chosen.met,
        customers=scope.count,
        revenue=None if scope.revenue is None else book.money(scope.revenue),
        expected_loss_before=money_band(book, before.risk),
        expected_loss_after=money_band(book, after.risk),
    )


def _plain(cost: float) -> float:
    """A cost without the rounding of sums."""
    return round(cost, 6)


class _Words:
    """What a step is, and why, in words."""

    def __init__(self, book: Book, colleagues: Colleagues, steps: Sequence[Step]) -> None:
        self.book = book
        self.colleagues = colleagues
        spots = [step.spot for step in steps if step.spot is not None]
        people = {person for spot in spots for person in spot.people}
        owners = {step.what.channel if isinstance(step.what, Takeover) else step.what.owner for step in steps}
        people |= {step.what.person for step in steps if isinstance(step.what, Takeover)}
        tables = book.tables
        self.customers = _names(book, tables.customers, {spot.id for spot in spots})
        self.owners = _names(book, tables.employees, people | owners) | _names(book, tables.channels, owners)
        contacts = {step.what.contact for step in steps if not isinstance(step.what, Takeover)}
        self.contacts = _names(book, tables.contacts, contacts)

    def action(self, step: Step) -> str:
        """What to do, and where."""
        what = step.what
        if isinstance(what, Takeover):
            return f"Send {self.owners[what.channel]} from the company, not from {self.owners[what.person]}"
        owner, contact = self.owners[what.owner], self.contacts.get(what.contact, "somebody there")
        todo = {
            "page_follow": f"{contact} follows {owner}",
            "newsletter": f"{contact} reads {owner}",
            "desk_use": f"they use {owner}, {DESK_CALLS} calls a year",
            "handover": f"hand {contact} over to {owner}",
            "second_colleague": f"{owner} meets {contact}, {MEETINGS} times a year",
        }
        return f"{self.customers[step.customer or '']}: {todo[what.action]}"

    def reason(self, step: Step) -> str:
        """Why this, and why there."""
        what, spot = step.what, step.spot
        if isinstance(what, Takeover) or spot is None:
            many = len(what.moved) if isinstance(what, Takeover) else 0
            return f"{many} customer{'' if many == 1 else 's'} would lose it with one person"
        return f"{self._why(what, spot)}; {self._holders(spot)}"

    def _why(self, what: Offer, spot: Spot) -> str:
        if what.action == "second_colleague":
            has = f"has {self.colleagues.load(what.owner)[0]:,} of at most {self.colleagues.capacity:,} customers"
            if what.is_new:
                self.colleagues.take(what.owner, known=False)
            knows = {
                "contact": "knows a colleague of theirs",
                "team": f"same team ({self.colleagues.teams.get(what.owner, '')}), {has}",
                "segment": f"knows the segment {spot.segment}, {has}",
            }
            return knows[what.near]
        if what.action == "handover":
            return f"knows them already, {self.owners[what.beside]} better"
        return {
            "page_follow": "does not follow it yet",
            "newsletter": "does not read it yet",
            "desk_use": "do not use it yet",
        }[what.action]

    def _holders(self, spot: Spot) -> str:
        most = sorted(spot.people, key=lambda one: (-spot.people[one], one))
        if not most:
            return "nobody has a tie there"
        if len(most) == 1:
            return f"only {self.owners[most[0]]} has a tie there"
        return f"{self.owners[most[0]]} has the strongest of {len(most)} people's ties"


def _names(book: Book, table: Frame, ids: set[str]) -> dict[str, str]:
    """Names by id, or the id where none is known."""
    asked = among(book, ids).rename({"customer": "id"})
    rows = book.engine.rows(table.join(asked, on="id", how="semi").select("id", "name"))
    return {id_: name or id_ for id_, name in rows}


def _rows(book: Book, scope: Scope, colleagues: Colleagues, steps: Sequence[Step], before: Sums) -> Iterator[Row]:
    words = _Words(book, colleagues, steps)
    spent, left = 0.0, before.unheld / PORTION
    for rank, step in enumerate(steps, 1):
        what = planned_of(step)
        spent, left = spent + step.what.cost, left - step.gain
        yield Row(
            rank=rank,
            what=words.action(step),
            action=what.action,
            customer=what.customer,
            customer_name=None if what.customer is None else words.customers[what.customer],
            contact=what.contact,
            owner=what.owner,
            intensity=what.intensity,
            cost=_plain(step.what.cost),
            spent=_plain(spent),
            gain=scope.share(step.gain),
            unheld_after=scope.share(max(0.0, left)),
            reason=words.reason(step),
        )


def _title(book: Book, wish: Wish) -> Sentence:
    values = {"end": Value(end_of(book.as_of, MONTHS).isoformat(), Unit.TEXT)}
    if not wish.leavers:
        return Sentence("Which new ties to build, against whoever leaves until {end}", values)
    names = _names(book, book.tables.employees, set(wish.leavers))
    who = {"who": Value(" and ".join(names[one] for one in wish.leavers), Unit.TEXT)}
    return Sentence("Which new ties to build, now that {who} leave" + ("s" if len(wish.leavers) == 1 else ""), who)


def _said(scope: Scope, summary: Summary, rows: Sequence[Row]) -> Iterator[Sentence]:
    """Before and after, the curve between, and how good the plan is."""
    values = {
        "before": Value(summary.unheld_before, Unit.SHARE),
        "after": Value(summary.unheld_after, Unit.SHARE),
        "spent": Value(summary.spent, Unit.NUMBER),
        "unit": Value("hour" if (summary.spent, summary.unit) == (1, "hours") else summary.unit, Unit.TEXT),
        "actions": Value(summary.actions, Unit.COUNT),
        "loss": Value(summary.expected_loss_before, Unit.MONEY),
        "less": Value(summary.expected_loss_after, Unit.MONEY),
        "target": Value(summary.target, Unit.SHARE),
    }
    if not rows:
        why = (
            "{target} is met already"
            if summary.met
            else "nothing on offer, or nothing that can be afforded, would help"
        )
        if not scope.weight:
            why = "no customer in question has a known revenue above 0, so nothing is weighed"
        yield Sentence(f"No action: {why}. Expected to be held by nobody and no channel: {{before}}.", values)
        if summary.met is False:
            yield Sentence("The target of {target} cannot be met.", values, kind="warning")
        elif not summary.met:
            yield Sentence(
                "On offer are pages, newsletters and desks of the book that nobody passes on, colleagues near who have "
                "room, and channels that hang on one person; as far as the limits of `actions:` allow."
            )
        return
    loss = "; the expected loss from {loss} to {less}" if summary.expected_loss_before is not None else ""
    many, verb = ("{actions} action", "brings") if summary.actions == 1 else ("{actions} actions", "bring")
    yield Sentence(
        f"{many}, {{spent}} {{unit}} a year, {verb} what is expected to be held by nobody and no channel (unheld) from "
        f"{{before}} to {{after}} of {scope.weighed}{loss}.",
        values,
    )
    if summary.met is False:
        proof = "no plan leaves less" if summary.optimum_gap == 0 else "this is the most that was found"
        yield Sentence(f"The target of {{target}} is not met: {proof}.", values, kind="warning")
    points = [row for row in rows if row.rank in CURVE and row.rank < len(rows)]
    if points:
        parts = [f"the first {{n{row.rank}}} to {{u{row.rank}}} for {{s{row.rank}}}" for row in points]
        curve = {f"n{row.rank}": Value(row.rank, Unit.COUNT) for row in points}
        curve |= {f"u{row.rank}": Value(row.unheld_after, Unit.SHARE) for row in points}
        curve |= {f"s{row.rank}": Value(row.spent, Unit.NUMBER) for row in points}
        yield Sentence(f"On the way: {', '.join(parts)} {{unit}}.", curve | {"unit": values["unit"]})
    if summary.met is not False:
        yield _how_good(summary)


def _how_good(summary: Summary) -> Sentence:
    gap = {"gap": Value(summary.optimum_gap, Unit.SHARE)}
    if summary.optimum_gap is None:
        return Sentence("How much better a plan could be is not known.")
    if summary.target is not None:
        off = "a plan that meets the target could cost {gap} less at most"
        best = "no plan that meets the target costs less"
    else:
        off, best = "at most {gap} short of the best plan of that cost", "no plan of that cost brings more"
    return Sentence(f"Proven: {off if summary.optimum_gap else best}.", gap)


def _not_planned(outlook: Outlook) -> Iterator[Sentence]:
    """Customers about which nothing can be planned."""
    book, scope = outlook.book, outlook.scope
    many = outlook.expected.filter(nw.col("count") > 1)
    rows = book.engine.rows(many.select(nw.len().alias("n")))[0][0]
    if scope.revenue is not None and scope.unknown:
        yield Sentence(
            "Not weighed, so nothing is planned there: {unknown} of unknown revenue.",
            {"unknown": Value(scope.unknown, Unit.COUNT)},
            kind="warning",
        )
    if rows:
        yield Sentence(
            "Rows that stand for many customers get no action, for one contact is not one of each: {rows}, with "
            "{share} of what is unheld.",
            {
                "rows": Value(rows, Unit.COUNT),
                "share": Value(outlook.sums(many).unheld / max(1, outlook.sums().unheld), Unit.SHARE),
            },
        )


def _assumed(book: Book, wish: Wish) -> Iterator[Sentence]:
    """What it rests on, a follower's small effect above all."""
    page, letter = (book.assumptions[f"channel.{kind}"] for kind in ("company_page", "newsletter"))
    values = {
        "page": Value(hold_of(round(page * UNIT)), Unit.SHARE),
        "letter": Value(hold_of(round(letter * UNIT)), Unit.SHARE),
        "handover": Value(hold_of(round(HANDOVER * UNIT)), Unit.SHARE),
        "shock": Value(book.assumptions["attrition"], Unit.SHARE),
    }
    if wish.leavers:
        who = "Nobody else leaves, and only the leavers' customers are planned for."
    else:
        who = "People leave at the rates of `forecast` ({shock} a year by default)."
    yield Sentence(
        f"Assumed: {who} Effects and costs are convention, not evidence: one follower takes {{page}} off what is "
        "unheld at a customer, one reader {letter}, a planned handover {handover} where that colleague stays. The ties "
        f"must be built and kept up; a plan is not done by being made. {NO_BASIS}",
        values,
    )
