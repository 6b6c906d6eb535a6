// The page's frame: the appearance switch, menus that close after use, and where one is in the admin.

const root = document.documentElement;
const themeSwitch = document.querySelector("[data-theme-switch]");

function tellSwitch() {
  themeSwitch.setAttribute("aria-pressed", String(root.dataset.shown === "dark"));
}

if (themeSwitch) {
  themeSwitch.hidden = false;
  tellSwitch();
  themeSwitch.addEventListener("click", () => {
    const next = root.dataset.shown === "dark" ? "light" : "dark";
    root.dataset.theme = next;
    dispatchEvent(new Event("theme"));
    tellSwitch();
    try {
      localStorage.setItem("theme", next);
    } catch {
      // The choice cannot be stored, but it is shown.
    }
  });
}

// The admin's list of pages is longer than most windows, and tabs are wider than phones.
for (const here of document.querySelectorAll(":is(.desk-nav, .tabs) [aria-current]")) {
  here.scrollIntoView({ block: "nearest", inline: "center" });
}

const openMenus = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) {
    const inside = menu.contains(event.target);
    if (!inside || event.target.closest(".menu-panel button, .menu-panel a")) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
