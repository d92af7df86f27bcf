"""The API document (OpenAPI 3.1), made from the same schemas that parse the input."""

from __future__ import annotations

import re
from typing import Any

from pydantic.json_schema import models_json_schema

from youthforum.core.forms import Form
from youthforum.live.intake import INTAKES

_PATH_FIELD = re.compile(r"<(?:\w+:)?(\w+)>")


def endpoint(
    summary: str,
    *,
    body: type[Form] | None = None,
    answer: dict[str, Any] | None = None,
    tag: str = "Reading",
) -> Any:
    """Describe a view that is not an intake. `answer` is an example of the JSON it gives."""

    def mark(view: Any) -> Any:
        view.openapi = {"summary": summary, "body": body, "answer": answer, "tag": tag}
        return view

    return mark


def document(app: Any) -> dict[str, Any]:
    """The OpenAPI 3.1 document of everything below /api/v1."""
    described = [
        (rule, app.view_functions[rule.endpoint].openapi)
        for rule in app.url_map.iter_rules()
        if hasattr(app.view_functions[rule.endpoint], "openapi")
    ]
    forms = {intake.form for intake in INTAKES.values()} | {what["body"] for _, what in described if what["body"]}
    _, schemas = models_json_schema(
        [(form, "validation") for form in sorted(forms, key=lambda form: form.__name__)],
        ref_template="#/components/schemas/{model}",
    )
    paths: dict[str, Any] = {}
    for rule, what in sorted(described, key=lambda pair: pair[0].rule):
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            access = getattr(app.view_functions[rule.endpoint], "access", "public")
            operation = _operation(what["summary"], what["tag"], _PATH_FIELD.findall(rule.rule), access == "public")
            if what["body"]:
                operation["requestBody"] = _body(f"#/components/schemas/{what['body'].__name__}")
            if what["answer"] is not None:
                operation["responses"]["200"]["content"] = {"application/json": {"example": what["answer"]}}
            paths.setdefault(_PATH_FIELD.sub(r"{\1}", rule.rule), {})[method.lower()] = operation
    for intake in INTAKES.values():
        names = _PATH_FIELD.findall(intake.path)
        operation = _operation(intake.summary, intake.event.partition(":")[0].capitalize() + "s", names, False)
        operation["description"] = f"The same as the socket event `{intake.event}`."
        operation["operationId"] = intake.event.replace(":", "_")
        if set(intake.form.model_fields) - set(names):
            operation["requestBody"] = _body(f"#/components/schemas/{intake.form.__name__}Body")
            schemas["$defs"][f"{intake.form.__name__}Body"] = _without(
                schemas["$defs"][intake.form.__name__], set(names)
            )
        paths[_PATH_FIELD.sub(r"{\1}", f"/api/v1{intake.path}")] = {"post": operation}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Youth Forum",
            "version": "1",
            "description": "What people do in the browser, for programs. Live changes come by Socket.IO; "
            "see docs/live-protocol.md.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"] | {"Error": _ERROR},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string", "examples": ["voting_closed", "invalid"]},
                "message": {"type": "string", "description": "A sentence in the member's language."},
                "field": {"type": "string", "description": "The field that is wrong, where it is one."},
                "retry_after": {"type": "integer", "description": "Seconds to wait, with `slow_down`."},
            },
        }
    },
}


def _operation(summary: str, tag: str, names: list[str], public: bool) -> dict[str, Any]:
    errors = {"422": "The input is not acceptable.", "429": "Too much at once; wait `retry_after` seconds."}
    if not public:
        errors |= {
            "401": "Nobody is signed in.",
            "403": "Not allowed, with the reason.",
            "404": "It does not exist, or not for this member.",
            "409": "Somebody else was faster; nothing was overwritten.",
        }
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {
        "summary": summary,
        "tags": [tag],
        "security": [] if public else [{"token": []}],
        "parameters": [
            {
                "name": name,
                "in": "path",
                "required": True,
                "schema": {"type": "string"} if name == "slug" else {"type": "integer", "minimum": 1},
            }
            for name in names
        ],
        "responses": {"200": {"description": "Done."}}
        | {code: {"description": words, "content": error} for code, words in sorted(errors.items())},
    }


def _body(reference: str) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": {"$ref": reference}}}}


def _without(schema: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """A schema without the fields that are in the path."""
    rest = {name: field for name, field in schema["properties"].items() if name not in names}
    required = [name for name in schema.get("required", ()) if name not in names]
    return schema | {"properties": rest, "required": required}
