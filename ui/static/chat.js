// The conversation. It lives here, in the visitor's browser, and is kept there; the server answers single calls
// and draws every answer, so that no text becomes HTML here. See ui/chat/calls.py for the calls.
"use strict";
window.foundationQA.beginAsking = (view, calls) => {
  const { words, element, memory, copy, saveFile } = window.foundationQA;
  // Where a call fails, Gradio's client gives undefined. Here that is an error, so that nobody takes it for a reply.
  const called = async (name, value) => {
    const reply = await calls[name](value);
    if (!reply) throw new Error(`no reply to ${name}`);
    return reply;
  };
  const server = new Proxy({}, { get: (_, name) => (value) => called(name, value) });
  const MOST = 100; // turns, as in ui/chat/turns.py
  const kept = memory(`foundation-qa:conversation:1:${location.pathname}`, MOST);
  const find = (selector) => view.querySelector(selector);
  const [list, cards, form, box, hint] = [".turns", ".cards", ".entry", "#question", ".hint"].map(find);
  const [send, stop, anew, exported] = [".send", ".stop", ".anew", ".export"].map(find);
  const welcome = find(".welcome");
  const nothing = find(".nothing");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let turns = []; // {kept, markdown, section, cards}
  let unread = []; // what was kept of the turns before these, as long as it could not be drawn
  let pending = null; // the question being worked on: {section, question, at}
  const reader = window.foundationQA.reader(view, server);
  const rate = window.foundationQA.rating(server);

  // --- drawing ---
  const unseen = (key) => element("span", "unseen", words(key));

  const showHint = (html) => {
    hint.innerHTML = html; // from the server or words of our own
  };
  const tell = (key) => hint.replaceChildren(words(key));

  const questionRow = (question) => {
    const shown = element("div", "question", question);
    if (/[\u3400-\u9fff]/.test(question)) shown.lang = "zh-Hans";
    const edit = element("button", "edit icon", unseen("script.edit"));
    return element("div", "question-row", edit, shown);
  };

  const begin = (question) => {
    const section = element("section", "turn", questionRow(question));
    const dots = element("span", "dots", ..."123".split("").map(() => document.createElement("i")));
    dots.setAttribute("aria-hidden", "true");
    const working = element("div", "working", dots, words("script.working"));
    section.append(working);
    list.append(section);
    toTop(section);
    return section;
  };

  // Lets a turn begin where the chat does. Not scrollIntoView: that would scroll the page around the chat too.
  const toTop = (section, behavior = calm.matches ? "auto" : "smooth") => {
    const top = list.scrollTop + section.getBoundingClientRect().top - list.getBoundingClientRect().top - 4;
    list.scrollTo({ top, behavior });
  };

  const finish = (section, drawn) => {
    const reply = element("div", "reply");
    reply.innerHTML = drawn.reply;
    section.querySelector(".working")?.remove();
    section.append(reply);
    const sources = element("section", "of-turn");
    sources.innerHTML = drawn.cards;
    cards.append(sources);
    turns.push({ kept: drawn.turn, markdown: drawn.markdown, section, cards: sources });
  };

  const showSources = (turn) => {
    for (const each of turns) each.cards.hidden = each !== turn;
    nothing.hidden = Boolean(turn);
    cards.scrollTop = 0;
  };

  const refresh = () => {
    welcome.hidden = Boolean(turns.length || pending);
    anew.hidden = exported.hidden = !turns.length;
    send.hidden = Boolean(pending);
    stop.hidden = !pending;
    view.classList.toggle("empty-chat", !welcome.hidden);
  };

  // --- asking ---
  // Asks what was `typed`: as the next turn, or as the turn `at`. Then the turns from there on step aside, and are let
  // go with the answer.
  const ask = async (typed, at) => {
    if (pending) return;
    const question = typed.toWellFormed?.() ?? typed; // half a character is nothing that can be sent
    if (!question.trim()) return tell("script.type_first");
    hint.replaceChildren();
    list.querySelectorAll(".suggested").forEach((each) => each.remove());
    const mine = (pending = { question, at });
    if (at === undefined) box.value = "";
    else stepAside(at, true);
    mine.section = begin(question.trim());
    refresh();
    await earlier;
    if (pending !== mine) return; // stopped, or a new chat
    mine.at ??= turns.length;
    const drawn = mine.at < MOST ? await answer(mine) : "full";
    if (pending !== mine) return;
    pending = null;
    if (!drawn?.reply) {
      giveBack(mine);
      if (drawn === "full") tell("script.chat_full");
      else if (drawn) showHint(drawn.hint);
      else hint.replaceChildren(await window.foundationQA.whyUnreached());
      return;
    }
    drop(mine.at);
    finish(mine.section, drawn);
    toTop(mine.section);
    showSources(turns.at(-1));
    keep();
    refresh();
    suggest(turns.at(-1));
  };

  const answer = async ({ question, at }) => {
    try {
      return await server.ask({ question, history: historyOf(turns.slice(0, at)), number: at + 1 });
    } catch {
      return null;
    }
  };

  // What a question after `before` may lean on: the questions that were answered.
  const historyOf = (before) => before.filter((turn) => turn.kept.answer).map((turn) => turn.kept.question);

  // For other views: the question asked last, and before it those that it may lean on.
  window.foundationQA.questions = () => {
    const before = turns.slice(0, pending?.at);
    const last = pending?.question.trim() ?? before.pop()?.kept.question;
    return last ? [...historyOf(before), last] : [];
  };

  const keep = () => kept.keep([...unread, ...turns.map((turn) => turn.kept)]);

  const stepAside = (at, aside) => {
    for (const turn of turns.slice(at)) turn.section.hidden = aside;
    showSources(aside ? turns[at - 1] : turns.at(-1));
  };

  // There is no answer: the question stands where it was typed, to be asked again.
  const giveBack = ({ section, question, at }) => {
    section.remove();
    refresh();
    if (at < turns.length) {
      stepAside(at, false);
      edit(turns[at].section, question);
      return;
    }
    if (!box.value) box.value = question;
    box.focus();
  };

  const suggest = async (turn) => {
    let found;
    try {
      found = await server.suggest(turns.map((each) => each.kept));
    } catch {
      return; // an answer stands there already
    }
    if (turn !== turns.at(-1) || pending || !found.questions?.length) return;
    const items = found.questions.map((question) => element("li", "", element("button", "follow", question)));
    turn.section.append(
      element("div", "suggested", element("p", "label", words("script.ask_next")), element("ul", "", ...items)),
    );
  };

  const drop = (at) => {
    for (const turn of turns.splice(at)) {
      turn.section.remove();
      turn.cards.remove();
    }
  };

  const edit = (section, typed) => {
    if (pending) return;
    const row = section.querySelector(".question-row");
    const again = element("textarea", "again");
    again.value = typed ?? turnOf(section).kept.question;
    const name = element("label", "", unseen("script.your_question"), again);
    const yes = element("button", "yes", words("script.ask_again"));
    const no = element("button", "no", words("script.cancel"));
    const editor = element("div", "editor", name, element("div", "choices", no, yes));
    const leave = () => {
      editor.replaceWith(row);
      row.querySelector(".edit").focus();
    };
    const ready = () => {
      if (pending || !again.value.trim()) return;
      editor.replaceWith(row);
      reader.close();
      box.focus();
      ask(again.value, turns.indexOf(turnOf(section)));
    };
    no.addEventListener("click", leave);
    yes.addEventListener("click", ready);
    again.addEventListener("keydown", (event) => {
      if (event.key === "Escape") leave();
      else if (isSend(event)) ready();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    row.replaceWith(editor);
    again.focus();
  };

  // --- saving, beginning anew ---
  const save = async () => {
    let file;
    try {
      file = await server.export(turns.map((turn) => turn.kept));
    } catch {
      file = {};
    }
    if (file.text) saveFile(file.name, file.text, "text/markdown");
    else tell("script.not_saved");
  };

  const begins = () => {
    pending = null;
    list.querySelectorAll(".turn").forEach((each) => each.remove());
    drop(0);
    reader.close();
    showSources();
    unread = [];
    keep();
    refresh();
    hint.replaceChildren();
    box.focus();
  };

  // --- events ---
  const turnOf = (inside) => turns.find((turn) => turn.section.contains(inside));
  // Enter that ends the writing of a Chinese word is no order to ask.
  const isSend = (event) => event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(box.value);
  });
  box.addEventListener("keydown", (event) => {
    if (!isSend(event)) return;
    event.preventDefault();
    ask(box.value);
  });
  view.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target.closest("button, a") : null;
    if (!target) return;
    const is = (name) => target.classList.contains(name);
    if (target.dataset.citation) {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const turn = turns[target.dataset.turn - 1];
      showSources(turn);
      const { citations, related } = turn.kept.answer;
      reader.open([...citations, ...related], Number(target.dataset.citation), target);
    } else if (is("example") || is("follow")) ask(target.textContent);
    else if (is("stop")) {
      const asked = pending;
      pending = null;
      giveBack(asked);
    } else if (is("anew")) begins();
    else if (is("export")) save();
    else if (is("copy")) copy(target, turnOf(target).markdown);
    else if (is("rate")) rate(target, turnOf(target));
    else if (is("edit")) edit(target.closest(".turn"));
    else if (is("show-sources")) {
      showSources(turnOf(target));
      reader.showCards(target);
    }
  });

  // --- the beginning ---
  const restore = async () => {
    const before = kept.recall();
    if (!before.length) return;
    let drawn;
    try {
      drawn = await server.restore(before);
    } catch {
      unread = before;
      return tell("script.not_restored");
    }
    if (!drawn.turns) return keep(); // it was of another version of this page
    for (const turn of drawn.turns) {
      const section = element("section", "turn", questionRow(turn.turn.question));
      list.insertBefore(section, pending?.section ?? null); // a question may have been quicker
      finish(section, turn);
    }
    showSources(turns.at(-1));
    refresh();
    toTop((pending ?? turns.at(-1)).section, "auto");
  };
  // What stands above the view has no fixed height: a notice may come, words may wrap.
  const settle = () => {
    if (view.offsetParent === null) return; // another tab is open
    view.style.setProperty("--top", `${Math.round(view.getBoundingClientRect().top + scrollY)}px`);
  };
  const resized = new ResizeObserver(settle);
  resized.observe(document.body);
  resized.observe(view);
  settle();
  refresh();
  const earlier = restore();
  if (matchMedia("(pointer: fine)").matches) box.focus(); // on a phone the keyboard would hide the page
};
