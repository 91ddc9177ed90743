// What of a turn is drawn in the browser: its question with what can be done with it, and that it is being worked on.
"use strict";
(() => {
  const { words, element, unseen, written } = window.foundationQA;
  const questionRow = (question) => {
    const edit = element("button", "edit icon", unseen("script.edit"));
    const link = element("button", "pass-on icon", unseen("script.link_question"));
    return element("div", "question-row", link, edit, written("div", "question", question));
  };
  window.foundationQA.questionRow = questionRow;

  // A turn that waits for its answer.
  window.foundationQA.beginTurn = (question) => {
    const dots = element("span", "dots", ..."123".split("").map(() => document.createElement("i")));
    dots.setAttribute("aria-hidden", "true");
    return element("section", "turn", questionRow(question), element("div", "working", dots, words("script.working")));
  };

  // Questions to go on with.
  window.foundationQA.suggestedRow = (questions) => {
    const items = questions.map((question) => element("li", "", element("button", "follow", question)));
    return element("div", "suggested", element("p", "label", words("script.ask_next")), element("ul", "", ...items));
  };
})();
