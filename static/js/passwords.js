// Adds a button to each password field that shows the password.

for (const field of document.querySelectorAll("input[type=password]")) {
  const box = Object.assign(document.createElement("div"), { className: "password" });
  const button = Object.assign(document.createElement("button"), { type: "button", className: "password-show" });
  const label = field.labels[0]?.textContent.trim() ?? "Password";

  const tell = () => {
    const shown = field.type === "text";
    button.textContent = shown ? "Hide" : "Show";
    button.setAttribute("aria-label", `${button.textContent} ${label.toLowerCase()}`);
  };
  button.addEventListener("click", () => {
    field.type = field.type === "password" ? "text" : "password";
    tell();
    field.focus();
  });
  // Browsers offer to store a password only from a field of type password.
  field.form?.addEventListener("submit", () => (field.type = "password"));
  tell();
  const hadFocus = document.activeElement === field;
  field.replaceWith(box);
  box.append(field, button);
  if (hadFocus) field.focus();
}
