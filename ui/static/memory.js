// What the browser keeps for this page, as JSON under a name: for one tab as long as it is open, loaded again or not
// ("tab"), or for all tabs and later visits ("browser"). Nobody else's browser has it.
"use strict";
(() => {
  // By their names: where storage is forbidden, even to mention it is an error.
  const PLACES = { tab: "sessionStorage", browser: "localStorage" };
  window.foundationQA.memory = (place) => ({
    // What is kept under `name`; null where there is nothing, nothing of ours, or it is forbidden to look.
    read(name) {
      try {
        return JSON.parse(window[PLACES[place]].getItem(name));
      } catch {
        return null;
      }
    },
    // Whether `value` is kept now: storage may be full, or forbidden. null lets go of what was kept.
    write(name, value) {
      try {
        if (value === null) window[PLACES[place]].removeItem(name);
        else window[PLACES[place]].setItem(name, JSON.stringify(value));
        return true;
      } catch {
        return false;
      }
    },
    // The names that begin with `beginning`.
    names(beginning) {
      try {
        return Object.keys(window[PLACES[place]]).filter((name) => name.startsWith(beginning));
      } catch {
        return [];
      }
    },
  });
})();
