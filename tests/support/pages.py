"""Pages as tests need them: the chat of any answerer, with other tabs after it."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from ui.chat.calls import ChatAnswerer, ChatCalls
from ui.chat.feedback_log import FeedbackLog
from ui.chat.writing_calls import ChatWriter, WritingCalls
from ui.server.options import PAGE_ALONE, Serving
from ui.server.page import Page, start
from ui.server.site import chat_tab
from ui.tabs.tab import View
from ui.workspace.gap_log import OnGap
from ui.workspace.page_pictures import PagePictures


def chat_page(
    answerer: ChatAnswerer,
    *,
    views: Sequence[View] = (),
    on_gap: OnGap | None = None,
    feedback: FeedbackLog | None = None,
    pictures: PagePictures | None = None,
    share_originals: bool = False,
    writer: ChatWriter | None = None,
    serving: Serving = PAGE_ALONE,
    **options: Any,
) -> Page:
    """The page that asks ``answerer``, with ``views`` after the chat; the options are those of a page."""
    calls = ChatCalls(answerer, on_gap, feedback, pictures, share_originals=share_originals)
    if pictures is not None:
        serving = replace(serving, pictures=pictures, share_originals=share_originals)
    writing = WritingCalls(answerer, writer) if writer else None
    if writing is not None:
        serving = replace(serving, writing=writing)
    return Page(views=(chat_tab(calls, writing), *views), serving=serving, **options)


def start_page(page: Page, port: int = 0) -> Any:
    """:func:`ui.server.page.start`, called where an event loop runs: else Gradio makes loops that nobody closes."""

    async def inside() -> Any:
        return start(page, port=port)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, inside()).result()
