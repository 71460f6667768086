"""JUnit XML: what its schema, a dashboard and a hostile name make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from inline_snapshot import snapshot

from netaudit import __version__
from netaudit.report.escape import for_terminal
from tests.report.findings import COMMAND, HOSTILE, SMALL, answer, finding, found

if TYPE_CHECKING:
    from pathlib import Path

    from xmlschema import XMLSchema

    from netaudit.finding import Finding
    from netaudit.result import Result


def suites(result: Result[Finding, Any], top: int | None = None) -> list[ET.Element]:
    """The suites of a report, read again."""
    text = answer("junit", result, top)
    assert not COMMAND.search(text)
    return list(ET.fromstring(text))  # noqa: S314 - our own


def outcomes(suite: ET.Element) -> list[str]:
    """What became of each test."""
    return [case[0].tag if len(case) else "passed" for case in suite.iter("testcase")]


@pytest.fixture(scope="module")
def schema(third_party: Path) -> XMLSchema:
    xmlschema = pytest.importorskip("xmlschema")
    read: XMLSchema = xmlschema.XMLSchema(third_party / "schemas" / "JUnit.xsd")
    return read


def test_a_small_result() -> None:
    text = answer("junit", SMALL)
    assert f'value="{__version__}"' in text
    assert text.replace(f'value="{__version__}"', 'value="VERSION"') == snapshot("""\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite id="0" package="netaudit" name="NA101 single-threaded" timestamp="2015-01-23T00:00:00" hostname="localhost" tests="4" failures="1" errors="0" skipped="2" time="0">
    <properties>
      <property name="netaudit" value="VERSION" />
    </properties>
    <testcase name="customer:havn" classname="NA101" time="0">
      <failure type="high" message="Only Mette Holm holds Havnegade Logistik.">Only Mette Holm holds Havnegade Logistik.
Introduce Bo Lund.
book/ties.csv:2</failure>
    </testcase>
    <testcase name="customer:nord" classname="NA101" time="0">
      <skipped message="high, unchanged since the baseline: Only Bo holds nord.">Only Bo holds nord.
Introduce Bo Lund.
book/ties.csv:2</skipped>
    </testcase>
    <testcase name="customer:syd" classname="NA101" time="0">
      <skipped message="medium, suppressed: As agreed.">As agreed.
Introduce Bo Lund.
book/ties.csv:2</skipped>
    </testcase>
    <testcase name="customer:øst" classname="NA101" time="0" />
    <system-out>Single-threaded customer
One colleague alone holds the customer.
Introduce a second colleague.</system-out>
    <system-err />
  </testsuite>
  <testsuite id="1" package="netaudit" name="NA301 unmapped" timestamp="2015-01-23T00:00:00" hostname="localhost" tests="1" failures="0" errors="0" skipped="0" time="0">
    <properties>
      <property name="netaudit" value="VERSION" />
    </properties>
    <testcase name="no findings" classname="NA301" time="0" />
    <system-out>Unmapped customer
Nobody is known to hold it.
Map it.</system-out>
    <system-err />
  </testsuite>
</testsuites>
""")


@pytest.mark.third_party
@pytest.mark.parametrize(
    "result",
    [
        SMALL,
        found(),
        found(rules=(), facts=None),
        found(finding(rule="V001", subject=None, name=None, source=None, file=None)),
        found(*(finding(rule=text, message=text, subject=text, source=text) for text in HOSTILE)),
    ],
    ids=["small", "empty", "nothing", "bare", "hostile"],
)
def test_every_report_is_valid(schema: XMLSchema, result: Result[Finding, Any]) -> None:
    schema.validate(answer("junit", result))


@pytest.mark.third_party
def test_the_schema_can_refuse(schema: XMLSchema) -> None:
    assert not schema.is_valid(answer("junit", SMALL).replace("2015-01-23T", "2015-13-23T"))


@pytest.mark.third_party
def test_naughty_strings_stay_text(schema: XMLSchema, naughty: list[str]) -> None:
    result = found(*(finding(message=text, subject=f"customer:{text}") for text in naughty))
    schema.validate(answer("junit", result))
    failures = [case[0] for suite in suites(result) for case in suite.iter("testcase") if len(case)]
    assert [failure.get("message") for failure in failures] == [for_terminal(text) for text in naughty]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_come_back_as_they_were_shown(text: str) -> None:
    (suite,) = suites(found(finding(rule=text, message=text, subject=text, source=text, remedy=text), rules=()))
    (case,) = suite.iter("testcase")
    shown = for_terminal(text)
    assert (case.get("classname"), case.get("name")) == (shown, shown)
    assert (case[0].get("message"), case[0].text) == (shown, "\n".join([shown] * 3))


def test_a_case_for_each_finding_and_one_for_each_rule_without() -> None:
    single, unmapped = suites(SMALL)
    assert outcomes(single) == ["failure", "skipped", "skipped", "passed"]
    assert outcomes(unmapped) == ["passed"]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (finding(severity="low"), "low, below the limit: "),
        (finding(state="unchanged"), "high, unchanged since the baseline: "),
        (finding(state="suppressed"), "high, suppressed: "),
    ],
)
def test_what_does_not_fail_is_skipped_and_says_why(row: Finding, why: str) -> None:
    skipped = suites(found(row))[0].find("testcase/skipped")
    assert skipped is not None
    assert skipped.get("message") == why + row.message


def test_the_counts_are_those_of_the_cases() -> None:
    for suite in suites(SMALL):
        tags = outcomes(suite)
        counted = [len(tags), tags.count("failure"), tags.count("skipped"), 0]
        assert [int(suite.get(name, "")) for name in ("tests", "failures", "skipped", "errors")] == counted


def test_findings_of_no_rule_have_a_suite_of_their_own() -> None:
    names = [suite.get("name") for suite in suites(found(finding(rule="V001")))]
    assert names == ["NA101 single-threaded", "NA301 unmapped", "V001"]


def test_cases_of_one_rule_have_different_names() -> None:
    bare = {"subject": None, "name": None, "source": None}
    rows = [finding(), finding(), finding(source=None), finding(**bare), finding(subject=None)]
    assert [case.get("name") for case in suites(found(*rows))[0].iter("testcase")] == [
        "customer:havn",
        "customer:havn #2",
        "customer:havn #3",
        "Only Mette Holm holds Havnegade Logistik.",
        "Havnegade Logistik",
    ]


def test_no_clock() -> None:
    assert {suite.get("timestamp") for suite in suites(SMALL)} == {"2015-01-23T00:00:00"}
    assert {suite.get("timestamp") for suite in suites(found(facts=None))} == {"1970-01-01T00:00:00"}
    assert answer("junit", SMALL) == answer("junit", SMALL)


def test_nothing_asked_and_nothing_found_is_one_test_that_passes() -> None:
    (suite,) = suites(found(rules=()))
    assert (suite.get("name"), outcomes(suite)) == ("netaudit", ["passed"])


def test_no_finding_is_left_out_as_it_would_read_as_passed() -> None:
    rows = [finding(), finding(rule="NA301", severity="critical")]
    assert [outcomes(suite) for suite in suites(found(*rows), top=1)] == [["failure"], ["failure"]]
    many = suites(found(*[finding()] * 30_000))
    assert many[0].get("failures") == "30000"
