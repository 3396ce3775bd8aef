"""What the terminal shows of a district's account: every row of a band, out of scope by grade, or quarantined."""

from typing import Any

from earlywarn.cli.terminal import out


def show_account(account: dict[str, Any]) -> None:
    """Print the sum of rows, and those out of scope by grade."""
    own = sum(band["counts"]["rows_in"] for band in account["bands"])
    out.print(
        f"The district: {account['rows_in']:,} rows in = {own:,} of a band + {account['out_of_scope']:,} out of scope "
        f"+ {account['quarantined_without_a_band']:,} quarantined without a band"
    )
    if grades := account["out_of_scope_by_grade"]:
        told = ", ".join(f"grade {grade} {rows:,}" for grade, rows in grades.items())
        out.print(f"Out of scope, by grade that no band serves: {told}")
