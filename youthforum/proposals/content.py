"""What a proposal says: texts by part and language, typed fields, and how complete they are. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from youthforum.core.richtext import EMPTY, RichText, is_empty, plain
from youthforum.core.text import Text
from youthforum.proposals.template import Part, Template


@dataclass(frozen=True)
class BudgetLine:
    """One line of a budget; `amount` is in cents of a euro."""

    key: str
    label: str
    amount: int
    position: float


@dataclass(frozen=True)
class Content:
    """`texts`: {part: {language: RichText}}, only those with words; `fields`: {key: JSON value}, as in the shared
    document; `language` is that of the original."""

    language: str
    texts: dict[str, dict[str, RichText]]
    fields: dict[str, Any]
    # Who wrote and who checked, when it was stored: {part: {language: {...}}}; see queries.translation_states
    translations: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Content:
        return cls(stored["language"], stored["texts"], stored["fields"], stored.get("translations", {}))

    def dump(self) -> dict[str, Any]:
        return {
            "language": self.language,
            "texts": self.texts,
            "fields": self.fields,
            "translations": self.translations,
        }

    def text(self, part: str, language: str) -> RichText:
        """The words in one language; EMPTY where there are none."""
        return self.texts.get(part, {}).get(language, EMPTY)

    def original(self, part: str) -> RichText:
        return self.text(part, self.language)

    def pick(self, part: str, *wanted: str) -> tuple[str, RichText]:
        """`(language, words)` in the first wanted language that has words, else in the original's, else in any."""
        found = self.texts.get(part, {})
        for language in (*wanted, self.language, *sorted(found)):
            if language in found and not is_empty(found[language]):
                return language, found[language]
        return self.language, EMPTY

    def line(self, part: str) -> Text:
        """A one-line part in all its languages, the original first."""
        languages = sorted(self.texts.get(part, {}), key=lambda code: (code != self.language, code))
        found = {code: plain(self.text(part, code)) for code in languages}
        return Text({code: words for code, words in found.items() if words})

    def value(self, part: Part) -> Any:
        """A typed part's value: number, date, list of languages or delegation ids, list of BudgetLine; None: unset."""
        if part.kind == "budget":
            return self.budget(part.id)
        found = self.fields.get(part.id)
        return date.fromisoformat(found) if part.kind == "date" and found else found

    def budget(self, part: str) -> list[BudgetLine]:
        """Its lines in their order."""
        lines = [
            BudgetLine(key.partition("/")[2], line["label"], line["amount"], line["position"])
            for key, line in self.fields.items()
            if key.startswith(f"{part}/")
        ]
        return sorted(lines, key=lambda line: (line.position, line.key))

    def has(self, part: Part) -> bool:
        """Whether something stands there; for texts, in the original's language."""
        if part.written:
            return not is_empty(self.original(part.id))
        value = self.value(part)
        return value is not None and value != []

    def missing(self, template: Template) -> list[Part]:
        """Required parts that are empty, in their order."""
        return [part for part in template.parts if part.required and not self.has(part)]


def digest(text: RichText) -> str:
    """A name of exactly these words: SHA-256 in hexadecimal, 64 characters."""
    return hashlib.sha256(json.dumps(text, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
