// What the tabs beside the one for asking do in the browser. HTML of ours holds buttons with data-act; a click on one
// goes to Python with all its data attributes. Each function here gets a component's element when it is shown.

window.tabActions = (element, trigger, watch) => {
  let last = null; // what was clicked last: its kind and its place among its kind
  let held = null; // what has the focus and is drawn anew now and then
  element.addEventListener("focusin", ({ target }) => (held = target.closest('[data-act="stop"]') && "stop"));
  element.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget) held = null; // else it was drawn anew
  });
  element.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-act], .part[data-at]");
    if (!button) return;
    if (button.dataset.confirm && !window.confirm(button.dataset.confirm)) return;
    const holder = button.closest("[data-id]");
    const act = button.dataset.act || "part";
    last = { act, place: [...element.querySelectorAll(`[data-act="${act}"]`)].indexOf(button) };
    if (act === "open") window.tabOpener = button;
    trigger("click", { ...holder?.dataset, ...button.dataset, act });
  });
  element.addEventListener("keydown", (event) => {
    const close = event.key === "Escape" && element.querySelector('[data-act="close"]');
    if (close) close.click();
  });
  element.addEventListener("input", (event) => {
    if (event.target.matches("[data-filter]")) filterRows(element, event.target.value);
  });
  // New HTML takes the focus with it: it goes to what was opened, back to what opened it, or to the next button.
  watch("value", () => {
    const panel = element.querySelector(".panel h2");
    if (panel) panel.focus({ preventScroll: true });
    else if (last?.act === "close") window.tabOpener?.focus();
    else if (last && last.act !== "open") {
      const buttons = element.querySelectorAll(`[data-act="${last.act}"]`);
      buttons[Math.min(last.place, buttons.length - 1)]?.focus();
    }
    const [text, mark] = [element.querySelector(".panel-text"), element.querySelector(".panel mark")];
    if (mark) text.scrollTop += mark.getBoundingClientRect().top - text.getBoundingClientRect().top - 80;
    last = null;
    if (held) element.querySelector(`[data-act="${held}"]`)?.focus({ preventScroll: true });
    const filter = element.querySelector("[data-filter]");
    if (filter && element.dataset.filtered) {
      filter.value = element.dataset.filtered;
      filterRows(element, filter.value);
    }
  });
};

// Shows the rows that hold all words of a search.
const filterRows = (element, sought) => {
  element.dataset.filtered = sought;
  const folded = (text) => text.normalize("NFKC").toLowerCase(); // "ＧＰＴ" is "gpt"
  const words = folded(sought).split(/\s+/).filter(Boolean);
  for (const row of element.querySelectorAll("tbody tr")) {
    const text = folded(row.textContent);
    row.hidden = !words.every((word) => text.includes(word));
  }
};

// The map: Plotly draws it; pointing at a passage shows its beginning, a click opens it.
window.mapActions = (element, trigger) => {
  const view = document.getElementById("map");
  const tip = element.querySelector(".map-tip");
  const line = (name, text, language) => {
    const part = document.createElement("p");
    part.className = name;
    part.lang = language;
    part.textContent = text; // plain text, whatever stands in a source
    return part;
  };
  const show = ({ points, event }) => {
    const [, , title, heading, text, language] = points[0].customdata;
    const tag = window.foundationQA.tag(language);
    tip.replaceChildren(line("title", heading ? `${title} › ${heading}` : title, tag), line("begin", text, tag));
    tip.hidden = false;
    const { width, height } = tip.getBoundingClientRect();
    const left = Math.min(event.clientX + 14, document.documentElement.clientWidth - width - 8);
    const below = event.clientY + 18;
    tip.style.left = `${Math.max(8, left)}px`;
    tip.style.top = `${below + height > innerHeight ? Math.max(8, event.clientY - height - 14) : below}px`;
  };
  const hide = () => (tip.hidden = true);
  const open = ({ points }) => {
    const [row, passage] = points[0].customdata;
    window.tabOpener = null;
    hide();
    trigger("click", { act: "open", row: String(row), passage });
  };
  const bind = () => {
    for (const chart of view.querySelectorAll(".js-plotly-plot")) {
      if (chart.dataset.bound || !chart.on) continue;
      chart.dataset.bound = "yes";
      chart.on("plotly_hover", show);
      chart.on("plotly_unhover", hide);
      chart.on("plotly_click", open);
      hide();
    }
  };
  new MutationObserver(bind).observe(view, { childList: true, subtree: true });
  bind();
};
