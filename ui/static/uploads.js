// Files that cannot be kept are told so before they are sent, each by its name; the others of the same choice go on.
// What a file may be stands at the place where it is told: see ui/tabs/sources.py.
"use strict";
document.addEventListener(
  "change",
  (event) => {
    const { words, element } = window.foundationQA;
    const chosen = event.target;
    if (!(chosen instanceof HTMLInputElement) || chosen.type !== "file" || !chosen.closest("#library")) return;
    const place = document.querySelector("#refused [data-largest]");
    if (!place) return;
    const [kinds, documents] = [place.dataset.kinds, place.dataset.documents].map((each) => each.split(" "));
    const largestOf = (name) =>
      Number(documents.some((kind) => name.endsWith(kind)) ? place.dataset.largestDocument : place.dataset.largest);
    const megabytes = (bytes) => String(Math.max(0.1, Math.round(bytes / 1e5) / 10));
    const problem = ({ name, size }) => {
      if (!kinds.some((kind) => name.toLowerCase().endsWith(kind)))
        return words("uploads.kind", { name, kinds: kinds.join(", ") });
      const largest = largestOf(name.toLowerCase());
      if (size > largest) return words("uploads.too_large", { name, size: megabytes(size), largest: megabytes(largest) });
    };
    const line = (said) => {
      const told = element("p", "problem", said);
      told.setAttribute("role", "alert");
      return told;
    };
    const files = new DataTransfer();
    const told = [];
    for (const file of chosen.files) {
      const said = problem(file);
      if (said) told.push(line(said));
      else files.items.add(file);
    }
    place.replaceChildren(...told);
    if (!told.length) return;
    if (files.files.length) chosen.files = files.files;
    else {
      event.stopImmediatePropagation();
      chosen.value = "";
    }
  },
  true, // before Gradio, which would send none of them and say so in words of its own
);
