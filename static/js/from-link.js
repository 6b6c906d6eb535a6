// The field for a link: the server fetches the file, or the video of a page, by itself.

import { ask } from "./api.js";

export class FromLink {
  /** `form` is the form with the field, if the page has one; `folder` returns the id of the folder for the
      video, or an empty text, and `onVideo` gets the new video. */
  constructor(form, { address, imports }, { folder, onVideo }) {
    if (!form) return;
    const field = form.querySelector("input");
    const error = form.querySelector("[role=alert]");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      error.hidden = true;
      const url = field.value.trim();
      if (!url) return;
      form.querySelector("button").disabled = true;
      try {
        const source = isOn(form.dataset.sites, url) ? "site" : "file";
        const body = { url, source, ...(folder() && { folder: folder() }) };
        const { video } = await ask(imports, { method: "POST", body });
        field.value = "";
        onVideo(await ask(`${address}${video.id ?? video}/`));
      } catch (problem) {
        error.textContent = problem.message;
        error.hidden = false;
      }
      form.querySelector("button").disabled = false;
    });
  }
}

/** Whether a URL lies on one of these hosts, separated by blanks, or on a subdomain of one. */
function isOn(hosts, url) {
  const host = /^https?:\/\/(?:[^/?#]*@)?([^/?#:]+)/i.exec(url)?.[1].toLowerCase() ?? "";
  return hosts.split(" ").some((one) => one && (host === one || host.endsWith(`.${one}`)));
}
