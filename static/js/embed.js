// The player alone, within a page of somebody else.

import { fetchPage } from "./api.js";
import "./player.js";
import "./shortcuts.js";

const AGAIN_MS = 30_000;
const player = document.querySelector("vod-player");
let lost = false;

// A page elsewhere stays open for hours, and addresses to play expire: this one knows new ones.
player.addEventListener("player-lost", async () => {
  if (lost) return;
  lost = true;
  try {
    const page = await fetchPage(location.href);
    const next = page?.querySelector("vod-player");
    if (next) player.take(next.dataset, { anew: true });
    else location.reload(); // It says that the video is gone.
  } catch {
    // Unreachable just now: whoever plays again asks again.
  }
  setTimeout(() => (lost = false), AGAIN_MS);
});
