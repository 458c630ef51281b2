// Before the first paint, and so not a module: light or dark, as the device has it or as was chosen here.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const chosen = sessionStorage.getItem("theme");
    document.documentElement.dataset.theme = chosen ?? (dark.matches ? "dark" : "light");
  };
  dark.addEventListener("change", apply);
  addEventListener("theme-chosen", apply);
  apply();
})();
