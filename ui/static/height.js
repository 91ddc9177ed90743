// A view that fills the window knows where it begins: what stands above it has no fixed height, since a notice may come,
// and words may wrap.
"use strict";
window.foundationQA.fit = (view) => {
  const settle = () => {
    if (view.offsetParent === null) return; // another tab is open
    view.style.setProperty("--top", `${Math.round(view.getBoundingClientRect().top + scrollY)}px`);
  };
  const resized = new ResizeObserver(settle);
  resized.observe(document.body);
  resized.observe(view);
  settle();
};
