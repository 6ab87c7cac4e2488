// Shows an element only while a control of its form has a certain value.
//   data-show-if="auth_type=APP|IAM"            one of several values
//   data-show-if="auth_type=CUSTOM second=on"   any of several conditions
// A tick box has the value "on" or "". A control that is hidden itself has none, so
// conditions may build on one another. Hidden controls are still sent: the server decides.
export default function showIf(root) {
  const forms = new Set();
  for (const element of root.querySelectorAll("[data-show-if]")) {
    forms.add(element.closest("form"));
  }
  for (const form of forms) {
    form.addEventListener("change", () => update(form));
    form.addEventListener("reset", () => setTimeout(() => update(form)));
    update(form);
  }
}

// Conditions may point at elements further down, so repeat until nothing changes; each
// round settles at least one level, which bounds the rounds also for a cycle.
function update(form) {
  const elements = form.querySelectorAll("[data-show-if]");
  for (let round = 0; round <= elements.length; round += 1) {
    let changed = false;
    for (const element of elements) {
      const hidden = !element.dataset.showIf.split(" ").some((c) => holds(form, c));
      changed ||= hidden !== element.hidden;
      element.hidden = hidden;
    }
    if (!changed) return;
  }
}

function holds(form, condition) {
  const [name, values] = condition.split("=");
  const accepted = values.split("|");
  return [...form.elements].some(
    (control) =>
      control.name === name &&
      !control.closest("[data-show-if][hidden]") &&
      accepted.includes(valueOf(control)),
  );
}

function valueOf(control) {
  if (control.type === "radio") return control.checked ? control.value : null;
  if (control.type === "checkbox") return control.checked ? "on" : "";
  return control.value;
}
