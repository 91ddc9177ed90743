// The conversations that a visitor's browser keeps: each under a name of its own, so that tabs do not write over one
// another's. A tab goes on with its own when it is loaded again; a new one begins with what was kept last.
//
// A record is {id, stamp, name, changed, turns}: stamp tells one state of it from the next, name is what the visitor
// calls it (empty: its first question is shown), changed is in milliseconds, turns are as ui/chat/turns.py makes them.
"use strict";
window.foundationQA.conversations = (place, mostTurns) => {
  const MOST = 50; // conversations
  const LARGEST = 4_000_000; // characters of all together; browsers give a site some five million
  const [tab, browser] = ["tab", "browser"].map(window.foundationQA.memory);
  const PREFIX = `foundation-qa:talk:1:${place}:`;
  const LAST = `foundation-qa:last:1:${place}`; // the id of the one that was kept last; empty: of a new one
  const OWN = `foundation-qa:tab:1:${place}`; // the record that this tab shows
  const EARLIER = `foundation-qa:conversation:1:${place}`; // the turns of the only one, as it was before there was a list
  const unkept = new Map(); // id -> record that the browser has no room for: it lasts as long as this page

  const random = () => Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join("");
  const fresh = () => ({ id: "", stamp: "", name: "", changed: 0, turns: [] });
  const turnsOf = (value) =>
    Array.isArray(value) ? value.filter((turn) => typeof turn?.question === "string").slice(-mostTurns) : [];
  // What was kept may be of anybody who may write here: it is used where it has the shape of a record.
  const checked = (id, value) => {
    if (!value || typeof value !== "object") return null;
    const text = (part) => (typeof part === "string" ? part : "");
    const changed = Number.isFinite(value.changed) ? value.changed : 0;
    return { id, stamp: text(value.stamp), name: text(value.name), changed, turns: turnsOf(value.turns) };
  };
  const read = (id) => unkept.get(id) ?? (id ? checked(id, browser.read(PREFIX + id)) : null);
  const all = () => {
    const ids = new Set([...browser.names(PREFIX).map((name) => name.slice(PREFIX.length)), ...unkept.keys()]);
    const found = [...ids].map(read).filter((record) => record?.turns.length);
    return found.sort((one, other) => other.changed - one.changed);
  };

  const write = (record) => browser.write(PREFIX + record.id, { ...record, id: undefined });
  const letGo = (id) => {
    unkept.delete(id);
    browser.write(PREFIX + id, null);
  };

  // Keeps `record`; the oldest others make room for it where there is none. Those that had to are given, or null where
  // all of them were not enough: then they stay.
  const store = (record) => {
    const size = (each) => JSON.stringify(each).length;
    const others = all().filter((each) => each.id !== record.id && !unkept.has(each.id));
    const gone = [];
    let room = LARGEST - size(record);
    if (room < 0) {
      unkept.set(record.id, record); // not all the others would be enough
      return null;
    }
    for (const [at, other] of others.entries()) {
      room -= size(other);
      if (at + 1 >= MOST || room < 0) gone.push(...others.slice(at));
      if (gone.length) break;
    }
    const left = others.slice(0, others.length - gone.length);
    gone.forEach((each) => letGo(each.id));
    while (!write(record)) {
      const oldest = left.pop();
      if (!oldest) {
        gone.forEach(write);
        unkept.set(record.id, record);
        return null;
      }
      letGo(oldest.id);
      gone.push(oldest);
    }
    unkept.delete(record.id);
    return gone;
  };

  // What was kept before there was a list becomes part of it, once.
  const takeOver = () => {
    let own;
    for (const storage of [browser, tab]) {
      const kept = storage.read(EARLIER);
      storage.write(EARLIER, null);
      const turns = turnsOf(kept);
      if (!Array.isArray(kept) || (storage === browser && !turns.length)) continue;
      const same = all().find((each) => JSON.stringify(each.turns) === JSON.stringify(turns));
      own = same ?? { ...fresh(), turns };
      if (turns.length && !same) {
        own = { ...own, id: random(), stamp: random(), changed: Date.now() };
        if (store(own) === null) storage.write(EARLIER, turns);
      }
      if (storage === browser) browser.write(LAST, own.id);
      else tab.write(OWN, own);
    }
  };
  takeOver();

  let shown = tab.read(OWN);
  shown = shown ? checked(typeof shown.id === "string" ? shown.id : "", shown) : (read(browser.read(LAST)) ?? fresh());

  tab.write(OWN, shown); // whatever other tabs do until it is loaded again

  const show = (record) => {
    shown = record;
    tab.write(OWN, record);
    browser.write(LAST, record.id);
    return record;
  };

  return {
    all,
    read,
    get any() {
      return unkept.size > 0 || browser.names(PREFIX).length > 0;
    },
    // The record that this tab shows.
    get shown() {
      return shown;
    },
    show,
    begin: () => show(fresh()),
    // Keeps `turns` as those of the conversation shown. Gives the records that had to make room, or null where there is
    // no room; see `store`.
    keep(turns) {
      const stored = read(shown.id);
      // Another tab went on with it: there are two of them from now on.
      const parted = stored && stored.stamp !== shown.stamp;
      const id = !shown.id || parted ? random() : shown.id;
      const name = stored?.name ?? shown.name;
      show({ id, stamp: random(), name, changed: Date.now(), turns: turnsOf(turns) });
      return store(shown);
    },
    // Lets the conversation with this id be called `name`.
    rename(id, name) {
      const record = read(id);
      if (!record) return;
      store({ ...record, name });
      if (shown.id === id) show({ ...shown, name });
    },
    // Takes conversations away, and gives the records, so that they can be put back.
    remove(ids) {
      const records = ids.map(read).filter(Boolean);
      ids.forEach(letGo);
      return records;
    },
    putBack: (records) => records.forEach(store),
    title: ({ name, turns }) => name || turns[0]?.question || "",
    // Those whose name, questions and answers hold all words of `sought`, the newest first.
    find(sought) {
      const plain = (text) => text.normalize("NFKC").toLowerCase();
      const words = plain(sought).split(/\s+/).filter(Boolean);
      const writtenOf = (answer) => (answer?.written?.sentences ?? []).map((each) => String(each?.text ?? ""));
      const saidIn = ({ question, answer }) => [question, String(answer?.text ?? ""), ...writtenOf(answer)];
      const said = ({ name, turns }) => plain([name, ...turns.flatMap(saidIn)].join("\n"));
      return all().filter((record) => {
        const text = words.length ? said(record) : "";
        return words.every((word) => text.includes(word));
      });
    },
  };
};
