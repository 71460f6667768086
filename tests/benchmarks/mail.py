"""How long an import of mail takes, beside a bare pass over the same file.

    python -m tests.benchmarks.mail [--messages N] [--runs K] [--only mbox|trace]

The messages are of 300 employees and 20,000 contacts over two years; an mbox has two KiB of body a message, a trace one
row a message and 27 columns. The bare pass does no more than Python must to see where each message or row begins: it
goes through the lines of an mbox, or has the csv module part the rows of a trace. Nothing is asserted about time.
"""

from __future__ import annotations

import argparse
import random
import shlex
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.__main__ import NETAUDIT, in_turn, machine, say, table

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
BODY = "please find the figures of the last month below; we talked about them on the phone.\n" * 24
HEADER = (
    "date_time_utc,client_ip,client_hostname,server_ip,server_hostname,source_context,connector_id,source,event_id,"
    "internal_message_id,message_id,network_message_id,recipient_address,recipient_status,total_bytes,recipient_count,"
    "related_recipient_address,reference,message_subject,sender_address,return_path,message_info,directionality,"
    "tenant_id,original_client_ip,original_server_ip,custom_data\n"
)
BARE = {
    "mbox": "print(sum(line.startswith(b'From ') for line in open(sys.argv[1], 'rb')))",
    "trace": "print(sum(1 for row in csv.reader(open(sys.argv[1], newline=''))))",
}


def make(kind: str, path: Path, messages: int) -> None:
    """A file of so many messages, the same every time."""
    draw = random.Random(1)
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER if kind == "trace" else "")
        for number in range(messages):
            owner = draw.randrange(300)
            contact = (owner * 66 + draw.randrange(80)) % 20_000
            ours = f"emp{owner}.seller{owner}@ours.example"
            theirs = f"con{contact}.person{contact}@cust{contact % 2000}.example"
            sender, recipient = (ours, theirs) if draw.random() < 0.5 else (theirs, ours)
            month, day = draw.randrange(24), draw.randrange(28) + 1
            write = _mail if kind == "mbox" else _row
            file.write(write(number, sender, recipient, (2024 + month // 12, month % 12 + 1, day)))


def _mail(number: int, sender: str, recipient: str, day: tuple[int, int, int]) -> str:
    year, month, of = day
    return (
        f"From {sender} Mon {MONTHS[month - 1]} {of:2d} 10:00:00 {year}\nReturn-Path: <{sender}>\n"
        f"Received: from mx by mx.example with ESMTP id {number}\n\tfor <{recipient}>; 10:00:01\nMIME-Version: 1.0\n"
        f"From: {sender.split('@', maxsplit=1)[0]} <{sender}>\nTo: <{recipient}>\n"
        f"Date: Mon, {of} {MONTHS[month - 1]} {year} 10:00:00 +0000\nMessage-ID: <{number}@x>\nSubject: figures\n"
        f"Content-Type: text/plain\n\n{BODY}\n\n"
    )


def _row(number: int, sender: str, recipient: str, day: tuple[int, int, int]) -> str:
    year, month, of = day
    when = f"{year}-{month:02d}-{of:02d}T10:00:00.000Z"
    return (
        f"{when},10.0.0.1,mx,10.0.0.2,mx2,context,connector,SMTP,RECEIVE,{number},<{number}@x>,{number}-n,{recipient},,"
        f"12345,1,,,figures,{sender},{sender},info,Incoming,tenant,10.0.0.1,10.0.0.2,S:x=y\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", choices=tuple(BARE))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for kind in [options.only] if options.only else BARE:
            path = Path(folder) / f"mail.{kind}"
            make(kind, path, options.messages)
            say(f"{options.messages} messages, {path.stat().st_size >> 20} MiB.", "")
            bare = [sys.executable, "-c", f"import csv, sys; {BARE[kind]}", str(path)]
            words = [
                NETAUDIT,
                "import",
                kind,
                str(path),
                "--domain",
                "ours.example",
                "-o",
                str(Path(folder) / "book"),
                "-q",
            ]
            ours = ["bash", "-c", f"rm -rf {Path(folder) / 'book'}; exec {shlex.join(words)}"]  # a new book each time
            commands = {"a bare pass": bare, f"netaudit import {kind}": ours}
            say(*table(in_turn(commands, dict.fromkeys(commands, options.runs), Path(folder) / "answer.txt")), "")
            path.unlink()
    say(machine())


if __name__ == "__main__":
    main()
