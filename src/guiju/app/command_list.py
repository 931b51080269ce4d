# SPDX-License-Identifier: Apache-2.0
"""Every command: where it is and one line of help, by the chapters of the Measures."""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """A command; `place` is `module:attribute`, loaded when it is called."""

    name: str
    place: str
    text: str


CHAPTERS = {
    "Chapter I, general (Articles 1-4)": (
        Entry("law", "guiju.measures.commands:group", "The Measures as data, and their standing."),
    ),
    "Chapter II, development and content (Articles 4-8, 12, 14)": (
        Entry("screen", "guiju.screening.commands:screen", "Judge a text by the policy in force."),
        Entry("policy", "guiju.policies.commands:group", "The provider's rules, by two people."),
        Entry(
            "lexicon",
            "guiju.policies.lexicon_commands:group",
            "Lists of words: check, import, roll back.",
        ),
        Entry(
            "images",
            "guiju.policies.image_commands:group",
            "Known pictures: check, import, roll back.",
        ),
        Entry(
            "classifier",
            "guiju.screening.classifier.commands:group",
            "The trained classifier: for triage, not a gate.",
        ),
        Entry("label", "guiju.labelling.commands:group", "AI marks: put, pass on, read, check."),
    ),
    "Chapter III, service and people (Articles 9-15)": (
        Entry(
            "upstream",
            "guiju.gateway.upstreams.commands:group",
            "Where models are asked, and the keys for it.",
        ),
        Entry("accounts", "guiju.accounts.commands:group", "People, keys, agreement, staff."),
        Entry("minors", "guiju.minors.commands:group", "Minors' mode, guardians, companions."),
        Entry(
            "agreement",
            "guiju.accounts.agreement_commands:group",
            "The service agreement: propose, approve, compare.",
        ),
        Entry(
            "profile",
            "guiju.profile.commands:group",
            "What is said of the service, filed, and running.",
        ),
        Entry(
            "privacy",
            "guiju.privacy.commands:group",
            "Requests of people: copies, erasures, certificates.",
        ),
        Entry(
            "records",
            "guiju.records.all_commands:group",
            "Gaps in coverage; records that have expired.",
        ),
        Entry(
            "keys",
            "guiju.records.key_commands:group",
            "The master key and keys of people: others for them.",
        ),
        Entry(
            "disposition",
            "guiju.dispositions.commands:group",
            "Measures against people, and their appeals.",
        ),
        Entry("case", "guiju.casework.commands:group", "Cases: what waits, take it, write on it."),
        Entry(
            "incident",
            "guiju.incidents.commands:group",
            "Incidents: grade, stop, report, put right.",
        ),
        Entry("report", "guiju.reporting.commands:group", "Reports to the authorities."),
        Entry("complaint", "guiju.complaints.commands:group", "What the public complains of."),
    ),
    "Chapter IV, supervision and evidence (Articles 16-21)": (
        Entry("ledger", "guiju.ledger.commands:group", "Evidence: verify, prove, export."),
    ),
    "Running guiju": (
        Entry("up", "guiju.app.running:up", "Everything in one: service, console, housekeeping."),
        Entry("gateway", "guiju.app.running:gateway", "The service on prepared data."),
        Entry("worker", "guiju.app.running:worker", "Housekeeping only."),
        Entry("db", "guiju.app.keeping:db", "Migrate the database."),
        Entry("doctor", "guiju.app.keeping:doctor", "What is wrong here, and what to do about it."),
    ),
}

COMMANDS = {one.name: one for entries in CHAPTERS.values() for one in entries}
