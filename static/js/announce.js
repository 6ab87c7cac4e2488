// Says a short text to screen readers, through the live region of base.html.
export default function announce(text) {
  const region = document.getElementById("announcer");
  region.textContent = "";
  // A text set again in the same task would not count as a change.
  requestAnimationFrame(() => {
    region.textContent = text;
  });
}
