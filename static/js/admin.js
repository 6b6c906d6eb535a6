// Mends what keeps people out of Django's own pages of the admin.

addEventListener("load", () => {
  // An icon of a two-column choice has a name, which is forbidden without a role.
  for (const icon of document.querySelectorAll(".search-label-icon[aria-label]")) icon.setAttribute("role", "img");
});

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
