"""Pages about one's own account: signing in and out, coming back, passwords, language."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _

from youthforum.core.access import public, signed_in, viewer
from youthforum.core.addresses import address
from youthforum.core.blocking import blocking
from youthforum.core.clock import now
from youthforum.core.errors import Forbidden, Invalid, NotFound, SlowDown
from youthforum.core.forms import InvalidForm, parse
from youthforum.core.rates import Rate
from youthforum.core.requests import fields, own_path
from youthforum.core.settings import settings
from youthforum.core.text import whole
from youthforum.people import commands, forms, mail, policy, queries, secrets, sessions
from youthforum.people.guesses import Guesses

pages = Blueprint("people", __name__)

# Guessing one account's password is stopped from each address, so that who guesses keeps only themselves out; from
# all addresses together after a hundred; and per address, whatever the account, at what no hall would reach.
WRONG_PASSWORDS = Rate("wrong-password", "10/15 minutes")
WRONG_PASSWORDS_ALL = Rate("wrong-password-all", "100/15 minutes")
WRONG_PASSWORDS_FROM = Rate("wrong-password-from", "300/15 minutes")
PHRASES = Guesses("phrase", browser="20/15 minutes", address="500/15 minutes", everybody="2000/15 minutes")
RESET_MAILS = Rate("reset-mail", "3/hour")


@pages.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Any:
    values, errors, status = fields(), {}, 200
    if request.method == "POST":
        try:
            form = parse(forms.SignInForm, values, strict=False)
            email = form.email.strip().lower()
            WRONG_PASSWORDS.ask(email, request.remote_addr)
            WRONG_PASSWORDS_ALL.ask(email)
            WRONG_PASSWORDS_FROM.ask(request.remote_addr)
            person = queries.person_by_password(email, form.password)
            if person is not None:
                sessions.remember(commands.open_sign_in(person, device=sessions.device()))
                return redirect(own_path(request.form.get("next"), url_for("forums.start")))
            WRONG_PASSWORDS.count(email, request.remote_addr)
            WRONG_PASSWORDS_ALL.count(email)
            WRONG_PASSWORDS_FROM.count(request.remote_addr)
            errors, status = {"": _("This address and this password don’t belong together.")}, 422
        except InvalidForm as error:
            errors, status = error.errors, 422
        except SlowDown as error:
            errors, status = {"": str(error.message)}, 429
    values.pop("password", None)
    page = render_template(
        "people/sign_in.html", values=values, errors=errors, next=own_path(request.values.get("next"), "")
    )
    return page, status


@pages.post("/sign-out")
@public
def sign_out() -> Any:
    person = viewer()
    if person is not None and person.sign_in is not None:
        commands.end_sign_ins(person, person, sign_in_id=person.sign_in.id)
    sessions.forget_browser()
    return redirect(url_for("forums.start"))


@pages.route("/return", methods=["GET", "POST"])
@public
def come_back() -> Any:
    values, errors, status = fields(), {}, 200
    if request.method == "POST":
        try:
            form = parse(forms.PhraseForm, values, strict=False)
            PHRASES.listen()
            person = queries.person_by_phrase(form.phrase)
            if person is not None:
                sessions.remember(commands.open_sign_in(person, device=sessions.device()))
                return redirect(own_path(request.form.get("next"), url_for("forums.start")))
            PHRASES.wrong()
            errors = {"phrase": _("This phrase is not known. Please check the six words and their order.")}
            status = 422
        except InvalidForm as error:
            errors, status = error.errors, 422
        except SlowDown as error:
            errors, status = {"phrase": str(error.message)}, 429
    return render_template("people/come_back.html", values=values, errors=errors), status


@pages.route("/forgot", methods=["GET", "POST"])
@public
def forgot() -> Any:
    values, errors, sent, status = fields(), {}, False, 200
    if request.method == "POST":
        try:
            form = parse(forms.ForgotForm, values, strict=False)
            if not mail.available():
                raise Invalid(_("This installation sends no mail. Please ask an organiser for a link."), field="email")
            RESET_MAILS.spend(form.email)
            _mail_link(form.email)
            sent = True  # the same answer for addresses without an account
        except InvalidForm as error:
            errors, status = error.errors, 422
        except (Invalid, SlowDown) as error:
            errors, status = {"email": str(error.message)}, error.status
    page = render_template(
        "people/forgot.html", values=values, errors=errors, sent=sent, mail_available=mail.available()
    )
    return page, status


def _mail_link(email: str) -> None:
    person = queries.person_by_email(email)
    if person is None:
        return
    token = commands.make_password_link(None, person)
    link = address() + url_for("people.reset", token=token)
    mail.send(email, _("Your password at Youth Forum"), render_template("people/mail_reset.txt", link=link))


@pages.route("/reset/<token>", methods=["GET", "POST"])
@public
def reset(token: str) -> Any:
    link = queries.link_by_token(token[:200])
    if link is None:
        raise NotFound()
    errors: dict[str, Any] = {}
    expired = policy.why_not_use_link(link, now()) is not None
    if request.method == "POST" and not expired:
        try:
            form = parse(forms.NewPasswordForm, fields(), strict=False)
            hashed = blocking(secrets.hash_password, form.password)
            person = commands.use_password_link(link, moment=now(), password_hash=hashed)
            sessions.remember(commands.open_sign_in(person, device=sessions.device()))
            flash(_("Your password is set, and you are signed in."), "done")
            return redirect(url_for("forums.start"))
        except InvalidForm as error:
            errors = error.errors
        except Forbidden:
            expired = True
    page = render_template("people/reset.html", errors=errors, expired=expired, token=token)
    return page, 422 if errors else 200


@pages.post("/language")
@public
def set_language() -> Any:
    language = request.form.get("language", "")
    if language not in settings().language_codes:
        raise Invalid(_("This language is not offered here."), field="language")
    person = viewer()
    if person is not None:
        commands.speak(person, person, language=language)
    session["language"] = language
    return redirect(own_path(request.form.get("next"), url_for("forums.start")))


# The account page shows and does what each domain knows of a person; domains above people add theirs.
ACCOUNT_ACTIONS: dict[str, Any] = {}
ACCOUNT_PARTS: list[Any] = []


def account_action(name: str) -> Any:
    """Register a form of the account page: `function(person) -> template variables, or None for done`."""

    def add(function: Any) -> Any:
        ACCOUNT_ACTIONS[name] = function
        return function

    return add


def account_part(function: Any) -> Any:
    """Register `function(person) -> template variables` of the account page."""
    ACCOUNT_PARTS.append(function)
    return function


@pages.route("/account", methods=["GET", "POST"])
@signed_in
def account() -> Any:
    person = viewer()
    extra: dict[str, Any] | None = {}
    errors, status = {}, 200
    if request.method == "POST":
        action = ACCOUNT_ACTIONS.get(request.form.get("action", ""))
        if action is None:
            raise Invalid(_("This is not of the expected kind."), field="action")
        try:
            extra = action(person)
        except InvalidForm as error:
            errors, status = error.errors, 422
        except (Invalid, SlowDown) as error:
            errors, status = {error.field or "": str(error.message)}, error.status
        else:
            if extra is None:
                return redirect(url_for("people.account"))
    parts = {name: value for part in ACCOUNT_PARTS for name, value in part(person).items()}
    page = render_template(
        "people/account.html",
        sign_ins=queries.own_sign_ins(person),
        has_password=person.password_hash is not None,
        has_phrase=person.phrase_hash is not None,
        values=fields() if errors else {},
        errors=errors,
        **parts,
        **(extra or {}),
    )
    return page, status


@account_action("language")
def _language(person: Any) -> None:
    commands.speak(person, person, language=request.form.get("language", ""))
    flash(_("Saved."), "done")


@account_action("phrase")
def _phrase(person: Any) -> dict[str, Any]:
    return {"new_phrase": commands.renew_phrase(person, person)}


@account_action("password")
def _password(person: Any) -> None:
    form = parse(forms.ChangePasswordForm, fields(), strict=False)
    WRONG_PASSWORDS.ask(person.email, request.remote_addr)
    if not queries.knows_password(person, form.current_password):
        WRONG_PASSWORDS.count(person.email, request.remote_addr)
        raise Invalid(_("This is not your present password."), field="current_password")
    hashed = blocking(secrets.hash_password, form.password)
    commands.set_password(person, person, password_hash=hashed)
    sessions.remember(commands.open_sign_in(person, device=sessions.device()))
    flash(_("Your password is changed. Other devices have been signed out."), "done")


@account_action("sign_out_everywhere")
def _sign_out_everywhere(person: Any) -> None:
    commands.end_sign_ins(person, person)
    sessions.remember(commands.open_sign_in(person, device=sessions.device()))
    flash(_("All other devices have been signed out."), "done")


@account_action("sign_out_one")
def _sign_out_one(person: Any) -> None:
    number = request.form.get("sign_in", "")
    if whole(number):
        commands.end_sign_ins(person, person, sign_in_id=whole(number))
        flash(_("That device has been signed out."), "done")
