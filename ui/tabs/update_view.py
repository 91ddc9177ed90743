"""An update of the index on the page: whoever looks sees how far it is, and may begin or cancel it."""

from typing import Any

from corpus import FoundationQAError
from index import quiet
from ui.html.messages import fault_html, problem_html
from ui.html.words import words_html
from ui.tabs.components import HTML, calling_html
from ui.tabs.sources_html import change_html, progress_html
from ui.workspace.update_run import UpdateCancelledError, UpdateState
from ui.workspace.workspace import Workplace


def update_view(workplace: Workplace) -> HTML:
    """Where an update is told of; it triggers ``click`` when one has ended.

    The script (``updates.js``) asks how far it is as long as the tab is in sight, so that every visitor sees the same.
    """
    updates = workplace.updates

    def state(_: Any) -> dict[str, Any]:
        now = updates.state
        return {"number": now.number, "running": now.running, "html": state_html(now)}

    def begin(_: Any) -> dict[str, Any]:
        updates.begin(lambda: workplace.follow(quiet))
        return state(None)

    def cancel(_: Any) -> dict[str, Any]:
        updates.cancel()
        return state(None)

    return calling_html("update-state", "foundationQA.followUpdates", state, begin, cancel)


def state_html(state: UpdateState) -> str:
    """How far an update is, or what the last one came to; empty where there was none."""
    if state.running:
        return progress_html(state.done, state.total, state.reading, cancelled=state.cancelled)
    match state.outcome:
        case None:
            return ""
        case UpdateCancelledError():
            return f'<p class="outcome" role="status">{words_html("sources.cancelled")}</p>'
        case FoundationQAError() as error:
            return problem_html(error, words_html("sources.unchanged"))
        case BaseException():
            return fault_html()
        case change:
            return change_html(change)
