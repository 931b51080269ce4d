# SPDX-License-Identifier: Apache-2.0
"""Note labels: what uploaded pictures say of their origin is not lost on the way (Article 12).

What is made from one labelled picture keeps that producer, and ours is added as whoever passes it
on. From several with labels of their own no one label can be kept; the record names them all.
"""

from __future__ import annotations

from guiju.gateway.signals import Command
from guiju.gateway.work import Work
from guiju.kernel import digest
from guiju.labelling import AigcLabel, read
from guiju.records import Carried


def note_labels(work: Work) -> tuple[Command, ...]:
    """Read the labels of the pictures that came with the request; one that is not right is none."""
    if work.stopped:
        return ()
    for one in work.pictures:
        # What a mask says of itself is not the origin of the picture.
        label = None if one.data is None or one.where == "mask" else _label_of(one.data)
        if label is not None and one.data is not None:
            if label not in work.before:
                work.before.append(label)
            numbers = tuple(dict.fromkeys((label.produce_id, label.propagate_id)))
            work.carried.append(Carried(numbers, label.content_producer, digest(one.data)))
    return ()


def _label_of(data: bytes) -> AigcLabel | None:
    """The one label of a picture; None when there is none, several, or a faulty one."""
    reading = read(data)
    if reading.stopped or len(reading.labels) != 1:
        return None
    found = reading.labels[0]
    return None if found.faults else found.label
