# SPDX-License-Identifier: Apache-2.0
"""Content credentials: signed last, covering the label, and what is said of them afterwards."""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from tests.unit.labelling.samples import SAMPLES, png

from guiju.kernel import Invalid, Unavailable
from guiju.labelling import (
    GENERATED,
    Profile,
    Report,
    check,
    first_write,
    mark,
    new_pair,
    propagate,
    read,
    telling,
)
from guiju.labelling.commands import group
from guiju.labelling.containers import CONTAINERS, xmp
from guiju.labelling.profile import SOURCE
from guiju.labelling.provenance import (
    Credential,
    Provenance,
    State,
    library,
    provenance_of,
    read_credential,
)
from guiju.labelling.report import report

c2pa = pytest.importorskip("c2pa")
CODE = "001191110102MAD55U9H0F10002"
LABEL = first_write(CODE, "req_1")
SPREADS = "001191110102MAD55U9H0F20002"
CANNOT = {"html", "markdown", "ooxml", "aac", "ogg", "mkv", "webm", "flv"}
"""Formats that the library cannot sign: it knows them not, or not as they are packed."""


def certificate(
    name: str, key: Any, by: tuple[str, Any] | None = None, *, ends: bool
) -> x509.Certificate:
    """A certificate by its own key, or by that of another."""
    issuer, signing = by or (name, key)
    now = dt.datetime.now(dt.UTC)  # noqa: TID251 - the library asks the real clock
    day = dt.timedelta(days=1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(called(name))
        .issuer_name(called(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + 30 * day)
        .add_extension(x509.BasicConstraints(not ends, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()),
            critical=False,
        )
        .add_extension(usage(ends=ends), critical=True)
    )
    if ends:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purpose, critical=False)
    return builder.sign(signing, hashes.SHA256())


def called(name: str) -> x509.Name:
    organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Orchard")
    return x509.Name([organisation, x509.NameAttribute(NameOID.COMMON_NAME, name)])


def usage(*, ends: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=ends,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=not ends,
        crl_sign=not ends,
        encipher_only=False,
        decipher_only=False,
    )


@cache
def authority() -> tuple[Credential, str]:
    """Who signs, and the certificate that vouches for it."""
    root, leaf = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    above = certificate("root", root, ends=False)
    own = certificate("leaf", leaf, ("root", root), ends=True)
    chain, anchor = pem(own) + pem(above), pem(above)
    return Credential(chain, leaf), anchor


def pem(one: x509.Certificate) -> str:
    return one.public_bytes(serialization.Encoding.PEM).decode()


def _file(name: str) -> str:
    return "x" + next(one.suffixes[0] for one in CONTAINERS if one.name == name)


def signed(name: str, profile: Profile = Profile.BOTH, **how: Any) -> bytes:
    file = _file(name)
    return mark(
        SAMPLES[name], LABEL, name=file, profile=profile, credential=authority()[0], **how
    ).data


def state(data: bytes, name: str, anchors: str | None = None) -> Report:
    return check(data, _file(name), anchors=anchors)


@pytest.mark.parametrize("name", sorted(SAMPLES.keys() - CANNOT))
def test_label_and_manifest_stand_together(name: str) -> None:
    """Both are read; the manifest is trusted by its anchor only, and says that a model made it."""
    data = signed(name)
    assert state(data, name).axes["c2pa"] == State.UNTRUSTED
    found = state(data, name, authority()[1])
    assert (found.axes["c2pa"], found.label) == (State.VERIFIED, LABEL.fields)
    kind = next(one.media_type for one in CONTAINERS if one.name == name)
    assert provenance_of(data, kind).source == "trainedAlgorithmicMedia"
    changed = data.replace(LABEL.produce_id.encode(), b"req_2", 1)
    broken = state(changed, name, authority()[1])
    assert broken.axes["c2pa"] == State.INVALID
    assert "c2pa-invalid" in broken.reasons


@pytest.mark.parametrize("name", sorted(CANNOT))
def test_formats_that_cannot_hold_one_are_told_so(name: str) -> None:
    """One clear error; the label alone can always be written."""
    with pytest.raises(Invalid, match="c2pa-not-signed"):
        signed(name)


def test_the_profile_of_the_eu_writes_no_chinese_label() -> None:
    """A manifest alone: there are traces, and no label."""
    data = signed("png", Profile.EU)
    found = state(data, "png")
    assert (found.verdict, found.axes["judgement"]) == ("absent", "suspected")
    assert read(data).labels == ()
    assert b"tc260" not in data


def test_twice_is_once() -> None:
    """What is labelled and vouched for stays as it is, byte by byte."""
    once = signed("jpeg")
    again = mark(once, LABEL, profile=Profile.BOTH, credential=authority()[0])
    assert again.data == once


def test_a_signed_label_is_not_tied_to_the_content_twice() -> None:
    """The manifest covers the content; a tie of ours would break when it is put around the file."""
    pair = new_pair()
    found = state(signed("jpeg", signer=pair), "jpeg")
    assert (found.axes["signature"], found.axes["content"]) == ("integrity-only", "absent")
    assert found.verdict == "present_valid"


IN_XMP = ("png", "jpeg", "gif", "webp", "tiff", "heif", "avif")
"""Pictures whose label stands in XMP, where IPTC has a place for the kind of source too."""


@pytest.mark.parametrize("name", IN_XMP)
def test_the_kind_of_source_stands_beside_the_label(name: str) -> None:
    """As IPTC writes it, once; the profile of the standard alone has none."""
    assert signed(name).count(b"<Iptc4xmpExt:DigitalSourceType") == 1
    assert b"Iptc4xmpExt" not in mark(SAMPLES[name], LABEL, name=_file(name)).data


def test_a_kind_of_source_that_is_there_is_told_anew() -> None:
    """As an element or as an attribute; all else of the packet stays."""
    iptc = 'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    camera = f"{SOURCE}digitalCapture"
    element = f"<Iptc4xmpExt:DigitalSourceType>{camera}</Iptc4xmpExt:DigitalSourceType>"
    for description in (
        f'<rdf:Description rdf:about="" {iptc}>{element}<b xmlns="urn:a"/></rdf:Description>',
        f"<rdf:Description rdf:about=\"\" {iptc} Iptc4xmpExt:DigitalSourceType='{camera}'/>",
    ):
        packet = (
            '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf'
            f'-syntax-ns#">{description}</rdf:RDF></x:xmpmeta>'
        ).encode()
        with telling(GENERATED):
            told = xmp.with_label(packet, LABEL.to_json())
            assert xmp.with_label(told, LABEL.to_json()) == told
        assert (told.count(b"digitalCapture"), told.count(b"trainedAlgorithmicMedia")) == (0, 1)
        assert told.count(b"DigitalSourceType") == packet.count(b"DigitalSourceType")
        plain = xmp.with_label(packet, LABEL.to_json())
        assert told == plain.replace(b"digitalCapture", b"trainedAlgorithmicMedia")


def test_who_passes_a_file_on_vouches_for_it_anew() -> None:
    """Without, the old manifest does not hold any more; with, it is the parent of the new one."""
    data = signed("png")
    stale = propagate(data, SPREADS, "n-1").data
    assert state(stale, "png").axes["c2pa"] == State.INVALID
    fresh = propagate(data, SPREADS, "n-1", credential=authority()[0]).data
    found = state(fresh, "png", authority()[1])
    assert found.axes["c2pa"] == State.VERIFIED
    assert found.label is not None
    assert (found.label["ContentProducer"], found.label["ContentPropagator"]) == (CODE, SPREADS)
    assert fresh.count(b"trainedAlgorithmicMedia") >= 1  # that of the parent


def test_a_camera_and_a_model_cannot_both_have_made_it() -> None:
    """A manifest that names a camera beside a label that says generated is a reason."""
    reading = read(mark(png(), LABEL).data)
    found = report(reading, manifest=Provenance(State.VERIFIED, "digitalCapture"))
    assert (found.verdict, found.reasons) == ("present_invalid", ("c2pa-contradicts",))


def test_without_the_extra_nobody_has_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A manifest that is there is not called absent; signing says what to install."""
    data = signed("png")
    monkeypatch.setattr(library, "find_spec", lambda _: None)
    library.library.cache_clear()
    try:
        assert check(data).axes["c2pa"] == State.NOT_CHECKED
        assert check(png()).axes["c2pa"] == State.ABSENT
        with pytest.raises(Unavailable, match=r"guiju\[eu\]"):
            signed("png")
    finally:
        library.library.cache_clear()


def test_keys_are_read_strictly(tmp_path: Path) -> None:
    """The key must be that of the chain, on P-256, and nobody else's to read."""
    credential, _ = authority()
    chain, key, other = (tmp_path / one for one in ("chain.pem", "key.pem", "other.pem"))
    chain.write_text(credential.chain)
    for path, private in ((key, credential.key), (other, ec.generate_private_key(ec.SECP256R1()))):
        path.write_bytes(
            private.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        path.chmod(0o600)
    assert read_credential(chain, key).chain == credential.chain
    for wrong in (other, chain):
        wrong.chmod(0o600)
        with pytest.raises(Invalid, match="credential-invalid"):
            read_credential(chain, wrong)
    key.chmod(0o644)
    with pytest.raises(Invalid, match="key-open"):
        read_credential(chain, key)


def test_the_command_signs_and_checks(tmp_path: Path) -> None:
    """The profile `both` from files, and the axis with and without anchors."""
    credential, anchor = authority()
    (tmp_path / "chain.pem").write_text(credential.chain)
    (tmp_path / "anchor.pem").write_text(anchor)
    key = tmp_path / "key.pem"
    key.write_bytes(
        credential.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    key.chmod(0o600)
    (tmp_path / "a.png").write_bytes(png())
    run, out = CliRunner(), str(tmp_path / "out")
    put = ["put", str(tmp_path / "a.png"), "--out", out, "--producer", CODE, "--no-explicit"]
    assert run.invoke(group, [*put, "--profile", "both"]).exit_code == 2
    by = ["--certificates", str(tmp_path / "chain.pem"), "--certificate-key", str(key)]
    assert run.invoke(group, [*put, "--profile", "both", *by]).exit_code == 0
    asked = ["check", f"{out}/a.png", "--json"]
    assert json.loads(run.invoke(group, asked).stdout)["axes"]["c2pa"] == "untrusted"
    trusting = run.invoke(group, [*asked, "--anchors", str(tmp_path / "anchor.pem")])
    assert json.loads(trusting.stdout)["axes"]["c2pa"] == "verified"
