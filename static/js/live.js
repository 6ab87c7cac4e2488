// A table that shows new rows by itself: data-live has the address of those that came
// after the cursor of the newest one shown.
const PAUSE_MS = 1000;
const MOST_ROWS = 200;

export default function live(root) {
  for (const note of root.querySelectorAll("[data-live]")) follow(note.dataset.live);
}

async function follow(address) {
  for (;;) {
    await new Promise((done) => setTimeout(done, PAUSE_MS));
    if (!document.hidden) await refresh(address);
  }
}

async function refresh(address) {
  const newest = document.querySelector("tr[data-cursor]");
  const url = new URL(address, location.href);
  url.searchParams.set("after", newest ? newest.dataset.cursor : "");
  const response = await fetch(url, { redirect: "manual" }).catch(() => null);
  // While the console is away the page stays as it is.
  if (!response || response.status >= 500) return;
  const rows = document.createElement("template");
  rows.innerHTML = response.ok ? await response.text() : "";
  const came = rows.content.querySelectorAll("tr").length;
  // Signed out, or the first rows of all: the page itself has something else to show.
  if (!response.ok || (came && !newest)) location.reload();
  else if (came) show(newest.parentElement, rows.content);
}

function show(body, rows) {
  body.prepend(rows);
  while (body.rows.length > MOST_ROWS) body.lastElementChild.remove();
}
