# SPDX-License-Identifier: Apache-2.0
"""The APIs that clients speak, each told in the words of the chat that all stations know.

A wire reads a request strictly into a chat, says answer and stream in its own manner, and words
errors as its clients expect them. What it does not know it refuses by name; it passes nothing on.
"""

from guiju.gateway.wires.chat import CHAT
from guiju.gateway.wires.completions import COMPLETIONS
from guiju.gateway.wires.edits import EDITS
from guiju.gateway.wires.embeddings import EMBEDDINGS
from guiju.gateway.wires.film import FILM
from guiju.gateway.wires.images import IMAGES
from guiju.gateway.wires.messages import MESSAGES
from guiju.gateway.wires.responses import RESPONSES
from guiju.gateway.wires.speech import SPEECH
from guiju.gateway.wires.videos import VIDEOS
from guiju.gateway.wires.wire import MOST_BODY, Voice, Wire

__all__ = [
    "CHAT",
    "COMPLETIONS",
    "EDITS",
    "EMBEDDINGS",
    "FILM",
    "IMAGES",
    "MESSAGES",
    "MOST_BODY",
    "RESPONSES",
    "SPEECH",
    "VIDEOS",
    "WIRES",
    "Voice",
    "Wire",
]

WIRES = {
    one.name: one
    for one in (
        *(CHAT, COMPLETIONS, EDITS, EMBEDDINGS, FILM, IMAGES, MESSAGES, RESPONSES, SPEECH, VIDEOS),
    )
}
