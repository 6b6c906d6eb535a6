// Mends what keeps people out of Django's own pages of the admin.

addEventListener("load", () => {
  // An icon of a two-column choice has a name, which is forbidden without a role.
  for (const icon of document.querySelectorAll(".search-label-icon[aria-label]")) icon.setAttribute("role", "img");
});

// On a phone each row of a list is a card, in which every cell says what it tells.
const list = document.querySelector("#result_list");
const names = Array.from(list?.tHead.rows[0].cells ?? [], (cell) => cell.textContent.trim());
for (const row of list?.tBodies[0].rows ?? []) {
  for (const cell of row.cells) if (names[cell.cellIndex]) cell.dataset.label = names[cell.cellIndex];
}

// What scrolls sideways on a narrow screen must be reachable by the keyboard.
const wide = document.querySelectorAll(".inline-group, .inline-group .module");
const tellWide = () => {
  for (const box of wide) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
};
tellWide();
addEventListener("resize", tellWide);
