// Copies a text; browsers give scripts a clipboard only on HTTPS.

/** Copy a text; return whether that worked. */
export async function copyText(text) {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return true;
    }
    const field = Object.assign(document.createElement("textarea"), { className: "unseen", value: text });
    document.body.append(field);
    field.select();
    const isCopied = document.execCommand("copy");
    field.remove();
    return isCopied;
  } catch {
    return false;
  }
}
