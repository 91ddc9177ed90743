// Why the server gives no answer: what stands between it and the page is asked, and says more than that a call failed.
"use strict";
(() => {
  const { words, element } = window.foundationQA;
  const CALLS = new URL("gradio_api/component_server/", new URL(".", location.href));
  const EMPTY = 400; // what our server says to a call of nothing: it is reached
  const REFUSED = 403; // what it says to a page of another address
  const NOBODY = [502, 503, 504]; // what a proxy says that finds no server
  const PATIENCE = 10_000; // milliseconds

  // The reason, for the visitor, as nodes.
  window.foundationQA.whyUnreached = async () => {
    let reply;
    try {
      reply = await fetch(CALLS, {
        method: "POST",
        headers: { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang },
        body: "{}",
        signal: AbortSignal.timeout(PATIENCE),
      });
    } catch {
      return words("script.no_connection");
    }
    if (reply.status === EMPTY) return words("script.no_answer");
    let said;
    try {
      said = (await reply.json()).error; // our server's own, in the page's language
    } catch {
      said = ""; // a proxy's
    }
    const { status } = reply;
    if (typeof said === "string" && said) {
      const reason = element("span", "", said, " ");
      if (status === REFUSED) reason.append(words("script.not_known", { address: location.origin + location.pathname }));
      return reason;
    }
    if (NOBODY.includes(status)) return words("script.no_server", { status });
    return words("script.no_way", { status });
  };
})();
