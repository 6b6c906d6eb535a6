// Says when the page has lost its connection for a while, and what that means.

import { feed } from "./feed.js";

const WORDS =
  "No connection to the server. What you see may be out of date; it will update by itself when the connection is back.";

let note = null;

feed.addEventListener("lost", () => {
  if (note) return;
  note = Object.assign(document.createElement("p"), { className: "toast lost", textContent: WORDS });
  document.querySelector(".toasts").append(note);
});

feed.addEventListener("found", () => {
  note?.remove();
  note = null;
});
