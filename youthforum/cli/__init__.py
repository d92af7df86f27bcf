"""Commands for whoever runs the server: `flask --app wsgi …`."""

from __future__ import annotations

from flask import Flask

from youthforum.cli.forums import forum_group
from youthforum.cli.imports import import_group
from youthforum.cli.members import admin_group, member_group
from youthforum.cli.polls import poll_group
from youthforum.cli.proposals import proposal_group
from youthforum.demo.cli import demo_command


def init_app(app: Flask) -> None:
    for command in (demo_command, forum_group, member_group, admin_group, import_group, proposal_group, poll_group):
        app.cli.add_command(command)
