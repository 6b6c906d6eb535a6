// The choice of several cards of the library, to delete or move them together.

export class Picking {
  #library;
  #acts;

  /** `acts` are what can be done, by name: each gets the chosen videos, as {id, title}. */
  constructor(library, acts) {
    this.#library = library;
    this.#acts = acts;
    document.addEventListener("click", ({ target }) => {
      if (target.closest("#pick")) this.#begin();
    });
    const bar = this.#bar;
    bar.querySelector('[data-part="done"]').addEventListener("click", () => this.#end());
    for (const name of Object.keys(acts)) this.#button(name).addEventListener("click", () => this.#do(name));
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
    for (const name of Object.keys(this.#acts)) this.#button(name).disabled = count === 0;
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

  async #do(name) {
    const videos = this.#chosen.map(({ dataset }) => ({ id: dataset.video, title: dataset.title }));
    this.#end();
    await this.#acts[name](videos);
  }

  #button(name) {
    return this.#bar.querySelector(`[data-part="${name}"]`);
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
