// Previews of videos: they move in the place of the poster while the mouse, or the focus by the
// keyboard, rests on a card. Nothing of them is loaded before, and nothing where people want less
// motion or less data. A finger opens the video at once.

const REST_MS = 160;

const wantsLess = () =>
  matchMedia("(prefers-reduced-motion: reduce), (prefers-reduced-data: reduce)").matches ||
  navigator.connection?.saveData === true;

/** Show the previews of all cards within an element, also of those that come later. */
export function previewOn(element) {
  const shown = new Shown();
  const cardOf = ({ target }) => target.closest?.(".card") ?? null;
  element.addEventListener("pointerover", (event) => {
    if (event.pointerType === "mouse" && event.target.closest?.(".picture, .card-title")) shown.soon(cardOf(event));
  });
  element.addEventListener("pointerout", (event) => {
    const card = cardOf(event);
    if (event.pointerType === "mouse" && card && !card.contains(event.relatedTarget)) shown.end(card);
  });
  element.addEventListener("focusin", (event) => {
    if (event.target.matches(".card-title a:focus-visible")) shown.soon(cardOf(event));
  });
  element.addEventListener("focusout", (event) => shown.end(cardOf(event)));
  addEventListener("keydown", ({ key }) => key === "Escape" && shown.end());
}

/** The one preview that is shown at a time. */
class Shown {
  #card = null;
  #coming;

  soon(card) {
    if (!card || card === this.#card || wantsLess()) return;
    this.end();
    const { film, moving } = card.querySelector(".picture").dataset;
    if (!film && !moving) return;
    this.#card = card;
    this.#coming = setTimeout(() => this.#begin(card.querySelector(".picture"), { film, moving }), REST_MS);
  }

  end(card = this.#card) {
    if (card !== this.#card) return;
    clearTimeout(this.#coming);
    const layer = card?.querySelector(".hover-preview");
    layer?.removeAttribute("src");
    layer?.load?.(); // A film that is still loading loads no further.
    layer?.remove();
    this.#card = null;
  }

  #begin(picture, { film, moving }) {
    picture.querySelector(".tag")?.before(film ? this.#film(film, moving, picture) : image(moving));
  }

  #film(film, moving, picture) {
    const video = Object.assign(document.createElement("video"), {
      className: "hover-preview",
      muted: true,
      loop: true,
      playsInline: true,
      disableRemotePlayback: true,
      src: film,
    });
    video.tabIndex = -1;
    video.addEventListener("playing", () => video.toggleAttribute("data-shown", true), { once: true });
    video.addEventListener("error", () => {
      if (!video.isConnected) return;
      if (moving) video.replaceWith(image(moving));
      else video.remove();
    });
    video.play().catch(() => {});
    return video;
  }
}

function image(address) {
  const shown = Object.assign(new Image(), { className: "hover-preview", alt: "", src: address });
  shown.addEventListener("load", () => shown.toggleAttribute("data-shown", true), { once: true });
  return shown;
}
