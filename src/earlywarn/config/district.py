"""The district TOML: which experiment serves which grades; refuses two bands for one grade."""

from collections import Counter
from typing import Self

from pydantic import Field, model_validator

from earlywarn.config.standard import Name, Section


class Band(Section):
    """Some grades, and the TOML of the experiment that serves them; its name is the model's."""

    grades: tuple[Name, ...] = Field(min_length=1)
    experiment: Name = Field(description="path of an experiment TOML, from the folder of this file")


class District(Section):
    """The bands of a district; a student of no band is out of scope, and counted."""

    bands: tuple[Band, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def one_band_a_grade(self) -> Self:
        """Refuse a grade in two bands."""
        twice = [grade for grade, count in Counter(g for band in self.bands for g in band.grades).items() if count > 1]
        if twice:
            raise ValueError(f"grade {', '.join(twice)} stands in two bands: one experiment serves a grade")
        return self
