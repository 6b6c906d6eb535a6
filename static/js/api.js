// Talks to the REST API as the logged-in user.

/** An answer that was no success: `code` is stable, `message` is for people. */
export class Problem extends Error {
  constructor(message, code, status) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export const csrfToken = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

/** The problem in an answer's text, which may come from a proxy that knows nothing of them. */
export function problemIn(text, status) {
  try {
    const body = JSON.parse(text);
    if (body.detail) return new Problem(body.detail, body.code, status);
  } catch {
    // Not ours.
  }
  return new Problem(`The server answered with an error (${status}). Try again.`, "error", status);
}

/** Ask the API; the parsed answer, or null when it has no body. Throws a Problem. */
export async function ask(address, { method = "GET", body } = {}) {
  const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(address, { method, headers, body: body && JSON.stringify(body) });
  } catch {
    throw new Problem("The server cannot be reached. Check your connection.", "unreachable", 0);
  }
  const text = await answer.text();
  if (!answer.ok) throw problemIn(text, answer.status);
  return text ? JSON.parse(text) : null;
}

/** A page or a part of one as a document; null when it is not there (any more). Throws a Problem where
    that cannot be said: a server that begins anew has not lost a video. */
export async function fetchPage(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (answer.redirected && new URL(answer.url).pathname !== new URL(address, location).pathname) {
    location.reload(); // Logged out meanwhile.
    return null;
  }
  if ([403, 404, 410].includes(answer.status)) return null;
  if (!answer.ok) throw problemIn(await answer.text(), answer.status);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  // Read as elements where nothing runs.
  for (const part of page.querySelectorAll("noscript")) part.remove();
  return page;
}

/** Say something in passing; with an action {words, act}, long enough to be taken up. */
export function toast(words, action) {
  const note = Object.assign(document.createElement("p"), { className: "toast", textContent: words });
  if (action) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: action.words });
    button.addEventListener("click", () => {
      note.remove();
      action.act();
    });
    note.append(button);
  }
  document.querySelector(".toasts").append(note);
  setTimeout(() => note.remove(), action ? 12_000 : 6000);
}
