"""A proposal as a document that leaves the platform: Markdown, a page of HTML that needs nothing else, or JSON.

Pure: what it is made of is handed over. Labels, dates and amounts are written in the language of the document.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from babel import Locale
from babel.numbers import format_currency, format_decimal
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from youthforum.core import richtext
from youthforum.core.dates import day
from youthforum.core.text import Text
from youthforum.proposals.content import BudgetLine, Content
from youthforum.proposals.stages import STAGE_LABELS, Stage
from youthforum.proposals.template import ALWAYS, Part, Template

SCHEMA = "youthforum/proposal/1"
CURRENCY = "EUR"


@dataclass(frozen=True)
class Team:
    """A delegation."""

    id: int
    slug: str
    name: Text
    country: str


@dataclass(frozen=True)
class Author:
    name: str
    team: Team | None


@dataclass(frozen=True)
class Source:
    """An idea that the proposal was made from."""

    id: int
    text: str
    language: str


@dataclass(frozen=True)
class Document:
    """One version of a proposal. `languages` are the forum's, `teams` maps ids of delegations that a part may name;
    days are those of the forum's time zone."""

    id: int
    forum_slug: str
    forum: Text
    languages: list[str]
    template: Template
    content: Content
    stage: Stage
    version: int
    saved: date
    started: date
    note: str = ""
    authors: list[Author] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    teams: dict[int, Team] = field(default_factory=dict)

    @property
    def title(self) -> Text:
        return self.content.line(ALWAYS[0])

    @property
    def pitch(self) -> Text:
        return self.content.line(ALWAYS[1])

    @property
    def filled(self) -> list[Part]:
        """The parts that have something to read in any language, but for title and pitch."""
        return [part for part in self.template.parts if part.id not in ALWAYS and self._says(part)]

    def _says(self, part: Part) -> bool:
        if part.written:
            return not richtext.is_empty(self.content.pick(part.id)[1])
        return self.content.has(part)


# What Markdown and HTML have in common ------------------------------------------------------------------------------


def _facts(document: Document, language: str) -> list[tuple[str, str]]:
    """`[(label, value)]` for the head of the document, in the language of the moment."""
    people = [
        _("%(name)s (%(delegation)s)", name=author.name, delegation=_named(author.team.name, language))
        if author.team
        else author.name
        for author in document.authors
    ]
    return [
        (_("Forum"), _named(document.forum, language)),
        (_("Co-authors"), ", ".join(people) or "–"),
        (_("Stage"), str(STAGE_LABELS[document.stage])),
        (_("Version"), _("%(number)s, %(day)s", number=document.version, day=day(document.saved))),
    ]


def _typed(document: Document, part: Part, language: str) -> str:
    """The value of a typed part in words; budgets have more than one and are written elsewhere."""
    value = document.content.value(part)
    if part.kind == "number":
        number = format_decimal(value, locale=get_locale())
        unit = _named(part.unit, language)
        return _("%(number)s %(unit)s", number=number, unit=unit) if unit else number
    if part.kind == "date":
        return day(value)
    if part.kind == "languages":
        return ", ".join(_language_name(code) for code in value)
    names = [_named(document.teams[key].name, language) for key in value if key in document.teams]
    return ", ".join(names)


def _amount(cents: int) -> str:
    return str(format_currency(cents / 100, CURRENCY, locale=get_locale()))


def _sum(lines: list[BudgetLine]) -> int:
    return sum(line.amount for line in lines)


def _about_translation(document: Document, part: str, wanted: str, found: str) -> str:
    """What somebody who reads a translation should know of it; empty when there is nothing to say."""
    if found != wanted:
        return _("Not translated yet; here in the original: %(language)s.", language=_language_name(found))
    known = document.content.translations.get(part, {}).get(wanted, {})
    if wanted == document.content.language or not known:
        return ""
    if known.get("state") == "out_of_date":
        return _("The original was changed after this was translated.")
    if known.get("machine") and not known.get("checked"):
        return _("Translated by a machine and not checked by anybody.")
    return ""


def _named(words: dict[str, str], language: str) -> str:
    return Text(words).in_(language)


def _language_name(code: str) -> str:
    return str(Locale.parse(code).get_display_name(get_locale()))


# Markdown ---------------------------------------------------------------------------------------------------------


def markdown(document: Document, languages: list[str]) -> str:
    """The document in CommonMark, in these languages one after the other."""
    pieces = []
    for language in languages:
        with force_locale(language):
            pieces.append("\n\n".join(_markdown(document, language)))
    return "\n\n---\n\n".join(pieces) + "\n"


def _markdown(document: Document, language: str) -> list[str]:
    content = document.content
    out = [f"# {_escaped(_named(document.title, language))}"]
    if document.pitch:
        out.append(f"*{_escaped(_named(document.pitch, language))}*")
    facts = (_("%(label)s: %(value)s", label=label, value=value) for label, value in _facts(document, language))
    out.append("\n".join(f"- {_escaped(fact)}" for fact in facts))
    for part in document.filled:
        out.append(f"## {_escaped(_named(part.name, language))}")
        if part.written:
            found, words = content.pick(part.id, language)
            note = _about_translation(document, part.id, language, found)
            # Headings of the text stand below that of its part.
            text = re.sub(r"^(?=##+ )", "#", richtext.markdown(words).rstrip("\n"), flags=re.MULTILINE)
            out += [f"*{_escaped(note)}*", text] if note else [text]
        elif part.kind == "budget":
            lines = content.budget(part.id)
            items = [_("%(label)s: %(value)s", label=line.label, value=_amount(line.amount)) for line in lines]
            total = _("Together: %(amount)s", amount=_amount(_sum(lines)))
            out += ["\n".join(f"- {_escaped(item)}" for item in items), f"**{_escaped(total)}**"]
        else:
            out.append(_escaped(_typed(document, part, language)))
    if document.sources:
        out.append(f"## {_escaped(_('Made from these ideas'))}")
        out.append("\n".join(f"- {_escaped(' '.join(source.text.split()))}" for source in document.sources))
    return out


def _escaped(line: str) -> str:
    """One line of plain text, as Markdown shows it."""
    return richtext.markdown(richtext.from_plain(line)).strip()


# HTML -------------------------------------------------------------------------------------------------------------

_STYLE = """
body { max-width: 42rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
h1, h2, h3, h4 { line-height: 1.25; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dd { margin: 0; }
dt, tfoot th { font-weight: bold; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .25rem 0; border-bottom: 1px solid; text-align: start; }
td:last-child { text-align: end; white-space: nowrap; }
.pitch { font-size: 1.2rem; }
.note { font-style: italic; }
article + article { margin-top: 4rem; break-before: page; }
"""


def html(document: Document, languages: list[str]) -> str:
    """The document as one page in these languages, one after the other: no scripts, nothing that is loaded."""
    articles = Markup("\n")
    for language in languages:
        with force_locale(language):
            articles += _article(document, language)
    title = _named(document.title, languages[0])
    page = Markup(
        '<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>{articles}</body>\n</html>\n"
    )
    return str(page.format(language=languages[0], title=title, style=Markup(_STYLE), articles=articles))  # noqa: S704


def _article(document: Document, language: str) -> Markup:
    out = [Markup('<article lang="{}">').format(language)]
    out.append(_words("h1", document.title, language))
    if document.pitch:
        out.append(_words("p", document.pitch, language, "pitch"))
    facts = (Markup("<dt>{}</dt><dd>{}</dd>").format(label, value) for label, value in _facts(document, language))
    out.append(Markup("<dl>{}</dl>").format(Markup("").join(facts)))
    out += [_section(document, part, language) for part in document.filled]
    if document.sources:
        ideas = (Markup('<li lang="{}">{}</li>').format(source.language, source.text) for source in document.sources)
        heading = _("Made from these ideas")
        out.append(Markup("<section><h2>{}</h2><ul>{}</ul></section>").format(heading, Markup("").join(ideas)))
    return Markup("\n").join([*out, Markup("</article>\n")])


def _section(document: Document, part: Part, language: str) -> Markup:
    content, note = document.content, Markup("")
    if part.written:
        found, words = content.pick(part.id, language)
        said = _about_translation(document, part.id, language, found)
        note = Markup('<p class="note">{}</p>').format(said) if said else note
        body = Markup('<div lang="{}">{}</div>').format(found, richtext.html(words))
    elif part.kind == "budget":
        body = _table(content.budget(part.id))
    else:
        body = Markup("<p>{}</p>").format(_typed(document, part, language))
    return Markup("<section>{}{}{}</section>").format(_words("h2", part.title, language), note, body)


def _table(lines: list[BudgetLine]) -> Markup:
    row = Markup('<tr><th scope="row">{}</th><td>{}</td></tr>')
    rows = Markup("").join(row.format(line.label, _amount(line.amount)) for line in lines)
    total = row.format(_("Together"), _amount(_sum(lines)))
    return Markup("<table><tbody>{}</tbody><tfoot>{}</tfoot></table>").format(rows, total)


def _words(tag: str, words: dict[str, str], language: str, kind: str = "") -> Markup:
    """An element with these words, and their language where it is another one."""
    found, text = Text(words).pick(language)
    attributes = Markup(' class="{}"').format(kind) if kind else Markup("")
    if found and found != language:
        attributes += Markup(' lang="{}"').format(found)
    return Markup("<{0}{1}>{2}</{0}>").format(tag, attributes, text)


# JSON -------------------------------------------------------------------------------------------------------------


def as_json(document: Document, languages: list[str]) -> dict[str, Any]:
    """The document for programs, with its texts in these languages. The shape is SCHEMA's:

    {"schema", "id", "forum": {"slug", "title"}, "language": of the original, "languages": [all of the forum], "stage",
    "version": {"number", "saved", "note"}, "started", "title": {language: words}, "pitch": {…},
    "authors": [{"name", "delegation": slug or null}], "sources": [{"idea", "language", "text"}], "parts": [part]}

    A part has "id", "kind", "name" and "required". Lines and texts have "texts": {language: {"markdown", "content":
    rich text, "translation": null or {"state": "current" or "out_of_date", "machine", "checked"}}}. The others have a
    "value": null, a number (beside it "unit"), a day, [language], [{"id", "slug", "name"}], or a budget {"currency",
    "cents", "lines": [{"label", "cents"}]}. Days are written as 2027-05-01.
    """
    return {
        "schema": SCHEMA,
        "id": document.id,
        "forum": {"slug": document.forum_slug, "title": dict(document.forum)},
        "language": document.content.language,
        "languages": list(document.languages),
        "stage": document.stage.value,
        "version": {"number": document.version, "saved": document.saved.isoformat(), "note": document.note},
        "started": document.started.isoformat(),
        "title": {code: words for code, words in document.title.items() if code in languages},
        "pitch": {code: words for code, words in document.pitch.items() if code in languages},
        "authors": [
            {"name": author.name, "delegation": author.team.slug if author.team else None}
            for author in document.authors
        ],
        "sources": [
            {"idea": source.id, "language": source.language, "text": source.text} for source in document.sources
        ],
        "parts": [_part(document, part, languages) for part in document.template.parts],
    }


def _part(document: Document, part: Part, languages: list[str]) -> dict[str, Any]:
    shape: dict[str, Any] = {"id": part.id, "kind": part.kind, "name": part.name, "required": part.required}
    if part.written:
        texts = document.content.texts.get(part.id, {})
        return shape | {"texts": {code: _text(document, part.id, code) for code in languages if code in texts}}
    return shape | ({"unit": part.unit} if part.kind == "number" else {}) | {"value": _value(document, part)}


def _text(document: Document, part: str, language: str) -> dict[str, Any]:
    words = document.content.text(part, language)
    known = document.content.translations.get(part, {}).get(language)
    about = {name: known.get(name) for name in ("state", "machine", "checked")} if known else None
    return {"markdown": richtext.markdown(words), "content": words, "translation": about}


def _value(document: Document, part: Part) -> Any:
    value = document.content.value(part)
    if part.kind == "date":
        return value.isoformat() if value else None
    if part.kind == "delegations":
        teams = [document.teams[key] for key in value or [] if key in document.teams]
        return [{"id": team.id, "slug": team.slug, "name": dict(team.name)} for team in teams]
    if part.kind == "budget":
        lines = [{"label": line.label, "cents": line.amount} for line in value]
        return {"currency": CURRENCY, "cents": _sum(value), "lines": lines}
    return value
