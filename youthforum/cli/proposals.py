"""`flask --app wsgi proposal …`: proposals as documents."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from youthforum.cli.terminal import at_terminal, link, printed_or_kept, the_forum
from youthforum.proposals.document import Document, as_json, html, markdown
from youthforum.proposals.models import Proposal
from youthforum.proposals.queries.documents import all_proposals, document_from
from youthforum.proposals.queries.proposals import authors_of, history_of, proposal_by_id, support_of
from youthforum.proposals.queries.versions import versions_of

proposal_group = AppGroup("proposal", help="List proposals, look at them, take them along as documents.")

FORMATS = ("md", "html", "json")


@proposal_group.command("list")
@click.argument("slug")
@at_terminal
def list_proposals(slug: str) -> None:
    """The proposals of the forum SLUG, the liveliest first."""
    forum = the_forum(slug)
    for proposal, version, authors, support in all_proposals(forum):
        title = " ".join(proposal.title.in_(proposal.language).split())
        click.echo(
            f"{proposal.id:>5}  {proposal.stage.value:<12}  version {version or '–':<3}  {authors:>2} co-authors  "
            f"{support:>4} endorsements  {proposal.active_at:%Y-%m-%d %H:%M}  {title}"
        )


@proposal_group.command("show")
@click.argument("number", metavar="ID", type=int)
@at_terminal
def show(number: int) -> None:
    """What is known of the proposal ID: who writes it, where it stands, what happened."""
    proposal = _the_proposal(number)
    forum, support = proposal.forum, support_of(proposal)
    teams = [f"{team.name.in_('en') if team else 'no delegation'} {count}" for team, count in support.teams]
    _say("Forum", forum.slug)
    for code in dict.fromkeys((proposal.language, *proposal.title)):
        _say(f"Title ({code})", proposal.title.get(code, ""))
        _say(f"Pitch ({code})", proposal.pitch.get(code, ""))
    _say("Stage", f"{proposal.stage.value}, since {proposal.moved_at:%Y-%m-%d %H:%M} UTC")
    _say("Co-authors", ", ".join(author.member.name for author in authors_of(proposal)))
    _say("Endorsements", f"{support.total}" + (f" ({', '.join(teams)})" if teams else ""))
    for version in versions_of(proposal):
        _say(f"Version {version.number}", f"{version.at:%Y-%m-%d %H:%M} UTC  {version.note}".rstrip())
    for move in history_of(proposal):
        by = move.member.name if move.member else "somebody who has left"
        _say(move.after.value, f"{move.at:%Y-%m-%d %H:%M} UTC by {by}  {move.reason}".rstrip())
    _say("Page", link("proposals.show", slug=forum.slug, id=proposal.id))


def _say(label: str, words: str) -> None:
    if words:
        click.echo(f"{label:<13} {' '.join(words.split())}")


@proposal_group.command("export")
@click.argument("number", metavar="ID", type=int)
@click.option("--format", "kind", type=click.Choice(FORMATS), default="md", show_default=True)
@click.option("--language", "languages", multiple=True, help="Repeat it for several; otherwise all it is written in.")
@click.option("--version", type=click.IntRange(1), help="Its number; otherwise the last one.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A file; otherwise it is printed.")
@at_terminal
def export(number: int, kind: str, languages: tuple[str, ...], version: int | None, out: Path | None) -> None:
    """The proposal ID as a document: Markdown, a page of HTML or JSON."""
    document = document_from(_the_proposal(number), version)
    unknown = [code for code in languages if code not in document.languages]
    if unknown:
        spoken = ", ".join(document.languages)
        raise click.ClickException(f"This forum does not use the language “{unknown[0]}”, but: {spoken}")
    text = _written(document, kind, list(dict.fromkeys(languages)) or list(document.title) or document.languages)
    printed_or_kept(text, out, f"Version {document.version}")


def _written(document: Document, kind: str, languages: list[str]) -> str:
    if kind == "json":
        return json.dumps(as_json(document, languages), ensure_ascii=False, indent=2) + "\n"
    return (html if kind == "html" else markdown)(document, languages)


def _the_proposal(number: int) -> Proposal:
    found = proposal_by_id(number) if 0 < number < 2**31 else None
    if found is None:
        raise click.ClickException(f"There is no proposal {number}. Look here: flask --app wsgi proposal list SLUG")
    return found
