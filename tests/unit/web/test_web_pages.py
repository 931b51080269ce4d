# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from starlette.testclient import TestClient

import guiju
from guiju.kernel import Text
from guiju.web import NOBODY, Site

from .conftest import PERSON, STAFF, Trial

ROOMS = Path(guiju.__file__).parent
TEMPLATES = sorted(ROOMS.glob("*/pages/*.html"))
HTML = {"accept": "text/html"}


@pytest.mark.parametrize(
    "path", ["/form", "/api/number?number=1", "/nowhere", "/fails", "/console"]
)
def test_every_response_carries_the_security_headers(client: TestClient, path: str):
    """Pages, JSON, errors, our own faults and redirects."""
    headers = client.get(path, headers=HTML).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_no_template_has_script_or_style_of_its_own(path: Path):
    """The content security policy would stop them, so they would only seem to work."""
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert re.findall(r"<script(?![^>]*\ssrc=)", text) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_every_form_that_posts_carries_the_token(path: Path):
    """A form without it could only fail."""
    text = path.read_text(encoding="utf-8")
    forms = re.findall(r'<form[^>]*method="post".*?</form>', text, re.DOTALL)
    # `token_fields` is what a macro of several pages is handed by each of them.
    carries = ("token()", "form_fields()", "form_token", "token_fields")
    assert all(any(one in form for one in carries) for form in forms)


def test_a_static_file_is_kept_for_a_year_under_its_digest(trial: Trial):
    """A changed file has another name, so no page ever waits for a cache."""
    address = trial.site.assets.address("guiju.css")
    answer = trial.client.get(address)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert trial.client.get("/static/guiju.css").status_code == 404
    assert trial.client.get("/static/..%2Fsite.py").status_code == 404


def test_a_page_that_lacks_a_value_is_an_error_and_not_a_gap(trial: Trial):
    """A missing value must not reach a reader as nothing."""
    request_less = trial.client.get("/incomplete", headers=HTML)
    assert request_less.status_code == 500


def test_only_templates_of_rooms_can_be_rendered(trial: Trial):
    """A name that points elsewhere is no template."""
    environment = trial.site._environment
    for name in ("../pyproject.toml", "web/../site.py", "web/site.py", "kernel/ids.py", "web"):
        with pytest.raises(LookupError):
            environment.get_template(name)
    with pytest.raises(UndefinedError):
        environment.from_string("{{ missing }}").render()


def test_menus_show_what_rooms_offer_in_order_and_where_one_is():
    """A page under an entry counts as that entry."""
    site = Site(lambda _: NOBODY)
    site.offer("console", "/b", Text(zh="乙", en="B"), order=2, under=("/b",))
    site.offer("console", "/a", Text(zh="甲", en="A"), order=1)
    site.offer("public", "/", Text(zh="首", en="Home"), order=1)
    assert [link.address for link in site.menu("console")] == ["/a", "/b"]
    b = site.menu("console")[1]
    assert [b.leads_to(path) for path in ("/b", "/b/1", "/bc", "/")] == [True, True, False, False]
    assert not site.menu("public")[0].leads_to("/b")


def test_a_viewer_acts_under_the_pseudonym_and_nobody_cannot_act():
    """Evidence names ids and roles, never a name."""
    assert STAFF.actor.as_evidence() == {"kind": "staff", "id": "st_1", "roles": ["auditor"]}
    assert PERSON.actor.as_evidence() == {"kind": "person", "id": "pe_1", "roles": []}
    with pytest.raises(ValueError, match="nobody"):
        _ = NOBODY.actor
