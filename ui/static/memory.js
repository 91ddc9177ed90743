// A list that a tab keeps when it is loaded again, and the browser from one visit to the next, under a name. Tabs do not
// touch each other's lists; a new tab begins with what was kept last. Nobody else's browser has it.
"use strict";
(() => {
  // By their names: where storage is forbidden, even to mention it is an error.
  const [OF_TAB, OF_BROWSER] = ["sessionStorage", "localStorage"];
  const keepIn = (storage, name, list) => {
    for (let first = 0; first <= list.length; first++) {
      try {
        window[storage].setItem(name, JSON.stringify(list.slice(first)));
        return;
      } catch {
        // Full, or forbidden: the oldest entries are let go.
      }
    }
  };
  const recallFrom = (storage, name) => {
    try {
      return JSON.parse(window[storage].getItem(name));
    } catch {
      return null; // not ours, or forbidden
    }
  };
  window.foundationQA.memory = (name, most) => ({
    keep(list) {
      for (const storage of [OF_TAB, OF_BROWSER]) keepIn(storage, name, list);
    },
    recall() {
      const list = recallFrom(OF_TAB, name) ?? recallFrom(OF_BROWSER, name);
      return Array.isArray(list) ? list.slice(-most) : [];
    },
  });
})();
