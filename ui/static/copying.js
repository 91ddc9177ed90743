// What leaves the page by the clipboard or as a file.
"use strict";
(() => {
  const { words, element } = window.foundationQA;
  const copied = new WeakMap(); // button -> what it said before "Copied", and the timer after which it says so again
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
    const said = copied.get(button)?.said ?? [...button.childNodes];
    clearTimeout(copied.get(button)?.timer);
    button.replaceChildren(words("script.copied"));
    const again = () => {
      button.replaceChildren(...said);
      copied.delete(button);
    };
    copied.set(button, { said, timer: setTimeout(again, 1500) });
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
