// A question of the conversation, being edited to be asked again. What is typed is kept with the other drafts.
"use strict";
window.foundationQA.editor = ({ turnOf, kept, isBusy, asked }) => {
  const { words, element, unseen } = window.foundationQA;

  // Opens the editor of a turn, with what was `typed` before or its question; gives the field, or nothing where one
  // has to wait.
  return (section, typed) => {
    const row = section.querySelector(".question-row");
    if (isBusy() || !row) return;
    const again = element("textarea", "again");
    again.value = typed ?? turnOf(section).kept.question;
    const name = element("label", "", unseen("script.your_question"), again);
    const yes = element("button", "yes", words("script.ask_again"));
    const no = element("button", "no", words("script.cancel"));
    const editor = element("div", "editor", name, element("div", "choices", no, yes));
    const keep = () => kept.keep(turnOf(section), again.value);
    const leave = () => {
      kept.letGo(turnOf(section));
      editor.replaceWith(row);
      row.querySelector(".edit").focus();
    };
    const ready = () => {
      if (isBusy() || !again.value.trim()) return;
      editor.replaceWith(row);
      asked(again.value, turnOf(section));
    };
    again.addEventListener("input", keep);
    no.addEventListener("click", leave);
    yes.addEventListener("click", ready);
    again.addEventListener("keydown", (event) => {
      if (event.key === "Escape") leave();
      else if (event.key === "Enter" && !event.shiftKey) ready();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    row.replaceWith(editor);
    keep();
    return again;
  };
};
