"""Exchange's message trace: who wrote to whom and when, and no word of what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netaudit.importers.addresses import mail_of
from netaudit.importers.exchanges import MANY, Message
from netaudit.importers.tables import Field, Part

if TYPE_CHECKING:
    from collections import OrderedDict

    from netaudit.importers.run import Run
    from netaudit.importers.tables import Row

OPEN = 50_000
"""How many messages wait for further rows of theirs; the rows of one lie near each other."""


def _event(row: Row, run: Run) -> None:
    """A message stands in a row for each recipient, or for each thing that happened to it."""
    addresses = [one.partition("##") for cell in row.all("recipient") for one in cell.split(";")]
    recipients = tuple(
        filter(None, (mail_of(name) for name, _, status in addresses if "fail" not in status.casefold()))
    )
    message = Message(row.day("date"), mail_of(row["sender"]), recipients, line=row.line)
    waiting: OrderedDict[str, Message] = run.waiting
    number = row["message id"] or f"line {row.line}"
    earlier = waiting.pop(number, None)
    if earlier is not None:
        message = Message(
            earlier.day or message.day,
            earlier.sender or message.sender,
            (*earlier.recipients, *(one for one in message.recipients if one not in earlier.recipients))[: MANY + 1],
            rows=earlier.rows + 1,
            line=earlier.line,
        )
    waiting[number] = message
    if len(waiting) > OPEN:
        run.post.take(waiting.popitem(last=False)[1])


def _close_file(run: Run) -> None:
    while run.waiting:
        run.post.take(run.waiting.popitem(last=False)[1])


PARTS = (
    Part(
        "message trace",
        (
            Field(
                "date",
                ("date_time_utc", "origin_timestamp_utc", "date_time", "Received", "Date", "OriginTimestamp"),
                "counted by month; the day of the last one is kept",
                required=True,
            ),
            Field(
                "sender", ("sender_address", "SenderAddress", "Sender", "Sender address"), "who wrote", required=True
            ),
            Field(
                "recipient",
                ("recipient_address", "recipient_status", "related_recipient_address", "RecipientAddress", "Recipient"),
                "who was written to",
                required=True,
            ),
            Field("message id", ("message_id", "MessageId", "network_message_id"), "to count a message once; not kept"),
        ),
        _event,
        {
            "message_subject": "what was written is nobody's business",
            "total_bytes, client_ip and all others": "not needed",
        },
        close_file=_close_file,
        finish=lambda run: run.post.close(),
    ),
)
