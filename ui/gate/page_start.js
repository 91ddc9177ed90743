// The page calls the address that it came from: Gradio writes the one that its server sees, and behind a proxy no browser
// reaches that. And it needs all its files: where one does not come, Gradio shows an empty page and says nothing.
"use strict";
(() => {
  window.gradio_config.root = new URL(".", location.href).href.replace(/\/$/, "");

  const KEY = "foundation-qa:began-again";
  const PAUSE = 500; // ms for a network that stumbled; and where the visitor is going elsewhere nothing of this happens
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
  const fail = () => {
    if (!failed) setTimeout(mend, PAUSE);
    failed = true;
  };
  const isOwn = (address) => Boolean(address) && new URL(address, location.href).origin === location.origin;
  addEventListener(
    "error",
    ({ target }) => {
      // What browsers' extensions put into a page may be forbidden here.
      if ((target.type === "module" || target.rel === "stylesheet") && isOwn(target.src || target.href)) fail();
    },
    true,
  );
  addEventListener("vite:preloadError", fail); // a file that another one asks for
})();
