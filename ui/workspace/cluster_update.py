"""An update of the index whose texts are read and embedded on a Ray cluster."""

from typing import TYPE_CHECKING

from corpus import SettingsError
from ui import terminal
from ui.workspace.workspace import Workplace

if TYPE_CHECKING:
    from index import IndexChange


def update_on_cluster(workplace: Workplace, address: str | None, count: int | None, *, anew: bool) -> "IndexChange":
    """See :meth:`Workplace.update`, by ``count`` workers (default: all) on the cluster at ``address``.

    :class:`SettingsError` without an address; :class:`corpus.errors.ClusterError` where the cluster does not do.
    """
    if address is None:
        raise SettingsError("--ray-workers says how many workers a Ray cluster is to give: name it with --ray ADDRESS.")
    workplace.texts()  # what is wrong with them is told before a cluster begins
    from index.update.ray_workers import RayWorkers

    with RayWorkers(address, workplace.encoder, count=count, told=terminal.warn) as workers:
        label = f"Embedding on {workers.count} worker{'s' if workers.count > 1 else ''}"
        with terminal.progress_bar(label, "passages") as progress, terminal.reading_bars() as reading:
            return workplace.follow(progress, reading, anew=anew, workers=workers)
