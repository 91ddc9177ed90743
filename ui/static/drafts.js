// What is typed and not sent, of each conversation of this tab: in the box, in open editors, as reasons under a rating,
// and the question that is being worked on. It outlives a load of the page, whoever orders it; each tab has its own.
//
// A draft is {box, editors: {turn: text}, reasons: {turn: {helpful, reason, opinion}}, asked: {question, at}, scope},
// with the index of the turn, and with what scope.js has chosen, if that was changed.
"use strict";
window.foundationQA.drafts = (place, full) => {
  const MOST = 50; // conversations with a draft
  const NAME = `foundation-qa:drafts:1:${place}`;
  const tab = window.foundationQA.memory("tab");
  const object = (value) => (value && typeof value === "object" && !Array.isArray(value) ? value : {});
  const text = (value) => (typeof value === "string" ? value : "");
  const checked = (value) => {
    const { box, editors, reasons, asked, scope } = object(value);
    const given = (part) => (part ? object(part) : null);
    const pieces = { editors: object(editors), reasons: object(reasons), asked: given(asked), scope: given(scope) };
    return { box: text(box), ...pieces };
  };
  const isEmpty = ({ box, editors, reasons, asked, scope }) =>
    !box && !asked && !scope && !Object.keys(editors).length && !Object.keys(reasons).length;

  const all = new Map(Object.entries(object(tab.read(NAME))).map(([id, draft]) => [id, checked(draft)]));
  let told = false;
  const save = () => {
    const kept = [...all].filter(([, draft]) => !isEmpty(draft)).slice(-MOST);
    if (tab.write(NAME, Object.fromEntries(kept)) || !kept.length) told = false;
    else if (!told) {
      told = true;
      full();
    }
  };
  const of = (id) => {
    if (!all.has(id)) all.set(id, checked());
    return all.get(id);
  };
  return {
    of,
    // Changes the draft of a conversation: `change` gets it.
    change(id, change) {
      const draft = of(id);
      change(draft);
      all.delete(id); // to the end: the oldest are let go first
      all.set(id, draft);
      save();
    },
    // Takes the draft of a conversation away, and gives it, so that it can be put back.
    take(id) {
      const draft = of(id);
      all.delete(id);
      save();
      return draft;
    },
    put(id, draft) {
      all.set(id, draft);
      save();
    },
    // A conversation is known by another id from now on.
    move(from, to) {
      if (from === to) return;
      all.set(to, of(from));
      all.delete(from);
      save();
    },
  };
};
