"""The tab Sources: every text with its state, to be read, brought and indexed."""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from corpus import CorpusError, FoundationQAError
from corpus.files.document_formats import DOCUMENT_READERS
from corpus.files.formats import SUFFIXES
from index import PassageIndex
from index.storage.unread_texts import load_unread
from ui.gradio_import import gr
from ui.html.document_panel import panel_html
from ui.html.messages import problem_html
from ui.html.words import label, words_html
from ui.tabs.components import QUIET, html, open_tab, reader, said
from ui.tabs.sources_html import survey_html
from ui.tabs.update_view import update_view
from ui.tabs.upload_run import UploadRun, UploadRuns
from ui.workspace.text_states import survey
from ui.workspace.uploads import Uploads
from ui.workspace.workspace import Workplace

_READER = "library-reader"


def library_view(
    workplace: Workplace, passages: PassageIndex, *, allow_upload: bool = False, share_originals: bool = False
) -> None:
    """Fill the open tab with the texts of ``workplace``, which ``passages`` were made of.

    With ``allow_upload`` visitors may bring texts, and remove what was brought; the folder is
    :attr:`ui.workspace.workspace.Workplace.uploads`. With ``share_originals`` they may download what texts were read
    from.
    """
    uploads = Uploads(workplace.uploads, workplace.upload_limits) if allow_upload else None

    def listing() -> str:
        try:
            folder = uploads.folder if uploads else None
            found = survey(
                workplace.folders(),
                passages.snapshot,
                limits=workplace.limits,
                uploads=folder,
                unread=load_unread(passages.folder),
            )
        except FoundationQAError as error:
            return problem_html(error)
        return survey_html(found)

    with gr.Row(elem_id="library", elem_classes="split"):
        with gr.Column(scale=6, min_width=320, elem_classes="split-list"):
            with gr.Row(elem_classes="controls"):
                gr.Button(label("sources.update"), elem_id="update", elem_classes="accent")
                if uploads:
                    bring = gr.UploadButton(
                        label("sources.add"),
                        file_count="multiple",
                        file_types=[*SUFFIXES],
                        elem_id="bring",
                    )
                    replace = gr.Checkbox(
                        label=label("sources.replace"),
                        container=False,
                        elem_id="replace",
                    )
            with gr.Column(elem_id="outcome"):
                ended = update_view(workplace)
                if uploads:
                    html(_refused(uploads), "refused")
                outcome = html(elem_id="brought", actions="tabActions")
            texts = html(elem_id="texts", actions="tabActions")
        with gr.Column(scale=5, min_width=320, elem_classes="split-text"):
            opened = reader(_nothing_open(), passages, _READER, share=share_originals)

    def chosen(event: gr.EventData) -> Any:
        if said(event, "act") == "remove" and uploads:
            return {outcome: _removed(uploads, said(event, "name")), texts: listing()}
        if said(event, "act") != "open":
            return gr.skip()
        documents = passages.snapshot.documents
        return {opened: panel_html(documents, said(event, "id"), place=_READER, share=share_originals)}

    open_tab().select(listing, None, texts, **QUIET)
    texts.click(chosen, None, [texts, outcome, opened], **QUIET)
    ended.click(listing, None, texts, **QUIET)
    if uploads:
        under_way = UploadRuns()

        def brought(files: list[str] | None, over: bool, request: gr.Request) -> Iterator[dict[Any, str]]:
            run = UploadRun(uploads, [Path(file) for file in files or ()], replace=over)
            listed = current = False
            for shown in under_way.html(str(request.session_hash), run):
                yield {outcome: shown}
                current = False
                if run.ended and not listed:  # others of the visitor's may take long
                    listed = current = True
                    yield {texts: listing()}
            if not current:
                yield {texts: listing()}

        def stopped(event: gr.EventData) -> Any:
            under_way.stop(said(event, "token"))
            return gr.skip()

        # More than one at a time: what is brought while another file is read must not be forgotten without a word.
        bring.upload(brought, [bring, replace], [outcome, texts], trigger_mode="multiple", **QUIET)
        outcome.click(stopped, None, outcome, **QUIET)


def _refused(uploads: Uploads) -> str:
    """Where ``uploads.js`` tells which files it does not send, and why."""
    files = uploads.limits.files
    kinds = (f'data-kinds="{" ".join(SUFFIXES)}"', f'data-documents="{" ".join(DOCUMENT_READERS)}"')
    return f'<div data-largest="{files.text}" data-largest-document="{files.document}" {" ".join(kinds)}></div>'


def _removed(uploads: Uploads, name: str) -> str:
    try:
        uploads.remove(name)
    except CorpusError as error:
        return problem_html(error)
    return f'<p class="outcome" role="status">{words_html("sources.removed")} {escape(name)}</p>'


def _nothing_open() -> str:
    return f'<p class="empty">{words_html("sources.nothing_open")}</p>'
