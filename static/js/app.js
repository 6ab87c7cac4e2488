// Adds comfort to pages that work without it. Each module exports one function that takes
// the part of the page to work on; content that arrives later can be given to start().
import copy from "./copy.js";
import dismiss from "./dismiss.js";
import editor from "./editor.js";
import live from "./live.js";
import rows from "./rows.js";
import showIf from "./show-if.js";
import tabs from "./tabs.js";
import theme from "./theme.js";

export function start(root) {
  // rows first: it drops blank rows, which the others then need not prepare.
  for (const enhance of [rows, showIf, tabs, editor, copy, dismiss, theme, live]) {
    enhance(root);
  }
}

start(document);
