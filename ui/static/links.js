// Links to a question, to be passed on: ?q= is asked when the page is opened, once.
"use strict";
(() => {
  const NAME = "q";
  // The question that the page's address brings. It is taken out of the address, so that no load of the page asks it
  // again; empty where there is none.
  window.foundationQA.takeLinked = () => {
    const address = new URL(location.href);
    const question = address.searchParams.get(NAME) ?? "";
    if (!address.searchParams.has(NAME)) return "";
    address.searchParams.delete(NAME);
    history.replaceState(history.state, "", address);
    return question.trim() ? question : "";
  };
  // Copies a link to the question of a turn, as it can be understood without those before it.
  window.foundationQA.passOn = (button, { question, answer }) => {
    const alone = (answer?.understood || question).trim();
    const address = new URL(location.pathname, location.origin);
    address.searchParams.set(NAME, alone.toWellFormed?.() ?? alone);
    return window.foundationQA.toClipboard(button, address.href);
  };
})();
