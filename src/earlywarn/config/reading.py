"""How files are read and how much of them at most; what is stated here is not guessed."""

from typing import Literal

from pydantic import Field, PositiveInt

from earlywarn.config.standard import Name, Section

Encoding = Literal["auto", "utf-8", "windows-1252", "utf-16"]
Separator = Literal["auto", ",", ";", "tab", "|"]


class Limits(Section):
    """What no sound file exceeds; a larger one is refused before it can fill memory or disk."""

    bytes: PositiveInt = Field(default=16 << 30, description="of a file as it is stored")
    columns: PositiveInt = 10_000
    line_bytes: PositiveInt = Field(default=16 << 20, description="of one row, its line breaks inside of quotes too")
    unzip_ratio: PositiveInt = Field(default=200, description="unzipped bytes for each stored byte")
    unzipped_bytes: PositiveInt = Field(default=4 << 30, description="of a gzip file, or of all that a workbook holds")


class Reading(Section):
    """Encoding and separator of text files, the sheet of workbooks, and the limits of all."""

    encoding: Encoding = "auto"
    separator: Separator = "auto"
    sheet: Name | None = None
    limits: Limits = Limits()
