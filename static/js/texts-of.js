// The texts of the player that an element is a part of.

/** Return the `TextTracks` of an element's player, once that is defined. */
export async function textsOf(element) {
  const player = element.closest("vod-player");
  await customElements.whenDefined("vod-player");
  return player.texts;
}
