// Links to a question, to be passed on: ?q= is asked when the page is opened, once; in=, language= and since= are where
// it is looked for, as the options of the shell are called.
"use strict";
(() => {
  const { words } = window.foundationQA;
  const NAME = "q";
  const [IN, ...FACTS] = ["in", "language", "since"];
  const LONGEST = 6000; // characters of an address: what stands before a server may take no more
  // The question that the page's address brings, and its scope. It is taken out of the address, so that no load of the
  // page asks it again; null where there is none.
  window.foundationQA.takeLinked = () => {
    const address = new URL(location.href);
    const said = address.searchParams;
    if (!said.has(NAME)) return null;
    const question = said.get(NAME);
    const facts = FACTS.map((name) => [name, said.get(name) ?? ""]);
    const scope = { texts: said.getAll(IN), ...Object.fromEntries(facts) };
    for (const name of [NAME, IN, ...FACTS]) said.delete(name);
    history.replaceState(history.state, "", address);
    return question.trim() ? { question, scope } : null;
  };
  // Asks it: what of its scope is not there is left out, and told.
  window.foundationQA.askLinked = async ({ question, scope }, { where, ask, note }) => {
    const gone = await where.follow(scope);
    ask(question);
    if (gone.length) note(words("script.link_gone", { names: gone.join(" · ") }));
  };

  const sendable = (text) => text.toWellFormed?.() ?? text; // half a character is nothing that can be sent
  // Copies a link to the question of a turn, as it can be understood without those before it, with what it was asked
  // of, or now is to be; gives the words that tell of that.
  window.foundationQA.passOn = async (button, { question, answer }, chosen) => {
    const { texts = [], ...facts } = (answer ? answer.scope : chosen) ?? {};
    const address = new URL(location.pathname, location.origin);
    address.searchParams.set(NAME, sendable((answer?.understood || question).trim()));
    const alone = address.href;
    for (const text of texts) address.searchParams.append(IN, sendable(text));
    for (const name of FACTS) if (facts[name]) address.searchParams.set(name, sendable(facts[name]));
    const fits = address.href.length <= LONGEST;
    await window.foundationQA.toClipboard(button, fits ? address.href : alone);
    return fits ? words("script.link_copied") : words("script.link_short");
  };
})();
