// What Gradio itself has to say, which is English or the browser's language: told in the page's words instead.
"use strict";
(() => {
  const { words, label } = window.foundationQA;
  const SAID = [
    [/connection to the server was lost/i, () => words("toasts.lost")],
    [/maximum allowed size/i, () => words("toasts.too_large")],
    [/request is too large/i, () => words("toasts.too_much")],
    [/room for/i, () => words("toasts.no_room")],
    [/invalid file type/i, () => words("toasts.wrong_kind")],
  ];
  const fitting = (text) => SAID.find(([pattern]) => pattern.test(text))?.[1] ?? (() => words("toasts.failed"));

  const retell = (toast) => {
    for (const text of toast.querySelectorAll("[data-testid=toast-text]"))
      if (!text.querySelector(".words")) text.replaceChildren(fitting(text.textContent)());
    const title = toast.querySelector(".toast-title");
    if (title && !title.querySelector(".words")) {
      // The node is Gradio's, and a number of like messages may follow it: it is emptied, not taken away.
      const node = [...title.childNodes].find((each) => each.nodeType === Node.TEXT_NODE && each.data.trim());
      if (node) node.data = " ";
      title.prepend(toast.classList.contains("error") ? words("toasts.error") : words("toasts.note"));
      toast.querySelector("[data-testid=toast-close]")?.setAttribute("aria-label", label("toasts.close"));
    }
  };

  new MutationObserver(() => {
    document.querySelectorAll("[data-testid=toast-body]").forEach(retell);
  }).observe(document.documentElement, { subtree: true, childList: true });
})();
