"""Who must not see a page about proposals does not: every address, asked by everybody who is left out."""

from __future__ import annotations

import pytest
import requests

from tests.browser.drafting import Drafting
from tests.browser.site import Guest, Site

SECRET = "Niemand-außer-uns"
# What each address answers: to somebody of another forum, signed out, an observer, suspended, and a participant who
# does not write it. Signed out, one is asked to sign in; suspended, one may still read, and nothing else.
DOORS = {
    "/proposals": "404 401 200 200 200",
    "/proposals/new": "404 401 403 403 200",
    "/proposals/{id}": "404 401 200 200 200",
    "/proposals/{id}/versions": "404 401 200 200 200",
    "/proposals/{id}/compare": "404 401 200 200 200",
    "/proposals/{id}/write": "404 401 403 403 403",
    "/proposals/{id}/amend/need": "404 401 403 403 200",
    "/amendments/{amendment}": "404 401 403 403 403",
    "/template": "404 401 403 403 403",
    "/notices": "404 401 200 200 200",
}
ACTORS = ("elsewhere", "signed out", "observer", "suspended", "participant")


@pytest.fixture(scope="module")
def drafting(site: Site) -> Drafting:
    return Drafting(site)


def asked(drafting: Drafting, guest: Guest | None, path: str) -> requests.Response:
    cookies = {cookie["name"]: cookie["value"] for cookie in guest.cookies} if guest else {}
    return requests.get(drafting.site.server.url + path, cookies=cookies, allow_redirects=False, timeout=20)


def test_every_door_is_shut_for_whoever_is_left_out(site: Site, drafting: Drafting) -> None:
    anna, mia = drafting.join("Anna"), drafting.join("Mia")
    proposal = drafting.start(anna).complete(anna)
    proposal.save(anna)
    amendment = proposal.amend(mia, "Anders gesagt.")
    # In the draft, not yet in a version.
    proposal.write(anna, {"need:de": SECRET})
    suspended = drafting.join("Sven")
    drafting.suspend(suspended)
    people = (site.join("Otto"), None, drafting.join("Vera", role="observer"), suspended, drafting.join("Chris"))
    found = {}
    for door in DOORS:
        answers = [
            asked(drafting, guest, drafting.path + door.format(id=proposal.id, amendment=amendment)) for guest in people
        ]
        found[door] = " ".join(str(answer.status_code) for answer in answers)
        for actor, answer in zip(ACTORS, answers, strict=True):
            assert SECRET not in answer.text, (actor, door)
            if answer.status_code >= 400:
                assert "Radio Brücke" not in answer.text, (actor, door)
    assert found == DOORS
    assert asked(drafting, anna, f"{proposal.path}/write").status_code == 200
    # Once the co-authors let everyone read along, an observer may, too; and nobody from elsewhere.
    proposal.ask(anna, "open", open=True)
    seen = [asked(drafting, guest, f"{proposal.path}/write") for guest in people]
    assert [answer.status_code for answer in seen] == [404, 401, 200, 200, 200]
    assert SECRET in seen[2].text and SECRET not in seen[0].text
