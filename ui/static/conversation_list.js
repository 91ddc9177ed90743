// The list of the conversations that this browser keeps: to go on with one, to find one, to name or delete it.
"use strict";
window.foundationQA.conversationList = (view, conversations, drafts, { open, removed }) => {
  const { words, element, unseen, label, written, moment } = window.foundationQA;
  const find = (selector) => view.querySelector(selector);
  const [button, panel, search, list] = [".listed", ".conversations", ".conversations [type=search]", ".kept"].map(find);
  const [none, told, all] = [".none-found", ".conversations .told", ".delete-all"].map(find);
  const isOpen = () => !panel.hidden;

  const row = (record) => {
    const title = conversations.title(record);
    const pick = element("button", "pick", written("span", "name", title));
    pick.append(
      element("span", "about", words("list.questions", { count: record.turns.length }), " · ", moment(record.changed)),
    );
    if (record.id === conversations.shown.id) pick.setAttribute("aria-current", "true");
    const change = element("button", "rename icon", unseen("list.rename", { title }));
    const item = element("li", "", pick, change, element("button", "delete icon", unseen("list.delete", { title })));
    item.dataset.conversation = record.id;
    return item;
  };

  const draw = () => {
    const found = conversations.find(search.value);
    list.replaceChildren(...found.map(row));
    none.hidden = found.length > 0;
    all.hidden = !conversations.any;
  };

  const show = () => {
    panel.hidden = false;
    button.setAttribute("aria-expanded", "true");
    search.value = "";
    told.replaceChildren();
    draw();
    if (matchMedia("(pointer: fine)").matches) search.focus();
    else panel.focus(); // on a phone the keyboard would hide the list
  };
  const close = (focused) => {
    panel.hidden = true;
    button.setAttribute("aria-expanded", "false");
    if (focused) button.focus();
  };

  const remove = (ids) => {
    const wasShown = conversations.shown.id;
    const records = conversations.remove(ids);
    const typed = records.map(({ id }) => [id, drafts.take(id)]);
    removed(ids);
    const undo = element("button", "undo", words("list.undo"));
    const many = records.length > 1 ? words("list.deleted_all", { count: records.length }) : words("list.deleted");
    told.replaceChildren(many, " ", undo);
    undo.addEventListener("click", () => {
      conversations.putBack(records);
      typed.forEach(([id, draft]) => drafts.put(id, draft));
      told.replaceChildren();
      const back = records.find(({ id }) => id === wasShown);
      if (back && !conversations.shown.id) open(back);
      draw();
      search.focus();
    });
    draw();
  };

  // Another tab has deleted it.
  const missing = () => {
    draw();
    told.replaceChildren(words("list.gone"));
    search.focus();
  };

  const rename = (item) => {
    const record = conversations.read(item.dataset.conversation);
    if (!record) return missing();
    const name = element("input", "new-name");
    name.type = "text";
    name.maxLength = 200;
    name.value = conversations.title(record);
    const save = element("button", "yes", words("list.save"));
    save.type = "submit";
    const form = element("form", "renaming", element("label", "", unseen("list.name"), name), save);
    const leave = () => {
      draw();
      list.querySelector(`[data-conversation="${record.id}"] .rename`)?.focus();
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      conversations.rename(record.id, name.value.trim());
      leave();
    });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      leave();
    });
    item.replaceChildren(form);
    name.select();
  };

  button.addEventListener("click", () => (isOpen() ? close() : show()));
  search.placeholder = label("list.search");
  search.addEventListener("input", draw);
  panel.addEventListener("click", (event) => {
    const target = event.target instanceof Element && event.target.closest("button");
    if (!target) return;
    const is = (name) => target.classList.contains(name);
    const item = target.closest("li");
    if (is("close-list")) close(true);
    else if (is("delete-all")) remove(conversations.all().map(({ id }) => id));
    else if (is("rename")) rename(item);
    else if (is("delete")) {
      const place = [...list.children].indexOf(item);
      remove([item.dataset.conversation]);
      (list.children[Math.min(place, list.children.length - 1)]?.querySelector(".pick") ?? search).focus();
    } else if (is("pick")) {
      const record = conversations.read(item.dataset.conversation);
      if (!record) return missing();
      close();
      open(record);
    }
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close(true);
  });
  document.addEventListener("pointerdown", (event) => {
    const inside = panel.contains(event.target) || button.contains(event.target);
    if (isOpen() && !inside) close();
  });

  return {
    // Whether there is anything to list may have changed.
    refresh() {
      button.hidden = !conversations.any;
      if (isOpen()) draw();
    },
  };
};
