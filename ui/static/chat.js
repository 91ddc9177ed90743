// The conversation. It lives here, in the visitor's browser, and is kept there; the server answers single calls
// and draws every answer, so that no text becomes HTML here. See ui/chat/calls.py for the calls.
"use strict";
window.foundationQA.beginAsking = (view, calls) => {
  const { words, element, copy, passOn, askLinked, saveFile, questionRow, beginTurn, suggestedRow } = window.foundationQA;
  // Where a call fails, Gradio's client gives undefined. Here that is an error, so that nobody takes it for a reply.
  const called = async (name, value) => {
    const reply = await calls[name](value);
    if (!reply) throw new Error(`no reply to ${name}`);
    return reply;
  };
  const server = new Proxy({}, { get: (_, name) => (value) => called(name, value) });
  const MOST = 100; // turns, as in ui/chat/turns.py
  const LONGEST = Number(view.querySelector("#question").dataset.longest); // characters of a question
  const conversations = window.foundationQA.conversations(location.pathname, MOST);
  const drafts = window.foundationQA.drafts(location.pathname, () => note(words("script.draft_not_kept")));
  const find = (selector) => view.querySelector(selector);
  const [list, cards, form, box, hint] = [".turns", ".cards", ".entry", "#question", ".hint"].map(find);
  const [send, stop, anew, exported] = [".send", ".stop", ".anew", ".export"].map(find);
  const welcome = find(".welcome");
  const told = find(".talk > .told");
  const nothing = find(".nothing");
  const fine = matchMedia("(pointer: fine)"); // on a phone the keyboard would hide the page
  let turns = []; // {kept, markdown, section, cards}
  let unread = []; // what was kept of the turns before these, as long as it could not be drawn
  let visit = 0; // of conversations, by this page
  let pending = null; // the question being worked on: {section, question, at}
  const { toTop, holdFocus, silently, aloud } = window.foundationQA.attention(view);
  const reader = window.foundationQA.reader(view, server);
  const rating = window.foundationQA.rating(server, {
    keep: (turn, reason) => changeDraft((draft) => (draft.reasons[turns.indexOf(turn)] = reason)),
    letGo: (turn) => changeDraft((draft) => delete draft.reasons[turns.indexOf(turn)]),
  });
  const writing = window.foundationQA.writing(view, server, {
    turns: () => turns,
    tell: (...said) => hint.replaceChildren(...said),
    keep: () => keep(),
    refresh: () => holdFocus(refresh),
  });
  const edit = window.foundationQA.editor({
    turnOf: (inside) => turnOf(inside),
    kept: {
      keep: (turn, text) => changeDraft((draft) => (draft.editors[turns.indexOf(turn)] = text)),
      letGo: (turn) => changeDraft((draft) => delete draft.editors[turns.indexOf(turn)]),
    },
    isBusy: () => Boolean(pending),
    asked(text, turn) {
      reader.close();
      box.focus();
      ask(text, { at: turns.indexOf(turn) });
    },
  });
  const where = window.foundationQA.scopeChooser(view, server, (scope) => changeDraft((draft) => (draft.scope = scope)));
  const listed = window.foundationQA.conversationList(view, conversations, drafts, {
    open: (record) => open(record),
    removed(ids) {
      if (ids.includes(conversations.shown.id)) begins(box.value);
      refresh();
    },
  });

  // --- drawing ---
  const showHint = (html) => (hint.innerHTML = html); // from the server or words of our own
  const tell = (key) => hint.replaceChildren(words(key));
  const note = (...content) => told.replaceChildren(...content);

  const begin = (question) => {
    const section = beginTurn(question);
    list.append(section);
    toTop(section);
    return section;
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
    stop.hidden = !pending && !writing.busy;
    form.classList.toggle("writes", writing.busy);
    view.classList.toggle("empty-chat", !welcome.hidden);
    listed.refresh();
  };

  // --- what is typed and not sent ---
  const together = (...typed) => [...new Set(typed)].filter(Boolean).join("\n");
  const changeDraft = (change) => drafts.change(conversations.shown.id, change);
  const keepBox = () => changeDraft((draft) => (draft.box = box.value));
  const typeIn = (text) => {
    box.value = text;
    keepBox();
  };

  // --- asking ---
  // Asks what was `typed`: as the next turn, or as the turn `at`. Then the turns from there on step aside, and are let
  // go with the answer. A question that stands `alone` leans on none before it.
  const ask = async (typed, { at, alone = false } = {}) => {
    if (pending) return;
    const question = typed.toWellFormed?.() ?? typed; // half a character is nothing that can be sent
    if (!question.trim()) return tell("script.type_first");
    hint.replaceChildren();
    const length = question.length > LONGEST ? [...question.trim()].length : 0;
    if (length > LONGEST) {
      const [said, longest] = [length, LONGEST].map((count) => count.toLocaleString("en-US"));
      hint.replaceChildren(words("script.too_long", { length: said, longest }));
      if (at !== undefined) edit(turns[at].section, typed)?.focus();
      else typeIn(together(typed, box.value));
      return;
    }
    note();
    writing.stop();
    const mine = (pending = { question, at, alone });
    changeDraft((draft) => {
      draft.asked = { question, at };
      delete draft.editors[at];
      if (at === undefined && box.value === typed) draft.box = box.value = "";
    });
    if (at !== undefined) stepAside(at, true);
    mine.section = begin(question.trim());
    holdFocus(() => {
      list.querySelectorAll(".suggested").forEach((each) => each.remove());
      refresh();
    });
    await earlier;
    if (pending !== mine) return; // stopped, or another conversation
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
    aloud();
    finish(mine.section, drawn);
    toTop(mine.section);
    showSources(turns.at(-1));
    changeDraft((draft) => (draft.asked = null));
    keep();
    holdFocus(refresh);
    writing.begin(turns.at(-1), mine.call);
    suggest(turns.at(-1));
  };

  const answer = async (mine) => {
    const history = mine.alone ? [] : historyOf(turns.slice(0, mine.at));
    mine.call = { question: mine.question, history, number: mine.at + 1, scope: where.chosen, ...writing.wish };
    try {
      return await server.ask(mine.call);
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

  const keep = () => {
    const before = conversations.shown.id;
    const gone = conversations.keep([...unread, ...turns.map((turn) => turn.kept)]);
    drafts.move(before, conversations.shown.id);
    if (gone === null) note(words("script.not_kept"));
    else if (gone.length) note(words("script.made_room", { titles: gone.map(conversations.title).join(" · ") }));
  };

  const stepAside = (at, aside) => {
    const change = () => turns.slice(at).forEach((turn) => (turn.section.hidden = aside));
    aside ? change() : silently(change);
    showSources(aside ? turns[at - 1] : turns.at(-1));
  };

  // There is no answer: the question stands where it was typed, to be asked again.
  const giveBack = ({ section, question, at }) => {
    pending = null;
    section.remove();
    changeDraft((draft) => (draft.asked = null));
    refresh();
    if (at < turns.length) {
      stepAside(at, false);
      edit(turns[at].section, question)?.focus();
      return;
    }
    typeIn(together(question, box.value));
    box.focus();
  };

  const suggest = async (turn) => {
    const found = await server.suggest(turns.map((each) => each.kept)).catch(() => ({})); // an answer stands already
    if (turn !== turns.at(-1) || pending || !found.questions?.length) return;
    turn.section.append(suggestedRow(found.questions));
  };

  const drop = (at) => {
    for (const turn of turns.splice(at)) {
      turn.section.remove();
      turn.cards.remove();
    }
    if (unread.length) return; // what was typed belongs to turns that are not shown
    changeDraft(({ editors, reasons }) => {
      for (const typed of [editors, reasons]) for (const each in typed) if (each >= at) delete typed[each];
    });
  };

  // --- saving, beginning anew ---
  const save = async () => {
    const file = await server.export(turns.map((turn) => turn.kept)).catch(() => ({}));
    if (file.text) saveFile(file.name, file.text, "text/markdown");
    else tell("script.not_saved");
  };

  // Takes the conversation that is shown away; what is kept of it stays, with all that is typed in it.
  const clear = () => {
    if (pending) {
      const { question, at } = pending;
      pending = null;
      changeDraft((draft) => {
        draft.asked = null;
        if (at < turns.length) draft.editors[at] = question;
        else draft.box = together(question, draft.box);
      });
    }
    visit++;
    writing.leave();
    list.querySelectorAll(".turn").forEach((each) => each.remove());
    cards.querySelectorAll(".of-turn").forEach((each) => each.remove());
    turns = [];
    unread = [];
    reader.close();
    showSources();
    hint.replaceChildren();
    note();
  };

  // What is typed in the conversation that is shown, and where it looks: as its last answer did, if nothing was changed.
  const settleBox = () => {
    const { box: typed, scope } = drafts.of(conversations.shown.id);
    box.value = typed;
    where.show(scope ?? conversations.shown.turns.at(-1)?.answer?.scope);
  };

  // Shows a conversation that is kept, with what was typed in it.
  const open = (record) => {
    if (record.id === conversations.shown.id && !unread.length) return;
    clear();
    conversations.show(record);
    settleBox();
    refresh();
    earlier = restore(record);
    if (fine.matches) box.focus();
  };

  // A conversation without a turn, and with what is `typed`.
  const begins = (typed) => {
    clear();
    conversations.begin();
    where.show(drafts.of("").scope);
    typeIn(together(drafts.of("").box, typed));
    refresh();
    box.focus();
  };

  // A new chat; what stands in the box goes along, and the way back is told.
  const anewFrom = () => {
    const typed = box.value;
    const last = conversations.shown;
    changeDraft((draft) => (draft.box = ""));
    begins(typed);
    const undo = element("button", "undo", words("list.undo"));
    note(words("script.new_chat"), " ", undo);
    undo.addEventListener("click", () => {
      const since = box.value;
      typeIn("");
      open(conversations.read(last.id) ?? last);
      typeIn(together(box.value, since));
    });
  };

  // --- events ---
  const turnOf = (inside) => turns.find((turn) => turn.section.contains(inside));

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(box.value);
  });
  box.addEventListener("input", keepBox);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey) return;
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
      const { citations, related, written } = turn.kept.answer;
      reader.open([...citations, ...(written?.sources ?? []), ...related], Number(target.dataset.citation), target);
    } else if (is("example") || is("follow")) ask(target.textContent, { alone: true });
    else if (is("stop")) pending ? giveBack(pending) : writing.stop();
    else if (is("anew")) anewFrom();
    else if (is("export")) save();
    else if (is("copy")) copy(target, turnOf(target).markdown);
    else if (is("rate")) rating.rate(target, turnOf(target));
    else if (is("edit")) edit(target.closest(".turn"))?.focus();
    else if (is("pass-on"))
      passOn(target, turnOf(target)?.kept ?? pending, where.chosen).then((said) => note(said));
    else if (is("show-sources")) {
      showSources(turnOf(target));
      reader.showCards(target);
    }
  });

  // --- the beginning ---
  // Draws a conversation as it was kept, and opens what was being typed in it.
  const restore = async (record) => {
    const before = record.turns;
    const mine = visit;
    if (!before.length) return;
    let drawn;
    try {
      drawn = await server.restore(before);
    } catch {
      drawn = null;
    }
    if (mine !== visit) return; // another is shown by now
    if (!drawn) {
      unread = before;
      return tell("script.not_restored");
    }
    if (!drawn.turns) {
      conversations.begin(); // it was of another version of this page
      return note(words("script.of_another_version"));
    }
    silently(() => {
      for (const turn of drawn.turns) {
        const section = element("section", "turn", questionRow(turn.turn.question));
        list.insertBefore(section, pending?.section ?? null); // a question may have been quicker
        finish(section, turn);
      }
    });
    showSources(turns.at(-1));
    refresh();
    reopen(drafts.of(record.id));
    toTop((pending ?? turns.at(-1)).section, "auto");
  };
  const reopen = ({ editors, reasons }) => {
    for (const [at, reason] of Object.entries(reasons)) if (turns[at]) rating.reopen(turns[at], Object(reason));
    for (const [at, text] of Object.entries(editors))
      if (turns[at] && typeof text === "string") edit(turns[at].section, text);
  };
  // What was being asked when the page was left is not asked again: it stands where it was typed.
  const unasked = (draft) => {
    const { question, at } = draft.asked ?? {};
    draft.asked = null;
    if (typeof question !== "string") return;
    if (at < conversations.shown.turns.length) draft.editors[at] = question;
    else draft.box = together(question, draft.box);
  };
  window.foundationQA.fit(view);
  changeDraft(unasked);
  const linked = window.foundationQA.takeLinked();
  if (linked) conversations.begin(); // a question that is passed on begins a conversation of its own
  settleBox();
  refresh();
  let earlier = restore(conversations.shown); // settled when what was kept of the conversation is drawn
  if (fine.matches) box.focus();
  if (linked) askLinked(linked, { where, ask, note });
};
