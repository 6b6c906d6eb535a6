// The live feed of the page's user; of a page without one, an EventTarget that never says anything.

import { VodloomFeed } from "../vodloom/feed.js";

const since = document.documentElement.dataset.feedSince;
const RELOADED_AFTER = ["logged_out", "expired", "bad_cursor"];

/** Dispatches what `VodloomFeed` does. */
export const feed = since ? new VodloomFeed({ since }) : new EventTarget();

feed.addEventListener("ended", ({ detail }) => {
  if (RELOADED_AFTER.includes(detail.reason)) location.reload();
});
