"""The command ``export-sql``: parses, calls the use-case, writes what it gives."""

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from earlywarn.cli import terminal
from earlywarn.cli.places import refuse_to_overwrite
from earlywarn.scorecard.sql.dialects import Warehouse


def export_sql(
    dialect: Annotated[Warehouse, typer.Option(help="Whose SQL to write.")],
    name: Annotated[str | None, typer.Argument(help="The model's name, where several are in force.")] = None,
    table: Annotated[str, typer.Option(help="The roster table, as TABLE or SCHEMA.TABLE.")] = "roster",
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A day in the school year to score; today by default.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write; standard output by default.")] = None,
    home: Annotated[
        Path, typer.Option("--home", envvar="EARLYWARN_HOME", help="Folder of models and promotions.")
    ] = Path("models"),
) -> None:
    """Write the model in force as one SELECT, to run inside a warehouse."""
    from earlywarn.export import Order
    from earlywarn.export import export_sql as run_export
    from earlywarn.files import publish_file

    refuse_to_overwrite(out, "--out")
    today = date.today()
    text = run_export(Order(home, dialect, table, as_of.date() if as_of else today, today, name))
    if out is None:
        sys.stdout.write(text)
        return
    publish_file(out, text.encode())
    terminal.out.print(f"wrote {out}: read its head first; docs/sql.md says what the table needs", soft_wrap=True)
