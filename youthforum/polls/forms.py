"""What may be sent about polls."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from flask_babel import lazy_gettext as _l
from pydantic import BeforeValidator, Field, model_validator

from youthforum.core.errors import Invalid
from youthforum.core.forms import Form, Id
from youthforum.core.text import Line, Prose
from youthforum.polls.counting.ballots import Method
from youthforum.polls.counting.majority import Base, Threshold, Within
from youthforum.polls.counting.outcome import FITTING, WITH_MAJORITY, Winners
from youthforum.polls.models import Breaking, Results

MOST_OPTIONS = 100
Share = Annotated[str, Field(pattern=r"^[1-9]\d{0,2}/[1-9]\d{0,2}$")]


def _moment(value: Any) -> Any:
    """An ISO 8601 moment with its zone, as programs send it; "" for none, as an HTML form does."""
    if not isinstance(value, str):
        return value
    if not value:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise Invalid(_l("Please give a day and a time.")) from None
    if found.tzinfo is None or not 2000 < found.year < 2200:
        raise Invalid(_l("Please give a day and a time."))
    return found.astimezone(UTC)


def _words(kind: type[StrEnum]) -> tuple[str, ...]:
    return tuple(one.value for one in kind)


Moment = Annotated[datetime | None, BeforeValidator(_moment)]
Half = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class OptionForm(Form):
    """Free text by language, or a proposal, whose title it takes."""

    text: dict[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], Annotated[str, Line(300, empty=True)]] = {}
    proposal: Id | None = None

    @model_validator(mode="after")
    def _says_something(self) -> OptionForm:
        if self.proposal is None and not any(self.text.values()):
            raise Invalid(_l("Each option needs words or a proposal."), field="options")
        return self


class MajorityForm(Form):
    """`at_least` is the number of delegations with `within` “delegations”."""

    threshold: Literal[_words(Threshold)]  # type: ignore[valid-type]
    base: Literal[_words(Base)] = "ballots"  # type: ignore[valid-type]
    within: Literal[_words(Within)] | None = None  # type: ignore[valid-type]
    at_least: Annotated[int, Field(ge=0, le=1000)] = 0


class WinnersForm(Form):
    kind: Literal[_words(Winners)]  # type: ignore[valid-type]
    seats: Annotated[int, Field(ge=1, le=MOST_OPTIONS)] = 1


class QuorumForm(Form):
    """A number of ballots, or a share of the electorate such as "1/2"."""

    number: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    share: Share | None = None

    @model_validator(mode="after")
    def _one_of_the_two(self) -> QuorumForm:
        if (self.number is None) == (self.share is None):
            raise Invalid(_l("A quorum is a number or a share: please give one of them."), field="quorum")
        return self


class PollFields(Form):
    """Everything that is decided before a poll opens. `question` and `about` map languages to words."""

    question: dict[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], Annotated[str, Line(300, empty=True)]]
    about: dict[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], Annotated[str, Prose(4000, empty=True)]] = {}
    options: Annotated[list[OptionForm], Field(min_length=1, max_length=MOST_OPTIONS)]
    method: Literal[_words(Method)]  # type: ignore[valid-type]
    majority: MajorityForm | None = None
    winners: WinnersForm | None = None
    quorum: QuorumForm | None = None
    secret: bool = True
    delegations: Annotated[list[Id], Field(min_length=1, max_length=1000)] | None = None
    results: Literal[_words(Results)] = "on_closing"  # type: ignore[valid-type]
    breakdown: Literal[_words(Breaking)] = "delegation"  # type: ignore[valid-type]
    shuffled: bool = False
    working_group: Id | None = None
    opens_at: Moment = None
    closes_at: Moment = None

    @model_validator(mode="after")
    def _fits_together(self) -> PollFields:
        if not any(self.question.values()):
            raise Invalid(_l("A poll needs a question in at least one language."), field="question")
        if self.majority is None and self.winners is None:
            raise Invalid(_l("Please say what decides: a majority, the best options, or both."), field="majority")
        if self.majority is not None and Method(self.method) not in WITH_MAJORITY:
            raise Invalid(_l("A majority can be asked for with yes and no, or with approvals."), field="majority")
        if self.winners is not None and Method(self.method) not in FITTING[Winners(self.winners.kind)]:
            raise Invalid(_l("These ballots can’t be counted in this way."), field="winners")
        if self.winners is not None and self.winners.seats > len(self.options):
            raise Invalid(_l("More options can’t win than there are."), field="winners")
        if self.majority is not None and self.majority.within == Within.DELEGATIONS and not self.majority.at_least:
            raise Invalid(_l("In how many delegations at least?"), field="majority")
        proposals = [option.proposal for option in self.options if option.proposal is not None]
        if len(set(proposals)) < len(proposals):
            raise Invalid(_l("A proposal can stand on a ballot only once."), field="options")
        if self.opens_at is not None and self.closes_at is not None and self.opens_at >= self.closes_at:
            raise Invalid(_l("A poll closes after it opens."), field="closes_at")
        return self

    @property
    def plain_rules(self) -> dict[str, Any]:
        """`majority`, `winners` and `quorum`, as `counting.plain` reads them."""
        return {name: value and value.model_dump() for name, value in vars(self).items() if name in RULES}


RULES = ("majority", "winners", "quorum")


class MakeForm(PollFields):
    forum: Id


class ChangeForm(PollFields):
    poll: Id


class PollForm(Form):
    poll: Id


class CancelForm(Form):
    poll: Id
    reason: Annotated[str, Prose(1000)]


class CastForm(Form):
    """`choice` as counting/ballots.py describes it; `half` is 16 random bytes of the client's in hexadecimal, drawn
    anew for every ballot and sent again with the same one."""

    poll: Id
    choice: dict[str, str | int] | list[str]
    half: Half
