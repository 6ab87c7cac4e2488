// Turns <div data-tabs> with <section id="code" data-tab="Code"> parts into tabs, after the
// ARIA pattern. The chosen tab is the URL's fragment, so links and redirects can name it;
// a part with a field error wins. Without scripts the parts stand one below the other.
export default function tabs(root) {
  for (const container of root.querySelectorAll("[data-tabs]")) build(container);
}

function build(container) {
  const panels = [...container.querySelectorAll(":scope > [data-tab]")];
  const list = document.createElement("div");
  list.className = "tabs";
  list.setAttribute("role", "tablist");
  list.append(...panels.map(tabOf));
  container.prepend(list);
  container.classList.add("tabs-ready");
  list.addEventListener("click", (event) => {
    if (event.target.closest("[role=tab]")) choose(list, event.target.closest("[role=tab]"));
  });
  list.addEventListener("keydown", (event) => move(list, event));
  window.addEventListener("hashchange", () => {
    if (named(panels)) show(list, named(panels));
  });
  show(list, panels.find(hasError) ?? named(panels) ?? panels[0]);
}

function tabOf(panel) {
  const tab = document.createElement("button");
  tab.type = "button";
  tab.id = `tab-${panel.id}`;
  tab.textContent = panel.dataset.tab;
  tab.setAttribute("role", "tab");
  tab.setAttribute("aria-controls", panel.id);
  panel.setAttribute("role", "tabpanel");
  panel.setAttribute("aria-labelledby", tab.id);
  return tab;
}

const hasError = (panel) => panel.querySelector(".field-errors, [aria-invalid=true]");

const named = (panels) => panels.find((panel) => `#${panel.id}` === location.hash);

function show(list, panel) {
  for (const tab of list.children) {
    const selected = tab.getAttribute("aria-controls") === panel.id;
    tab.setAttribute("aria-selected", selected);
    tab.tabIndex = selected ? 0 : -1;
    document.getElementById(tab.getAttribute("aria-controls")).hidden = !selected;
  }
}

function choose(list, tab) {
  const panel = document.getElementById(tab.getAttribute("aria-controls"));
  show(list, panel);
  // Not location.hash: that would scroll the page.
  history.replaceState(history.state, "", `#${panel.id}`);
}

function move(list, event) {
  const all = [...list.children];
  const at = all.indexOf(event.target);
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const tab = all.at(to % all.length);
  tab.focus();
  choose(list, tab);
}
