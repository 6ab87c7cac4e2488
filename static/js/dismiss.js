// Buttons with data-dismiss remove the message they are in.
export default function dismiss(root) {
  for (const button of root.querySelectorAll("[data-dismiss]")) {
    button.addEventListener("click", () => {
      button.closest(".alert").remove();
      document.getElementById("main").focus();
    });
  }
}
