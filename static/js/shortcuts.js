// The player's keys work everywhere on the page except in fields; "?" lists them.

const JUMP_SECONDS = 10;
const STEP_SECONDS = 5;
const VOLUME_STEP = 0.1;
const SPEED_STEP = 0.25;
const [SLOWEST, FASTEST] = [0.25, 2];

/** The keys, their names and their actions; those with `near` work only with the focus in the player. */
const KEYS = [
  { keys: [" ", "k"], names: ["Space", "K"], words: "Play or pause", act: ({ media }) => playOrPause(media) },
  { keys: ["ArrowLeft"], names: ["←"], words: "5 seconds back", act: (player) => seek(player, -STEP_SECONDS) },
  { keys: ["ArrowRight"], names: ["→"], words: "5 seconds on", act: (player) => seek(player, STEP_SECONDS) },
  { keys: ["j"], names: ["J"], words: "10 seconds back", act: (player) => seek(player, -JUMP_SECONDS) },
  { keys: ["l"], names: ["L"], words: "10 seconds on", act: (player) => seek(player, JUMP_SECONDS) },
  {
    keys: [..."0123456789"],
    names: ["0", "…", "9"],
    words: "To the beginning, or to that many tenths of the video",
    act: (player, key) => player.seekTo((wholeOf(player) * Number(key)) / 10),
  },
  { keys: ["ArrowUp"], names: ["↑"], words: "Louder, in the player", near: true, act: ({ media }) => louder(media, VOLUME_STEP) },
  { keys: ["ArrowDown"], names: ["↓"], words: "Quieter, in the player", near: true, act: ({ media }) => louder(media, -VOLUME_STEP) },
  { keys: ["m"], names: ["M"], words: "Sound off or on", act: ({ media }) => (media.muted = !media.muted) },
  { keys: ["c"], names: ["C"], words: "Captions off or on", act: ({ texts }) => texts.toggle() },
  { keys: ["f"], names: ["F"], words: "Fill the screen", picture: true, act: (player) => fillScreen(player) },
  { keys: ["<"], names: ["<"], words: "Slower", act: ({ media }) => faster(media, -SPEED_STEP) },
  { keys: [">"], names: [">"], words: "Faster", act: ({ media }) => faster(media, SPEED_STEP) },
  { keys: ["?"], names: ["?"], words: "This list", act: (player) => showList(player) },
];

const FIELDS = "input, textarea, select, [contenteditable], dialog, [role=dialog]";
const PRESSED_BY_SPACE = "a, button, summary, [role=button]";

document.addEventListener("keydown", (event) => {
  const player = document.querySelector("vod-player");
  if (!player || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const wish = KEYS.find(({ keys }) => keys.includes(key));
  if (!wish || isElsewhere(event, key, player, wish)) return;
  event.preventDefault();
  wish.act(player, key);
});

/** Whether a key is meant for another element. */
function isElsewhere({ target }, key, player, { near, picture }) {
  if (!(target instanceof Element)) return false;
  if (target.closest(FIELDS) || document.querySelector("dialog[open]")) return true;
  if (key === " " && (target.matches(PRESSED_BY_SPACE) || target.keysUsed?.includes(" "))) return true;
  // The timeline and the volume handle the arrow keys themselves.
  if (target.keysUsed?.includes(key)) return true;
  return (near && !player.contains(target)) || (picture && "sound" in player.dataset);
}

function playOrPause(media) {
  if (media.paused) media.play().catch(() => {});
  else media.pause();
}

function wholeOf({ dataset, media }) {
  return Number(dataset.seconds) || media.duration || 0;
}

function seek(player, seconds) {
  player.seekTo(player.media.currentTime + seconds);
}

function louder(media, step) {
  media.volume = Math.max(0, Math.min(1, Math.round((media.volume + step) * 10) / 10));
  if (step > 0) media.muted = false;
}

function faster(media, step) {
  media.playbackRate = Math.max(SLOWEST, Math.min(FASTEST, media.playbackRate + step));
}

function fillScreen(player) {
  player.querySelector("media-fullscreen-button").click();
}

function showList(player) {
  const dialog = Object.assign(document.createElement("dialog"), { className: "dialog keys" });
  dialog.setAttribute("aria-labelledby", "keys-title");
  const title = Object.assign(document.createElement("h2"), { id: "keys-title", textContent: "Keys of the player" });
  const list = document.createElement("dl");
  for (const { names, words, picture } of KEYS) {
    if (picture && "sound" in player.dataset) continue;
    const line = document.createElement("div");
    const term = document.createElement("dt");
    term.append(...names.map((name) => Object.assign(document.createElement("kbd"), { textContent: name })));
    line.append(term, Object.assign(document.createElement("dd"), { textContent: words }));
    list.append(line);
  }
  const form = Object.assign(document.createElement("form"), { method: "dialog", className: "dialog-actions" });
  form.append(Object.assign(document.createElement("button"), { className: "button", textContent: "Close" }));
  dialog.append(title, list, form);
  dialog.addEventListener("close", () => dialog.remove());
  // In full screen the dialog must be inside the player, since nothing else is visible.
  (document.fullscreenElement ? player.querySelector("media-controller") : document.body).append(dialog);
  dialog.showModal();
}
