// The button that switches between light and dark. The choice is a cookie, so that the
// server draws the next page in it at once; the system's own theme needs no cookie.
const YEAR_S = 31536000;
const system = matchMedia("(prefers-color-scheme: dark)");

export default function theme(root) {
  for (const button of root.querySelectorAll("[data-theme-toggle]")) {
    label(button);
    system.addEventListener("change", () => label(button));
    button.addEventListener("click", () => {
      choose(current() === "dark" ? "light" : "dark");
      label(button);
    });
  }
}

const preferred = () => (system.matches ? "dark" : "light");

const current = () => document.documentElement.dataset.bsTheme ?? preferred();

function choose(name) {
  const keep = name === preferred() ? 0 : YEAR_S;
  document.documentElement.dataset.bsTheme = name;
  document.cookie = `theme=${name}; path=/; max-age=${keep}; samesite=lax`;
}

function label(button) {
  const other = current() === "dark" ? "light" : "dark";
  button.setAttribute("aria-label", `Switch to ${other} theme`);
}
