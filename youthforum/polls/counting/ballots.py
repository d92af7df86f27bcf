"""What a ballot says, in each of the four methods, and which ballots are valid.

Options are named by strings, in the order of the poll. A choice in plain data, as forms send it and exports show it:

- `yes_no`: `{"a": "yes", "b": "no", "c": "abstain"}`; an option that is left out is an abstention;
- `approval`: `["a", "c"]`;
- `score`: `{"a": 5, "b": 0}` with whole numbers from 0 to 5; an option that is left out has 0;
- `ranking`: `["b", "a"]`, the best first; it may stop early.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

HIGHEST_SCORE = 5

Plain = dict[str, str] | dict[str, int] | list[str]


class Method(StrEnum):
    YES_NO = "yes_no"
    APPROVAL = "approval"
    SCORE = "score"
    RANKING = "ranking"


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"


ANSWERS = {answer.value: answer for answer in Answer}


class Fault(StrEnum):
    """Why a ballot is not valid."""

    SHAPE = "shape"  # a list where names and values are asked for, or the other way round
    UNKNOWN_OPTION = "unknown_option"
    TWICE = "twice"  # an option stands on it two times
    VALUE = "value"  # a score of 6, an answer of "maybe"


class InvalidBallot(ValueError):
    """Raised by `read_choice`; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Answers:
    """One answer per option, in the order of the poll's options."""

    by_option: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Approval:
    """The options that are approved of; any number, also none."""

    options: frozenset[str]


@dataclass(frozen=True, slots=True)
class Scores:
    """A number from 0 to `HIGHEST_SCORE` per option, in the order of the poll's options."""

    by_option: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Options from best to worst, without ties; those that are missing stand together behind the last."""

    order: tuple[str, ...]


Choice = Answers | Approval | Scores | Ranking


@dataclass(frozen=True, slots=True)
class Ballot:
    """What was cast, and where its voter belongs as far as the poll breaks its result down."""

    choice: Choice
    delegation: str | None = None
    country: str | None = None


def read_choice(method: Method, options: Sequence[str], plain: object) -> Choice:
    """The choice that plain data of the shape above stands for; raises `InvalidBallot`."""
    match method:
        case Method.YES_NO:
            answers = {}
            for option, value in _by_option(options, plain).items():
                if not isinstance(value, str) or value not in ANSWERS:
                    raise InvalidBallot(Fault.VALUE)
                answers[option] = ANSWERS[value]
            return Answers(tuple(answers.get(option, Answer.ABSTAIN) for option in options))
        case Method.SCORE:
            scores = {}
            for option, value in _by_option(options, plain).items():
                # bool is an int to Python, but True is no score.
                if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= HIGHEST_SCORE:
                    raise InvalidBallot(Fault.VALUE)
                scores[option] = value
            return Scores(tuple(scores.get(option, 0) for option in options))
        case Method.APPROVAL:
            return Approval(frozenset(_listed(options, plain)))
        case Method.RANKING:
            return Ranking(tuple(_listed(options, plain)))


def plain_choice(options: Sequence[str], choice: Choice) -> Plain:
    """The one way in which a choice is written down; `read_choice` gives the same choice back."""
    match choice:
        case Answers():
            return {option: answer.value for option, answer in zip(options, choice.by_option, strict=True)}
        case Scores():
            return dict(zip(options, choice.by_option, strict=True))
        case Approval():
            return [option for option in options if option in choice.options]
        case Ranking():
            return list(choice.order)


def _by_option(options: Sequence[str], plain: object) -> Mapping[str, object]:
    if not isinstance(plain, dict):
        raise InvalidBallot(Fault.SHAPE)
    if not plain.keys() <= set(options):
        raise InvalidBallot(Fault.UNKNOWN_OPTION)
    return plain


def _listed(options: Sequence[str], plain: object) -> list[str]:
    if not isinstance(plain, list):
        raise InvalidBallot(Fault.SHAPE)
    known = set(options)
    if not all(isinstance(option, str) and option in known for option in plain):
        raise InvalidBallot(Fault.UNKNOWN_OPTION)
    if len(set(plain)) != len(plain):
        raise InvalidBallot(Fault.TWICE)
    return plain
