// The embedded player, within a page of another site.

import { fetchPage } from "./api.js";
import "./player.js";
import "./shortcuts.js";

const AGAIN_MS = 30_000;
const player = document.querySelector("vod-player");
let lost = false;

// The other site's page may stay open for hours, and playback addresses expire: this fetches a new one.
player.addEventListener("player-lost", async () => {
  if (lost) return;
  lost = true;
  await renew({ anew: true });
  setTimeout(() => (lost = false), AGAIN_MS);
});
player.addEventListener("player-texts-lost", () => renew({ anew: false }));

async function renew({ anew }) {
  try {
    const page = await fetchPage(location.href);
    const next = page?.querySelector("vod-player");
    if (next) player.take(next.dataset, { anew });
    else location.reload(); // The reloaded page says that the video is gone.
  } catch {
    // The server is unreachable: playing again tries again.
  }
}
