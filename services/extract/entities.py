"""Entities: what mentions name, with one id for each spelling of a name and its type."""

import unicodedata
from uuid import UUID, uuid5

from schemas.extraction import Mention

NAMESPACE = UUID("5a3f6f0e-6d0f-5c55-9d4b-2f1c1a8f7f10")
"""The namespace of entity ids; it never changes."""


def entity_id(mention: Mention) -> UUID:
    """Return the id of what a mention names; case, accents and spaces make no difference."""
    decomposed = unicodedata.normalize("NFKD", mention.name.casefold())
    folded = "".join(character for character in decomposed if not unicodedata.combining(character))
    return uuid5(NAMESPACE, f"{mention.type.value}:{' '.join(folded.split())}")
