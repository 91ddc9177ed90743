// The language of the page's own words: the browser's at first, then what the visitor chose. The words come with the page
// in one table, each in every language (ui/html/words.py).
// Our HTML holds them in every language too, and one is shown. Gradio's labels are written "English / 中文": of those,
// where the table has them, the fitting part is put in place here. Nothing that a text or a visitor wrote is touched: it
// is content, and no label holds any (see ui/html/document_panel.py).
"use strict";
(() => {
  const KEY = "foundation-qa:language";
  const root = document.documentElement;
  const { languages, lines } = JSON.parse(document.getElementById("page-words").textContent);
  const BETWEEN = " / "; // the languages of a label
  const LABELS =
    "button, label, legend, th, [role=tab], [data-testid=block-info], [data-testid=block-label], .label-wrap, .languages";
  const OURS = ".html-container, [data-testid=markdown], .cell-wrap, td"; // contents, not labels
  const ATTRIBUTES = ["placeholder", "aria-label", "title", "data-confirm"];
  const SPOKEN = [...ATTRIBUTES, ...languages.map(({ code }) => `data-placeholder-${code}`)]
    .map((name) => `[${name}]`)
    .join();
  const written = new WeakMap(); // text node -> its label in every language
  const writtenAttributes = new WeakMap(); // element -> {attribute: its label in every language}
  let title; // in every language

  const withCode = (code) => languages.findIndex((each) => each.code === code);
  const chosen = () => {
    try {
      const kept = withCode(localStorage.getItem(KEY));
      if (kept >= 0) return kept;
    } catch {
      // Storage may be forbidden; then the browser's language counts at each visit.
    }
    return Math.max(0, withCode(navigator.language.toLowerCase().split("-")[0]));
  };
  let now = chosen(); // place of the language among the languages, and of its words in each line

  // --- labels ---
  const fill = (text, values) => text.replace(/\{(\w+)[^{}]*\}/g, (_, name) => values[name]);
  // What matches a label with values in it; each value stands there in every language.
  const patternOf = (label) => {
    const seen = new Set();
    const parts = label.split(/\{(\w+)[^{}]*\}/).map((part, at) => {
      if (at % 2 === 0) return part.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
      if (seen.has(part)) return `\\k<${part}>`;
      seen.add(part);
      return `(?<${part}>.+)`;
    });
    return new RegExp(`^${parts.join("")}$`, "s");
  };
  const plain = new Map(); // label as written -> it in every language
  const patterns = []; // of labels with values: [pattern, in every language]
  for (const line of Object.values(lines)) {
    const label = line.join(BETWEEN);
    if (label.includes("{")) patterns.push([patternOf(label), line]);
    else plain.set(label, line);
  }
  // A label in every language; undefined where `text` is none of ours as it was written.
  const known = (text) => {
    const label = text.trim();
    if (!label.includes(BETWEEN) || plain.has(label)) return plain.get(label);
    for (const [pattern, line] of patterns) {
      const found = pattern.exec(label);
      if (found) return line.map((each) => fill(each, found.groups));
    }
  };

  const isLabel = ({ parentElement: parent }) => parent?.closest(LABELS) && !parent.closest(OURS);
  const showText = (node) => {
    // What is no label may be long, as scripts, style sheets and texts are, and to compare it with each pattern may take
    // the square of that.
    const found = node.data.includes(BETWEEN) && isLabel(node) ? known(node.data) : undefined;
    if (found) written.set(node, found);
    const label = written.get(node);
    if (!label || node.data === label[now]) return;
    // Gradio may have put in another text since.
    if (!found && !label.includes(node.data)) written.delete(node);
    else node.data = label[now];
  };

  const showAttributes = (element) => {
    for (const name of ATTRIBUTES) {
      const value = element.getAttribute(name);
      if (value === null) continue;
      const labels = writtenAttributes.get(element) || {};
      const label = known(value) || labels[name];
      if (!label) continue;
      writtenAttributes.set(element, { ...labels, [name]: label });
      if (value !== label[now]) element.setAttribute(name, label[now]);
    }
    const placeholder = element.getAttribute(`data-placeholder-${languages[now].code}`);
    if (placeholder && element.placeholder !== placeholder) element.placeholder = placeholder;
  };

  const showAll = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return showText(node);
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    if (node.matches(SPOKEN)) showAttributes(node);
    for (const element of node.querySelectorAll(SPOKEN)) showAttributes(element);
    const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) showText(texts.currentNode);
    for (const button of node.querySelectorAll("[data-language]"))
      button.setAttribute("aria-pressed", String(button.dataset.language === languages[now].code));
  };

  // One language at a time.
  const style = document.head.appendChild(document.createElement("style"));
  const apply = () => {
    const { code, tag } = languages[now];
    root.lang = tag;
    root.dataset.words = code;
    style.textContent = `html[data-words] .words:not([lang="${tag}"]) { display: none; }`;
    title = known(document.title) ?? title;
    if (title && document.title !== title[now]) document.title = title[now];
    if (document.body) showAll(document.body);
  };

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-language]");
    if (!button) return;
    now = withCode(button.dataset.language);
    try {
      localStorage.setItem(KEY, button.dataset.language);
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
    if (known(document.title)) apply();
  }).observe(root, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: ATTRIBUTES,
  });
  apply();

  // `texts`, one a language, of which the page shows one.
  const each = (texts) => {
    const all = document.createDocumentFragment();
    texts.forEach((text, at) => {
      const span = document.createElement("span");
      span.className = "words";
      span.lang = languages[at].tag;
      span.textContent = text;
      all.append(span);
    });
    return all;
  };

  // The page's own words called `key`, with values put in, in every language.
  const words = (key, values) => each(lines[key].map((text) => (values ? fill(text, values) : text)));
  // An element with its content: strings become text, never HTML.
  const element = (name, className, ...content) => {
    const made = document.createElement(name);
    made.className = className;
    if (name === "button") made.type = "button";
    made.append(...content);
    return made;
  };

  window.foundationQA = {
    words,
    element,
    // Words that screen readers alone get.
    unseen: (key, values) => element("span", "unseen", words(key, values)),
    // Words for an attribute, in every language: the fitting part is put in place as soon as they stand there.
    label: (key) => lines[key].join(BETWEEN),
    // What a visitor wrote, as an element that says its language where it can be told.
    written(name, className, text) {
      const made = element(name, className, text);
      if (/[\u3400-\u9fff]/.test(text)) made.lang = "zh-Hans";
      return made;
    },
    // A moment (in milliseconds) as each language writes it.
    moment(time) {
      const form = { dateStyle: "medium", timeStyle: "short" };
      return each(languages.map(({ tag }) => new Intl.DateTimeFormat(tag, form).format(time)));
    },
    // What an attribute `lang` says of the language with this code.
    tag(code) {
      return languages[withCode(code)]?.tag ?? code;
    },
  };
})();
