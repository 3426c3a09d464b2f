// Sets the colour scheme before the first paint. A file of its own, because the page forbids inline scripts.
(function () {
  var wanted = null;
  try {
    wanted = localStorage.getItem("loopwright-scheme");
  } catch (error) {
    wanted = null;
  }
  var dark = wanted === "dark" || (wanted !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
