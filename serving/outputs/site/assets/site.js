/* The language switch: keeps what was chosen, and turns what CSS cannot: the title, options, labels for screen readers. */
(() => {
  "use strict";
  const box = document.getElementById("en");
  const root = document.documentElement;
  const KEY = "firemark-language";
  const stored = (value) => {
    try {
      if (value !== undefined) localStorage.setItem(KEY, value);
      return localStorage.getItem(KEY);
    } catch {
      return null; // a browser that keeps nothing
    }
  };
  const turn = () => {
    const lang = box.checked ? "en" : "zh";
    root.lang = box.checked ? "en-GB" : "zh-CN";
    for (const element of document.querySelectorAll("[data-en]")) {
      element.dataset.zh ??= element.textContent; // as it came
      element.textContent = element.dataset[lang];
    }
    for (const element of document.querySelectorAll("[data-en-label]")) {
      element.dataset.zhLabel ??= element.getAttribute("aria-label");
      element.setAttribute("aria-label", element.dataset[lang + "Label"]);
    }
    document.dispatchEvent(new CustomEvent("firemark-language", { detail: lang }));
  };
  if (stored() === "en") box.checked = true;
  box.addEventListener("change", () => {
    stored(box.checked ? "en" : "zh");
    turn();
  });
  document.addEventListener("DOMContentLoaded", turn);
})();
