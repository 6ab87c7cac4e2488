// The page of /api/schema/: Swagger UI, with nothing from elsewhere.
const root = document.documentElement;
const place = document.getElementById("schema");
const system = matchMedia("(prefers-color-scheme: dark)");

// Swagger UI is dark by a class; the pages are by the system's choice, or an attribute.
function follow() {
  const chosen = root.dataset.bsTheme ?? (system.matches ? "dark" : "light");
  root.classList.toggle("dark-mode", chosen === "dark");
}

follow();
system.addEventListener("change", follow);
new MutationObserver(follow).observe(root, { attributeFilter: ["data-bs-theme"] });

SwaggerUIBundle({
  url: place.dataset.url,
  domNode: place,
  docExpansion: "none",
  defaultModelsExpandDepth: -1,
  deepLinking: true,
  filter: true,
  validatorUrl: null,
});
