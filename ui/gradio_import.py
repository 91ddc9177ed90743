"""Gradio, without what it makes for editors.

Whenever it is imported it makes out what its components offer and compares that with a `.pyi` file beside each. That
takes about a third of its import, in every program that serves a page, and nothing else needs those files.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType
from typing import Any

_WRITER = "gradio.component_meta"


class _Loader(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        vars(module)["create_or_modify_pyi"] = _write_nothing


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path) if fullname == _WRITER else None
        if spec is not None and spec.origin and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(fullname, spec.origin)
        return spec


def _write_nothing(*_: Any) -> None:
    """Stands for what makes the file of a component."""


_finder = _Finder()
sys.meta_path.insert(0, _finder)
try:
    import gradio as gr
    from gradio.components.plot import PlotData
    from gradio.context import Context
    from gradio.events import api
finally:
    sys.meta_path.remove(_finder)

__all__ = ["Context", "PlotData", "api", "gr"]
