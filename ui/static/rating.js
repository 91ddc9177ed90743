// Thumbs and reasons: what a visitor thinks of an answer goes to the server.
"use strict";
window.foundationQA.rating = (server, kept) => {
  const { words, element } = window.foundationQA;

  // A click is stored at once, and once more with the reason if one is given; the id tells that they are one opinion.
  // Gives what is to be said of it, and whether it was stored.
  const store = async (turn, { helpful, reason, opinion }) => {
    const { question, answer } = turn.kept;
    const { kind, confidence } = answer;
    const cited = [...answer.citations, ...answer.related].map((each) => each.document_id);
    const said = element("p", "thanks");
    said.setAttribute("role", "status");
    try {
      const rated = { id: opinion, helpful, reason, question, answered: kind === "answered", confidence, cited };
      const reply = await server.rate(rated);
      said.innerHTML = reply.html || reply.hint;
      return { said, stored: Boolean(reply.html) };
    } catch {
      said.append(words("script.opinion_not_stored"));
      return { said, stored: false };
    }
  };

  // The form for a reason, below the answer of a turn. `draft` is {helpful, reason, opinion}: see drafts.js.
  const open = (turn, draft, first) => {
    const { section } = turn;
    const tools = section.querySelector(".tools");
    const button = tools.querySelector(draft.helpful ? ".up" : ".down");
    for (const each of tools.querySelectorAll(".rate")) each.setAttribute("aria-pressed", String(each === button));
    tools.parentElement.querySelectorAll(".opinion, .thanks").forEach((each) => each.remove());
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
      tools.parentElement.querySelectorAll(".thanks").forEach((each) => each.remove());
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
      tools.parentElement.querySelectorAll(".thanks").forEach((each) => each.remove());
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
      turn.opinion ??= Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
      // A reason that was begun goes along with a change of mind.
      const reason = turn.section.querySelector(".opinion .reason")?.value ?? "";
      const draft = { helpful, reason, opinion: turn.opinion };
      const first = store(turn, { ...draft, reason: "" });
      kept.keep(turn, draft);
      open(turn, draft, first).focus();
    },
    // Opens a form again that was open before the page was loaded.
    reopen(turn, { helpful, reason, opinion }) {
      if (!turn.section.querySelector(".tools .rate") || typeof reason !== "string" || typeof opinion !== "string") return;
      turn.opinion = opinion;
      const thanked = element("p", "thanks");
      open(turn, { helpful: Boolean(helpful), reason, opinion }, Promise.resolve({ said: thanked }));
    },
  };
};
