// The page calls the address that it came from: Gradio writes the one that its server sees, and behind a proxy no browser
// reaches that. And it needs all its files: where one does not come, Gradio shows an empty page and says nothing.
"use strict";
(() => {
  window.gradio_config.root = new URL(".", location.href).href.replace(/\/$/, "");

  const KEY = "foundation-qa:began-again";
  const PAUSE = 500; // ms for a network that stumbled
  const WHILE = 60_000; // ms between two beginnings: what fails again that soon would fail for ever
  const beganAgain = () => {
    try {
      // How long a file takes to fail does not count: a proxy may think about it for a minute.
      if (performance.timeOrigin - Number(sessionStorage.getItem(KEY)) < WHILE) return false;
      sessionStorage.setItem(KEY, String(Date.now()));
    } catch {
      return false; // storage is forbidden, and nothing else tells whether this is the first time
    }
    location.reload();
    return true;
  };

  const mend = () => {
    const isShown = document.querySelector("#views") !== null;
    if (!isShown && beganAgain()) return; // somebody who sees the page may have typed something
    const line = document.createElement("p");
    line.id = "no-files";
    line.setAttribute("role", "alert");
    line.textContent = TOLD;
    if (isShown) document.body.prepend(line);
    else document.body.replaceChildren(line);
  };
  let failed = false;
  addEventListener("beforeunload", () => (failed = true)); // on the way to another page what is cut off is no failure
  const fail = () => {
    if (!failed) setTimeout(mend, PAUSE);
    failed = true;
  };
  const isOwn = (address) => new URL(address, location.href).origin === location.origin;
  // Not what browsers' extensions put into a page. Of the styles that stand in the page itself it can do without each.
  addEventListener("error", ({ target }) => target.type === "module" && isOwn(target.src) && fail(), true);
  addEventListener("vite:preloadError", fail); // a script, or its styles, that another script asks for
})();
