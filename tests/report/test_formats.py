"""What people see, kept as it is."""

from __future__ import annotations

from functools import cache
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import pytest
from inline_snapshot import snapshot

import netaudit
from netaudit.errors import UsageError
from netaudit.report import Page, written
from netaudit.report.as_table import TOP
from tests.books import book, loaded
from tests.test_cli import TELCO

if TYPE_CHECKING:
    from netaudit.result import Result

SMALL = (
    "mette -meeting-> havn/lars last_contact=2015-01-10 per_year=12",
    "page -> havn followers=3",
    "mette -call-> nord last_contact=2014-11-01 per_year=6",
    "bo -meeting-> nord last_contact=2015-01-05 per_year=12",
    "mette -> syd",
)


def answer(form: str, *leavers: str, width: int | None = None, **page: bool) -> str:
    """The small book in one format, without the last line, which names a passing folder."""
    text = written(netaudit.risk(book(*SMALL), leavers), form, Page(width=width, **page))
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("Next:"))


def test_table_on_a_narrow_terminal() -> None:
    assert answer("table", "mette", width=80) == snapshot("""\
If mette left, as of 2015-01-23

Customer  Verdict  Revenue, DKK  Walks          At risk, DKK
─────────────────────────────────────────────────────────────
havn      exposed         1,000  ███▌    70 %  211 (106-352)
syd       severed         1,000  ███▍    68 %  203 (102-339)
nord      held            1,000  ▏      2.8 %       8 (4-14)

Customers touched: 3. Severed: 1, where nobody who stays and no company channel
has a live tie. Exposed: 1, where what remains holds less than 50 %. Held: 1.
At risk: DKK 423 (211-705) a year, of DKK 3,000 that they bring.
Assumed: of what walks, 30 % (15 % to 50 %) follows (destination: unknown), as
in other trades; a kind, date or count of ties at 1 of these customers. At risk
is revenue, times walks, times what follows.
Severed is not lost: in two public registers 19-45 % of single-contact clients
went in a period in which nobody left, and in one of them 62 % stayed after
their only contact had gone.
""")


def test_table_in_a_pipe() -> None:
    assert answer("table", "mette") == snapshot("""\
If mette left, as of 2015-01-23

Customer  Verdict  Revenue, DKK    Held  Walks               At risk, DKK  Ties lost  Kept
───────────────────────────────────────────────────────────────────────────────────────────
havn      exposed         1,000    26 %  ███████      70 %  211 (106-352)          1     1
syd       severed         1,000   0.0 %  ██████▊      68 %  203 (102-339)          1     0
nord      held            1,000    95 %  ▎           2.8 %       8 (4-14)          1     1

Customers touched: 3. Severed: 1, where nobody who stays and no company channel has a live tie. Exposed: 1, where what remains holds less than 50 %. Held: 1.
At risk: DKK 423 (211-705) a year, of DKK 3,000 that they bring.
Assumed: of what walks, 30 % (15 % to 50 %) follows (destination: unknown), as in other trades; a kind, date or count of ties at 1 of these customers. At risk is revenue, times walks, times what follows.
Severed is not lost: in two public registers 19-45 % of single-contact clients went in a period in which nobody left, and in one of them 62 % stayed after their only contact had gone.
""")


def test_ranking_in_a_pipe() -> None:
    assert answer("table") == snapshot("""\
Whose leaving would cost most, one person at a time, as of 2015-01-23

Employee  Customers  Severed  Exposed  Alone  Revenue, DKK   At risk, DKK  Share
─────────────────────────────────────────────────────────────────────────────────────────────
mette             3        1        1      2         3,000  423 (211-705)  █▍           14 %
bo                1        0        0      0         1,000   124 (62-206)  ▍           4.1 %

Costliest: mette, with 14 % of all revenue at risk (DKK 423 (211-705) a year). Customers severed: 1.
Each line stands for one person leaving alone; several who leave together cost at least the sum. It speaks about customers' ties, not about anybody's work, and is no basis for employment decisions.
""")


def test_table_in_plain_characters() -> None:
    text = answer("table", "mette", fancy=False)
    assert text.isascii()
    assert "#######" in text


def test_colour_only_where_it_is_asked_for() -> None:
    assert "\x1b[" in answer("table", "mette", width=80, color=True)
    assert "\x1b[" not in answer("table", "mette", width=80)


def test_csv() -> None:
    assert answer("csv", "mette") == snapshot("""\
customer,name,segment,verdict,revenue,held,walks,adrift,loss_low,loss_base,loss_high,revenue_at_risk_low,revenue_at_risk_base,revenue_at_risk_high,ties_lost,ties_kept,tolerance,tolerance_either_side,single_points
havn,,,exposed,1000.0,0.259181779,0.703935053,0.036883167,0.105590258,0.211180516,0.351967527,105.59,211.18,351.97,1,1,1,1,contact:lars; employee:mette
syd,,,severed,1000.0,0.0,0.67777662,0.32222338,0.101666493,0.203332986,0.33888831,101.67,203.33,338.89,1,0,1,1,employee:mette
nord,,,held,1000.0,0.950212932,0.028181487,0.021605581,0.004227223,0.008454446,0.014090744,4.23,8.45,14.09,1,1,2,2,
""")


def test_markdown() -> None:
    assert answer("markdown", "mette") == snapshot("""\
### If mette left, as of 2015\\-01\\-23

| Customer | Verdict | Revenue, DKK | Held | Walks | At risk, DKK | Ties lost | Kept |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |
| havn | exposed | 1,000 | 26 % | 70 % | 211 (106-352) | 1 | 1 |
| syd | severed | 1,000 | 0.0 % | 68 % | 203 (102-339) | 1 | 0 |
| nord | held | 1,000 | 95 % | 2.8 % | 8 (4-14) | 1 | 1 |

Customers touched\\: 3\\. Severed\\: 1, where nobody who stays and no company channel has a live tie\\. Exposed\\: 1, where what remains holds less than 50 %\\. Held\\: 1\\.

At risk\\: DKK 423 \\(211\\-705\\) a year, of DKK 3,000 that they bring\\.

Assumed\\: of what walks, 30 % \\(15 % to 50 %\\) follows \\(destination\\: unknown\\), as in other trades; a kind, date or count of ties at 1 of these customers\\. At risk is revenue, times walks, times what follows\\.

> Severed is not lost\\: in two public registers 19\\-45 % of single\\-contact clients went in a period in which nobody left, and in one of them 62 % stayed after their only contact had gone\\.

""")


def test_no_line_is_wider_than_the_terminal() -> None:
    result = netaudit.risk(book(*SMALL), ["mette"], sensitivity=True)
    for width in (60, 80, 100, 200):
        lines = written(result, "table", Page(width=width)).splitlines()
        assert max(len(line) for line in lines if not line.startswith("Next:")) <= width


@pytest.mark.parametrize("leavers", [(), ("mette",)])
def test_names_stay_legible_on_a_narrow_terminal(leavers: tuple[str, ...]) -> None:
    text = written(netaudit.risk(netaudit.load(TELCO), leavers), "table", Page(width=80))
    assert all((row.name or row.employee) in text for row in netaudit.risk(netaudit.load(TELCO), leavers).rows)
    assert max(len(line) for line in text.splitlines() if not line.startswith("Next:")) <= 80


def test_counting_customers_where_nobody_has_a_revenue() -> None:
    b = book("mette -> havn", "bo -> havn", customers=[{"id": "havn"}])
    ranked, alone = netaudit.risk(b), netaudit.risk(b, ["mette"])
    assert ranked.facts is not None
    assert (ranked.facts.weighted_by, ranked.summary.revenue, ranked.rows[0].revenue_at_risk) == ("count", None, None)
    assert ranked.rows[0].share_of_revenue == pytest.approx(alone.rows[0].loss.base, abs=1e-9)
    for form in ("table", "csv", "json", "markdown"):
        assert "At risk:" not in written(alone, form, Page())


def test_unknown_revenue_is_listed_after_what_is_known_and_counted() -> None:
    b = book("mette -> a", "mette -> b", customers=[{"id": "a"}, {"id": "b", "revenue": 5}])
    result = netaudit.risk(b, ["mette"])
    assert [row.customer for row in result.rows] == ["b", "a"]
    assert result.summary.revenue_unknown == 1
    assert "unknown" in written(result, "table", Page())
    assert "not in it: 1" in written(result, "table", Page())


def test_currencies_without_decimals() -> None:
    result = netaudit.risk(book("mette -> a", currency="JPY", customers=[{"id": "a", "revenue": 1001}]), ["mette"])
    assert isinstance(result.rows[0].revenue, int)
    assert result.summary.revenue_at_risk == result.rows[0].revenue_at_risk


def test_tables_show_twenty_rows_and_say_so() -> None:
    b = book(*(f"p{n:02} -> c{n}" for n in range(25)))
    text = written(netaudit.risk(b), "table", Page())
    assert f"{TOP} of 25 rows; --top 0 shows all." in text
    assert "rows;" not in written(netaudit.risk(b), "table", Page(top=0))
    assert "3 of 25 rows" in written(netaudit.risk(b), "markdown", Page(top=3))
    assert written(netaudit.risk(b), "csv", Page()).count("\n") == 26


def test_leavers_without_ties_take_nothing() -> None:
    b = book("bo -> havn", employees=[{"id": "bo"}, {"id": "mette", "name": "Mette | Holm"}])
    result = netaudit.risk(b, ["mette"])
    assert result.rows == ()
    for form in ("table", "markdown"):
        assert "nothing leaves" in written(result, form, Page())
    assert "Mette \\| Holm" in written(result, "markdown", Page())


def test_many_leavers_are_not_all_called_by_name() -> None:
    b = book(*(f"p{n} -> c{n}" for n in range(6)))
    text = written(netaudit.risk(b, [f"p{n}" for n in range(6)]), "table", Page())
    assert text.startswith("If p0, p1, p2, p3 and 2 more left together")


def test_customers_whose_ties_no_longer_count_are_unmapped() -> None:
    people = [{"id": "bo"}, {"id": "ole", "left_on": "2014-01-01"}]
    text = written(netaudit.risk(book("bo -> havn", "ole -> nord", employees=people)), "table", Page())
    assert "Unmapped, so unknown and not safe: 1 (1 with ties that no longer count" in text


def test_a_book_without_ties_is_audited() -> None:
    result = netaudit.risk(loaded({"customers": [{"id": "a", "revenue": 1}], "employees": [{"id": "bo"}]}))
    assert (result.summary.unmapped, result.rows[0].customers) == (1, 0)
    nobody = netaudit.risk(loaded({"customers": [{"id": "a"}]}))
    assert nobody.rows == ()
    assert "Unmapped" in written(nobody, "table", Page())


def test_an_unknown_format_names_those_there_are() -> None:
    with pytest.raises(UsageError, match="formats are table, json, csv, markdown"):
        answer("xml")


def owned(form: str, width: int | None = None) -> str:
    """The small book's ownership in one format, without the last line."""
    text = written(netaudit.ownership(book(*SMALL)), form, Page(width=width))
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("Next:"))


def test_ownership_on_a_narrow_terminal() -> None:
    assert owned("table", 80) == snapshot("""\
Does the company have a network, or only its employees'? As of 2015-01-23

By segment
Name        Customers  Revenue, DKK  Company's     Employees'  Nobody's
────────────────────────────────────────────────────────────────────────
no segment          3         3,000  ▍      8.6 %        79 %      13 %

By team
Name     Customers  Revenue, DKK  Owned
───────────────────────────────────────────────
no team          3         3,000  ███▉    79 %

By person
Name   Customers  Revenue, DKK  Owned
─────────────────────────────────────────────
mette          3         3,000  ██▊     56 %
bo             1         1,000  █▏      23 %

By channel
Name  Customers  Revenue, DKK   Reach  Reach, revenue  Via people
──────────────────────────────────────────────────────────────────
page          1         1,000    33 %            33 %       0.0 %

Fewest people whose leaving would leave more than half of all known revenue
unheld: 1.
Owned by persons is split by what each adds to every group of colleagues
(Shapley). It speaks about customers' ties, not about anybody's work, and is no
basis for employment decisions.
The network is its employees' more than the company's: of all known revenue its
own channels hold 8.6 %, employees alone 79 %, and nobody 13 %.
""")


def test_ownership_in_markdown() -> None:
    assert owned("markdown") == snapshot("""\
### Does the company have a network, or only its employees'? As of 2015\\-01\\-23

#### By segment

| Name | Customers | Revenue, DKK | Company's | Employees' | Nobody's |
| --- | ---: | ---: | ---: | ---: | ---: |
| no segment | 3 | 3,000 | 8.6 % | 79 % | 13 % |

#### By team

| Name | Customers | Revenue, DKK | Owned |
| --- | ---: | ---: | ---: |
| no team | 3 | 3,000 | 79 % |

#### By person

| Name | Customers | Revenue, DKK | Owned |
| --- | ---: | ---: | ---: |
| mette | 3 | 3,000 | 56 % |
| bo | 1 | 1,000 | 23 % |

#### By channel

| Name | Customers | Revenue, DKK | Reach | Contacts | Reach, revenue | Via people | Contacts via | Revenue via |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
| page | 1 | 1,000 | 33 % | 0.0 % | 33 % | 0.0 % | 0.0 % | 0.0 % |

Fewest people whose leaving would leave more than half of all known revenue unheld\\: 1\\.

Owned by persons is split by what each adds to every group of colleagues \\(Shapley\\)\\. It speaks about customers' ties, not about anybody's work, and is no basis for employment decisions\\.

The network is its employees' more than the company's\\: of all known revenue its own channels hold 8\\.6 %, employees alone 79 %, and nobody 13 %\\.

""")


def test_ownership_in_csv() -> None:
    assert owned("csv") == snapshot("""\
dimension,key,name,customers,revenue,company_owned,person_owned,unowned,owned,reach_customers,reach_contacts,reach_revenue,reach_customers_via_employees,reach_contacts_via_employees,reach_revenue_via_employees
segment,,no segment,3,3000.0,0.086393926,0.786702031,0.126904043,,,,,,,
team,,no team,3,3000.0,,,,0.786702031,,,,,,
person,mette,,3,3000.0,,,,0.559607522,,,,,,
person,bo,,1,1000.0,,,,0.227094509,,,,,,
channel,page,,1,1000.0,,,,,0.333333333,0.0,0.333333333,0.0,0.0,0.0
""")


def ahead(form: str, width: int | None = None) -> str:
    """The small book's year ahead in one format, without the last line."""
    found = book(*SMALL, employees=[{"id": "mette", "team": "red", "attrition": 0.25}, {"id": "bo"}])
    text = written(netaudit.forecast(found, draws=400), form, Page(width=width))
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("Next:"))


def sets(form: str, width: int | None = None) -> str:
    """The small book's worst pair, and which one of the two is worse."""
    texts = [written(netaudit.worst(book(*SMALL), size), form, Page(width=width)) for size in (2, 1)]
    return "".join(line for text in texts for line in text.splitlines(keepends=True) if not line.startswith("Next:"))


def test_the_worst_set_on_a_narrow_terminal() -> None:
    assert sets("table", 80) == snapshot("""\
The 2 whose leaving together would cost most, of 2 people, as of 2015-01-23

Leaving together     At risk, DKK   Share  Severed
───────────────────────────────────────────────────
bo; mette         821 (423-1,315)    27 %        2

Worst: bo; mette. At risk: DKK 821 (423-1,315) a year, 27 % of all known
revenue. Customers severed: 2. Held by nobody and no channel (unheld): 13 %
today, 91 % to be expected then. One by one they would put DKK 547 at risk: the
rest are customers that they hold together.
They are all that there are to choose from.
Absence factor: 1; so many people must go before more than half of all known
revenue is unheld.
Assumed: of what walks, 30 % (15 % to 50 %) follows (destination: unknown), as
in other trades. It speaks about customers' ties, not about anybody's work, and
is no basis for employment decisions.
Severed is not lost: in two public registers 19-45 % of single-contact clients
went in a period in which nobody left, and in one of them 62 % stayed after
their only contact had gone.
The one whose leaving would cost most, of 2 people, as of 2015-01-23

Leaving together   At risk, DKK   Share  Severed
─────────────────────────────────────────────────
mette             423 (211-705)    14 %        1
bo                 124 (62-206)   4.1 %        0

Worst: mette. At risk: DKK 423 (211-705) a year, 14 % of all known revenue.
Customers severed: 1. Held by nobody and no channel (unheld): 13 % today, 60 %
to be expected then.
Proven: of these 2 people nobody else is worse.
Absence factor: 1; so many people must go before more than half of all known
revenue is unheld.
Assumed: of what walks, 30 % (15 % to 50 %) follows (destination: unknown), as
in other trades. It speaks about customers' ties, not about anybody's work, and
is no basis for employment decisions.
Severed is not lost: in two public registers 19-45 % of single-contact clients
went in a period in which nobody left, and in one of them 62 % stayed after
their only contact had gone.
""")


def test_the_worst_set_in_markdown() -> None:
    assert sets("markdown") == snapshot("""\
### The 2 whose leaving together would cost most, of 2 people, as of 2015\\-01\\-23

| Leaving together | At risk, DKK | Share | One by one, DKK | Customers | Severed | Unheld |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
| bo; mette | 821 (423-1,315) | 27 % | 547 | 3 | 2 | 91 % |

Worst\\: bo; mette\\. At risk\\: DKK 821 \\(423\\-1,315\\) a year, 27 % of all known revenue\\. Customers severed\\: 2\\. Held by nobody and no channel \\(unheld\\)\\: 13 % today, 91 % to be expected then\\. One by one they would put DKK 547 at risk\\: the rest are customers that they hold together\\.

They are all that there are to choose from\\.

Absence factor\\: 1; so many people must go before more than half of all known revenue is unheld\\.

Assumed\\: of what walks, 30 % \\(15 % to 50 %\\) follows \\(destination\\: unknown\\), as in other trades\\. It speaks about customers' ties, not about anybody's work, and is no basis for employment decisions\\.

> Severed is not lost\\: in two public registers 19\\-45 % of single\\-contact clients went in a period in which nobody left, and in one of them 62 % stayed after their only contact had gone\\.

### The one whose leaving would cost most, of 2 people, as of 2015\\-01\\-23

| Leaving together | At risk, DKK | Share | One by one, DKK | Customers | Severed | Unheld |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
| mette | 423 (211-705) | 14 % | 423 | 3 | 1 | 60 % |
| bo | 124 (62-206) | 4.1 % | 124 | 1 | 0 | 26 % |

Worst\\: mette\\. At risk\\: DKK 423 \\(211\\-705\\) a year, 14 % of all known revenue\\. Customers severed\\: 1\\. Held by nobody and no channel \\(unheld\\)\\: 13 % today, 60 % to be expected then\\.

Proven\\: of these 2 people nobody else is worse\\.

Absence factor\\: 1; so many people must go before more than half of all known revenue is unheld\\.

Assumed\\: of what walks, 30 % \\(15 % to 50 %\\) follows \\(destination\\: unknown\\), as in other trades\\. It speaks about customers' ties, not about anybody's work, and is no basis for employment decisions\\.

> Severed is not lost\\: in two public registers 19\\-45 % of single\\-contact clients went in a period in which nobody left, and in one of them 62 % stayed after their only contact had gone\\.

""")


def test_the_worst_set_in_csv() -> None:
    assert sets("csv") == snapshot("""\
leavers,names,revenue_at_risk_low,revenue_at_risk_base,revenue_at_risk_high,share_of_revenue,one_by_one,customers,severed,unheld
bo; mette,bo; mette,422.6,820.98,1314.52,0.27366,546.67,3,2,0.913606074
leavers,names,revenue_at_risk_low,revenue_at_risk_base,revenue_at_risk_high,share_of_revenue,one_by_one,customers,severed,unheld
mette,mette,211.49,422.96,704.95,0.140986667,422.96,3,1,0.59686843
bo,bo,61.85,123.71,206.18,0.041236667,123.71,1,0,0.264355416
""")


def test_the_year_ahead_on_a_narrow_terminal() -> None:
    assert ahead("table", 80) == snapshot("""\
What may be lost from 2015-01-23 to 2016-01-23

By team
Name     Leaving  Expected loss, DKK  Unheld then
──────────────────────────────────────────────────
red         0.25        106 (21-247)         24 %
no team      0.2           25 (6-72)         10 %

By customer
Name  Expected loss, DKK  Unheld then
──────────────────────────────────────
havn         53 (11-123)         21 %
syd          51 (10-119)         49 %
nord          41 (8-127)         14 %

How often which loss was drawn
From, DKK  below, DKK  Draws  Of all
───────────────────────────────────────────
        0         200    338  █████   84 %
      200         400      0         0.0 %
      400         600      0         0.0 %
      600         800      0         0.0 %
      800       1,000      0         0.0 %
    1,000       1,200     51  ▊       13 %
    1,200       1,400      0         0.0 %
    1,400       1,600      0         0.0 %
    1,600       1,800      0         0.0 %
    1,800       2,000      0         0.0 %
    2,000         ...     11  ▏      2.8 %

Expected to be lost by then: DKK 144 (29-368) a year, 4.8 % of all known
revenue. Leaving on average: 0.45 of 2; departures on record: 0. Held by nobody
and no channel (unheld): 13 % today, 28 % to be expected then.
If the base assumptions hold: in 400 draws (seed 1) anything at all is lost in
16 %. 19 of 20 lose at most DKK 1,000 (VaR95, ± DKK 0), and the worst twentieth
loses DKK 1,600 on average (ES95, ± DKK 185). More than DKK 300 (10 %) is lost
in 16 % (± 1.8 %). ± is one standard error of the drawing alone.
Assumed: 20 % (10 % to 35 %) of people leave in a year; the book has rates of
its own for 1 of them. In 6.0 % of years a team has a shock, in which 60 % of it
leave, or fewer where they leave seldom; that makes nobody leave more often. And
of what walks, 30 % (15 % to 50 %) follows (destination: unknown), as in other
trades. Both rates together make the band.
Ties are taken as they are today: nobody is replaced, and no tie is made or
fades. Chances to leave are those of whole trades or as the book says; nothing
here foretells who leaves. It speaks about customers' ties, not about anybody's
work, and is no basis for employment decisions.
""")


def test_the_year_ahead_in_markdown() -> None:
    assert ahead("markdown") == snapshot("""\
### What may be lost from 2015\\-01\\-23 to 2016\\-01\\-23

#### By team

| Name | People | Leaving | Revenue, DKK | Expected loss, DKK | Unheld now | Unheld then |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
| red | 1 | 0.25 | 3,000 | 106 (21-247) | 13 % | 24 % |
| no team | 1 | 0.2 | 1,000 | 25 (6-72) | 2.2 % | 10 % |

#### By customer

| Name | Revenue, DKK | Expected loss, DKK | Unheld now | Unheld then |
| --- | ---: | ---: | ---: | ---: |
| havn | 1,000 | 53 (11-123) | 3.7 % | 21 % |
| syd | 1,000 | 51 (10-119) | 32 % | 49 % |
| nord | 1,000 | 41 (8-127) | 2.2 % | 14 % |

#### How often which loss was drawn

| From, DKK | below, DKK | Draws | Of all |
| ---: | ---: | ---: | ---: |
| 0 | 200 | 338 | 84 % |
| 200 | 400 | 0 | 0.0 % |
| 400 | 600 | 0 | 0.0 % |
| 600 | 800 | 0 | 0.0 % |
| 800 | 1,000 | 0 | 0.0 % |
| 1,000 | 1,200 | 51 | 13 % |
| 1,200 | 1,400 | 0 | 0.0 % |
| 1,400 | 1,600 | 0 | 0.0 % |
| 1,600 | 1,800 | 0 | 0.0 % |
| 1,800 | 2,000 | 0 | 0.0 % |
| 2,000 | ... | 11 | 2.8 % |

Expected to be lost by then\\: DKK 144 \\(29\\-368\\) a year, 4\\.8 % of all known revenue\\. Leaving on average\\: 0\\.45 of 2; departures on record\\: 0\\. Held by nobody and no channel \\(unheld\\)\\: 13 % today, 28 % to be expected then\\.

If the base assumptions hold\\: in 400 draws \\(seed 1\\) anything at all is lost in 16 %\\. 19 of 20 lose at most DKK 1,000 \\(VaR95, ± DKK 0\\), and the worst twentieth loses DKK 1,600 on average \\(ES95, ± DKK 185\\)\\. More than DKK 300 \\(10 %\\) is lost in 16 % \\(± 1\\.8 %\\)\\. ± is one standard error of the drawing alone\\.

Assumed\\: 20 % \\(10 % to 35 %\\) of people leave in a year; the book has rates of its own for 1 of them\\. In 6\\.0 % of years a team has a shock, in which 60 % of it leave, or fewer where they leave seldom; that makes nobody leave more often\\. And of what walks, 30 % \\(15 % to 50 %\\) follows \\(destination\\: unknown\\), as in other trades\\. Both rates together make the band\\.

Ties are taken as they are today\\: nobody is replaced, and no tie is made or fades\\. Chances to leave are those of whole trades or as the book says; nothing here foretells who leaves\\. It speaks about customers' ties, not about anybody's work, and is no basis for employment decisions\\.

""")


def test_the_year_ahead_in_csv() -> None:
    assert ahead("csv") == snapshot("""\
dimension,key,name,people,leaving,customers,revenue,expected_loss_low,expected_loss_base,expected_loss_high,expected_share_low,expected_share_base,expected_share_high,unheld_today,unheld
team,red,red,1,0.25,3,3000.0,21.15,105.74,246.73,0.00705,0.035246667,0.082243333,0.126904043,0.24439514
team,,no team,1,0.2,1,1000.0,6.19,24.74,72.16,0.00619,0.02474,0.07216,0.021605581,0.104076405
customer,havn,,,,,1000.0,10.56,52.8,123.19,0.010559026,0.052795129,0.123188634,0.036883167,0.212866931
customer,syd,,,,,1000.0,10.17,50.83,118.61,0.010166649,0.050833246,0.118610908,0.32222338,0.491667535
customer,nord,,,,,1000.0,8.1,40.57,126.51,0.008100592,0.040570258,0.12650951,0.021605581,0.138014718
""")


def test_every_figure_of_sets_and_years_is_whole_on_any_terminal() -> None:
    """Nothing is cut: a name, a heading, and a per cent sign at the end of every share."""
    found = netaudit.load(TELCO)
    answers = (netaudit.worst(found, 2), netaudit.forecast(found, draws=200))
    for result, width in product(answers, (60, 80, 100, 200)):
        lines = written(result, "table", Page(width=width)).splitlines()
        assert max(len(line) for line in lines if not line.startswith("Next:")) <= width
        heads = [line for line, rule in pairwise(lines) if rule.startswith("───")]
        assert all(head.endswith(("Severed", "Unheld", "Unheld then", "Of all")) for head in heads)
        assert any(line.startswith("Fjordkanten Rederi") for line in lines) == (result.parted_by is not None)


@cache
def actions() -> tuple[Result[Any, Any], ...]:
    """The small book's first actions, and who takes over from mette."""
    found = book(*SMALL, employees=[{"id": "mette", "name": "Mette", "team": "red"}, {"id": "bo", "team": "red"}])
    return netaudit.plan(found, budget=5), netaudit.handover(found, "mette", last_day="2015-02-27")


def acted(form: str, width: int | None = None) -> str:
    """Both in one format, without the last lines."""
    texts = [written(result, form, Page(width=width)) for result in actions()]
    return "".join(line for text in texts for line in text.splitlines(keepends=True) if not line.startswith("Next:"))


def test_what_to_do_on_a_narrow_terminal() -> None:
    assert acted("table", 80) == snapshot("""\
Which new ties to build, against whoever leaves until 2016-01-23

#  Action                      Cost  Brings  Unheld  Why
────────────────────────────────────────────────────────────────────────────────
1  syd: somebody there          0.5   1.5 %    24 %  does not follow it yet;
   follows page                                      only Mette has a tie there
2  nord: somebody there         0.5   0.4 %    24 %  does not follow it yet; bo
   follows page                                      has the strongest of 2
                                                     people's ties

2 actions, 1 hour a year, bring what is expected to be held by nobody and no
channel (unheld) from 26 % to 24 % of all known revenue; the expected loss from
DKK 124 (31-372) to DKK 116 (29-348).
Proven: no plan of that cost brings more.
Assumed: People leave at the rates of `forecast` (20 % a year by default).
Effects and costs are convention, not evidence: one follower takes 9.5 % off
what is unheld at a customer, one reader 14 %, a planned handover 39 % where
that colleague stays. The ties must be built and kept up; a plan is not done by
being made. It speaks about customers' ties, not about anybody's work, and is no
basis for employment decisions.
Handover of Mette, whose last day is 2015-02-27

#  Customer  Successor                                               Meet by
────────────────────────────────────────────────────────────────────────────────
1  havn      bo, introduced by Mette: same team, has 1 of at most 3  2015-01-30
             customers
2  syd       bo, introduced by Mette: same team, has 2 of at most 3  2015-02-09
             customers
3  nord      bo: knows somebody there                                2015-02-16

To hand over in 35 days: 3 customers, which bring DKK 3,000 a year; at risk DKK
423 (211-705). First contracts that end by 2015-05-28, then the most at risk.
Nobody takes over more than 3 of them (at most 5), nor comes to more than 3
customers by it.
Contacts there whom no colleague who stays has a tie to: 1.
Assumed: of what walks, 30 % (15 % to 50 %) follows (destination: unknown), as
in other trades. No clause on record binds the leaver. Successors are proposed
from ties, teams and segments on record, with no regard to what anybody is good
at: a proposal for whoever decides. It speaks about customers' ties, not about
anybody's work, and is no basis for employment decisions.
""")


def test_what_to_do_in_markdown() -> None:
    assert acted("markdown") == snapshot("""\
### Which new ties to build, against whoever leaves until 2016\\-01\\-23

| # | Action | Cost | So far | Brings | Unheld | Why |
| ---: | --- | ---: | ---: | ---: | ---: | --- |
| 1 | syd\\: somebody there follows page | 0.5 | 0.5 | 1.5 % | 24 % | does not follow it yet; only Mette has a tie there |
| 2 | nord\\: somebody there follows page | 0.5 | 1 | 0.4 % | 24 % | does not follow it yet; bo has the strongest of 2 people's ties |

2 actions, 1 hour a year, bring what is expected to be held by nobody and no channel \\(unheld\\) from 26 % to 24 % of all known revenue; the expected loss from DKK 124 \\(31\\-372\\) to DKK 116 \\(29\\-348\\)\\.

Proven\\: no plan of that cost brings more\\.

Assumed\\: People leave at the rates of \\`forecast\\` \\(20 % a year by default\\)\\. Effects and costs are convention, not evidence\\: one follower takes 9\\.5 % off what is unheld at a customer, one reader 14 %, a planned handover 39 % where that colleague stays\\. The ties must be built and kept up; a plan is not done by being made\\. It speaks about customers' ties, not about anybody's work, and is no basis for employment decisions\\.

### Handover of Mette, whose last day is 2015\\-02\\-27

#### 1\\. havn

- [ ] by 2015\\-01\\-30\\: bo meets lars, introduced by Mette \\(same team, has 1 of at most 3 customers\\)
- [ ] by 2015\\-02\\-19\\: bo has had a two\\-way contact without Mette
- [ ] by 2015\\-01\\-30\\: introduce whom no colleague knows\\: lars

#### 2\\. syd

- [ ] by 2015\\-02\\-09\\: bo meets them, introduced by Mette \\(same team, has 2 of at most 3 customers\\)
- [ ] by 2015\\-02\\-23\\: bo has had a two\\-way contact without Mette
- [ ] by 2015\\-02\\-09\\: offer page

#### 3\\. nord

- [ ] by 2015\\-02\\-16\\: bo meets them \\(knows somebody there\\)
- [ ] by 2015\\-02\\-27\\: bo has had a two\\-way contact without Mette
- [ ] by 2015\\-02\\-16\\: offer page

To hand over in 35 days\\: 3 customers, which bring DKK 3,000 a year; at risk DKK 423 \\(211\\-705\\)\\. First contracts that end by 2015\\-05\\-28, then the most at risk\\.

Nobody takes over more than 3 of them \\(at most 5\\), nor comes to more than 3 customers by it\\.

Contacts there whom no colleague who stays has a tie to\\: 1\\.

Assumed\\: of what walks, 30 % \\(15 % to 50 %\\) follows \\(destination\\: unknown\\), as in other trades\\. No clause on record binds the leaver\\. Successors are proposed from ties, teams and segments on record, with no regard to what anybody is good at\\: a proposal for whoever decides\\. It speaks about customers' ties, not about anybody's work, and is no basis for employment decisions\\.

""")


def test_what_to_do_in_csv() -> None:
    assert acted("csv") == snapshot("""\
rank,what,action,customer,customer_name,contact,owner,intensity,cost,spent,gain,unheld_after,reason
1,syd: somebody there follows page,page_follow,syd,syd,,page,0.1,0.5,0.5,0.014521134,0.243544513,does not follow it yet; only Mette has a tie there
2,nord: somebody there follows page,page_follow,nord,nord,,page,0.1,0.5,1.0,0.004401208,0.239143305,does not follow it yet; bo has the strongest of 2 people's ties
order,customer,customer_name,revenue,renewal_on,revenue_at_risk_low,revenue_at_risk_base,revenue_at_risk_high,walks,tie,successor,successor_name,who,reason,path,introduced_by,by,own_contact_by,contacts_only_leaver,channels
1,havn,havn,1000.0,,105.59,211.18,351.97,0.703935053,0.950212932,bo,bo,"bo, introduced by Mette: same team, has 1 of at most 3 customers","same team, has 1 of at most 3 customers",employee:bo; employee:mette; contact:lars,Mette,2015-01-30,2015-02-19,lars,
2,syd,syd,1000.0,,101.67,203.33,338.89,0.67777662,0.67777662,bo,bo,"bo, introduced by Mette: same team, has 2 of at most 3 customers","same team, has 2 of at most 3 customers",employee:bo; employee:mette,Mette,2015-02-09,2015-02-23,,page
3,nord,nord,1000.0,,4.23,8.45,14.09,0.028181487,0.566040299,bo,bo,bo: knows somebody there,knows somebody there,employee:bo,,2015-02-16,2015-02-27,,page
""")


def test_every_word_of_plans_and_handovers_is_whole_on_any_terminal() -> None:
    found = netaudit.load(TELCO)
    answers = ((netaudit.plan(found), "Why"), (netaudit.handover(found, "mette"), "Meet by"))
    for (result, last), width in product(answers, (60, 80, 100, 200)):
        lines = written(result, "table", Page(width=width)).splitlines()
        assert max(len(line) for line in lines if not line.startswith("Next:")) <= width
        (head,) = [line for line, rule in pairwise(lines) if rule.startswith("───")]
        assert head.rstrip().endswith(last)
        table = " ".join(" ".join(lines).split())
        assert all(word in table for word in ("follower", "yet;") if last == "Why")
        assert "2015-01-26" in table or last == "Why"
