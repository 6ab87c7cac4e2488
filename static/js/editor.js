// Turns <textarea data-editor="python|json|javascript|text"> into a CodeMirror editor. The
// textarea stays the form's control: every edit is written to it (and fires "input" there),
// and a script that sets its value fires "change" on it to be seen here.
const CODEMIRROR = "../vendor/codemirror-6.0.2/codemirror.min.js";

export default async function editor(root) {
  const areas = root.querySelectorAll("textarea[data-editor]");
  if (!areas.length) return;
  const lib = await import(CODEMIRROR);
  for (const area of areas) mount(lib, area);
}

function mount(lib, area) {
  const view = new lib.EditorView({
    doc: area.value,
    extensions: [
      lib.keymap.of([{ key: "Mod-s", run: () => save(area) }, lib.indentWithTab]),
      lib.basicSetup,
      lib.syntaxHighlighting(lib.classHighlighter),
      lib.indentUnit.of(area.dataset.editor === "python" ? "    " : "  "),
      language(lib, area.dataset.editor),
      lib.EditorView.cspNonce.of(nonce()),
      lib.EditorView.contentAttributes.of(names(area)),
      lib.EditorState.readOnly.of(area.readOnly),
      lib.EditorView.updateListener.of((update) => {
        if (update.docChanged) write(area, update.state.doc.toString());
      }),
    ],
  });
  area.hidden = true;
  area.after(frame(view, area));
  area.addEventListener("change", () => read(view, area));
}

function language(lib, name) {
  if (name === "python") return lib.python();
  if (name === "javascript") return lib.javascript();
  if (name === "json") return [lib.json(), lib.linter(jsonErrors(lib))];
  return lib.EditorView.lineWrapping;
}

function jsonErrors(lib) {
  const parse = lib.jsonParseLinter();
  return (view) => (view.state.doc.length ? parse(view) : []);
}

const nonce = () => document.querySelector("meta[name=csp-nonce]")?.nonce ?? "";

// The name and description of the textarea, for the element that now has the focus. The
// label must let go of the hidden textarea, or it would name two elements.
function names(area) {
  const [label] = area.labels;
  const hint = area.readOnly ? "" : `${area.id}_keys`;
  const described = [area.getAttribute("aria-describedby"), hint].filter(Boolean);
  // An explicit tabindex tells checkers that the scrolling box around it has a way in.
  const attributes = { "aria-describedby": described.join(" "), tabindex: "0" };
  if (area.hasAttribute("aria-invalid")) attributes["aria-invalid"] = "true";
  if (label) {
    label.id ||= `${area.id}_label`;
    label.removeAttribute("for");
    label.addEventListener("click", () => {
      area.nextElementSibling.querySelector(".cm-content").focus();
    });
    attributes["aria-labelledby"] = label.id;
  } else {
    attributes["aria-label"] = area.getAttribute("aria-label") ?? "Code";
  }
  return attributes;
}

function frame(view, area) {
  const box = document.createElement("div");
  box.className = "editor";
  box.append(view.dom);
  if (area.readOnly) return box;
  const hint = document.createElement("div");
  hint.className = "form-text editor-keys";
  hint.id = `${area.id}_keys`;
  hint.textContent = "Esc, then Tab leaves the editor";
  box.append(hint);
  return box;
}

function write(area, text) {
  area.value = text;
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function read(view, area) {
  const { doc } = view.state;
  if (doc.toString() === area.value) return;
  view.dispatch({ changes: { from: 0, to: doc.length, insert: area.value } });
}

function save(area) {
  const button = [...(area.form?.elements ?? [])].find((e) => e.matches("[data-save]"));
  if (button && !button.disabled) area.form.requestSubmit(button);
  return true; // never the browser's own "save page"
}
