// Thumbs and reasons: what a visitor thinks of an answer goes to the server.
"use strict";
window.foundationQA.rating = (server) => {
  const { words, element } = window.foundationQA;

  // A click is stored at once, and once more with the reason if one is given; the id tells that they are one opinion.
  const store = async (turn, helpful, reason) => {
    const { question, answer } = turn.kept;
    const { kind, confidence } = answer;
    const cited = [...answer.citations, ...answer.related].map((each) => each.document_id);
    turn.opinion ??= Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
    const said = element("p", "thanks");
    said.setAttribute("role", "status");
    try {
      const opinion = { id: turn.opinion, helpful, reason, question, answered: kind === "answered", confidence, cited };
      const reply = await server.rate(opinion);
      said.innerHTML = reply.html || reply.hint;
    } catch {
      said.append(words("script.opinion_not_stored"));
    }
    return said;
  };

  return (button, turn) => {
    const helpful = button.dataset.helpful === "yes";
    const tools = button.closest(".tools");
    for (const each of tools.querySelectorAll(".rate")) each.setAttribute("aria-pressed", String(each === button));
    tools.parentElement.querySelectorAll(".opinion, .thanks").forEach((each) => each.remove());
    const first = store(turn, helpful, "");
    const reason = element("input", "reason");
    reason.type = "text";
    reason.maxLength = 1000;
    const asked = helpful
      ? words("script.what_was_good")
      : words("script.what_was_wrong");
    const submit = element("button", "yes", words("script.send"));
    submit.type = "submit";
    const opinion = element("form", "opinion", element("label", "", element("span", "label", asked), reason), submit);
    const leave = (said) => {
      opinion.replaceWith(said);
      button.focus();
    };
    opinion.addEventListener("submit", async (event) => {
      event.preventDefault();
      const said = await first; // one after the other
      leave(reason.value.trim() ? await store(turn, helpful, reason.value) : said);
    });
    opinion.addEventListener("keydown", async (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      leave(await first);
    });
    tools.after(opinion);
    reason.focus();
  };
};
