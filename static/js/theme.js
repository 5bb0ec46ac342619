// Names the system's side on <html> when the reader chose none, before anything is painted; says that scripts run.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  if (root.dataset.theme !== "system") return;
  const night = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => { root.dataset.bsTheme = night.matches ? "dark" : "light"; };
  night.addEventListener("change", paint);
  paint();
})();
