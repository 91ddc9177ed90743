// A list that this browser keeps from one visit to the next, under a name. Nobody else's browser has it.
"use strict";
window.foundationQA.memory = (name, most) => ({
  keep(list) {
    for (let first = 0; first <= list.length; first++) {
      try {
        if (list.length === first) localStorage.removeItem(name);
        else localStorage.setItem(name, JSON.stringify(list.slice(first)));
        return;
      } catch {
        // Full, or forbidden: the oldest entries are let go.
      }
    }
  },
  recall() {
    try {
      return JSON.parse(localStorage.getItem(name) || "[]").slice(-most);
    } catch {
      return []; // not ours, or forbidden
    }
  },
});
