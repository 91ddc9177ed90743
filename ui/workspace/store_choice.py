"""What keeps the index, if the settings name something else than its folder."""

from typing import TYPE_CHECKING

from ui import terminal

if TYPE_CHECKING:
    from index.storage.qdrant.settings import QdrantSettings


def told_of(store: "QdrantSettings | None") -> "QdrantSettings | None":
    """``store``, once its key is there, and whoever runs this knows what they should of it.

    :class:`corpus.SettingsError` where the key cannot be read.
    """
    if store is not None:
        store.key()  # before anybody asks who may read it
        for warning in store.warnings():
            terminal.warn(warning)
    return store
