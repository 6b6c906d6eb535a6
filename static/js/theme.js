// Runs before the first paint: notes that scripts run, and sets the stored or the system's appearance.
(() => {
  const root = document.documentElement;
  root.dataset.js = ""; // From here on, elements that need scripts are shown.
  const dark = matchMedia("(prefers-color-scheme: dark)");

  const show = () => {
    root.dataset.shown = root.dataset.theme ?? (dark.matches ? "dark" : "light");
  };
  try {
    const kept = localStorage.getItem("theme");
    if (kept === "light" || kept === "dark") root.dataset.theme = kept;
  } catch {
    // A browser without storage follows the system.
  }
  show();
  addEventListener("theme", show);
  dark.addEventListener("change", show);
})();
