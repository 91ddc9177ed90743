"""The frame of the chooser beside the question; ``static/scope.js`` fills it."""

from html import escape

from corpus import LANGUAGES
from ui.html.language_tags import name_of, tag
from ui.html.words import label, unseen_html, words_html


def chooser_html() -> str:
    """What a visitor chooses in, closed at first."""
    languages = "".join(
        f'<label class="option" lang="{tag(language)}"><input type="radio" name="where-language" value="{language}">'
        f"<span>{escape(name_of(language))}</span></label>"
        for language in LANGUAGES
    )
    return f"""
    <div class="above-entry"><section id="where" class="chooser" aria-labelledby="where-title" tabindex="-1" hidden>
      <div class="strip"><h3 id="where-title">{words_html("where.title")}</h3>
        <button type="button" class="everywhere" hidden>{words_html("where.everywhere")}</button>
        <button type="button" class="icon close-where">{unseen_html("where.close")}</button></div>
      <fieldset class="options"><legend class="unseen">{words_html("where.language")}</legend>
        <label class="option"><input type="radio" name="where-language" value="" checked>
          <span>{words_html("where.every_language")}</span></label>{languages}</fieldset>
      <label class="since" hidden>{words_html("where.since")}
        <input type="text" inputmode="numeric" autocomplete="off" maxlength="10" placeholder="2021-08"
          aria-describedby="where-wrong"></label>
      <p id="where-wrong" class="wrong" role="alert" hidden>{words_html("where.no_date")}</p>
      <label><span class="unseen">{words_html("where.search")}</span>
        <input type="search" autocomplete="off" placeholder="{escape(label("where.search"))}"></label>
      <ul class="found" aria-label="{escape(label("where.texts"))}"></ul>
      <p class="more" role="status" hidden></p>
    </section></div>"""


def button_html() -> str:
    """What opens the chooser."""
    return (
        '<button type="button" class="where icon" aria-expanded="false" aria-controls="where">'
        f"{unseen_html('where.title')}</button>"
    )
