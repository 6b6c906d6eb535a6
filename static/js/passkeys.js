// Forms with data-passkey: "create" makes a passkey, "get" uses one, when the form is sent.
//
// The form's options are in the JSON element that data-options names; without one they are fetched
// from the form's address. What the browser answers is sent in the field `credential`.

const WORDS = {
  InvalidStateError: "This device has a passkey for your account already.",
  NotAllowedError: "No passkey was chosen, or it took too long. Try again.",
  SecurityError: "The browser does not allow passkeys at this address.",
};

async function optionsOf(form) {
  if (form.dataset.options) {
    return JSON.parse(document.getElementById(form.dataset.options).textContent);
  }
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.status === 429 ? "Too many attempts. Try again in a minute." : "The server does not answer. Try again.");
  return answer.json();
}

/** Ask for a fingerprint or PIN, and a key that the device finds by itself, if it is to log in alone. */
function withChoice(options, form) {
  const alone = form.elements.passwordless?.checked ?? false;
  const selection = options.publicKey.authenticatorSelection ?? {};
  selection.residentKey = alone ? "required" : "discouraged";
  selection.requireResidentKey = alone;
  if (alone) selection.userVerification = "required";
  options.publicKey.authenticatorSelection = selection;
  return options;
}

async function credential(form) {
  const told = await optionsOf(form);
  if (form.dataset.passkey === "create") return window.webauthnJSON.create(withChoice(told.creation_options, form));
  return window.webauthnJSON.get(told.request_options);
}

async function send(form) {
  const button = form.querySelector("button[type=submit]");
  const fault = form.querySelector(".errorlist[role=alert]");
  fault.hidden = true;
  button.disabled = true;
  try {
    form.elements.credential.value = JSON.stringify(await credential(form));
    form.submit();
  } catch (error) {
    fault.textContent = WORDS[error.name] ?? error.message;
    fault.hidden = false;
    button.disabled = false;
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const works = window.PublicKeyCredential !== undefined;
  form.hidden = !works && form.dataset.passkey === "get";
  if (!works && !form.hidden) {
    const fault = form.querySelector(".errorlist[role=alert]");
    fault.textContent = "This browser has no passkeys, or only by HTTPS.";
    fault.hidden = false;
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (works) send(form);
  });
}
