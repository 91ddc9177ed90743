// Where answers are looked for: everywhere, or in some texts and folders, in one language, in what is new enough.
// A choice is {texts, language, since}, as ui/chat/scope_choice.py has it; what was chosen stands above the question.
"use strict";
window.foundationQA.scopeChooser = (view, server, kept) => {
  const { words, element, unseen, written, tag } = window.foundationQA;
  const MOST = 100; // names, as in ui/chat/scope_choice.py
  const LONGEST = 1000; // characters of a name, likewise
  const SHOWN = 3; // names above the question
  const DATE = /^\d{4}(-\d{2}(-\d{2})?)?$/;
  const WAIT = 150; // milliseconds between a letter and the search for it
  const find = (selector) => view.querySelector(selector);
  const [button, panel, line, everywhere] = [".where", ".chooser", ".looking", ".everywhere"].map(find);
  const [search, list, more] = [".chooser [type=search]", ".chooser .found", ".chooser .more"].map(find);
  const [dateRow, date, wrong] = [".since", ".since input", ".chooser .wrong"].map(find);
  const languages = [...panel.querySelectorAll("[type=radio]")];
  const text = (value) => (typeof value === "string" ? value : "");
  const checked = (value) => ({
    texts: Array.isArray(value?.texts) ? value.texts.filter((name) => name && typeof name === "string").slice(0, MOST) : [],
    language: text(value?.language),
    since: text(value?.since),
  });
  // Some browsers take the 30th of February for the 2nd of March.
  const isDate = (said) => DATE.test(said) && Boolean(Date.parse(said)) && new Date(said).toISOString().startsWith(said);
  const isAll = ({ texts, language, since }) => !texts.length && !language && !since;
  let chosen = checked();
  let asked = 0; // searches so far: the last one counts

  // --- what stands above the question ---
  const languageName = (code) => {
    const name = languages.find((radio) => radio.value === code)?.nextElementSibling.textContent ?? code;
    const shown = element("span", "", name);
    shown.lang = tag(code);
    return shown;
  };
  const draw = () => {
    const all = isAll(chosen);
    line.hidden = everywhere.hidden = all;
    button.classList.toggle("chosen", !all);
    if (all) return line.replaceChildren();
    const parts = chosen.texts.slice(0, SHOWN).map((name) => written("span", "name", name));
    const left = chosen.texts.length - parts.length;
    if (left > 0) parts.push(element("span", "", words("scope.more", { count: left })));
    if (chosen.language) parts.push(languageName(chosen.language));
    if (chosen.since) parts.push(element("span", "", words("scope.since", { since: chosen.since })));
    const clear = element("button", "icon clear", unseen("where.everywhere"));
    line.replaceChildren(element("span", "", words("where.only")), ...parts, clear);
  };

  const choose = (choice) => {
    chosen = checked(choice);
    draw();
    kept(chosen);
  };

  // --- what can be chosen ---
  const row = ({ name, title, count }) => {
    const box = element("input", "");
    box.type = "checkbox";
    box.value = name;
    box.checked = chosen.texts.includes(name);
    const about = count ? words("where.count", { count }) : title === name ? "" : written("span", "", title ?? "");
    const said = element("span", "said", written("span", "name", count ? `${name}/` : name), element("span", "about", about));
    return element("li", "", element("label", count ? "option folder" : "option", box, said));
  };
  const look = async () => {
    const mine = ++asked;
    const { found, more: left, dated } = await server.choices({ sought: search.value }).catch(() => ({}));
    if (mine !== asked) return; // another search was begun meanwhile
    if (!found) return tell("where.not_listed");
    // What is chosen stands first, where nothing is sought: also what is no longer there, so that it can be let go.
    const first = search.value.trim() ? [] : chosen.texts;
    const known = new Map(found.map((each) => [each.name, each]));
    const rest = found.filter(({ name }) => !first.includes(name));
    list.replaceChildren(...[...first.map((name) => known.get(name) ?? { name }), ...rest].map(row));
    list.scrollTop = 0;
    dateRow.hidden = !dated && !chosen.since;
    if (left) tell("where.more", { count: left });
    else if (!list.children.length) tell("where.none");
    else more.hidden = true;
  };
  const tell = (key, values) => {
    more.hidden = false;
    more.replaceChildren(words(key, values));
  };

  const fill = () => {
    for (const radio of languages) radio.checked = radio.value === chosen.language;
    date.value = chosen.since;
    judge(true);
    look();
  };
  const judge = (right) => {
    wrong.hidden = right;
    date.setAttribute("aria-invalid", String(!right));
  };
  const open = () => {
    panel.hidden = false;
    button.setAttribute("aria-expanded", "true");
    search.value = "";
    fill();
    if (matchMedia("(pointer: fine)").matches) search.focus();
    else panel.focus(); // on a phone the keyboard would hide the list
  };
  const close = (focused) => {
    panel.hidden = true;
    button.setAttribute("aria-expanded", "false");
    if (focused) find("#question").focus();
  };

  // --- events ---
  let timer;
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, WAIT);
  });
  panel.addEventListener("change", ({ target }) => {
    if (target.type === "radio") choose({ ...chosen, language: target.value });
    else if (target.type === "checkbox") {
      const others = chosen.texts.filter((name) => name !== target.value);
      choose({ ...chosen, texts: target.checked ? [...others, target.value] : others });
    }
  });
  const said = () => date.value.normalize("NFKC").trim(); // Chinese keyboards write full-width figures, too
  date.addEventListener("input", () => {
    const since = said();
    const right = !since || isDate(since);
    judge(right || since.length < date.maxLength);
    if (right) choose({ ...chosen, since });
  });
  date.addEventListener("change", () => judge(said() === chosen.since));
  button.addEventListener("click", () => (panel.hidden ? open() : close()));
  view.addEventListener("click", ({ target }) => {
    const pressed = target instanceof Element && target.closest(".close-where, .everywhere, .clear");
    if (!pressed) return;
    if (pressed.matches(".close-where")) return close(true);
    choose();
    if (panel.hidden) return close(true);
    fill();
    search.focus();
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" && !(event.key === "Enter" && event.target.matches("input"))) return;
    event.preventDefault();
    event.stopPropagation();
    close(true);
  });
  document.addEventListener("pointerdown", ({ target }) => {
    if (!panel.hidden && ![panel, button, line].some((each) => each.contains(target))) close();
  });

  return {
    get chosen() {
      return chosen;
    },
    // Chooses what a link names, as far as it is there; gives what is not.
    async follow(choice) {
      const { texts, language, since } = checked(choice);
      // Who cannot be asked now is asked the question next, and says why.
      const sent = texts.filter((name) => name.length <= LONGEST);
      const { known = sent } = sent.length ? await server.known({ texts: sent }).catch(() => ({})) : {};
      const there = {
        texts: texts.filter((name) => known.includes(name)),
        language: languages.some((radio) => radio.value === language) ? language : "",
        since: isDate(since) ? since : "",
      };
      choose(there);
      const left = texts.filter((name) => !there.texts.includes(name));
      return [...left, ...[language, since].filter((said) => said && ![there.language, there.since].includes(said))];
    },
    // Shows the choice of another conversation.
    show(choice) {
      chosen = checked(choice);
      draw();
      if (!panel.hidden) fill();
    },
  };
};
