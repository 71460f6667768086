"""iCalendar files, read by icalendar; what repeats is told day by day by recurring-ical-events."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from netaudit.importers.addresses import domain_of, is_below, mail_of
from netaudit.importers.exchanges import MANY
from netaudit.importers.sighted import Dropped
from netaudit.importers.tables import Field, Part
from netaudit.loading.files import File, contents, decoded, refuse

if TYPE_CHECKING:
    from netaudit.importers.run import Run

_TOO_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}
_FIRST = date(1990, 1, 1)
_YEARS = 10
"""What lies longer ago is in no answer, however slowly contacts fade."""

OUTSIDE = f"not in the {_YEARS} years up to the export, or repeated in a way that cannot be read"
MOST_DAYS = 300_000
"""Days of all events that repeat."""

_EVERY = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 28, "YEARLY": 365}
_WITHIN = {"MONTHLY": 5, "YEARLY": 53}
"""How often a Monday comes back within."""

_ON = ("BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH")
_STAMPS = ("DTSTAMP", "LAST-MODIFIED", "CREATED")


def read_ical(file: File, run: Run) -> None:
    """Every event up to the day on which the calendar was exported, as far as its stamps tell."""
    from icalendar import Calendar  # noqa: PLC0415 - only where there are calendars
    from recurring_ical_events import of  # noqa: PLC0415

    text = decoded(contents(file), file.label)
    try:
        calendars = Calendar.from_ical(text, multiple=True)
        events = [event for one in calendars for event in one.walk("VEVENT")]
        undated = [event for event in events if "DTSTART" not in event]
        for number, event in enumerate(events):
            event.setdefault("UID", f"without-{number}")
        often = [event for event in events if _repeats_too_often(event)]
        aside = {id(event) for event in (*undated, *often)}
        for one in calendars:
            one.subcomponents = [part for part in one.subcomponents if id(part) not in aside]
        end = run.exported or min([run.ledger.today, *filter(None, [max(map(_stamp, events), default=None)])])
        span = (end - timedelta(days=365 * _YEARS), end + timedelta(days=1))
        if sum(map(_repeats, events)) > MOST_DAYS:
            raise refuse(file.label, "F003", f"events that repeat on more than {MOST_DAYS:,} days", None, 1, 1)
        found = [event for one in calendars for event in of(one, skip_bad_series=True).between(*span)]
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError):
        raise refuse(file.label, "F002", "is no iCalendar file that can be read", None, 1, 1) from None
    run.ledger.saw(end)
    reasons: dict[str, str] = {}
    kept: set[str] = set()
    for event in found:
        try:
            _take(event, run)
            kept.add(_uid(event))
        except Dropped as why:
            reasons.setdefault(_uid(event), why.reason)
    reasons |= {_uid(event): "repeats within a day, or without end" for event in often}
    reasons |= {_uid(event): "no day that can be read" for event in undated}
    for uid, rows in Counter(map(_uid, events)).items():
        if uid in kept:
            run.tally.kept += rows
        else:
            run.tally.drop(reasons.get(uid, OUTSIDE), rows=rows)


def _take(event: Any, run: Run) -> None:
    """A day on which somebody of ours sat with somebody of theirs."""
    if str(event.get("CLASS", "PUBLIC")).upper() in {"PRIVATE", "CONFIDENTIAL"}:
        raise Dropped("private")
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        raise Dropped("cancelled")
    start = event["DTSTART"].dt
    if not isinstance(start, datetime):
        raise Dropped("all day: no meeting")
    people = _people(event)
    if len(people) > MANY:
        raise Dropped(f"more than {MANY} people")
    for address, (name, _) in people.items():
        run.post.call(address, name)
    ours = {one: status for one, (_, status) in people.items() if is_below(one, run.ledger.domains)}
    theirs = [one for one, (_, status) in people.items() if one not in ours and status != "DECLINED"]
    here = [one for one, status in ours.items() if status != "DECLINED"]
    if ours and not here:
        raise Dropped("declined by us")
    if not theirs:
        raise Dropped("declined by them" if len(people) > len(ours) else "among ourselves, or alone")
    if not here and not run.owner:
        raise Dropped("nobody of ours")
    day = start.astimezone(UTC).date() if start.tzinfo else start.date()
    _put(run, here, theirs, day)


def _put(run: Run, here: list[str], theirs: list[str], day: date) -> None:
    known = [one for one in theirs if domain_of(one) or run.ledger.contacts.find("x_email", one)]
    if not known:
        raise Dropped("private mail addresses")
    refused = ""
    ends = []
    for one in known:
        try:
            ends.append(run.post.their_side(one))
        except Dropped as why:
            refused = why.reason
    if not ends:
        raise Dropped(refused)
    for owner in [run.post.our_side(one) for one in here] or [run.whose]:
        for contact, customer in ends:
            run.days[owner, contact, "" if contact else customer, "meeting"].add(day)


def _people(event: Any) -> dict[str, tuple[str, str]]:
    """Address → name and answer of whoever organizes or attends; rooms and resources are nobody."""
    found: dict[str, tuple[str, str]] = {}
    for field in ("ORGANIZER", "ATTENDEE"):
        values = event.get(field, [])
        for one in values if isinstance(values, list) else [values]:
            address = mail_of(str(one).casefold().removeprefix("mailto:"))
            if address and str(one.params.get("CUTYPE", "INDIVIDUAL")).upper() not in {"ROOM", "RESOURCE", "GROUP"}:
                name = str(one.params.get("CN", ""))
                known = found.get(address, ("", ""))
                status = str(one.params.get("PARTSTAT", "")).upper()
                found[address] = ("" if "@" in name else name) or known[0], status or known[1]
    return found


def _repeats(event: Any) -> float:
    """On how many days an event may repeat, at most: it may begin long ago, and never end."""
    days = 0.0
    for rule in _rules(event):
        often = "".join(str(one).upper() for one in rule.get("FREQ", ()))
        each = sum(len(rule.get(name, ())) for name in _ON) * _WITHIN.get(often, 1) or 1
        days += 365 * _YEARS / _EVERY.get(often, 1) * each
    return days


def _rules(event: Any) -> list[Any]:
    rules = event.get("RRULE", [])
    return rules if isinstance(rules, list) else [rules]


def _repeats_too_often(event: Any) -> bool:
    rules = _rules(event)
    within = any(name in rule for rule in rules for name in ("BYHOUR", "BYMINUTE", "BYSECOND"))
    idle = any(number < 1 for rule in rules for number in rule.get("INTERVAL", ()))
    return within or idle or any(str(freq).upper() in _TOO_OFTEN for rule in rules for freq in rule.get("FREQ", ()))


def _stamp(event: Any) -> date:
    days = [event[name].dt for name in _STAMPS if name in event]
    return max((day.date() if isinstance(day, datetime) else day for day in days), default=_FIRST)


def _uid(event: Any) -> str:
    return str(event["UID"])


PARTS = (
    Part(
        "iCalendar",
        (
            Field("ORGANIZER", ("ORGANIZER",), "who sat together", required=True),
            Field("ATTENDEE", ("ATTENDEE",), "who sat together, and who declined", required=True),
            Field("DTSTART", ("DTSTART",), "counted by month; the day of the last one is kept", required=True),
            Field("RRULE", ("RRULE", "EXDATE", "RECURRENCE-ID"), "which days it was; not kept"),
            Field("CLASS", ("CLASS", "STATUS"), "to leave out what is private or cancelled; not kept"),
            Field("DTSTAMP", _STAMPS, "how new the export is; not kept"),
        ),
        leaves={"SUMMARY, DESCRIPTION, LOCATION, attachments and all others": "what it was about is nobody's business"},
    ),
)
