"""`netaudit import`: exports of the systems people have → a book that `risk` reads at once."""

from __future__ import annotations

from typing import Annotated

import typer

from netaudit.commands import _options as options

KINDS = "linkedin, hubspot, salesforce, pipedrive, google, outlook, vcard, trace, mbox, maildir, ical, table"

What = Annotated[
    str | None,
    typer.Argument(
        metavar="[KIND]",
        show_default=False,
        help=f"{KINDS}; or detect, which names the kind; or aliases, which follows the decisions in aliases.csv.",
    ),
]
Files = Annotated[
    list[str] | None, typer.Argument(metavar="[FILE]...", show_default=False, help="Exports of that kind.")
]
Into = Annotated[
    str | None,
    typer.Option(
        "--output", "-o", metavar="DIR", help="Folder of the book; what it holds is added to.", show_default=False
    ),
]
Whose = Annotated[
    str | None,
    typer.Option(
        "--employee", metavar="ID", help="Whose export it is: id, mail address or full name.", show_default=False
    ),
]
Domains = Annotated[
    list[str] | None, typer.Option("--domain", metavar="OURS", help="A mail domain of ours. Repeatable.")
]
Us = Annotated[
    str | None,
    typer.Option("--company", metavar="NAME", help="What we are called: whoever works there is a colleague."),
]
Shared = Annotated[
    list[str] | None,
    typer.Option("--shared", metavar="ADDRESS", help="A mailbox of ours that nobody owns alone. Repeatable."),
]
Known = Annotated[
    options.Customers | None,
    typer.Option(
        "--customers",
        help="Whose people are added: of customers that the book knows, or all. Default: known, once a customer system "
        "was imported.",
        show_default=False,
    ),
]
Column = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="FIELD=HEADING", help="What the file calls a field of --explain. Repeatable."),
]
Explain = Annotated[
    str | None,
    typer.Option("--explain", metavar="KIND", help="List what is kept of an export, why, and what is dropped."),
]
DateFormat = Annotated[
    str | None, typer.Option("--date-format", metavar="FORMAT", help="How dates are written, such as %d.%m.%Y.")
]
Decimal = Annotated[str | None, typer.Option("--decimal", metavar="MARK", help="The decimal mark of amounts: . or ,")]
Encoding = Annotated[str | None, typer.Option("--encoding", metavar="NAME", help="Encoding of CSV, such as cp1252.")]
Exported = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="Day of the export: what is dated later is left out. Default: today."),
]


def import_(
    kind: What = None,
    files: Files = None,
    output: Into = None,
    employee: Whose = None,
    domain: Domains = None,
    company: Us = None,
    shared: Shared = None,
    customers: Known = None,
    column: Column = None,
    date_format: DateFormat = None,
    decimal: Decimal = None,
    encoding: Encoding = None,
    as_of: Exported = None,
    explain: Explain = None,
    output_format: options.OutputFormat = options.Format.TABLE,
    top: options.Top = None,
    color: options.WhenColor = options.Color.AUTO,
    quiet: options.Quiet = False,
    debug: options.Debug = False,  # noqa: ARG001 - read before anything else, in cli
) -> None:
    """Make a book of exports: LinkedIn archives, customer systems, address books, mail headers, calendars.

    Several exports go into one folder, one after the other; who is who is told by addresses first. Only declared
    columns are looked at (--explain), and of mail only the header. Nothing leaves your machine.
    """
    import netaudit
    from netaudit.commands._show import show
    from netaudit.errors import usage
    from netaudit.report.streams import progress

    if explain is not None or kind == "detect":
        result = netaudit.explain_import(explain) if explain is not None else netaudit.detect(files or ())
        show(result, None, output_format, output, top or 0, color, quiet=quiet)
        return
    if kind is None:
        raise usage("no kind is named", f"there are {KINDS}; netaudit import detect FILE names it")
    if output is None:
        raise usage("-o DIR is missing", "the folder for the book, new or one to add to")
    with progress(quiet=quiet) as told:
        result = netaudit.import_exports(
            kind,
            files or (),
            output,
            employee=employee,
            domains=domain or (),
            company=company,
            shared=shared or (),
            customers=customers,
            columns=column or (),
            date_format=date_format,
            decimal=decimal,
            encoding=encoding,
            as_of=as_of,
            told=told,
        )
    show(result, None, output_format, None, top or 0, color, quiet=quiet)
