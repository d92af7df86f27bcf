"""Rich text: what people write in sections, stored as ProseMirror JSON and nothing more than we can print everywhere.

    {"type": "doc", "content": [block, …]}
    block   {"type": "paragraph", "content": [inline, …]}
            {"type": "heading", "attrs": {"level": 2 | 3}, "content": [inline, …]}
            {"type": "bullet_list" | "ordered_list", "content": [item, …]}
    item    {"type": "list_item", "content": [paragraph, list, …]}, lists up to three deep
    inline  {"type": "text", "text": "…", "marks": [mark, …]}, {"type": "hard_break"}
    mark    {"type": "strong"}, {"type": "em"}, {"type": "link", "attrs": {"href": "https://…"}}

Who writes it in another form (HTML here; Markdown; later Typst and DOCX) goes over `blocks(doc)`, the flat list of its
blocks with their depth and number. `check` is for what comes from people; the other functions take what `check` gave.
"""

from youthforum.core.richtext.commonmark import from_markdown, markdown
from youthforum.core.richtext.page import html
from youthforum.core.richtext.reading import check, count, from_plain, is_empty, normalise, plain
from youthforum.core.richtext.tree import EMPTY, Block, Kind, Marks, RichText, Run, blocks, document

__all__ = [
    "EMPTY",
    "Block",
    "Kind",
    "Marks",
    "RichText",
    "Run",
    "blocks",
    "check",
    "count",
    "document",
    "from_markdown",
    "from_plain",
    "html",
    "is_empty",
    "markdown",
    "normalise",
    "plain",
]
