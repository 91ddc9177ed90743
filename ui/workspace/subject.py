"""What the texts of a workplace are about, as far as that can be said without reading them."""

from corpus import BUILT_IN_TEXTS, CorpusError
from ui.workspace.workspace import Workplace


def has_built_in(workplace: Workplace) -> bool:
    """Whether the built-in texts are among those that are asked."""
    try:
        return BUILT_IN_TEXTS in workplace.folders()
    except CorpusError:  # an index that does not say where its texts are
        return False


def subject_of(workplace: Workplace) -> str:
    """What a language model is told that the texts are about: that of the built-in ones, else the names of the folders.

    Empty where an index does not say where its texts are.
    """
    if has_built_in(workplace):
        return "foundation models (GPT-3, CLIP, emergence, scaling, risks and so on)"
    try:
        return "what stands in " + ", ".join(folder.name for folder in workplace.folders())
    except CorpusError:
        return ""
