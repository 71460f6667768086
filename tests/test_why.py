"""Every tie behind a node: by hand, against plain loops, and what cannot be asked."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

import netaudit
from netaudit import cli, model, network
from netaudit.errors import InputError, UsageError
from netaudit.report import Page, written
from tests.books import CUSTOMERS, EMPLOYEES, Document, book, documents, loaded
from tests.loading import feed
from tests.oracle import Oracle
from tests.test_cli import TELCO

if TYPE_CHECKING:
    from netaudit.result import Result

HAVN = (
    "mette -meeting-> havn/lars last_contact=2015-01-10 per_year=12",
    "mette -mail-> havn",
    "page -> havn followers=3",
    "bo -call-> nord strength=0.5",
)


def words(result: Result[Any, Any]) -> str:
    return written(result, "table", Page())


def test_a_customer_by_hand() -> None:
    result = netaudit.why(book(*HAVN), "havn")
    seen = {(row.owner, row.contact, row.kind, row.last_contact, row.age_days, row.assumed) for row in result.rows}
    assert seen == {
        ("mette", "lars", "meeting", "2015-01-10", 13, False),
        ("mette", None, "mail", None, None, True),
        ("page", None, "followers", None, None, False),
    }
    meeting = next(row for row in result.rows if row.contact == "lars")
    series = 0.4 * 2 ** (-13 / 180) / (1 - 2 ** (-365 / (12 * 180)))
    assert meeting.intensity == pytest.approx(min(series, 3), abs=1e-9)
    mail = next(row for row in result.rows if row.kind == "mail")
    assert mail.intensity == pytest.approx(model.intensity_of("mail", 4, book(*HAVN).assumptions), abs=1e-9)
    total = meeting.intensity + mail.intensity + 0.3
    assert result.summary.held == pytest.approx(1 - math.exp(-total), abs=1e-9)
    mettes = meeting.intensity + mail.intensity
    loss = 0.3 * math.exp(-0.3) * (1 - math.exp(-mettes))
    assert result.summary.break_even == pytest.approx(math.log(loss / 0.05), abs=1e-8)
    assert result.summary.revenue_at_risk.base == pytest.approx(1000 * loss, abs=0.01)
    assert (result.summary.tolerance, result.summary.tolerance_either_side) == (1, 1)
    assert result.summary.single_points == "employee:mette"


def test_every_tie_names_its_line(tmp_path: Any) -> None:
    (tmp_path / "ties.csv").write_text("owner,customer,kind\nmette,havn,meeting\n\nbo,havn,call\nmette,havn,meeting\n")
    (tmp_path / "interactions.csv").write_bytes(
        "owner;customer;kind;on\næda;havn;mail;2014-12-01\næda;havn;mail;2015-01-01\n".encode("utf-16")
    )
    (tmp_path / "customers.csv").write_text("id,owner\nhavn,ole\n")
    result = netaudit.why(netaudit.load(tmp_path, as_of="2015-01-23"), "havn")
    assert {row.owner: row.source.removeprefix(f"{tmp_path}/") for row in result.rows} == {
        "mette": "ties.csv:2",
        "bo": "ties.csv:4",
        "æda": "interactions.csv:3",
        "ole": "customers.csv:2",
    }


def test_a_row_of_parquet_is_numbered(tmp_path: Any) -> None:
    import duckdb

    duckdb.execute(f"COPY (SELECT 'bo' AS owner, 'havn' AS customer) TO '{tmp_path}/ties.parquet' (FORMAT parquet)")
    (row,) = netaudit.why(netaudit.load(tmp_path / "ties.parquet", as_of="2015-01-23"), "havn").rows
    assert row.source == f"{tmp_path}/ties.parquet:1"


@given(documents(), st.sampled_from(CUSTOMERS))
def test_a_customer_is_what_plain_loops_say(document: Document, customer: str) -> None:
    oracle = Oracle(document)
    result = netaudit.why(loaded(document), customer)
    held = oracle.holders(customer)
    assert result.summary.held == pytest.approx(1 - math.exp(-sum(held.values()) / 1e9), abs=2e-9)
    assert result.summary.tolerance == oracle.tolerance(customer)
    assert len(result.rows) == sum(oracle.live_ties(customer).values())


@given(documents(), st.sampled_from(EMPLOYEES))
def test_an_employee_is_what_the_departure_says(document: Document, employee: str) -> None:
    for row in document["employees"]:
        row.pop("left_on", None)
    entry = loaded(document)
    summary = netaudit.why(entry, employee).summary
    departure = netaudit.risk(entry, [employee])
    assert summary.customers == len(departure.rows)
    if summary.revenue_at_risk is None:
        assert departure.summary.revenue_at_risk is None
    else:
        for end in ("low", "base", "high"):
            said = getattr(departure.summary.revenue_at_risk, end)
            assert getattr(summary.revenue_at_risk, end) == pytest.approx(said, abs=0.01 * len(departure.rows) + 1e-9)


@pytest.mark.parametrize(
    ("lines", "node", "said"),
    [
        (("mette -> havn", "desk -call-> nord per_year=6"), "havn", ": a service desk that they call"),
        (("mette -social-> havn",), "havn", "under 5.0 % already"),
        (
            ("mette -meeting-> havn strength=0.25", "page -> nord followers=1"),
            "havn",
            "followers of a page would do: 5 more",
        ),
        (("mette -> havn",), "havn", "no number of followers of a page is enough"),
        (("desk -call-> havn strength=0.9",), "havn", "only the company itself holds it"),
        (("desk -call-> havn strength=0.9",), "havn", "the company itself has a tie that counts"),
        (("mette -meeting-> havn last_contact=1990-01-01",), "havn", "only ties that no longer count"),
        (("mette -> havn", "bo -> havn"), "mette", "severed: 0"),
        (("mette -> havn",), "mette", "severed: 1; at risk: DKK 203"),
        (
            ("desk -call-> havn strength=0.9", "bo -> nord"),
            "desk",
            "If it closed: customers without any live tie left: 1",
        ),
        (("desk -call-> havn strength=0.9", "bo -> nord"), "desk", "more unheld: 45 % of all known revenue"),
    ],
)
def test_what_is_said(lines: tuple[str, ...], node: str, said: str) -> None:
    assert said in words(netaudit.why(book(*lines), node))


def test_a_customer_nobody_ever_had_a_tie_to_is_unmapped() -> None:
    document = {"as_of": "2015-01-23", "customers": [{"id": "havn"}], "ties": []}
    result = netaudit.why(loaded(document), "havn")
    assert "Unmapped, so unknown and not safe: no tie at all is recorded." in written(result, "table", Page())
    assert (result.rows, result.summary.held, result.summary.tolerance, result.summary.break_even) == ((), 0, 0, None)


def test_a_desk_only_customer_loses_nothing_to_any_leaver() -> None:
    entry = book("desk -call-> havn strength=0.3", "mette -> nord")
    summary = netaudit.why(entry, "havn").summary
    assert (summary.revenue_at_risk, summary.break_even) == (None, None)
    assert [row.customer for row in netaudit.risk(entry, ["mette"]).rows] == ["nord"]


def test_without_weights_no_tie_is_needed() -> None:
    entry = book("mette -> havn strength=0.5", assumptions={"follow": {"unknown": [0, 0, 0]}})
    assert netaudit.why(entry, "havn").summary.break_even == 0


def test_no_remedy_is_enough_where_contacts_weigh_nothing() -> None:
    light = {"per_meeting": [0, 0, 0]}
    assert "more than any desk or any number of meetings comes to" in words(
        netaudit.why(book("mette -> havn strength=0.9", assumptions=light), "havn")
    )


def test_customers_without_revenue_have_no_money() -> None:
    document = {"as_of": "2015-01-23", "customers": [{"id": "havn"}], "ties": [{"owner": "mette", "customer": "havn"}]}
    for node in ("havn", "mette"):
        result = netaudit.why(loaded(document), node)
        assert result.summary.revenue_at_risk is None
        assert "a year" not in words(result).replace("times a year", "").replace("meetings a year", "")


def test_relayed_ties_branch_by_who_passes_them_on() -> None:
    document = {
        "as_of": "2015-01-23",
        "channels": [{"id": "news", "kind": "newsletter", "relayed_by": "mette"}],
        "employees": [{"id": "mette"}],
        "customers": [{"id": "havn"}],
        "contacts": [{"id": "lars", "customer": "havn"}, {"id": "ane", "customer": "havn"}],
        "ties": [
            {"owner": "news", "contact": "lars"},
            {"owner": "news", "contact": "ane"},
            {"owner": "news", "contact": "ane", "via": "mette"},
        ],
    }
    result = netaudit.why(loaded(document), "news")
    assert [(row.via, row.contact) for row in result.rows] == [("mette", "ane"), ("mette", "lars")]
    assert result.nested_by == ("via", "customer", "contact")


def test_a_tie_reached_directly_as_well_is_the_channels_own() -> None:
    document = {
        "as_of": "2015-01-23",
        "channels": [{"id": "news", "kind": "newsletter"}],
        "employees": [{"id": "mette"}],
        "customers": [{"id": "havn"}],
        "contacts": [{"id": "lars", "customer": "havn"}],
        "ties": [{"owner": "news", "contact": "lars", "via": "mette"}, {"owner": "news", "contact": "lars"}],
    }
    (row,) = netaudit.why(loaded(document), "news").rows
    assert (row.via, row.contact) == (None, "lars")


@pytest.mark.parametrize(
    ("node", "message"),
    [
        ("havm", "no node is called 'havm' (did you mean 'havn'?)"),
        ("employee:havn", "no node is called 'employee:havn'"),
        ("lars", "'lars' is a contact (netaudit why customer:havn"),
        ("contact:lars", "'lars' is a contact"),
    ],
)
def test_what_cannot_be_asked(node: str, message: str) -> None:
    with pytest.raises(UsageError, match=r".*") as caught:
        netaudit.why(book(*HAVN), node)
    assert message in str(caught.value)


def test_a_node_has_several_names() -> None:
    document = {
        "as_of": "2015-01-23",
        "employees": [{"id": "m", "name": "Mette"}, {"id": "n", "name": "Mette"}, {"id": "a", "name": "Ane"}],
        "customers": [{"id": "h", "name": "Havn"}, {"id": "a", "name": "A"}],
        "ties": [{"owner": "m", "customer": "h"}],
    }
    entry = loaded(document)
    assert netaudit.why(entry, "Havn").summary.node == netaudit.why(entry, "customer:h").summary.node == "customer:h"
    assert netaudit.why(entry, "Ane").summary.node == "employee:a"
    for several in ("Mette", "a"):
        with pytest.raises(UsageError, match="is 2 nodes"):
            netaudit.why(entry, several)


@pytest.mark.parametrize("limit", [0, 1, -1])
def test_a_limit_is_a_share(limit: float) -> None:
    with pytest.raises(UsageError, match="expected loss"):
        netaudit.why(book(*HAVN), "havn", limit=limit)


def test_the_whole_graph_is_not_built() -> None:
    entry = netaudit.load(TELCO)
    with mock.patch.object(network, "_add_nodes", wraps=network._add_nodes) as built:
        netaudit.why(entry, "havn")
        netaudit.risk(entry, ["mette"])
    assert [call.args[3] is None for call in built.call_args_list] == [False, False]


def test_the_answer_fits_its_schema_and_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    import jsonschema

    assert cli.run(["schema", "why"]) == 0
    schema = json.loads(capsys.readouterr().out)
    for node in ("havn", "mette", "mettes-mail"):
        assert cli.run(["why", node, TELCO, "-f", "json", "-q"]) == 0
        answer = json.loads(capsys.readouterr().out)
        jsonschema.validate(answer, schema)
        assert len(answer["rows"]) > 1
    mettes = netaudit.why(netaudit.load(TELCO), "mette").rows
    assert cli.run(["why", "havn", TELCO, "-f", "csv", "-q"]) == 0
    assert f",false,{TELCO}/book.yml:144\n" in capsys.readouterr().out
    assert cli.run(["why", "mette", TELCO, "--top", "2", "-q"]) == 0
    assert f"2 of {len(mettes)} ties; --top 0 shows all" in capsys.readouterr().out


def relayed(*rows: dict[str, Any], channels: tuple[str, ...] = ("desk",), **more: Any) -> Document:
    """A desk that people pass on, tie by tie."""
    kinds = {"desk": "support_desk", "news": "newsletter", "p1": "company_page", "p2": "company_page"}
    customers = dict.fromkeys(row.get("customer", "havn") for row in rows)
    return {
        "as_of": "2015-01-23",
        "employees": [{"id": "mette"}, {"id": "bo"}],
        "channels": [{"id": channel, "kind": kinds[channel]} for channel in channels],
        "customers": [{"id": customer, "revenue": 1000} for customer in customers],
        "contacts": [{"id": "lars", "customer": "havn"}] if any("contact" in row for row in rows) else [],
        "ties": list(rows),
        **more,
    }


def test_a_channel_that_closes_takes_what_people_pass_on_of_it() -> None:
    document = relayed(
        {"owner": "desk", "customer": "k", "kind": "call", "strength": 0.9, "via": "mette"},
        {"owner": "desk", "customer": "h", "kind": "call", "strength": 0.1},
        {"owner": "bo", "customer": "h", "strength": 0.5},
    )
    text = words(netaudit.why(loaded(document), "desk"))
    assert "customers without any live tie left: 1; more unheld: 48 %" in text  # (.9 + .5 * .1) / 2


def test_the_source_of_a_merged_tie_is_its_strongest_record(tmp_path: Any) -> None:
    rows = (
        {"owner": "desk", "contact": "lars", "kind": "mail", "strength": 0.1},
        {"owner": "desk", "contact": "lars", "kind": "call", "strength": 0.3, "via": "mette"},
        {"owner": "desk", "contact": "lars", "kind": "call", "strength": 0.9, "via": "bo"},
        {"owner": "desk", "contact": "lars", "kind": "mail", "strength": 0.05},
    )
    document = relayed(*rows)
    header, table = "owner,contact,kind,strength,via", ""
    for row in rows:
        table += ",".join(str(row.get(name, "")) for name in header.split(",")) + "\n"
    (tmp_path / "ties.csv").write_text(f"{header}\n{table}")
    (tmp_path / "channels.csv").write_text("id,kind\ndesk,support_desk\n")
    (tmp_path / "contacts.csv").write_text("id,customer\nlars,havn\n")
    book_of_files = netaudit.load(tmp_path, as_of="2015-01-23")
    for result in (netaudit.why(book_of_files, "havn"), netaudit.why(book_of_files, "desk")):
        assert {row.kind: row.source.rpartition(":")[2] for row in result.rows} == {"mail": "2", "call": "4"}
    assert {row.via for row in netaudit.why(loaded(document), "havn").rows} == {None}


def test_a_second_page_has_room_of_its_own() -> None:
    document = relayed(
        {"owner": "p1", "customer": "havn", "followers": 5},
        {"owner": "mette", "customer": "havn", "strength": 0.6},
        channels=("p1", "p2"),
    )
    assert "followers of a page would do: 1 more" in words(netaudit.why(loaded(document), "havn", limit=0.1))


def test_counted_followers_are_only_those_without_a_name() -> None:
    named = ({"owner": "news", "contact": "lars"}, {"owner": "news", "customer": "havn", "followers": 3})
    rows = netaudit.why(loaded(relayed(*named, channels=("news",))), "havn").rows
    assert {(row.kind, row.intensity) for row in rows} == {("newsletter", 0.15), ("followers", 0.3)}
    fewer = ({"owner": "news", "contact": "lars"}, {"owner": "news", "customer": "havn", "followers": 1})
    assert len(netaudit.why(loaded(relayed(*fewer, channels=("news",))), "havn").rows) == 1


def test_the_next_command_is_about_the_costliest() -> None:
    ties = ({"owner": owner, "customer": "havn", "strength": 0.5} for owner in ("bo", "mette"))
    departures = [{"employee": "mette", "on": "2015-06-01", "destination": "competitor"}]
    result = netaudit.why(loaded(relayed(*ties, departures=departures)), "havn")
    assert "Costliest to lose: mette." in words(result)
    assert "--leaver mette" in words(result)


def test_of_somebody_who_left_no_departure_is_suggested() -> None:
    document = relayed({"owner": "bo", "customer": "havn"})
    document["employees"][1]["left_on"] = "2015-01-01"
    result = netaudit.why(loaded(document), "bo")
    assert result.summary.customers == 0
    assert "Has left on 2015-01-01: ties of people who left count zero." in words(result)
    assert "--leaver" not in words(result)


@pytest.mark.parametrize(
    ("change", "message"), [("unlink", "F001 cannot be read again"), ("write", "F001 has changed since it was read")]
)
def test_a_file_that_is_another_by_now(tmp_path: Any, change: str, message: str) -> None:
    path = tmp_path / "ties.csv"
    path.write_text("owner,customer\nmette,havn\n")
    entry = netaudit.load(path, as_of="2015-01-23")
    path.unlink() if change == "unlink" else path.write_text("owner,customer\n\nmette,havn\n")
    with pytest.raises(InputError, match=message):
        netaudit.why(entry, "havn")


def test_standard_input_has_lines_too(monkeypatch: pytest.MonkeyPatch) -> None:
    feed(monkeypatch, "owner,customer\n\nmette,havn\n")
    (row,) = netaudit.why(netaudit.load("-", form="csv", as_of="2015-01-23"), "havn").rows
    assert row.source == "-:3"


def test_a_tree_in_plain_signs_leaves_names_alone() -> None:
    entry = book("mette -> havn last_contact=2015-01-23", "mette -call-> havn/lars")
    text = written(netaudit.why(entry, "havn"), "table", Page(fancy=False))
    assert "`-- " in text
    assert "+-- " in text
    assert "0 days old" in text
    named = loaded(relayed({"owner": "bo", "customer": "A│B─C"}))
    assert "A│B─C" in written(netaudit.why(named, "A│B─C"), "table", Page(fancy=False))


def test_a_person_and_a_customer_of_one_name_are_two_branches() -> None:
    document = relayed({"owner": "desk", "customer": "mette", "kind": "call", "via": "mette"})
    lines = written(netaudit.why(loaded(document), "desk"), "table", Page()).splitlines()
    assert [line.strip("│├└─ ") for line in lines[3:5]] == ["mette", "mette"]


def test_names_are_compared_folded() -> None:
    document = relayed({"owner": "bo", "customer": "havn"})
    document["customers"][0]["name"] = "Havne  Gade"
    assert netaudit.why(loaded(document), "Havne Gade").summary.node == "customer:havn"
