// Runs before the first paint: the remembered appearance, else the system's.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");

  const show = () => {
    root.dataset.shown = root.dataset.theme ?? (dark.matches ? "dark" : "light");
    root.classList.toggle("dark-mode", root.dataset.shown === "dark"); // Swagger UI's name for it.
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
