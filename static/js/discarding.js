// Moves videos to the trash, and offers to undo that.

import { ask, toast } from "./api.js";

const API = "/api/v1/videos/";
const KEPT = "discarded";

/** Delete videos and offer to undo it; return the deleted ones. `onUndone` gets each restored video. */
export async function discard(videos, onUndone) {
  const gone = [];
  for (const video of videos) {
    try {
      await ask(`${API}${video.id}/`, { method: "DELETE" });
      gone.push(video);
    } catch (problem) {
      toast(`“${video.title}” was not deleted: ${problem.message}`);
    }
  }
  if (gone.length) offerUndo(gone, onUndone);
  return gone;
}

function offerUndo(videos, onUndone) {
  const what = videos.length === 1 ? `“${videos[0].title}” is` : `${videos.length} videos are`;
  toast(`${what} in the trash.`, { words: "Undo", act: () => restore(videos, onUndone) });
}

async function restore(videos, onUndone) {
  for (const video of videos) {
    try {
      await ask(`${API}${video.id}/restore/`, { method: "POST" });
      onUndone?.(video);
    } catch (problem) {
      toast(`“${video.title}” was not restored: ${problem.message}`);
    }
  }
}

/** Note a deleted video before the page is left, so that the next page can offer to undo it. */
export function noteDiscarded(video) {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(video));
  } catch {
    // The video can still be restored from the trash.
  }
}

/** Offer to undo the deletion that the previous page noted. */
export function offerUndoOfPageBefore(onUndone) {
  try {
    const kept = sessionStorage.getItem(KEPT);
    sessionStorage.removeItem(KEPT);
    if (kept) offerUndo([JSON.parse(kept)], onUndone);
  } catch {
    // The video can still be restored from the trash.
  }
}
