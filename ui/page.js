// [n] in an answer leads to its card, and the number of a card leads back: one listener for all of them.
// Not plain links to "#id": the page has a <base>, and an earlier answer's cards are hidden until asked for.
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element && event.target.closest("a[data-jump]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const target = document.getElementById(link.dataset.jump);
  if (!target) return;
  const section = target.closest(".sources > section");
  if (section) {
    for (const other of section.parentElement.querySelectorAll(":scope > section")) other.hidden = other !== section;
  }
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  target.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "nearest" });
  target.focus({ preventScroll: true });
  target.classList.remove("flash");
  void target.offsetWidth; // lets the animation start anew on a second click
  target.classList.add("flash");
});
