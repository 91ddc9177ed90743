// Written answers: what a language model makes of the quotes, while it does. The server has it written, checks it and
// draws it (ui/chat/writing_calls.py); here a draft becomes text, and only what the server has drawn becomes HTML.
"use strict";
window.foundationQA.writing = (view, server, { turns, tell, keep, refresh }) => {
  const { element, memory, whyUnreached, restsOn } = window.foundationQA;
  const ADDRESS = new URL("written", new URL(".", location.href));
  const button = view.querySelector(".write");
  const place = button?.dataset.place ?? ""; // where the quotes are sent to; empty: nowhere
  // Who has it written on this machine has not allowed it to be written elsewhere.
  const CHOICE = `foundation-qa:writing:1:${location.pathname}:${place}`;
  const browser = memory("browser");
  let running = null; // what is being written: {turn, call, left, box, written}; `left` ends it

  // --- the switch ---
  const isOn = () => button?.getAttribute("aria-pressed") === "true";
  const turn = (on) => {
    button.setAttribute("aria-pressed", String(on));
    for (const [name, shown] of [["on", on], ["off", !on]]) {
      const note = view.querySelector(`.sends .${name}`);
      if (note) note.hidden = !shown;
    }
  };
  if (button) {
    const chosen = browser.read(CHOICE);
    turn(typeof chosen === "boolean" ? chosen : !place);
    button.addEventListener("click", () => {
      turn(!isOn());
      browser.write(CHOICE, isOn());
    });
  }

  // --- what comes ---
  async function* events(reply) {
    const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const parts = (rest + value).split("\n\n");
      rest = parts.pop();
      for (const part of parts) yield JSON.parse(part.slice("data: ".length));
    }
  }
  const fetched = async ({ call, left }) => {
    const reply = await fetch(ADDRESS, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang },
      body: JSON.stringify(call),
      signal: left.signal,
    });
    if (reply.ok) return reply;
    const { error } = await reply.json().catch(() => ({}));
    throw new Error(typeof error === "string" ? error : "", { cause: reply.status });
  };

  // The paragraph or the item that a sentence goes on with, or that one begins; `item` tells which.
  const blockIn = (box, item) => {
    if (item && box.lastElementChild?.tagName !== "UL") box.append(element("ul", ""));
    if (!box.lastElementChild) box.append(element("p", ""));
    const last = box.lastElementChild;
    if (item) last.append(element("li", ""));
    return last.tagName === "UL" ? last.lastElementChild : last;
  };
  const take = {
    begun(mine, { begun, written }) {
      mine.turn.section.querySelector(".reply .said").insertAdjacentHTML("beforebegin", begun);
      mine.box = mine.turn.section.querySelector(".written .sentences");
      mine.written = written;
    },
    draft({ box }, { draft }) {
      // What is not checked yet is shown, and not read out.
      const said = box.querySelector(".draft") ?? element("span", "draft");
      said.ariaHidden = "true";
      said.textContent = draft;
      if (!said.isConnected) blockIn(box, false).append(said);
    },
    sentence({ box, written }, { sentence, kept, sources }) {
      const draft = box.querySelector(".draft");
      const begun = draft?.parentElement;
      draft?.remove();
      if (begun && !begun.hasChildNodes()) begun.remove();
      blockIn(box, kept.begins_item).insertAdjacentHTML("beforeend", sentence);
      written.sentences.push(kept);
      written.sources = [...written.sources, ...sources].sort((one, other) => one.number - other.number);
    },
  };

  // --- the end ---
  // Draws the turn as it is now. The quotes stay as they stand there, with what is typed below them.
  const put = (turn, drawn) => {
    const quoted = ({ answer }) => JSON.stringify(answer?.citations);
    const [reply, fresh] = [turn.section.querySelector(".reply"), element("div", "reply")];
    fresh.innerHTML = drawn.reply;
    const same = quoted(drawn.turn) === quoted(turn.kept);
    const links = () => [...turn.section.querySelectorAll(".written a")];
    const focused = links().indexOf(document.activeElement);
    if (!same) reply.replaceWith(fresh);
    else {
      reply.querySelectorAll(".written, .quotes-head").forEach((each) => each.remove());
      reply.querySelector(".said").before(...fresh.querySelectorAll(".written, .quotes-head"));
      reply.querySelector(".show-sources")?.replaceWith(fresh.querySelector(".show-sources"));
    }
    if (!same || drawn.turn.answer.written?.sources.length) turn.cards.innerHTML = drawn.cards;
    links()[focused]?.focus({ preventScroll: true });
    turn.kept = drawn.turn;
    turn.markdown = drawn.markdown;
    keep();
  };
  // It was not written to its end, by this `trouble`: what stands there stays, with a line that says so.
  const settle = async ({ turn, call, written }, trouble) => {
    const kept = { ...turn.kept, answer: { ...turn.kept.answer, written: { ...written, trouble } } };
    const drawn = await server.draw({ turn: kept, number: call.number }).catch(() => null);
    if (!turns().includes(turn)) return;
    if (drawn?.turn) return put(turn, drawn);
    turn.section.querySelectorAll(".draft, .writing").forEach((each) => each.remove());
    turn.kept = kept;
    keep();
  };
  const end = (trouble) => {
    const mine = running;
    running = null;
    mine?.left.abort();
    if (mine?.written && trouble) settle(mine, trouble);
    if (mine) refresh();
  };
  const failed = async (error) => {
    if (running.written) return end("broken_off");
    end();
    tell(error.message && error.cause ? error.message : await whyUnreached());
  };

  const begin = async (turn, call) => {
    end("stopped");
    if (!isOn() || turn.kept.answer?.kind !== "answered") return;
    const mine = (running = { turn, call, left: new AbortController() });
    refresh();
    let last = {};
    try {
      for await (const event of events(await fetched(mine))) {
        if (mine !== running) return;
        last = event;
        take[Object.keys(event)[0]]?.(mine, event);
      }
    } catch (error) {
      if (mine === running) failed(error);
      return;
    }
    if (mine !== running) return;
    if (!last.reply && !last.hint) return failed(new Error());
    end();
    if (last.reply) put(turn, last);
    else tell(element("span", "", ...parsed(last.hint)));
  };
  const parsed = (html) => {
    const parts = document.createElement("template");
    parts.innerHTML = html; // from the server
    return parts.content.childNodes;
  };

  restsOn(view);
  return {
    // What a call says of it.
    get wish() {
      return { writes: isOn(), place };
    },
    get busy() {
      return Boolean(running);
    },
    // Has the answer of a turn written, if the visitor wants that; `call` is what its question was asked by.
    begin,
    // Ends it; what was written so far stays.
    stop: () => end("stopped"),
    // Ends it; its conversation is left.
    leave: () => end(),
  };
};
