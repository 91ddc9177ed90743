"""Office files by the libraries of JavaScript: docx, PptxGenJS, ExcelJS, which ``NODE_PATH`` must lead to."""

import json
import os
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

from archives import packed_anew
from jobs import Make, MissingTool
from sheet_books import sheets_of
from shown_values import kept
from written import Block, Content

_HERE = Path(__file__).parent


def by_node(library: str) -> Make:
    """Makes it with ``library``."""

    def make(content: Content, path: Path) -> tuple[str, int]:
        said = _sheets(content) if library == "exceljs" else _blocks(content)
        package = Path(os.environ.get("NODE_PATH", "")) / library / "package.json"
        if not package.exists():
            raise MissingTool(f"NODE_PATH leads to no folder with the library {library} of Node.js")
        version = json.loads(package.read_text(encoding="utf-8"))["version"]
        done = subprocess.run(
            ["node", str(_HERE / f"node_{library}.cjs"), str(path)],
            input=json.dumps(said, ensure_ascii=False),
            capture_output=True,
            encoding="utf-8",
            env=os.environ,
        )
        if done.returncode:
            raise RuntimeError(f"{library}: {done.stderr[-2000:]}")
        path.write_bytes(packed_anew(path.read_bytes()))
        return f"{library} {version}", 1

    return make


def _blocks(content: Content) -> dict[str, Any]:
    return {"title": content.title, "author": content.author, "blocks": [_block(block) for block in content.blocks]}


def _block(block: Block) -> dict[str, Any]:
    said: dict[str, Any] = {"kind": block.kind, "text": block.plain, "level": block.level, "numbered": block.numbered}
    runs = [{"text": run.text, "bold": run.bold, "note": run.note} for run in block.runs]
    return said | {"number": block.number, "head": block.head, "rows": block.rows, "runs": runs}


def _sheets(content: Content) -> dict[str, Any]:
    sheets = [
        {
            "name": sheet.name,
            "rows": [
                {"number": number, "bold": bold, "cells": [_cell(shown) for shown in cells]}
                for number, (cells, bold) in sheet.rows.items()
            ],
        }
        for sheet in sheets_of(content)
    ]
    return {"title": content.title, "author": content.author, "sheets": sheets}


def _cell(shown: str) -> dict[str, Any]:
    each = kept(shown)
    day = each.value.isoformat() if isinstance(each.value, date) else ""
    return {"value": each.serial, "day": day, "form": each.form}
