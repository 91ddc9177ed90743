// Thumbs and reasons: what a visitor thinks of an answer goes to the server.
"use strict";
window.foundationQA.rating = (server, kept) => {
  const { words, element } = window.foundationQA;
  const MOST = 20; // documents of an opinion, as in ui/chat/feedback_log.py
  // The tools of what is thought of: the written answer, or the quotes.
  const toolsOf = ({ section }, written) => section.querySelector(written ? ".written .tools" : ".reply > .tools");

  // A click is stored at once, and once more with the reason if one is given; the id tells that they are one opinion.
  // Gives what is to be said of it, and whether it was stored.
  const store = async (turn, { helpful, reason, opinion, written }) => {
    const { question, answer } = turn.kept;
    const { kind, confidence } = answer;
    const read = written ? (answer.written?.sources ?? []) : [];
    const cited = [...answer.citations, ...read, ...answer.related].slice(0, MOST).map((each) => each.document_id);
    const said = element("p", "thanks");
    said.setAttribute("role", "status");
    try {
      const answered = kind === "answered";
      const rated = { id: opinion, helpful, reason, question, answered, confidence, cited, written };
      const reply = await server.rate(rated);
      said.innerHTML = reply.html || reply.hint;
      return { said, stored: Boolean(reply.html) };
    } catch {
      said.append(words("script.opinion_not_stored"));
      return { said, stored: false };
    }
  };

  // The form for a reason, below the answer of a turn. `draft` is {helpful, reason, opinion, written}: see drafts.js.
  const open = (turn, draft, first) => {
    const tools = toolsOf(turn, draft.written);
    const button = tools.querySelector(draft.helpful ? ".up" : ".down");
    for (const each of tools.querySelectorAll(".rate")) each.setAttribute("aria-pressed", String(each === button));
    turn.section.querySelectorAll(".opinion, .thanks").forEach((each) => each.remove());
    const reason = element("input", "reason");
    reason.type = "text";
    reason.maxLength = 1000;
    reason.value = draft.reason;
    const asked = draft.helpful ? words("script.what_was_good") : words("script.what_was_wrong");
    const submit = element("button", "yes", words("script.send"));
    submit.type = "submit";
    const opinion = element("form", "opinion", element("label", "", element("span", "label", asked), reason), submit);
    const leave = (said) => {
      kept.letGo(turn);
      turn.section.querySelectorAll(".thanks").forEach((each) => each.remove());
      opinion.replaceWith(said);
      button.focus();
    };
    reason.addEventListener("input", () => kept.keep(turn, { ...draft, reason: reason.value }));
    opinion.addEventListener("submit", async (event) => {
      event.preventDefault();
      const { said } = await first; // one after the other
      if (!reason.value.trim()) return leave(said);
      const { said: told, stored } = await store(turn, { ...draft, reason: reason.value });
      if (stored) return leave(told);
      turn.section.querySelectorAll(".thanks").forEach((each) => each.remove());
      opinion.after(told); // the reason stays, to be sent again
    });
    opinion.addEventListener("keydown", async (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      leave((await first).said);
    });
    tools.after(opinion);
    return reason;
  };

  return {
    rate(button, turn) {
      const helpful = button.dataset.helpful === "yes";
      const written = Boolean(button.closest(".written"));
      turn.opinions ??= {};
      turn.opinions[written] ??= Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
      // A reason that was begun goes along with a change of mind.
      const reason = toolsOf(turn, written).parentElement.querySelector(":scope > .opinion .reason")?.value ?? "";
      const draft = { helpful, reason, opinion: turn.opinions[written], written };
      const first = store(turn, { ...draft, reason: "" });
      kept.keep(turn, draft);
      const field = open(turn, draft, first);
      field.focus();
      // Most write no reason, and would not hear of it.
      first.then(({ said, stored }) => stored || (field.isConnected && field.form.after(said)));
    },
    // Opens a form again that was open before the page was loaded.
    reopen(turn, { helpful, reason, opinion, written }) {
      const tools = toolsOf(turn, written);
      if (!tools?.querySelector(".rate") || typeof reason !== "string" || typeof opinion !== "string") return;
      turn.opinions = { [Boolean(written)]: opinion };
      const thanked = element("p", "thanks");
      open(turn, { helpful: Boolean(helpful), reason, opinion, written: Boolean(written) }, Promise.resolve({ said: thanked }));
    },
  };
};
