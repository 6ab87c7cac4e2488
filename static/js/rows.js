// Tables of rows that are Django formsets (includes/formset.html): adds rows from the
// <template>, and deletes by ticking the row's DELETE box, so that the indexes of the
// other rows stay what the server expects.
import announce from "./announce.js";

export default function rows(root) {
  for (const table of root.querySelectorAll("[data-rows]")) {
    hideDeletedRows(table);
    dropBlankRows(table);
    table.addEventListener("click", (event) => {
      if (event.target.closest("[data-add-row]")) add(table);
      const button = event.target.closest("[data-delete-row]");
      if (button) remove(table, button.closest("[data-row]"));
    });
    refresh(table);
  }
}

const count = (table, which) =>
  table.querySelector(`[name="${table.dataset.rows}-${which}_FORMS"]`);

const CONTROLS = "input, textarea";

const visible = (table) => table.querySelectorAll("tbody > [data-row]:not([hidden])");

// A form that comes back with errors still holds the rows deleted before it was sent.
function hideDeletedRows(table) {
  for (const box of table.querySelectorAll('[data-row] [name$="-DELETE"]:checked')) {
    box.closest("[data-row]").hidden = true;
  }
}

// The formset's extra rows are there for browsers without scripts.
function dropBlankRows(table) {
  const total = count(table, "TOTAL");
  const kept = Math.max(count(table, "INITIAL").value, table.dataset.rowsMin);
  const all = [...table.querySelectorAll("tbody > [data-row]")];
  for (const row of all.slice(kept).reverse()) {
    if (row.hidden || !isBlank(table, row)) return;
    row.remove();
    total.value = Number(total.value) - 1;
  }
}

// Blank is what a new row is: its defaults are not what somebody wrote.
function isBlank(table, row) {
  const fresh = [...table.querySelector("template").content.querySelectorAll(CONTROLS)];
  return (
    !row.querySelector(".field-errors") &&
    [...row.querySelectorAll(CONTROLS)].every((control, number) =>
      ["checkbox", "radio", "hidden"].includes(control.type)
        ? control.checked === control.defaultChecked
        : control.value === fresh[number]?.value,
    )
  );
}

function add(table) {
  const total = count(table, "TOTAL");
  const html = table.querySelector("template").innerHTML;
  const body = table.querySelector("tbody");
  body.insertAdjacentHTML("beforeend", html.replaceAll("__prefix__", total.value));
  total.value = Number(total.value) + 1;
  refresh(table);
  // What a row shows may depend on what is chosen in it (show-if.js).
  table.dispatchEvent(new Event("change", { bubbles: true }));
  body.lastElementChild.querySelector(".field input, .field select, .field textarea").focus();
  announce("Row added");
}

function remove(table, row) {
  const shown = [...visible(table)];
  const next = shown[shown.indexOf(row) + 1] ?? shown[shown.indexOf(row) - 1];
  const box = row.querySelector('[name$="-DELETE"]');
  if (box) {
    box.checked = true;
    row.hidden = true;
  } else {
    row.remove();
  }
  refresh(table);
  (next ?? table).querySelector("[data-delete-row], [data-add-row]").focus();
  announce("Row deleted");
  table.dispatchEvent(new Event("change", { bubbles: true }));
}

function refresh(table) {
  const shown = visible(table).length;
  table.querySelector("table").hidden = shown === 0;
  table.querySelector("[data-add-row]").disabled = shown >= Number(table.dataset.rowsMax);
}
