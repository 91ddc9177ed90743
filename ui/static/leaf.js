// A leaf: the page of a file as a picture, with the quote marked on it. Its bar turns pages and makes it larger. The
// picture and its marks come from ui/chat/leaf_html.py.
"use strict";
window.foundationQA.leaf = (panel, { turn, failed }) => {
  const { words } = window.foundationQA;
  const find = (selector) => panel.querySelector(selector);
  const [page, bar, count] = [".page", ".leaf-bar", ".leaf-count"].map(find);
  const [back, on, smaller, fit, larger] = [".turn-back", ".turn-on", ".smaller", ".fit-width", ".larger"].map(find);
  const ZOOMS = [1, 1.5, 2, 3]; // times the width of the reader; before them: the whole page is in sight
  const STEP = 500; // pixels: pictures come in few widths (ui/workspace/page_pictures.py)
  const AROUND = 24; // pixels above and below a whole page
  let zoom = 0; // index of one of them; -1: the whole page
  const leaf = () => page.querySelector(".leaf");
  const number = () => Number(leaf()?.dataset.number ?? 0);
  const pages = () => Number(leaf()?.dataset.count ?? 0);

  const stepped = (width) => Math.max(1, Math.ceil((width * devicePixelRatio) / STEP)) * STEP;
  const pixels = () => stepped(page.clientWidth * (ZOOMS[zoom] ?? 1));
  const draw = () => {
    const shown = leaf();
    if (!shown || !page.clientWidth) return; // it may be hidden for the moment
    const { width, height } = shown.querySelector("svg").viewBox.baseVal;
    const whole = Math.floor(((page.clientHeight - AROUND) * width) / height);
    shown.style.width = zoom < 0 ? `min(100%, ${whole}px)` : `${ZOOMS[zoom] * 100}%`;
    smaller.disabled = zoom < 0;
    larger.disabled = zoom === ZOOMS.length - 1;
    fit.setAttribute("aria-pressed", String(zoom === 0));
    const picture = shown.querySelector("img");
    const address = `${picture.dataset.address}&width=${stepped(shown.clientWidth)}`;
    if (picture.getAttribute("src") !== address) picture.src = address;
  };
  // What is marked stays in sight while the page grows; of a page without a mark its middle does.
  const magnify = (to) => {
    const shown = leaf();
    if (!shown) return;
    const kept = shown.querySelector("rect") ?? shown;
    zoom = Math.min(Math.max(to, -1), ZOOMS.length - 1);
    draw();
    const [inside, box] = [page, kept].map((each) => each.getBoundingClientRect());
    const beside = Math.max((inside.width - box.width) / 2, kept === shown ? -Infinity : AROUND);
    page.scrollLeft += box.left - inside.left - beside;
    page.scrollTop += (kept === shown ? box.top + box.height / 2 : box.top + inside.height / 6) - inside.top - inside.height / 2;
  };
  const go = (by) => {
    const to = number() + by;
    if (to >= 1 && to <= pages()) turn(to);
  };

  back.addEventListener("click", () => go(-1));
  on.addEventListener("click", () => go(1));
  smaller.addEventListener("click", () => magnify(zoom - 1));
  larger.addEventListener("click", () => magnify(zoom + 1));
  fit.addEventListener("click", () => magnify(0));
  // The arrows turn pages, where there is nothing beside what is in sight.
  page.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || !leaf() || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    if (page.scrollWidth > page.clientWidth) return;
    event.preventDefault();
    go(by);
  });
  new ResizeObserver(() => draw()).observe(page);

  return {
    number,
    pixels, // how wide a picture is to be
    // Begins with what stands in the reader now: a leaf or none.
    show() {
      const shown = leaf();
      bar.hidden = !shown;
      if (!shown) return;
      const picture = shown.querySelector("img");
      picture.addEventListener("error", failed, { once: true });
      picture.addEventListener("load", () => shown.classList.add("drawn"), { once: true });
      count.replaceChildren(words("leaf.count", { page: number(), pages: pages() }));
      back.disabled = number() <= 1;
      on.disabled = number() >= pages();
      draw();
    },
  };
};
