// What leaves the page by the clipboard or as a file.
"use strict";
(() => {
  const { words, element } = window.foundationQA;
  const copied = new WeakMap(); // button -> the timer after which it says "Copy" again
  // Puts `text` on the clipboard; the focus stays on `button`.
  const toClipboard = async (button, text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // No clipboard where the page comes over plain http from another machine.
      const carrier = element("textarea", "unseen");
      carrier.value = text;
      button.after(carrier);
      carrier.select();
      document.execCommand("copy");
      carrier.remove();
      button.focus();
    }
  };
  window.foundationQA.toClipboard = toClipboard;
  window.foundationQA.copy = async (button, text) => {
    await toClipboard(button, text);
    clearTimeout(copied.get(button));
    button.replaceChildren(words("script.copied"));
    copied.set(
      button,
      setTimeout(() => button.replaceChildren(words("script.copy")), 1500),
    );
  };

  // Offers text as a file of this media type, without a copy on the server.
  window.foundationQA.saveFile = (name, text, type) => {
    const link = element("a", "");
    link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
    link.download = name;
    link.click();
    // Not at once: some browsers begin to read after the click is over.
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };
})();
