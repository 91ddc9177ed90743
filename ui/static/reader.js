// The reader beside the chat: a cited text as a whole, at the quote, or the page of its file (leaf.js); from citation to
// citation, and to the text's twin in the other language. On a narrow screen it lies over the chat.
"use strict";
window.foundationQA.reader = (view, server) => {
  const { words, copy, element } = window.foundationQA;
  const find = (selector) => view.querySelector(selector);
  const [panel, page, sources, beside] = [".reader", ".page", ".sources", ".beside"].map(find);
  const [previous, next, step, other] = [".previous", ".next", ".step", ".other"].map(find);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let citations = [];
  let at = 0; // index of the citation that is open
  let opener = null; // what gets the focus back
  let leaving = false; // the way back was begun by the reader itself
  let call = 0; // of calls to the server only the last one counts
  let asText = false; // the visitor wants no page, where there is one
  let typing = false; // since the last call, somewhere else: whoever types keeps the focus
  for (const kind of ["beforeinput", "compositionstart"])
    document.addEventListener(kind, ({ target }) => (typing ||= !panel.contains(target)), true);

  // On a narrow screen the reader covers the page: nothing below it can be reached, and "back" closes it.
  const narrow = matchMedia("(max-width: 860px)");
  const isOpen = () => beside.classList.contains("open");
  const cover = () => {
    const covered = isOpen() && narrow.matches;
    for (let node = beside; node !== document.body; node = node.parentElement) {
      for (const other of node.parentElement.children) if (other !== node) other.inert = covered;
    }
  };
  narrow.addEventListener("change", cover);
  addEventListener("popstate", () => {
    if (!leaving) return isOpen() && narrow.matches && close();
    leaving = false;
    unlink();
    if (isOpen() && narrow.matches) goIn(); // opened anew before the way back was done
  });
  const goIn = () => history.pushState({ ...history.state, reading: true }, "");

  const begin = () => {
    step.textContent = `${at + 1} / ${citations.length}`;
    step.parentElement.hidden = citations.length < 2;
    previous.disabled = at === 0;
    next.disabled = at === citations.length - 1;
    page.ariaBusy = "true"; // what stands there meanwhile is another citation's
    return ++call;
  };
  const cited = () => {
    const { document_id, digest, quote, start, end } = citations[at];
    return { document_id, digest, quote, start, end: end ?? null };
  };
  // Shows what has come; `target` is what to look at first in it.
  const put = (html, target, fresh) => {
    page.ariaBusy = "false";
    if (html) page.innerHTML = html;
    else page.replaceChildren(words("script.source_not_opened"));
    other.replaceChildren(...page.querySelectorAll(".twin, .view, .original")); // where they stay in sight
    leaf.show();
    const marks = [...page.querySelectorAll(target)];
    if (!marks.length) page.scrollTop = 0;
    else {
      // Not scrollIntoView: that would scroll the page around the reader too.
      const gap = marks[0].getBoundingClientRect().top - page.getBoundingClientRect().top;
      page.scrollTop += gap - page.clientHeight / 3;
      for (const each of marks) each.classList.add("flash");
    }
    // What was pressed keeps the focus, to be pressed again; where it is gone the text gets it.
    const pressed = document.activeElement;
    if (!typing && (fresh || !panel.contains(pressed) || pressed.disabled))
      page.querySelector("#reader-title")?.focus({ preventScroll: true });
  };
  const fetchText = async (twin, offset, fresh = false, told = "") => {
    const mine = begin();
    let reply;
    try {
      reply = await server.open({ ...cited(), twin, at: offset });
    } catch {
      reply = {};
    }
    if (mine !== call) return;
    put(reply.html || reply.hint, offset === null ? "mark, .near" : ".no-target", fresh);
    page.dataset.twin = twin;
    if (told) page.querySelector(".text")?.before(element("div", "changed", told));
  };
  // A page of the file; the text, and why, where it cannot be had.
  const fetchLeaf = async (number, fresh = false) => {
    const mine = begin();
    let reply;
    try {
      reply = await server.leaf({ ...cited(), number, width: leaf.pixels() });
    } catch {
      reply = {};
    }
    if (mine !== call) return;
    if (reply.html) put(reply.html, ".leaf rect", fresh);
    else fetchText(false, null, fresh, told(reply.hint));
  };
  const told = (html) => {
    if (!html) return words("script.page_not_shown");
    const parts = document.createElement("template");
    parts.innerHTML = html;
    return parts.content;
  };
  const fetchCited = (fresh) => {
    typing = false;
    const { place, document_id, page: number } = citations[at];
    const hasPages = place?.kind === "page" && document_id.toLowerCase().endsWith(".pdf");
    if ((hasPages || number) && !asText) fetchLeaf(number ?? null, fresh);
    else fetchText(false, null, fresh);
  };
  const leaf = window.foundationQA.leaf(panel, {
    turn: (number) => fetchLeaf(number),
    failed: () => fetchText(false, null, false, told("")),
  });

  const show = (reading) => {
    panel.hidden = !reading;
    sources.hidden = reading;
    if (narrow.matches && !isOpen() && !leaving) goIn();
    beside.classList.add("open");
    cover();
  };
  const close = () => {
    const open = isOpen();
    call++;
    panel.hidden = true;
    sources.hidden = false;
    beside.classList.remove("open");
    cover();
    page.replaceChildren();
    other.replaceChildren();
    leaf.show();
    leaving = open && Boolean(history.state?.reading);
    if (leaving) history.back();
    else if (open) unlink();
    if (open && opener?.isConnected) opener.focus({ preventScroll: calm.matches });
    opener = null;
  };
  const go = (by) => {
    at = Math.min(Math.max(at + by, 0), citations.length - 1);
    fetchCited(false);
  };

  panel.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("button");
    if (!button) return;
    typing = false;
    if (button.classList.contains("close")) close();
    else if (button === previous) go(-1);
    else if (button === next) go(1);
    else if (button.classList.contains("link")) copy(button, addressOf(citations[at], leaf.number()));
    else if (button.classList.contains("view")) {
      asText = !button.dataset.number;
      if (asText) fetchText(false, null);
      else fetchLeaf(Number(button.dataset.number));
    }
    else if (button.classList.contains("twin")) fetchText(button.dataset.twin === "yes", null);
    else if (button.classList.contains("part")) fetchText(page.dataset.twin === "true", Number(button.dataset.at));
  });
  find(".to-talk").addEventListener("click", close);
  // The focus stays in the open reader: behind its last element comes its first one.
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || event.ctrlKey || event.altKey || event.metaKey) return;
    const stops = [...panel.querySelectorAll("button, a[href], [tabindex]")].filter(
      (each) => each.tabIndex >= 0 && !each.disabled && each.offsetParent !== null,
    );
    const beyond = event.shiftKey ? Node.DOCUMENT_POSITION_PRECEDING : Node.DOCUMENT_POSITION_FOLLOWING;
    if (stops.some((each) => document.activeElement.compareDocumentPosition(each) & beyond)) return;
    event.preventDefault();
    stops.at(event.shiftKey ? -1 : 0)?.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !isOpen() || view.offsetParent === null) return;
    event.preventDefault();
    close();
  });

  // --- addresses of citations, as ui/html/citation_view.py writes them ---
  const BEGINNING = 60; // characters of the quote
  const addressOf = ({ document_id, digest, quote, start, end }, number) => {
    const characters = [...quote];
    const place = { text: document_id, of: digest, from: start, to: end ?? start + characters.length };
    const values = new URLSearchParams({ ...place, quote: characters.slice(0, BEGINNING).join("") });
    if (number) values.set("page", number);
    return `${location.origin}${location.pathname}#${values}`;
  };
  const linked = (hash = location.hash) => {
    const values = new URLSearchParams(hash.slice(1));
    const [start, end] = [values.get("from"), values.get("to")].map(Number);
    if (!values.get("text") || !Number.isSafeInteger(start) || !Number.isSafeInteger(end)) return null;
    const [document_id, digest, quote] = ["text", "of", "quote"].map((name) => values.get(name) ?? "");
    const page = Number(values.get("page"));
    return { number: 1, document_id, digest, quote, start, end, page: Number.isSafeInteger(page) && page > 0 ? page : null };
  };
  const unlink = () => {
    if (linked()) history.replaceState(history.state, "", location.pathname + location.search);
  };
  const openLinked = (citation) => {
    if (citation) open([citation], 1, null);
  };
  addEventListener("hashchange", (event) => openLinked(linked(new URL(event.newURL).hash)));

  const open = (all, number, from) => {
    citations = all;
    at = Math.max(0, all.findIndex((each) => each.number === number));
    opener = from;
    asText = from?.classList.contains("read") ?? false;
    show(true);
    fetchCited(true);
  };
  openLinked(linked());

  return {
    // Opens the citation with this number; the focus goes back to `from` when the reader is closed.
    open,
    showCards(from) {
      call++;
      opener = from;
      show(false);
      find(".cards").focus({ preventScroll: true });
    },
    close,
  };
};
