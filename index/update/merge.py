"""Small segments become larger ones, so that an index stays fast however often it is updated.

Segments of about one size are merged when there are enough of them, the smallest first: a passage is written anew a
few times while the index grows a thousandfold, and an edit in a large index never touches its large segments (the
logarithmic method, Bentley and Saxe 1980, https://doi.org/10.1016/0196-6774(80)90015-2).
"""

from collections.abc import Sequence
from pathlib import Path

from index.storage.kept_vectors import PassageWriter
from index.storage.manifest import SegmentFacts
from index.storage.segment_writer import SegmentWriter
from index.storage.snapshot import Snapshot

_SMALL = 64  # passages; smaller segments are all of one size
_MANY = 8  # segments of one size
_STALE = 0.4  # share of its documents that count no more, from which a segment is written anew


def to_merge(segments: Sequence[SegmentFacts]) -> list[int]:
    """The places of those segments that are best merged now; none where all is well."""
    sizes: dict[int, list[int]] = {}
    for place, facts in enumerate(segments):
        sizes.setdefault(_magnitude(facts.passages), []).append(place)
    for _, places in sorted(sizes.items()):
        if len(places) >= _MANY:
            return places
    for place, facts in enumerate(segments):
        if len(facts.removed) > _STALE * facts.documents:
            # It may be written anew alone: its counts of words stay, as later segments hold what to subtract from them.
            return [place]
    return []


def _magnitude(passages: int) -> int:
    magnitude = 0
    while passages > _SMALL:
        passages //= _MANY
        magnitude += 1
    return magnitude


def merge_segments(
    snapshot: Snapshot, places: Sequence[int], folder: Path, vectors: PassageWriter | None = None
) -> SegmentFacts:
    """Write the segments in ``places`` as one into the new ``folder``, without what has been removed from them.

    ``vectors`` takes the vectors; None: they become files of the segment. Raises OSError unchanged.
    """
    manifest, stamps = snapshot.manifest, snapshot.stamps
    with SegmentWriter(folder, manifest.dimension, manifest.late_interaction, vectors) as writer:
        for place in places:
            segment, gone = snapshot.segments[place], set(manifest.segments[place].removed)
            writer.tally.add(segment.words)
            for number, entry in enumerate(segment.entries):
                if number not in gone:
                    writer.copy(segment, number, stamps.get(entry.id, entry.stamp))
        return writer.finish()
