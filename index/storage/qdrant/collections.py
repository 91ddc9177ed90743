"""Collections are made whole, whoever makes them at the same time, and whoever was interrupted while making them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from corpus import StoredIndexError
from index.storage.qdrant.client import Connection

if TYPE_CHECKING:
    from qdrant_client.models import VectorParams


def make_collection(
    connected: Connection, name: str, vectors: "Mapping[str, VectorParams]", options: Mapping[str, Any]
) -> None:
    """Make the collection ``name``, unless somebody else was faster; ``options`` as the client takes them.

    :class:`StoredIndexError` where that does not work.
    """
    try:
        with connected.asking(f"make the collection {name!r}") as client:
            client.create_collection(name, vectors_config=vectors, **options)
    except StoredIndexError:
        with connected.asking(f"look for the collection {name!r}") as client:
            there = client.collection_exists(name)
        if not there:
            raise


def make_payload_indexes(connected: Connection, name: str, kinds: Mapping[str, str]) -> None:
    """See to it that the collection ``name`` has an index of each of these payloads, of the kind that is named.

    Without one a server looks through all points, or refuses to. An embedded one always does, and knows no indexes.
    :class:`StoredIndexError` where that does not work.
    """
    if connected.settings.embedded:
        return
    from qdrant_client import models

    with connected.asking(f"look at the collection {name!r}") as client:
        known = client.get_collection(name).payload_schema
    for each, kind in kinds.items():
        if each not in known:
            with connected.asking(f"index the payloads of {name!r}") as client:
                client.create_payload_index(name, each, field_schema=models.PayloadSchemaType(kind))
