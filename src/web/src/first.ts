// Runs before the page is painted: language and colours as this browser last had them, so that nothing flashes.
const kept = (name: string) => {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // a browser that keeps nothing
  }
};
document.documentElement.lang = kept("noroshi.language") === "en" ? "en" : "ja";
const colours = kept("noroshi.colours");
document.documentElement.dataset["colours"] = colours === "light" || colours === "dark" ? colours : matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
