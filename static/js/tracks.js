// <video-tracks>: the captions, chapters and added audio of a video: adds, renames and deletes them.

import { ask, toast } from "./api.js";
import { droppedFiles } from "./dropped-files.js";

class VideoTracks extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-act]");
      if (button) this.#pressed(button);
    });
    for (const dialog of this.querySelectorAll("dialog")) {
      dialog.querySelector('[data-part="cancel"]').addEventListener("click", () => dialog.close());
    }
    this.#dialog.addEventListener("change", () => this.#showSource());
    this.#field("file").addEventListener("change", () => this.#guessFromFile());
    this.#acceptDrops();
  }

  get #dialog() {
    return this.querySelector("#track-dialog");
  }

  get #source() {
    return this.#dialog.querySelector("[name=source]:checked").value;
  }

  #field(name) {
    return this.#dialog.querySelector(`#track-${name}`);
  }

  #pressed(button) {
    button.closest("details.menu")?.removeAttribute("open");
    const { dataset } = button.closest("[data-track]") ?? button;
    ({
      add: () => this.#add(),
      change: () => this.#change(dataset),
      default: () => this.#makeDefault(dataset),
      transcribe: () => this.#transcribe(button),
      delete: () => this.#delete(dataset),
    })[button.dataset.act]();
  }

  #add(file) {
    this.#fill({ kind: "captions", language: "", label: "" }, { title: "Add captions, chapters or audio", done: "Add", isNew: true });
    this.#dialog.querySelector('[name=source][value="file"]').checked = true;
    this.#field("url").value = "";
    this.#field("offset").value = "0";
    this.#field("file").value = "";
    if (file) this.#take(file);
    this.#showSource();
    show(this.#dialog, async () => {
      const made = await ask(this.dataset.address, { method: "POST", body: this.#sent() });
      await this.#changed(`“${made.name}” was added.`);
      if (this.#source === "empty") location.assign(`tracks/${made.id}/edit/`);
    });
  }

  #change(track) {
    this.#fill(track, { title: "Name and language", done: "Save", isNew: false });
    this.#showSource();
    show(this.#dialog, async () => {
      const { kind, ...told } = this.#told();
      await ask(this.#addressOf(track), { method: "PATCH", body: STAYING.includes(kind) ? told : { ...told, kind } });
      await this.#changed("Saved.");
    });
  }

  /** Ask for captions of what is said; the feed tells when they are there. */
  async #transcribe(button) {
    button.disabled = true;
    try {
      await ask(button.dataset.address, { method: "POST", body: {} });
      toast("What is said is being written down. The captions appear here.");
    } catch (problem) {
      button.disabled = false;
      toast(problem.message);
    }
  }

  async #makeDefault(track) {
    const isDefault = !("default" in track);
    try {
      await ask(this.#addressOf(track), { method: "PATCH", body: { default: isDefault } });
      await this.#changed(isDefault ? `“${track.name}” is shown by default.` : `“${track.name}” is no longer the default.`);
    } catch (problem) {
      toast(problem.message);
    }
  }

  #delete(track) {
    const dialog = this.querySelector("#track-delete-dialog");
    dialog.querySelector("h2").textContent = `Delete “${track.name}”?`;
    show(dialog, async () => {
      await ask(this.#addressOf(track), { method: "DELETE" });
      await this.#changed(`“${track.name}” was deleted.`);
    });
  }

  #addressOf({ track }) {
    return `${this.dataset.address}${track}/`;
  }

  async #changed(words) {
    toast(words);
    await this.closest("live-page").refresh();
  }

  #fill(track, { title, done, isNew }) {
    this.#dialog.querySelector("h2").textContent = title;
    this.#dialog.querySelector('[data-part="done"]').textContent = done;
    for (const part of this.#dialog.querySelectorAll('[data-part="source"], [data-for]')) part.hidden = !isNew;
    const kind = this.#field("kind");
    kind.value = track.kind;
    kind.disabled = !isNew && STAYING.includes(track.kind);
    for (const option of kind.options) option.hidden = !isNew && STAYING.includes(option.value) && !kind.disabled;
    this.#field("language").value = this.#nameOf(track.language);
    this.#field("label").value = track.label;
    this.#field("default").checked = "default" in track;
  }

  #showSource() {
    const isNew = !this.#dialog.querySelector('[data-part="source"]').hidden;
    const kinds = this.#field("kind").value === "audio" ? "audio" : "text";
    for (const part of this.#dialog.querySelectorAll("[data-kinds]")) part.hidden = !isNew || part.dataset.kinds !== kinds;
    if (!isNew) return;
    // Nobody writes audio.
    if (kinds === "audio" && this.#source === "empty") this.#dialog.querySelector('[name=source][value="file"]').checked = true;
    for (const part of this.#dialog.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== this.#source;
  }

  /** What the form says of the track itself. */
  #told() {
    return {
      kind: this.#field("kind").value,
      language: this.#tagOf(this.#field("language").value.trim()),
      label: this.#field("label").value.trim(),
      default: this.#field("default").checked,
    };
  }

  #sent() {
    const told = this.#told();
    if (told.kind === "audio") told.offset = this.#field("offset").value.trim().replace(",", ".") || "0";
    if (this.#source === "url") return { ...told, url: this.#field("url").value.trim() };
    if (this.#source === "empty") return { ...told, cues: [] };
    const [file] = this.#field("file").files;
    if (!file) throw new Error("Choose a file.");
    const form = new FormData();
    for (const [name, value] of Object.entries(told)) form.append(name, value);
    form.append("file", file);
    return form;
  }

  #take(file) {
    const carried = new DataTransfer();
    carried.items.add(file);
    this.#field("file").files = carried.files;
    this.#guessFromFile();
    this.#showSource();
  }

  /** Take the kind from the type of the file if it is audio, and the language from a name such as
   * `film.de.srt`, unless one was chosen. */
  #guessFromFile() {
    const [file] = this.#field("file").files;
    if (file?.type.startsWith("audio/")) this.#field("kind").value = "audio";
    const [, tag] = file?.name.match(/[._ -]([a-z]{2,3}(?:-[a-z]{2,4})?)\.\w+$/i) ?? [];
    const known = tag && this.#options().find((option) => tagIn(option.value) === tag.toLowerCase());
    if (known && !this.#field("language").value) this.#field("language").value = known.value;
  }

  #options() {
    return [...this.querySelectorAll("datalist option")];
  }

  #nameOf(tag) {
    return this.#options().find((option) => tagIn(option.value) === tag.toLowerCase())?.value ?? tag;
  }

  /** Return the tag of a language that is named in English or by its speakers, or as a tag. */
  #tagOf(words) {
    const told = words.toLowerCase();
    const isNamed = ({ value, textContent }) =>
      [value, value.replace(/ \([^)]*\)$/, ""), textContent].some((name) => name.toLowerCase() === told);
    return tagIn(this.#options().find(isNamed)?.value ?? words) || words;
  }

  #acceptDrops() {
    const hasFiles = ({ dataTransfer }) => dataTransfer.types.includes("Files");
    // A file dropped beside this must not replace the page.
    document.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
    document.addEventListener("drop", async (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      const [file] = await droppedFiles(event.dataTransfer);
      if (!file) return;
      if (this.#dialog.open) this.#take(file);
      else this.#add(file);
    });
  }
}

/** The kinds that stay what they are: no other track becomes one of them either. */
const STAYING = ["chapters", "audio"];

const tagIn = (words) => words.match(/\(([A-Za-z0-9-]+)\)$/)?.[1] ?? "";

/** Show a dialog; when it is confirmed, call `act`, whose problem is shown in the dialog. */
function show(dialog, act) {
  const [form, note] = [dialog.querySelector("form"), dialog.querySelector('[data-part="problem"]')];
  const button = dialog.querySelector('[data-part="done"]');
  note.replaceChildren();
  form.onsubmit = async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    try {
      await act();
      dialog.close();
    } catch (problem) {
      tell(note, problem);
    }
    button.removeAttribute("aria-busy");
  };
  dialog.showModal();
}

/** Show a problem, and the lines of a file that are wrong. */
function tell(note, { message, errors }) {
  note.replaceChildren(message);
  if (!errors?.some(({ line, detail }) => line || detail !== message)) return;
  const list = document.createElement("ul");
  for (const { line, detail } of errors) {
    list.append(Object.assign(document.createElement("li"), { textContent: line ? `Line ${line}: ${detail}` : detail }));
  }
  note.append(list);
  note.scrollIntoView({ block: "nearest" });
}

customElements.define("video-tracks", VideoTracks);
