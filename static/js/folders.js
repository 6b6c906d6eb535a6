// Folders of the library: makes, renames, moves and deletes them, and moves videos into them.

import { ask, toast } from "./api.js";

const API = "/api/v1/folders/";
const AT_THE_TOP = "none";
const MOST = 100;

const root = document.getElementById("folder-dialogs");

/** Ask in which folder to put videos, each as {id, title}; move them there, and return whether it was done. */
export async function moveVideos(videos) {
  const title = videos.length === 1 ? `Move “${videos[0].title}”` : `Move ${videos.length} videos`;
  const missed = [];
  const done = await choosePlace(title, [], async (folder) => {
    for (let from = 0; from < videos.length; from += MOST) {
      const ids = videos.slice(from, from + MOST).map(({ id }) => id);
      const { results } = await ask("/api/v1/videos/move/", { method: "POST", body: { videos: ids, folder } });
      missed.push(...results.filter(({ moved }) => !moved));
    }
  });
  if (!done) return false;
  const moved = videos.length - missed.length;
  toast(moved === 1 ? "1 video was moved." : `${moved} videos were moved.`);
  return true;
}

/** Show a dialog; when it is confirmed, call `act`, whose problem is shown in the dialog. Return whether it was done. */
function show(id, prepare, act) {
  const dialog = document.getElementById(id);
  const [form, note] = [dialog.querySelector("form"), dialog.querySelector(".hint")];
  note.textContent = "";
  prepare(dialog);
  return new Promise((resolve) => {
    let done = false;
    form.onsubmit = async (event) => {
      event.preventDefault();
      try {
        await act(dialog);
        done = true;
        dialog.close();
      } catch (problem) {
        note.textContent = problem.message;
      }
    };
    dialog.querySelector('[data-part="cancel"]').onclick = () => dialog.close();
    dialog.onclose = () => resolve(done);
    dialog.showModal();
  });
}

function askName(title, name, act) {
  const field = (dialog) => dialog.querySelector("input");
  const prepare = (dialog) => {
    dialog.querySelector("h2").textContent = title;
    field(dialog).value = name;
    field(dialog).select();
  };
  return show("folder-name-dialog", prepare, (dialog) => act(field(dialog).value.trim()));
}

/** Let the user choose among all folders but those on or below the path `without`. */
async function choosePlace(title, without, act) {
  let found;
  try {
    found = await everyFolder();
  } catch (problem) {
    toast(problem.message);
    return false;
  }
  const isWithout = ({ path }) => without.length > 0 && without.every((name, level) => path[level] === name);
  const offered = found.filter((folder) => !isWithout(folder));
  const options = offered.map(({ id, path }) => new Option(path.join(" / "), id));
  const prepare = (dialog) => {
    dialog.querySelector("h2").textContent = title;
    dialog.querySelector("select").replaceChildren(new Option("Library", ""), ...options);
  };
  return show("folder-place-dialog", prepare, (dialog) => act(dialog.querySelector("select").value || null));
}

async function everyFolder() {
  const found = [];
  let next = `${API}?page_size=100`;
  while (next) {
    const page = await ask(next);
    found.push(...page.results);
    next = page.next;
  }
  return found.sort((one, other) => one.path.join("/").localeCompare(other.path.join("/")));
}

const create = () =>
  askName("New folder", "", (name) =>
    ask(API, { method: "POST", body: { name, parent: root.dataset.place || null } }),
  );

const rename = ({ folder, name }) =>
  askName("Rename folder", name, (wanted) => ask(`${API}${folder}/`, { method: "PATCH", body: { name: wanted } }));

async function move({ folder, name }) {
  const { path } = await ask(`${API}${folder}/`);
  return choosePlace(`Move “${name}”`, path, (parent) =>
    ask(`${API}${folder}/`, { method: "PATCH", body: { parent } }),
  );
}

function remove({ folder, name }) {
  const prepare = (dialog) => {
    dialog.querySelector("h2").textContent = `Delete the folder “${name}”?`;
    dialog.querySelector('[data-part="where"]').textContent = root.dataset.placeName;
  };
  const target = root.dataset.place || AT_THE_TOP;
  return show("folder-delete-dialog", prepare, () =>
    ask(`${API}${folder}/?move_to=${target}`, { method: "DELETE" }),
  );
}

const ACTIONS = { create, rename, move, delete: remove };

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-folder-action]");
  if (!button) return;
  button.closest("details")?.removeAttribute("open");
  try {
    const done = await ACTIONS[button.dataset.folderAction](button.closest("[data-folder]")?.dataset);
    if (done) location.reload();
  } catch (problem) {
    toast(problem.message);
  }
});
