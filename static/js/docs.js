// The API reference: puts the reader's own key into the examples, and adds a copy button to each.

const PLACEHOLDER = "vl_…";
const codes = [...document.querySelectorAll(".code code")];
const texts = codes.map((code) => code.textContent);
const field = document.querySelector(".key-field");
const input = document.querySelector("#own-key");

if (field && input) {
  field.hidden = false;
  input.addEventListener("input", () => {
    const key = input.value.trim() || PLACEHOLDER;
    codes.forEach((code, place) => {
      code.textContent = texts[place].replaceAll(PLACEHOLDER, key);
    });
  });
}

for (const code of codes) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet copy";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy: ${code.parentElement.getAttribute("aria-label")}`);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code); // Without HTTPS there is no clipboard: select the code at least.
      button.textContent = "Selected";
    }
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  code.closest(".code").append(button);
}
