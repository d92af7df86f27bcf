#!/usr/bin/env python3
"""Check that every message of the source is in every catalogue, translated, with all its plural forms.

python tools/check_catalogues.py            says what is missing; exit code 1 when anything is
python tools/check_catalogues.py --update   first brings new messages into template and catalogues

Messages are written in English in the source, so there is no English catalogue. A guess is never kept:
Babel's fuzzy matching is off, and a fuzzy entry made by another tool counts as untranslated.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("de", "ru")
KEYWORDS = DEFAULT_KEYWORDS | parse_keywords(
    [
        "_",
        "_l",
        "_n:1,2",
        "_ln:1,2",
        "gettext",
        "lazy_gettext",
        "ngettext:1,2",
        "lazy_ngettext:1,2",
        "pgettext:1c,2",
        "lazy_pgettext:1c,2",
        "npgettext:1c,2,3",
    ]
)
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
UNWANTED = re.compile(
    r'"(Project-Id-Version|POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team'
    r"|Report-Msgid-Bugs-To|Generated-By): "
)
WIDTH = 100

Key = tuple[str, str]


def main() -> int:
    parser = argparse.ArgumentParser(description="Check the catalogues, or bring them up to date.")
    parser.add_argument("--update", action="store_true", help="rewrite template and catalogues first")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    given = parser.parse_args()

    root: Path = given.root
    source = messages_in_source(root)
    if given.update:
        update(root, source)
    complaints = check(root, source)
    for complaint in complaints:
        print(f"catalogues: {complaint}", file=sys.stderr)
    if complaints:
        print(
            f"catalogues: {len(complaints)} to mend; `make catalogues` brings new messages in",
            file=sys.stderr,
        )
        return 1
    print(f"catalogues: {len(keys(source))} messages, complete in {', '.join(LANGUAGES)}")
    return 0


def template_path(root: Path) -> Path:
    return root / "youthforum" / "catalogues" / "messages.pot"


def catalogue_path(root: Path, language: str) -> Path:
    return root / "youthforum" / "catalogues" / language / "LC_MESSAGES" / "messages.po"


def messages_in_source(root: Path) -> Catalog:
    """Everything marked for translation, as a template without dates or line numbers, so that it only
    changes when a message does."""
    with (root / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    catalog = Catalog(project="Youth Forum", charset="utf-8", fuzzy=False)
    for folder in ("youthforum", "templates"):
        if not (root / folder).is_dir():
            continue
        found = extract_from_dir(
            root / folder,
            method_map=[(_inside(pattern, folder), name) for pattern, name in methods if _is_in(pattern, folder)],
            options_map={
                _inside(pattern, folder): dict(values) for pattern, values in options.items() if _is_in(pattern, folder)
            },
            keywords=KEYWORDS,
            comment_tags=("Translators:",),
            strip_comment_tags=False,
        )
        for name, _line, message, comments, context in found:
            place = f"{folder}/{Path(name).as_posix()}"
            catalog.add(message, locations=[(place, 0)], auto_comments=comments, context=context)
    for message in catalog:
        message.locations = sorted(set(message.locations))
    return catalog


def _is_in(pattern: str, folder: str) -> bool:
    return pattern.startswith(f"{folder}/")


def _inside(pattern: str, folder: str) -> str:
    return pattern.removeprefix(f"{folder}/")


def key(message: Message) -> Key:
    return (message.context or "", message.id[0] if isinstance(message.id, (list, tuple)) else message.id)


def keys(catalog: Catalog) -> dict[Key, Message]:
    return {key(message): message for message in catalog if message.id}


# -- updating --------------------------------------------------------------------------------------


def update(root: Path, source: Catalog) -> None:
    """Write the template; add new messages to each catalogue, untranslated, and drop what has gone."""
    write(template_path(root), source)
    for language in LANGUAGES:
        path = catalogue_path(root, language)
        catalog = Catalog(locale=language, project="Youth Forum", charset="utf-8", fuzzy=False)
        if path.exists():
            with path.open("rb") as file:
                catalog = read_po(file, locale=language)
        catalog.fuzzy = False
        catalog.update(source, no_fuzzy_matching=True, update_header_comment=False)
        catalog.obsolete.clear()
        write(path, catalog)


def write(path: Path, catalog: Catalog) -> None:
    catalog.header_comment = f"# Messages of Youth Forum: {catalog.locale or 'template, made by make catalogues'}."
    text = io.BytesIO()
    write_po(text, catalog, width=WIDTH, sort_output=True, include_lineno=False, ignore_obsolete=True)
    # Dates and addresses would make a difference on every run and tell nobody anything.
    lines = [line for line in text.getvalue().decode().splitlines(keepends=True) if not UNWANTED.match(line)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(lines))


# -- checking --------------------------------------------------------------------------------------


def check(root: Path, source: Catalog) -> list[str]:
    wanted = keys(source)
    path = template_path(root)
    if not path.exists():
        return ["messages.pot is missing"] if wanted else []
    with path.open("rb") as file:
        template = keys(read_po(file))
    complaints = differences("messages.pot", wanted, template)
    for language in LANGUAGES:
        path = catalogue_path(root, language)
        if not path.exists():
            complaints.append(f"there is no catalogue for {language}")
            continue
        with path.open("rb") as file:
            catalog = read_po(file, locale=language)
        translated = keys(catalog)
        complaints += differences(language, wanted, translated)
        for identity in sorted(wanted.keys() & translated.keys()):
            complaints += [
                f"{language}: {shown(identity)}: {fault}"
                for fault in faults(wanted[identity], translated[identity], catalog)
            ]
    return complaints


def differences(name: str, wanted: dict[Key, Message], found: dict[Key, Message]) -> list[str]:
    complaints = [f"{name}: {shown(identity)} is missing" for identity in sorted(wanted.keys() - found.keys())]
    complaints += [
        f"{name}: {shown(identity)} is no longer in the source" for identity in sorted(found.keys() - wanted.keys())
    ]
    complaints += [
        f"{name}: {shown(identity)} has another plural than the source"
        for identity in sorted(wanted.keys() & found.keys())
        if wanted[identity].id != found[identity].id
    ]
    return complaints


def faults(wanted: Message, translation: Message, catalog: Catalog) -> list[str]:
    """What is wrong with one translation, in words."""
    if translation.fuzzy:
        return ["is fuzzy"]
    forms = translation.string if isinstance(translation.string, (list, tuple)) else (translation.string,)
    needed = catalog.num_plurals if wanted.pluralizable else 1
    if len(forms) != needed:
        return [f"has {len(forms)} of {needed} plural forms"]
    if not all(form and form.strip() for form in forms):
        return ["is not translated"]
    originals = wanted.id if isinstance(wanted.id, (list, tuple)) else (wanted.id,)
    allowed = {name for original in originals for name in PLACEHOLDER.findall(original)}
    found = [f"knows no %({name})s" for form in forms for name in PLACEHOLDER.findall(form) if name not in allowed]
    # A plural may leave its number out ("one idea"); a sentence may leave nothing out.
    if not wanted.pluralizable:
        found += [f"leaves %({name})s out" for name in sorted(allowed - set(PLACEHOLDER.findall(forms[0])))]
    return found + [str(error) for error in translation.check(catalog) if not found]


def shown(identity: Key) -> str:
    context, text = identity
    text = text if len(text) <= 70 else f"{text[:67]}..."
    return f"“{text}” ({context})" if context else f"“{text}”"


if __name__ == "__main__":
    sys.exit(main())
