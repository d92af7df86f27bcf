"""The docs say what the code does: their tables are compared with the registers; links and commands must exist."""

from __future__ import annotations

import ast
import dataclasses
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from flask import Flask

from config import ROOT, Settings
from tests.conftest import MakeApp
from tests.world import Api, World
from youthforum.core import errors
from youthforum.core.commands import unit_of_work
from youthforum.core.events import Fact
from youthforum.core.forms import Form
from youthforum.core.richtext import from_plain
from youthforum.live import sockets
from youthforum.live.channels import Audience, Change, Channel
from youthforum.live.intake import INTAKES
from youthforum.proposals.commands.writing import rewrite
from youthforum.proposals.queries.drafts import locked_draft
from youthforum.proposals.queries.proposals import proposal_by_id
from youthforum.translations.commands import allow_machines
from youthforum.votes.tally import Tally

DOCS = sorted(path for path in (ROOT / "docs").rglob("*.md"))
PAGES = [*DOCS, *(path for name in ("README", "CHANGELOG", "CONTRIBUTING") if (path := ROOT / f"{name}.md").exists())]
CODE = sorted((ROOT / "youthforum").rglob("*.py"))
WIRE, SETTINGS, COMMANDS = "live-protocol.md", "settings.md", "commands.md"

# Fields: {name: whether it may be left out}
Fields = dict[str, bool]


@pytest.fixture
def bare(make_app: MakeApp) -> Flask:
    """An app without a database: registers only."""
    return make_app()


def rows(page: str, heading: str) -> dict[str, list[str]]:
    """`{first cell: further cells}` of the table below a heading, without the backticks of the first cell."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    found = re.search(rf"^#+ {re.escape(heading)}$(.*?)(?=^#|\Z)", text, re.M | re.S)
    assert found, f"{page} has no heading “{heading}”"
    lines = [line for line in found[1].splitlines() if line.startswith("| `")]
    assert lines, f"{page} has no table below “{heading}”"
    table = {}
    for line in lines:
        first, *rest = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        assert first.strip("`") not in table, f"{page} has {first} twice"
        table[first.strip("`")] = rest
    return table


def payload(cell: str) -> Fields:
    """The fields of `{"idea", "column"?}`."""
    found = re.match(r"`\{(.*?)\}`", cell)
    assert found, f"no payload in {cell!r}"
    return {name: bool(optional) for name, optional in re.findall(r'"(\w+)"(\?)?', found[1])}


def form_fields(form: type[Form]) -> Fields:
    return {name: not field.is_required() for name, field in form.model_fields.items()}


# The wire ---------------------------------------------------------------------------------------------------------


def test_every_event_from_clients_is_documented_with_its_fields_and_address(bare: Flask) -> None:
    documented = rows(WIRE, "Events from clients")
    own = {name: getattr(sockets, f"{name.capitalize()}Form") for name in bare.extensions["live"]._events}
    expected = {name: (form_fields(form), "–") for name, form in own.items()}
    expected |= {name: (form_fields(intake.form), f"`{intake.path}`") for name, intake in INTAKES.items()}
    assert {name: (payload(cells[0]), cells[2]) for name, cells in documented.items()} == expected


def acknowledged(world: World, api_for: Callable[..., Api]) -> dict[str, set[str]]:
    """What each event answers, given once by somebody who may."""
    found: dict[str, set[str]] = {}

    def give(event: str, who: str, **fields: Any) -> dict[str, Any]:
        path = re.sub(r"<(\w+)>", lambda name: str(fields.pop(name[1])), INTAKES[event].path)
        answer = api_for(who).post(path, fields)
        assert answer.status_code == 200, (event, answer.get_json())
        body: dict[str, Any] = answer.get_json()
        found[event] = set(body)
        return body

    board, column, ideas = world.boards["dots"], world.columns["dots"][1], world.ideas
    made = give("idea:post", "anna", board=board, key=str(uuid.uuid4()), text="Something new", language="en")["idea"]
    give("idea:edit", "anna", idea=made["id"], text="Something newer", base=made["version"])
    give("idea:language", "anna", idea=made["id"], language="de")
    give("idea:withdraw", "anna", idea=made["id"])
    give("idea:return", "anna", idea=made["id"])
    give("idea:move", "anna", idea=made["id"], column=column)
    cluster = give("cluster:make", "max", board=board, name="Both", ideas=[ideas["one"], ideas["two"]])["cluster"]["id"]
    give("cluster:name", "max", cluster=cluster, name="The two")
    give("cluster:move", "max", cluster=cluster, column=column)
    give("cluster:dissolve", "max", cluster=cluster)
    give("idea:hide", "max", idea=ideas["three"], reason="Off topic")
    give("idea:restore", "max", idea=ideas["three"])
    give("vote:dots", "boris", idea=ideas["one"], dots=1)
    merge = give("idea:merge", "max", idea=ideas["one"], into=ideas["two"])["merge"]
    give("notice:seen", "boris", merge=merge)
    give("idea:unmerge", "max", idea=ideas["one"])
    give("vote:opinion", "boris", idea=ideas["yes"], opinion=1)
    about = {"idea": ideas["three"], "language": "en"}
    give("translation:wish", "boris", **about)
    translation = give("translation:write", "chris", **about, text="In English")["translation"]["id"]
    give("translation:check", "boris", translation=translation)
    with world.inside():
        allow_machines(world.member("olga"), allowed=True)
    give("translation:suggest", "boris", **about)  # there is one already, so nobody need be asked
    said = {"key": str(uuid.uuid4()), "text": "Well said", "language": "en"}
    comment = give("comment:post", "boris", idea=ideas["two"], **said)["comment"]
    give("comment:edit", "boris", comment=comment["id"], text="Very well said", base=comment["version"])
    give("comment:resolve", "boris", comment=comment["id"], resolved=True)
    report = give("report:content", "anna", kind="comment", id=comment["id"], category="off_topic")["report"]
    give("report:settle", "max", report=report, outcome="All is well")
    give("comment:hide", "max", comment=comment["id"], reason="Off topic")
    give("comment:restore", "max", comment=comment["id"])
    give("comment:withdraw", "boris", comment=comment["id"])
    give("notice:read", "boris", forum=world.forums["bridges"], up_to=1)
    give("board:writing", "max", board=board, open=False)
    give("board:voting", "max", board=board, open=False)
    give("board:freeze", "max", board=board, frozen=True)
    give("forum:phase", "max", forum=world.forums["bridges"], phase="draft")
    of_proposals(world, give)
    give("forum:phase", "max", forum=world.forums["bridges"], phase="decide")
    of_polls(world, give)
    found["proposal:suggest"] = set()  # it asks the machine, and none answers here
    return found


def of_proposals(world: World, give: Callable[..., dict[str, Any]]) -> None:
    start = {"forum": world.forums["bridges"], "title": "Plan", "language": "de"}
    plan = give("proposal:start", "anna", key=str(uuid.uuid4()), **start)["proposal"]["id"]
    boris, members = world.members["boris"], world.members
    give("proposal:invite", "anna", proposal=plan, member=boris)
    give("proposal:answer", "boris", proposal=plan, accept=True)
    give("proposal:leave", "boris", proposal=plan)
    give("proposal:invite", "anna", proposal=plan, member=members["chris"])
    give("proposal:remove", "anna", proposal=plan, member=members["chris"])
    give("proposal:open", "anna", proposal=plan, open=True)
    give("draft:sync", "boris", proposal=plan)
    give("draft:write", "anna", proposal=plan, update="AAA=", client=7)
    give("draft:cursor", "anna", proposal=plan, client=7, cursor=None)
    with world.inside(), unit_of_work():
        proposal = proposal_by_id(plan)
        assert proposal is not None
        rewrite(None, proposal, locked_draft(plan), {"title:ru": from_plain("План"), "need:de": from_plain("So")})
    give("proposal:version", "anna", proposal=plan)
    give("proposal:restore", "anna", proposal=plan, version=1)
    give("proposal:endorse", "boris", proposal=plan, join=True)
    give("proposal:current", "anna", proposal=plan, part="title", language="ru")
    give("proposal:checked", "boris", proposal=plan, part="title", language="ru")
    words = {"part": "need", "language": "de", "version": 1, "wording": "Anders", "reason": "Darum"}
    for name in ("amendment:answer", "amendment:withdraw"):
        made = give("amendment:suggest", "boris", key=str(uuid.uuid4()), proposal=plan, **words)["amendment"]["id"]
        give("amendment:reword", "boris", amendment=made, wording="Ganz anders", reason="Darum")
        if name == "amendment:answer":
            give(name, "anna", amendment=made, answer="decline", words="Nein")
        else:
            give(name, "boris", amendment=made)
    give("proposal:move", "anna", proposal=plan, move="withdraw")


def of_polls(world: World, give: Callable[..., dict[str, Any]]) -> None:
    words: dict[str, Any] = {"question": {"en": "What first?"}, "options": [{"text": {"en": "A map"}}]}
    words |= {"method": "yes_no", "majority": {"threshold": "simple"}, "results": "when_published"}
    poll = give("poll:make", "max", forum=world.forums["bridges"], **words)["poll"]["id"]
    give("poll:change", "max", poll=poll, **words)
    give("poll:open", "max", poll=poll)
    give("ballot:cast", "anna", poll=poll, choice={"a": "yes"}, half="0" * 32)
    give("poll:close", "max", poll=poll)
    give("poll:publish", "max", poll=poll)
    other = give("poll:make", "max", forum=world.forums["bridges"], **words)["poll"]["id"]
    give("poll:cancel", "max", poll=other, reason="Not needed")


@pytest.mark.parametrize("app", [{"translation_url": "http://127.0.0.1:9"}], indirect=True)
def test_every_event_acknowledges_what_is_documented(world: World, api_for: Callable[..., Api]) -> None:
    documented = {
        name: set(re.findall(r"`(\w+)`", cells[1])) for name, cells in rows(WIRE, "Events from clients").items()
    }
    expected = acknowledged(world, api_for)
    assert expected.keys() == INTAKES.keys()
    assert {name: documented[name] for name in expected} == expected


def test_what_can_be_read_is_documented(world: World, api_for: Callable[..., Api]) -> None:
    documented = {name: set(re.findall(r"(?<!/)`(\w+)`", cells[0])) for name, cells in rows(WIRE, "Reading").items()}
    board = api_for("anna").get(f"/boards/{world.boards['dots']}").get_json()
    assert set(board) == documented["GET /api/v1/boards/<id>"]
    assert set(api_for("anna").get("/forums/bridges").get_json()) == documented["GET /api/v1/forums/<slug>"]
    text = (ROOT / "docs" / WIRE).read_text("utf-8")
    told = re.search(r"^An idea: (.*?)\. The list", text, re.M | re.S)
    assert told is not None
    assert set(board["ideas"][0]) <= set(re.findall(r"`(\w+)`", told[1]))


def sent() -> dict[str, Fields | None]:
    """Events that the server sends, with their fields where these stand in the code as they are sent."""
    found: dict[str, Fields | None] = {}
    for file in CODE:
        for function in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            named = {
                node.targets[0].id: node.value
                for node in ast.walk(function)
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
            }
            for node in ast.walk(function):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and node.func.attr in ("broadcast", "send_to", "tell", "pass_on")
                    and len(node.args) == 3
                    and isinstance(node.args[1], ast.Constant)
                ):
                    body: Any = node.args[2]
                    body = named.get(body.id) if isinstance(body, ast.Name) else body
                    keys = body.keys if isinstance(body, ast.Dict) else None
                    fields = None if keys is None else {key.value: False for key in keys}
                    found[str(node.args[1].value)] = fields
    return found


def test_every_event_from_the_server_is_documented_with_its_fields() -> None:
    documented = {name: payload(cells[0]) for name, cells in rows(WIRE, "Events from the server").items()}
    expected = sent()
    change = Channel("board", lambda *_: None, lambda *_: 0, draws={"x": lambda *_: None}).render  # type: ignore[arg-type, return-value]
    body = change(Change(1, "idea.posted", {}), Audience("board:1", "members", "en"))
    expected["change"] = dict.fromkeys(body, False) | {"html": True}
    assert documented == expected


def test_a_tally_is_documented() -> None:
    text = (ROOT / "docs" / WIRE).read_text("utf-8")
    told = "{" + ", ".join(f'"{name}"' for name in Tally().as_dict(0)) + "}"
    assert told in text


def facts(kind: type[Fact] = Fact) -> Iterator[type[Fact]]:
    for one in kind.__subclasses__():
        yield from (one, *facts(one))


def test_every_type_of_change_is_documented_with_its_data(bare: Flask) -> None:
    expected = {}
    for fact in facts():
        if fact.type and fact.channel_kind and fact.logged and fact.__module__.startswith("youthforum."):
            made = fact(**{field.name: 1 for field in dataclasses.fields(fact)})
            expected[fact.type] = (fact.channel_kind, sorted(made.data))
    documented = {name: (cells[0], sorted(payload(cells[1]))) for name, cells in rows(WIRE, "Types of changes").items()}
    assert documented == expected


def test_every_error_code_is_documented_with_its_status() -> None:
    codes: set[str] = set()
    for file in CODE:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                given = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
                if node.func.id == "Refusal":
                    given.append(node.args[0])
                elif not hasattr(errors, node.func.id):
                    continue
                codes |= {str(value.value) for value in given if isinstance(value, ast.Constant)}
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.DomainError)]
    documented = rows(WIRE, "Errors")
    assert documented.keys() == codes | {kind.default_code for kind in kinds}
    for kind in kinds:
        if kind is not errors.DomainError:
            assert str(kind.status) in documented[kind.default_code][0], kind.default_code


def test_every_address_of_the_api_is_documented(bare: Flask) -> None:
    """Those of the events stand in their own table."""
    expected = {
        f"{method} {re.sub(r'<int:', '<', rule.rule)}"
        for rule in bare.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.endpoint.startswith("do.")
        and (rule.rule.startswith("/api/v1/") or rule.rule in ("/healthz", "/readyz", "/metrics"))
    }
    assert set(rows(WIRE, "Reading")) == expected


# Settings ---------------------------------------------------------------------------------------------------------


def shown(default: Any) -> str:
    value = default.get_secret_value() if hasattr(default, "get_secret_value") else default
    if isinstance(value, Path):
        return f"`{value.relative_to(ROOT)}`"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"`{text}`" if text else "empty"


def test_every_setting_is_documented_with_its_default() -> None:
    expected = {name.upper(): shown(field.default) for name, field in Settings.model_fields.items()}
    assert {name: cells[0] for name, cells in rows(SETTINGS, "Settings").items()} == expected


def test_a_setting_that_any_page_names_exists() -> None:
    """`NAME=value`, as it is given to a command or a unit."""
    others = {"ARGS", "PYTHON", "POLIS_AUSTRIA", "CHROMIUM", "TEST_DATABASE_URL", "TEST_REDIS_URL", "REQUIRE_SERVICES"}
    known = {name.upper() for name in Settings.model_fields} | others
    for page in [*PAGES, *(ROOT / "deploy").glob("*.service")]:
        named = set(re.findall(r"(?:^|[\s`\"])([A-Z][A-Z_]{3,})=", page.read_text("utf-8"), re.M))
        assert named <= known, f"{page.name} names {named - known}"


def test_every_limit_is_documented() -> None:
    """`"15/10 minutes"` in the code is “15 in 10 minutes” in the table."""
    found = set()
    for file in CODE:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("Rate", "Pace", "Guesses")
            ):
                given = [*node.args, *(keyword.value for keyword in node.keywords)]
                texts = [str(value.value) for value in given if isinstance(value, ast.Constant)]
                found |= {text for text in texts if re.match(r"\d+/", text)}
    expected = set()
    for limit in found:
        count, _, span = limit.partition("/")
        expected.add(f"{int(count):,} in {span}" if span[0].isdigit() else f"{int(count):,} an {span}")
    text = (ROOT / "docs" / "security.md").read_text("utf-8")
    assert set(re.findall(r"^\| [^|]+ \| ([\d,]+ (?:in|an) [^|]+?) \|", text, re.M)) == expected


# Commands ---------------------------------------------------------------------------------------------------------


def cli(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from cli(command, f"{before}{name} ")
        else:
            yield before + name, command


def test_every_command_is_documented_with_its_options(bare: Flask) -> None:
    expected = {}
    for name, command in cli(bare.cli):  # type: ignore[arg-type]
        if not name.startswith("db "):
            wanted = [
                (p.metavar or p.human_readable_name).upper() for p in command.params if isinstance(p, click.Argument)
            ]
            options = [p.opts[0] for p in command.params if isinstance(p, click.Option)]
            expected[" ".join([name, *wanted])] = options
    documented = {name: re.findall(r"--[a-z-]+", cells[0]) for name, cells in rows(COMMANDS, "Commands").items()}
    documented.pop("db upgrade")
    assert documented == expected


def test_every_make_target_is_documented() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.M))
    assert {name.removeprefix("make ") for name in rows(COMMANDS, "make")} == targets


def test_a_command_that_any_page_names_exists(bare: Flask) -> None:
    known = {name for name, _ in cli(bare.cli)}  # type: ignore[arg-type]
    groups = {name.split(" ")[0] for name in known}
    targets = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.M))
    for page in PAGES:
        text = page.read_text("utf-8")
        for words in re.findall(r"flask --app wsgi ([a-z]+(?: [a-z]+)?)", text):
            first = words.split(" ")[0]
            assert words in known or first in known or (words == first and first in groups), f"{page.name}: {words}"
        for target in re.findall(r"`make ([a-z]+)", text) + re.findall(r"^make ([a-z]+)", text, re.M):
            assert target in targets, f"{page.name}: make {target}"


# Pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.S)
    for target in re.findall(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:|#", target):
            assert (page.parent / target.partition("#")[0]).exists(), f"{page.name} links to {target}"


def test_the_index_names_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    missing = [path for path in DOCS if path.name != "README.md" and str(path.relative_to(ROOT / "docs")) not in index]
    assert not missing
