// The fields about a video while its file arrives: kept here until the video exists, then saved.

import { ask } from "./api.js";

const SHOWN_MS = 2500;

export class RowForm {
  #address = null;
  #kept = {};
  #saving = Promise.resolve();

  /** `folder` is the id of the folder for the video; empty for the top of the library. */
  constructor(element, file, folder) {
    this.element = element;
    this.fields = [...element.querySelectorAll("[name]")];
    this.note = element.querySelector('[data-part="saved"]');
    this.#field("title").value = titleOf(file.name);
    if (this.#field("folder")) this.#field("folder").value = folder;
    for (const field of this.fields) field.addEventListener("change", () => this.#save());
    this.#field("title").addEventListener("keydown", (event) => event.key === "Enter" && event.target.blur());
  }

  get folder() {
    return this.#field("folder")?.value ?? "";
  }

  get hasFocus() {
    return this.element.contains(document.activeElement);
  }

  /** Save the fields, since the video exists now. */
  arrived(address, video) {
    this.#address = address;
    this.#keep(video);
    return this.#save();
  }

  /** Note what the server has of each field; no folder is the empty value. */
  #keep(video, fields = this.fields) {
    for (const { name } of fields) this.#kept[name] = video[name] ?? "";
  }

  /** Save in sequence, so that the last change wins. */
  #save() {
    this.#saving = this.#saving.then(() => this.#saveNow());
    return this.#saving;
  }

  async #saveNow() {
    const changed = this.fields.filter(({ name, value }) => value.trim() !== this.#kept[name]);
    if (!this.#address || !changed.length) return;
    const written = ({ name, value }) => (name === "folder" ? value || null : value.trim());
    const body = Object.fromEntries(changed.map((field) => [field.name, written(field)]));
    try {
      const video = await ask(this.#address, { method: "PATCH", body });
      this.#keep(video, changed);
      this.#say("Saved");
    } catch (problem) {
      this.#say(`Not saved: ${problem.message}`, { bad: true });
      if (problem.status === 0) addEventListener("online", () => this.#save(), { once: true });
    }
  }

  #say(words, { bad = false } = {}) {
    this.note.textContent = words;
    this.note.toggleAttribute("data-bad", bad);
    this.note.hidden = false;
    if (!bad) setTimeout(() => (this.note.hidden = true), SHOWN_MS);
  }

  #field(name) {
    return this.fields.find((field) => field.name === name);
  }
}

/** Return the title that the server gives to a video without one. */
function titleOf(filename) {
  const dot = filename.lastIndexOf(".");
  const stem = dot > 0 ? filename.slice(0, dot) : filename;
  return stem.replaceAll("_", " ").trim().slice(0, 200);
}
