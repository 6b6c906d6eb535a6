// Runs before the first paint: that scripts run, the remembered appearance, else the system's.
(() => {
  const root = document.documentElement;
  root.dataset.js = ""; // What only scripts bring to life is shown from here on.
  const dark = matchMedia("(prefers-color-scheme: dark)");

  const show = () => {
    root.dataset.shown = root.dataset.theme ?? (dark.matches ? "dark" : "light");
  };
  try {
    const kept = localStorage.getItem("theme");
    if (kept === "light" || kept === "dark") root.dataset.theme = kept;
  } catch {
    // A browser that keeps nothing follows the system.
  }
  show();
  addEventListener("theme", show);
  dark.addEventListener("change", show);
})();
