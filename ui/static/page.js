// The language of the page's own words: the browser's at first, then what the visitor chose.
// Our HTML holds both halves and page.css shows one. Gradio's labels are written "English / 中文": of those
// the fitting half is put in place here. Nothing that a text or a visitor wrote is touched: it is content, and no label
// holds any (see ui/html/document_panel.py).
"use strict";
(() => {
  const KEY = "foundation-qa:language";
  const root = document.documentElement;
  const PAIR = /^([^\u3400-\u9fff]*[A-Za-z][^\u3400-\u9fff]*?) \/ (.*[\u3400-\u9fff].*)$/s;
  const LABELS =
    "button, label, legend, th, [role=tab], [data-testid=block-info], [data-testid=block-label], .label-wrap, .languages";
  const OURS = ".html-container, [data-testid=markdown], .cell-wrap, td"; // contents, not labels
  const ATTRIBUTES = ["placeholder", "aria-label", "title"];
  const written = new WeakMap(); // text node -> its label as written
  const writtenAttributes = new WeakMap(); // element -> {attribute: its label as written}
  let title = "";

  const chosen = () => {
    try {
      const kept = localStorage.getItem(KEY);
      if (kept === "en" || kept === "zh") return kept;
    } catch {
      // Storage may be forbidden; then the browser's language counts at each visit.
    }
    return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
  };
  let language = chosen();

  const half = (text) => {
    const pair = PAIR.exec(text);
    return pair && (language === "zh" ? pair[2] : pair[1]);
  };

  const showText = (node) => {
    if (PAIR.test(node.data)) {
      const parent = node.parentElement;
      if (!parent || !parent.closest(LABELS) || parent.closest(OURS)) return;
      written.set(node, node.data);
    }
    const label = written.get(node);
    if (label !== undefined && node.data !== half(label)) {
      // Gradio may have put in another text since.
      if (label !== node.data && !label.split(" / ").includes(node.data)) written.delete(node);
      else node.data = half(label);
    }
  };

  const showAttributes = (element) => {
    for (const name of ATTRIBUTES) {
      const value = element.getAttribute(name);
      if (value === null) continue;
      const labels = writtenAttributes.get(element) || {};
      if (PAIR.test(value)) writtenAttributes.set(element, { ...labels, [name]: value });
      const label = (writtenAttributes.get(element) || {})[name];
      if (label && value !== half(label)) element.setAttribute(name, half(label));
    }
    const placeholder = element.dataset[language === "zh" ? "placeholderZh" : "placeholderEn"];
    if (placeholder && element.placeholder !== placeholder) element.placeholder = placeholder;
  };

  const SPOKEN = ATTRIBUTES.map((name) => `[${name}]`).join() + ",[data-placeholder-en]";
  const showAll = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return showText(node);
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    if (node.matches(SPOKEN)) showAttributes(node);
    for (const element of node.querySelectorAll(SPOKEN)) showAttributes(element);
    const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) showText(texts.currentNode);
    for (const button of node.querySelectorAll("[data-language]"))
      button.setAttribute("aria-pressed", String(button.dataset.language === language));
  };

  const apply = () => {
    root.lang = language === "zh" ? "zh-Hans" : "en";
    root.dataset.words = language;
    if (PAIR.test(document.title)) title = document.title;
    if (title && document.title !== half(title)) document.title = half(title);
    if (document.body) showAll(document.body);
  };

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-language]");
    if (!button) return;
    language = button.dataset.language;
    try {
      localStorage.setItem(KEY, language);
    } catch {
      // Then the choice lasts until the page is left.
    }
    apply();
  });

  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "characterData") showText(change.target);
      else if (change.type === "attributes") showAttributes(change.target);
      else change.addedNodes.forEach(showAll);
    }
    if (PAIR.test(document.title)) apply();
  }).observe(root, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: ATTRIBUTES,
  });
  apply();

  window.foundationQA = {
    // The page's own words as an element, in both languages.
    words(english, chinese) {
      const both = document.createDocumentFragment();
      for (const [lang, text] of [["en", english], ["zh-Hans", chinese]]) {
        const span = document.createElement("span");
        span.className = "words";
        span.lang = lang;
        span.textContent = text;
        both.append(span);
      }
      return both;
    },
    // An element with its content: strings become text, never HTML.
    element(name, className, ...content) {
      const made = document.createElement(name);
      made.className = className;
      if (name === "button") made.type = "button";
      made.append(...content);
      return made;
    },
  };
})();
