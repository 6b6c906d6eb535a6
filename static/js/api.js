// Talks to the REST API as the logged-in user.

/** An error answer: `code` is stable, `message` is for people; `errors` tell which parts of what was
 * sent are wrong. */
export class Problem extends Error {
  constructor(message, code, status, errors = []) {
    super(message);
    this.code = code;
    this.status = status;
    this.errors = errors;
  }
}

export const csrfToken = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

/** Return the problem in an answer's text, which may also come from a proxy in another format. */
export function problemIn(text, status) {
  try {
    const body = JSON.parse(text);
    if (body.detail) return new Problem(body.detail, body.code, status, body.errors);
  } catch {
    // Not an answer of the API.
  }
  return new Problem(`The server answered with an error (${status}). Try again.`, "error", status);
}

/** Ask the API, with an object as JSON or a form; return the parsed answer, or null if it has no body.
 * Throws a Problem. */
export async function ask(address, { method = "GET", body } = {}) {
  const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
  const isForm = body instanceof FormData;
  if (body !== undefined && !isForm) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(address, { method, headers, body: isForm ? body : body && JSON.stringify(body) });
  } catch {
    throw new Problem("The server cannot be reached. Check your connection.", "unreachable", 0);
  }
  const text = await answer.text();
  if (!answer.ok) throw problemIn(text, answer.status);
  return text ? JSON.parse(text) : null;
}

/** Fetch a page or a part of one as a document; null if it does not exist (any more). Throws a Problem
    if that is unknown: a video is not lost because the server restarts. */
export async function fetchPage(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (answer.redirected && new URL(answer.url).pathname !== new URL(address, location).pathname) {
    location.reload(); // The user was logged out meanwhile.
    return null;
  }
  if ([403, 404, 410].includes(answer.status)) return null;
  if (!answer.ok) throw problemIn(await answer.text(), answer.status);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  // A document without scripts parses the content of noscript as elements.
  for (const part of page.querySelectorAll("noscript")) part.remove();
  return page;
}

/** Show a short message; with an action {words, act}, it stays long enough to be clicked. */
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
