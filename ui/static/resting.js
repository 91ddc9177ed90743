// What a sentence of a written answer rests on: its quotes and their cards are marked while a visitor points at it, has
// the focus in it, or has tapped it.
"use strict";
window.foundationQA.restsOn = (view) => {
  let marked = [];
  let tapped = null;
  const foundOf = ({ dataset: { turn, numbers } }) =>
    numbers.split(" ").flatMap((each) => [...view.querySelectorAll(`#quote-${turn}-${each}, #source-${turn}-${each}`)]);
  const mark = (sentence) => {
    for (const each of marked) {
      each.classList.remove("rests-on");
      each.ariaCurrent = null;
    }
    marked = sentence?.dataset.numbers ? foundOf(sentence) : [];
    for (const each of marked) {
      each.classList.add("rests-on");
      each.ariaCurrent = "true";
    }
  };
  const sentenceAt = (target) => (target instanceof Element ? target.closest(".sentence") : null);
  const last = () => (tapped?.isConnected ? tapped : null);
  view.addEventListener("pointerover", ({ target }) => mark(sentenceAt(target) ?? last()));
  view.addEventListener("pointerleave", () => mark(last()));
  view.addEventListener("focusin", ({ target }) => mark(sentenceAt(target) ?? last()));
  view.addEventListener("click", ({ target }) => {
    const sentence = sentenceAt(target);
    if (sentence && target.closest("a")) return;
    tapped = sentence === last() ? null : sentence;
    mark(last());
  });
};
