// <copy-button data-of="ID">: copies the value of a field.

import { toast } from "./api.js";

class CopyButton extends HTMLElement {
  connectedCallback() {
    const field = document.getElementById(this.dataset.of);
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: "Copy" });
    this.replaceChildren(button);
    button.addEventListener("click", async () => {
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
        toast("Copied.");
      } catch {
        toast("The browser does not allow copying. The text is selected: copy it by hand.");
      }
    });
  }
}

customElements.define("copy-button", CopyButton);
