// Buttons that copy: data-copy="#id" (an element's value or text), data-copy-text="text".
import announce from "./announce.js";

const SHOWN_MS = 1500;

export default function copy(root) {
  for (const button of root.querySelectorAll("[data-copy], [data-copy-text]")) {
    button.addEventListener("click", async () => {
      const done = await write(textOf(button));
      announce(done ? "Copied" : "Copying is not possible here");
      if (done) mark(button);
    });
  }
}

function textOf(button) {
  if (button.dataset.copyText !== undefined) return button.dataset.copyText;
  const source = document.querySelector(button.dataset.copy);
  return source.value ?? source.textContent;
}

async function write(text) {
  if (!navigator.clipboard) return writeOld(text);
  return navigator.clipboard.writeText(text).then(
    () => true,
    () => writeOld(text),
  );
}

// Plain HTTP on another host than localhost has no navigator.clipboard.
function writeOld(text) {
  const area = document.createElement("textarea");
  const focused = document.activeElement;
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return done;
}

function mark(button) {
  button.classList.add("copied");
  setTimeout(() => button.classList.remove("copied"), SHOWN_MS);
}
