// A key that an input method takes, to choose a character or to close its list, is nobody else's: neither ours nor
// Gradio's, whatever it is. Browsers say so by isComposing, or by the code 229 (Safari, where the key ends the writing).
"use strict";
for (const kind of ["keydown", "keypress", "keyup"])
  window.addEventListener(
    kind,
    (event) => {
      if (event.isComposing || event.keyCode === 229) event.stopImmediatePropagation();
    },
    true, // before everybody else; what the browser itself does with the key goes on
  );
