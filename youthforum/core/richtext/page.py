"""Rich text as HTML."""

from __future__ import annotations

import nh3
from markupsafe import Markup, escape

from youthforum.core.richtext.tree import Block, RichText, Run, blocks

_TAGS = {"p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "a", "br"}


def html(doc: RichText, *, offset: int = 1) -> Markup:
    """The document as HTML; headings are h2 and h3 moved down by `offset`, to stand below those of the page."""
    out: list[str] = []
    lists: list[str] = []
    for block in blocks(doc):
        while len(lists) > block.depth:
            out.append(f"</li></{lists.pop()}>")
        if not block.depth:
            tag = "p" if block.kind == "paragraph" else f"h{min(int(block.kind[-1]) + offset, 6)}"
            out.append(f"<{tag}>{_inline(block)}</{tag}>")
            continue
        tag = "ul" if block.kind == "bullet" else "ol"
        if len(lists) == block.depth:
            if lists[-1] == tag and not block.fresh:
                out.append("</li>")
            else:
                out.append(f"</li></{lists.pop()}>")
        if len(lists) < block.depth:
            lists.append(tag)
            out.append(f"<{tag}>")
        out.append(f"<li>{_inline(block)}")
    out += [f"</li></{tag}>" for tag in reversed(lists)]
    return Markup(  # noqa: S704 - nh3 has the last word
        nh3.clean(
            "".join(out),
            tags=_TAGS,
            attributes={"a": {"href"}},
            url_schemes={"http", "https", "mailto"},
            link_rel="nofollow noopener noreferrer ugc",
        )
    )


def _inline(block: Block) -> str:
    return "".join(map(_run, block.runs))


def _run(run: Run) -> str:
    words = str(escape(run.text)).replace("\n", "<br>")
    words = f"<em>{words}</em>" if run.marks.em else words
    words = f"<strong>{words}</strong>" if run.marks.strong else words
    return f'<a href="{escape(run.marks.href)}">{words}</a>' if run.marks.href else words
