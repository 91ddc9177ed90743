// Where a visitor is while the conversation changes: what stands in sight, what has the focus, what is read out.
"use strict";
window.foundationQA.attention = (view) => {
  const [list, box] = [".turns", "#question"].map((selector) => view.querySelector(selector));
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const fine = matchMedia("(pointer: fine)"); // on a phone the keyboard would hide the page
  const SETTLES = 1000; // milliseconds until a screen reader has seen what changed
  let settling = 0;
  const aloud = () => {
    clearTimeout(settling);
    list.removeAttribute("aria-live");
  };
  return {
    // Lets a turn begin where the chat does. Not scrollIntoView: that would scroll the page around the chat too.
    toTop(section, behavior = calm.matches ? "auto" : "smooth") {
      const top = list.scrollTop + section.getBoundingClientRect().top - list.getBoundingClientRect().top - 4;
      list.scrollTo({ top, behavior });
    },
    // Where what has the focus goes with a `change` the focus would fall out of the chat.
    holdFocus(change) {
      const before = document.activeElement;
      const wasHere = view.contains(before);
      change();
      if (wasHere && (!before.isConnected || before.closest("[hidden]")))
        (fine.matches ? box : list).focus({ preventScroll: true });
    },
    // What was said before is no news: a screen reader need not read it out, though the list of turns is a log.
    silently(change) {
      list.setAttribute("aria-live", "off");
      change();
      clearTimeout(settling);
      settling = setTimeout(aloud, SETTLES);
    },
    // What comes now is, whatever was shown again a moment ago.
    aloud,
  };
};
