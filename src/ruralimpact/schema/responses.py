"""`method: responses` and `method: drawn_sample`: questionnaires to tables, and who was asked."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ruralimpact.schema.analysis import Description
from ruralimpact.schema.base import Name, Names, Settings, SomeEntries, Text, fault


class Question(Settings):
    """A question with one answer, with several, or with percents that add up to 100."""

    name: Name
    """A name of small letters, digits and underscores."""
    label: Text
    """The question, as the title of its table."""
    answers: Annotated[dict[str | int, Text], Field(min_length=1)]
    """Answers in the order of the table: printed words by value of `variable`, or by variable where each
    answer has one of its own."""
    variable: str | None = None
    """Variable that holds the one answer; a value that is not among `answers` is an error. When not given
    each answer is a variable that is 0 or 1, and a respondent may name several."""
    percents: bool = False
    """Each answer is a variable with a percent of 0 to 100; a respondent's add up to 100, blanks counted as
    0. The table shows their means."""
    among: str | None = None
    """Indicator, 1 for those who were asked; others do not count."""
    among_label: Text | None = None
    """Who was asked, in words that follow "Percent of"; the study's units when not given."""

    @property
    def words(self) -> dict[str, str]:
        """Printed words by answer."""
        return {str(answer): words for answer, words in self.answers.items()}

    @property
    def variables(self) -> tuple[str, ...]:
        """Variables of the sample that it reads."""
        among = (self.among,) if self.among is not None else ()
        return (*((self.variable,) if self.variable is not None else self.words), *among)

    @property
    def numbers(self) -> dict[str, tuple[str, ...]]:
        """Return its percents and indicators."""
        named = {} if self.variable is not None else {"answers": tuple(self.words)}
        return {**named, "among": (self.among,) if self.among is not None else ()}

    @model_validator(mode="after")
    def _has_one_form(self) -> Self:
        if self.percents and self.variable is not None:
            raise fault("percents have a variable an answer, and not one of all.", "variable")
        return self


class Register(Settings):
    """The units that could have been asked."""

    sample: str
    """Sample with one row for each of them."""
    strata: str | None = None
    """Variable, of both samples, within whose values units were drawn. Respondents then count by how many
    units of the register each stands for."""


class Responses(Description, title="Questionnaires to tables"):
    """`method: responses`, of a sample with one row a respondent."""

    method: Literal["responses"]
    questions: SomeEntries[Question]
    """Questions, a table each."""
    by: Names = ()
    """Variables, such as region or product, by whose values answers are shown as well."""
    register_of: Register | None = None
    """Units that respondents were drawn from: intervals are then corrected for how many of them were asked,
    and shares of the register are estimated beside those of the respondents."""
    public_counts: bool = False
    """Small counts may be printed: respondents are organisations, and their answers public."""

    @property
    def variables(self) -> tuple[str, ...]:
        """Variables of the sample that it reads."""
        named = [name for question in self.questions for name in question.variables]
        strata = [self.strata] if self.strata is not None else []
        return tuple(dict.fromkeys([*named, *self.by, *strata]))

    @property
    def strata(self) -> str | None:
        """Variable within whose values units were drawn."""
        return self.register_of.strata if self.register_of is not None else None

    @property
    def beside(self) -> dict[str, tuple[str, ...]]:
        """Variables that it reads of other samples."""
        if self.register_of is None:
            return {}
        return {self.register_of.sample: (self.strata,) if self.strata is not None else ()}

    @model_validator(mode="after")
    def _names_no_question_twice(self) -> Self:
        names = [question.name for question in self.questions]
        for position, name in enumerate(names):
            if name in names[:position]:
                raise fault(f"the name '{name}' stands twice.", "questions", position)
        return self


class DrawnSample(Description, title="Sample drawn from a register"):
    """`method: drawn_sample`, of a sample with one row a unit of the register.

    Units are drawn without replacement, each with the same probability within its stratum, from a seed of
    its own: the same register gives the same sample on every machine and in every order of its rows.
    """

    method: Literal["drawn_sample"]
    seed: Annotated[int, Field(ge=0)]
    """Seed, fixed before the register is seen."""
    strata: str
    """Variable within whose values units are drawn, such as the region."""
    allocation: Annotated[dict[str | int, Annotated[int, Field(ge=0)]], Field(min_length=1)]
    """Units drawn, by value of `strata`; of other values none are."""
    replacements: Annotated[int, Field(ge=0)] = 0
    """Further units drawn in each stratum, to be asked in their order for those who cannot be."""
    came: str | None = None
    """Indicator of the units that took part, 1 or 0, filled in afterwards."""

    @property
    def counts(self) -> dict[str, int]:
        """Units drawn, by stratum as text."""
        return {str(stratum): count for stratum, count in self.allocation.items()}

    @property
    def variables(self) -> tuple[str, ...]:
        """Variables of the sample that it reads."""
        return (self.strata, *self.numbers["came"])

    @property
    def numbers(self) -> dict[str, tuple[str, ...]]:
        """Return the indicator of those that took part."""
        return {"came": (self.came,) if self.came is not None else ()}
