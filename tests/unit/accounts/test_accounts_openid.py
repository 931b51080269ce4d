# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import update

from guiju.accounts import Entry, SessionKind, Visit, openid, openid_asking
from guiju.accounts.openid_model import Identity, Provider
from guiju.accounts.openid_store import LINK, PROVIDER
from guiju.accounts.refusing_entry import SecondFactorNeeded
from guiju.kernel import GuijuError, Invalid, Refused, Unavailable
from guiju.storage import Database

from .test_accounts_passkeys import added
from .vouching import CURVE, HERE, ISSUER, KEY, World, put_provider, signed

OTHER = Visit(binding="browser two")
pytestmark = pytest.mark.control("federated-sign-in")
STRANGER = RSAKey.generate_key(2048, {"kid": "k1"})


def plain(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unsigned(head: dict[str, Any]) -> Callable[[dict[str, Any]], str]:
    return lambda claims: f"{plain(head)}.{plain(claims)}."


def by_public_key(claims: dict[str, Any]) -> str:
    """HS256, with the provider's public key as the secret that both sides know."""
    pem = KEY.raw_value.public_key().public_bytes(  # type: ignore[union-attr]  # as generated
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )
    said = f"{plain({'alg': 'HS256', 'kid': 'k1'})}.{plain(claims)}"
    code = hmac.digest(pem, said.encode(), "sha256")
    return f"{said}.{base64.urlsafe_b64encode(code).rstrip(b'=').decode()}"


def with_a_signature_of_another(claims: dict[str, Any]) -> str:
    """Claims that were changed, under the signature of those that were not."""
    changed = signed(claims | {"sub": "u-2"}).rpartition(".")[0]
    return f"{changed}.{signed(claims).rpartition('.')[2]}"


@pytest.fixture
def world(db: Database, house) -> World:
    put_provider(db, house.boss.actor)
    return World(db)


def linked(db: Database, actor, kind=SessionKind.PERSON, subject: str = "u-1") -> None:
    with db.write() as tx:
        openid.link_identity(tx, actor, kind, Identity("corp", subject))


def test_whoever_is_linked_signs_in(db, world, person, leaves):
    """Code, verifier, secret and redirect go to the provider; a session comes of it."""
    linked(db, person.actor)
    identity = world.finish(world.begin())
    opened = openid.enter_by_identity(db, identity, HERE)
    assert (opened.session.actor, opened.session.entry) == (person.actor, Entry.OPENID)
    assert world.sent["redirect_uri"] == ["http://localhost:8080/sign-in/openid/callback"]
    assert world.heads["authorization"] == f"Basic {base64.b64encode(b'guiju:s3cret').decode()}"
    assert "u-1" not in str(leaves())
    assert "s3cret" not in str(leaves())


def test_an_identity_that_is_not_linked_opens_nothing(db, world, person):
    """Not even when the provider says that it has the mail address, or the name, of somebody."""
    world.claims = {"email_verified": True, "preferred_username": "wanderer"}
    identity = world.finish(world.begin())
    with pytest.raises(Refused, match="openid-not-linked"):
        openid.enter_by_identity(db, identity, HERE)


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"iss": "https://evil.example"}, "iss"),
        ({"iss": ISSUER + "/"}, "iss"),
        ({"iss": None}, "iss"),
        ({"aud": "another"}, "aud"),
        ({"aud": []}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": ["guiju", "another"]}, "azp"),
        ({"aud": ["guiju", "another"], "azp": "another"}, "azp"),
        ({"azp": "another"}, "azp"),
        ({"exp": 1}, "exp"),
        ({"exp": None}, "exp"),
        ({"exp": "soon"}, "exp"),
        ({"exp": True}, "exp"),
        ({"iat": None}, "iat"),
        ({"iat": 1}, "iat"),
        ({"iat": 99_999_999_999}, "iat"),
        ({"nbf": 99_999_999_999}, "nbf"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": "é"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
        ({"sub": 7}, "sub"),
        ({"sub": "x" * 256}, "sub"),
    ],
)
def test_a_forged_claim_is_refused(world, claims, why, leaves):
    """Issuer, audience, party, times, nonce and subject are each looked at; why goes on record."""
    world.claims = claims
    assert world.refused() == f"openid-token-refused {why}"
    (leaf,) = leaves("openid-token-refused")
    assert leaf["facts"] == {"provider": "corp", "why": why}


@pytest.mark.parametrize(
    ("token", "why"),
    [
        (unsigned({"alg": "none"}), "alg"),
        (unsigned({"alg": "None", "kid": "k1"}), "alg"),
        (unsigned({"kid": "k1"}), "form"),
        (unsigned({"alg": "RS256", "kid": "k1"}), "signature"),
        (by_public_key, "alg"),
        (lambda claims: signed(claims, STRANGER), "signature"),
        (lambda claims: signed(claims, STRANGER, kid="../../dev/null"), "signature"),
        (lambda claims: signed(claims, STRANGER, kid="k1' OR '1'='1"), "signature"),
        (lambda claims: signed(claims, KEY, kid="k2"), "signature"),
        (lambda claims: signed(claims)[:-8] + "AAAAAAAA", "signature"),
        (
            lambda claims: (
                signed(claims | {"sub": "u-2"}).rpartition(".")[0]
                + "."
                + signed(claims).rpartition(".")[2]
            ),
            "signature",
        ),
    ],
    ids=range(11),
)
def test_a_forged_signature_is_refused(world, token, why):
    """No algorithm, a shared secret, another key under the same name, odd names, broken bytes."""
    world.token = token
    assert world.refused() == f"openid-token-refused {why}"


@pytest.mark.parametrize(
    "head",
    [
        {"jku": "https://evil.example/keys"},
        {"jwk": STRANGER.as_dict(private=False)},
        {"x5u": "https://evil.example/cert"},
        {"x5c": ["AAAA"]},
        {"crit": ["exp"]},
    ],
    ids=lambda head: next(iter(head)),
)
def test_a_head_that_brings_its_own_key_is_refused(world, head):
    """A key is only ever a published one; nothing else is even fetched."""
    world.token = lambda claims: ".".join(
        [plain({"alg": "RS256", "kid": "k1", **head}), *signed(claims).split(".")[1:]]
    )
    assert world.refused() in {"openid-token-refused head", "openid-token-refused form"}
    assert not [one for one in world.asked if "evil" in one]


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "a.b.c.d.e", "é.é.é", "x" * 20_000, "..."])
def test_what_is_no_token_is_refused(world, token):
    """One clear error, whatever came."""
    world.token = lambda _: token
    assert world.refused() == "openid-token-refused form"


def test_state_and_nonce_work_once_and_in_one_browser(db, world):
    """Replayed, in another browser, after five minutes, forged, or none: nothing is asked for."""
    state = world.begin()
    assert world.finish(state)
    before = len(world.asked)
    assert world.refused(state) == "sign-in-step-expired"
    assert world.refused(world.begin(OTHER)) == "sign-in-step-expired"
    late = world.begin()
    db.clock.advance(minutes=5)
    for one in (late, "", "AAAA", "é", late[:-2] + "AA"):
        assert world.refused(one) == "sign-in-step-expired"
    assert not [one for one in world.asked[before:] if one.endswith("/token")]


def test_the_token_of_another_sign_in_is_refused(world):
    """A token that was true a minute ago, for another nonce."""
    world.begin()
    old = signed(world.said())
    world.token = lambda _: old
    assert world.refused() == "openid-token-refused nonce"


def test_an_answer_of_another_issuer_is_not_traded_in(world):
    """A code that was made elsewhere is not sent to this provider (RFC 9207)."""
    assert world.refused(issuer="https://evil.example") == "openid-refused"
    assert world.refused(code="") == "openid-refused"
    assert not [one for one in world.asked if one.endswith("/token")]
    assert world.finish(world.begin(), issuer=ISSUER)


def test_a_provider_that_names_itself_always_does(world):
    """Mix-up: whoever strips the name from an answer of another provider does not get the code."""
    world.described["authorization_response_iss_parameter_supported"] = True
    assert world.refused() == "openid-refused"
    assert world.refused(issuer="https://evil.example") == "openid-refused"
    assert not [one for one in world.asked if one.endswith("/token")]
    assert world.finish(world.begin(), issuer=ISSUER)


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": "http://id.example/token"},
        {"token_endpoint": "file:///etc/passwd"},
        {"jwks_uri": "ftp://id.example"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
    ],
    ids=range(7),
)
def test_a_description_that_leads_elsewhere_is_not_believed(world, change):
    """Another issuer, or an address that is not https."""
    world.described |= change
    with pytest.raises((Unavailable, Invalid)):
        world.begin()


@pytest.mark.parametrize(
    "published",
    [[], [{"kty": "oct", "k": "AAAA", "kid": "k1"}], [{"kty": "RSA", "kid": "k1"}], "none", [7]],
    ids=range(5),
)
def test_keys_that_cannot_be_used_close_the_door(world, published):
    """None, a shared secret, half a key."""
    world.keys = published
    with pytest.raises(Unavailable, match="openid-unavailable"):
        world.begin()


def test_new_keys_are_asked_for_once_a_minute(world, monkeypatch):
    """A provider may change its keys at any time; a flood of odd names asks it for nothing."""
    now = 1_000.0
    monkeypatch.setattr(openid_asking, "monotonic", lambda: now)
    assert world.finish(world.begin())
    fresh = RSAKey.generate_key(2048, {"kid": "k9"})
    world.keys = [fresh.as_dict(private=False)]
    world.token = lambda claims: signed(claims, fresh, kid="k9")
    assert world.refused() == "openid-token-refused signature"
    now += 61
    assert world.finish(world.begin())
    world.token = lambda claims: signed(claims, STRANGER, kid="odd")
    before = world.asked.count(f"{ISSUER}/keys")
    for _ in range(5):
        assert world.refused() == "openid-token-refused signature"
    assert world.asked.count(f"{ISSUER}/keys") == before


def test_an_elliptic_key_signs_as_well(world):
    """By the algorithm that fits it."""
    world.token = lambda claims: jwt.encode({"alg": "ES256", "kid": "k2"}, claims, CURVE)
    assert world.finish(world.begin()) == Identity("corp", "u-1")


@pytest.mark.control("staff-roles")
def test_an_identity_of_staff_opens_no_person_and_asks_for_the_passkey(db, house, person):
    """Kinds are kept apart; whoever has a passkey shows it here too."""
    put_provider(db, house.boss.actor, SessionKind.STAFF)
    with pytest.raises(GuijuError, match="openid-provider-unknown"):
        linked(db, person.actor)
    linked(db, house.officer.actor, SessionKind.STAFF)
    opened = openid.enter_by_identity(db, Identity("corp", "u-1"), HERE)
    assert opened.session.kind is SessionKind.STAFF
    added(db, house.officer.actor)
    with pytest.raises(SecondFactorNeeded):
        openid.enter_by_identity(db, Identity("corp", "u-1"), HERE)


def test_a_provider_that_changes_hands_opens_no_old_account(db, world, house, person):
    """Links hold for the issuer, not for our name of it."""
    linked(db, person.actor)
    with db.write() as tx:
        wanted = Provider(
            "corp", SessionKind.PERSON, "https://new.example", "guiju", "New", "x", tx.now, None
        )
        openid.set_provider(tx, house.boss.actor, wanted, None)
    with pytest.raises(Refused, match="openid-not-linked"):
        openid.enter_by_identity(db, Identity("corp", "u-1"), HERE)


def test_a_link_is_its_owner_s(db, world, house, person):
    """Linked once, to one account; removed by its owner; forged by SQL it is not believed."""
    linked(db, person.actor)
    with pytest.raises(GuijuError, match="openid-linked"):
        linked(db, person.actor)
    with db.write() as tx:
        (link,) = openid.links_of(tx, person.id)
        with pytest.raises(GuijuError, match="openid-link-not-found"):
            openid.unlink(tx, house.boss.actor, link.id)
        tx.execute(update(LINK).values(owner="pe_else"))
    with pytest.raises(Refused, match="openid-not-linked"):
        openid.enter_by_identity(db, Identity("corp", "u-1"), HERE)


def test_who_may_vouch_is_decided_by_the_accountable_person(db, world, house, leaves):
    """And the secret is sealed: neither the database nor the ledger holds it."""
    with db.write() as tx:
        wanted = Provider("x", SessionKind.PERSON, ISSUER, "c", "X", "x", tx.now, None)
        with pytest.raises(Refused, match="role-needed"):
            openid.set_provider(tx, house.officer.actor, wanted, None)
        with pytest.raises(Refused, match="role-needed"):
            openid.remove_provider(tx, house.officer.actor, "corp")
        sealed = tx.rows(PROVIDER.select())[0].sealed_secret
        assert b"s3cret" not in sealed
        openid.remove_provider(tx, house.boss.actor, "corp")
        with pytest.raises(GuijuError, match="openid-provider-unknown"):
            openid.remove_provider(tx, house.boss.actor, "corp")
    with pytest.raises(GuijuError, match="openid-provider-unknown"):
        world.begin()
    assert len(leaves("openid-provider-removed")) == 1


@pytest.mark.parametrize(
    ("given", "param"),
    [
        (("Corp", ISSUER, "c", "t"), "name"),
        (("callback", ISSUER, "c", "t"), "name"),
        (("a/b", ISSUER, "c", "t"), "name"),
        (("x", "http://id.example", "c", "t"), "issuer"),
        (("x", "https://user@id.example", "c", "t"), "issuer"),
        (("x", "https://id.example?x=1", "c", "t"), "issuer"),
        (("x", "https://id.example/\r\nx", "c", "t"), "issuer"),
        (("x", "https://[", "c", "t"), "issuer"),
        (("x", ISSUER, "", "t"), "client"),
        (("x", ISSUER, "c", ""), "title"),
    ],
)
def test_a_provider_that_cannot_be_set_is_told_why(db, house, given, param):
    """The field, and what is wrong with it."""
    with db.write() as tx, pytest.raises(Invalid) as caught:
        name, issuer, client, title = given
        wanted = Provider(name, SessionKind.PERSON, issuer, client, title, "x", tx.now, None)
        openid.set_provider(tx, house.boss.actor, wanted, None)
    assert caught.value.param == param
