// An update of the index, as every visitor sees it who has the tab Sources open: how far it is, a button that cancels
// it, and what it came to. See ui/tabs/update_view.py for the calls.
"use strict";
window.foundationQA.followUpdates = (place, server, trigger) => {
  const { whyUnreached, element } = window.foundationQA;
  const [BUSY, IDLE] = [400, 2000]; // milliseconds between two looks
  let seen = null; // the number of the last update whose end was shown, or was over before this visit
  let timer = 0;
  let calls = 0; // so far: of several under way the last one counts

  const problem = (said) => {
    const line = element("p", "problem", said);
    line.setAttribute("role", "alert");
    return line;
  };

  // What changes of a progress that stands there already; the button keeps the focus.
  const goOn = (bar, next) => {
    const [words, nextWords] = [bar.querySelector("p"), next.querySelector("p")];
    if (words.innerHTML !== nextWords.innerHTML) words.replaceWith(nextWords);
    const [meter, nextMeter] = [bar.querySelector("progress"), next.querySelector("progress")];
    for (const name of ["max", "value"])
      if (nextMeter.hasAttribute(name)) meter.setAttribute(name, nextMeter.getAttribute(name));
      else meter.removeAttribute(name);
    bar.querySelector(".cancel").disabled = next.querySelector(".cancel").disabled;
  };

  const show = ({ number, running, html }) => {
    const drawn = document.createElement("div");
    drawn.innerHTML = html; // from the server, which escapes it
    const bar = place.querySelector(".progress");
    if (running) {
      seen ??= number - 1;
      if (bar) goOn(bar, drawn);
      else place.replaceChildren(...drawn.childNodes);
    } else if (bar || (seen !== null && seen !== number)) {
      const focused = bar?.contains(document.activeElement);
      place.replaceChildren(...drawn.childNodes);
      if (focused) document.getElementById("update")?.focus();
      seen = number;
      trigger("click", { act: "ended" });
    } else seen = number;
    return running;
  };

  const call = async (name) => {
    clearTimeout(timer);
    if (name === "begin") seen ??= 0;
    const mine = ++calls;
    let running = false;
    try {
      const reply = await server[name](null);
      if (mine !== calls) return; // what was begun before a click would undo what that shows
      running = show(reply);
    } catch {
      if (mine !== calls) return;
      // The server is away. Who only looks on hears so from the page; the next look tells more.
      if (name !== "state") place.replaceChildren(problem(await whyUnreached()));
    }
    clearTimeout(timer);
    if (place.isConnected) timer = setTimeout(look, running ? BUSY : IDLE);
  };
  const look = () => {
    if (place.offsetParent !== null && !document.hidden) return call("state");
    timer = setTimeout(look, IDLE); // nobody looks
  };

  place.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest(".cancel")) call("cancel");
  });
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("#update");
    if (button && place.isConnected) call("begin");
  });
  // What was brought or removed since is newer than what the last update came to.
  const brought = document.getElementById("brought");
  if (brought)
    new MutationObserver(() => place.querySelector(".progress") || place.replaceChildren()).observe(brought, {
      childList: true,
      subtree: true,
    });
  look();
};
