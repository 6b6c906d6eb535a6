// The choice of several cards of the library, to delete them together.

export class Picking {
  #library;
  #discard;

  /** `onDelete` gets the chosen videos, each as {id, title}. */
  constructor(library, onDelete) {
    this.#library = library;
    this.#discard = onDelete;
    document.addEventListener("click", ({ target }) => {
      if (target.closest("#pick")) this.#begin();
    });
    const bar = this.#bar;
    bar.querySelector('[data-part="done"]').addEventListener("click", () => this.#end());
    bar.querySelector('[data-part="delete"]').addEventListener("click", () => this.#deleteChosen());
    library.addEventListener("change", ({ target }) => target.matches(".pick input") && this.tell());
    document.addEventListener("keydown", ({ key }) => key === "Escape" && this.#isOn && this.#end());
    this.offer();
  }

  /** Show the button that starts choosing, if the page has it. */
  offer() {
    const button = document.getElementById("pick");
    if (button) button.hidden = false;
  }

  /** Copy the choice of a card to the card that replaces it. */
  carryOver(shown, fresh) {
    fresh.querySelector(".pick input").checked = shown.querySelector(".pick input").checked;
  }

  /** Show how many videos are chosen. */
  tell() {
    const count = this.#chosen.length;
    this.#bar.querySelector('[data-part="count"]').textContent =
      count === 0 ? "Choose videos" : `${count} chosen`;
    this.#bar.querySelector('[data-part="delete"]').disabled = count === 0;
  }

  #begin() {
    this.#library.toggleAttribute("data-picking", true);
    this.#bar.hidden = false;
    this.tell();
    this.#library.querySelector(".pick input")?.focus();
  }

  #end() {
    for (const box of this.#library.querySelectorAll(".pick input")) box.checked = false;
    this.#library.removeAttribute("data-picking");
    this.#bar.hidden = true;
    document.getElementById("pick")?.focus();
  }

  async #deleteChosen() {
    const videos = this.#chosen.map(({ dataset }) => ({ id: dataset.video, title: dataset.title }));
    this.#end();
    await this.#discard(videos);
  }

  get #isOn() {
    return this.#library.hasAttribute("data-picking");
  }

  get #chosen() {
    return [...this.#library.querySelectorAll(".card:has(.pick input:checked)")];
  }

  get #bar() {
    return document.getElementById("pick-bar");
  }
}
