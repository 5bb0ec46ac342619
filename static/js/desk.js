// The desk works without this. With it: a theme is worn as soon as it is chosen, Escape closes an open action, the rail shows where one is, and an answer is copied.
(() => {
  document.addEventListener("change", (event) => {
    const choice = event.target.closest("form.filters select, form[data-choose] select");
    if (choice && !choice.form.hasAttribute("hx-get")) choice.form.requestSubmit();
  });
  document.querySelector(".rail [aria-current]")?.scrollIntoView({ block: "nearest" }); // the list may be longer than the screen
  document.querySelectorAll("button[data-copy]").forEach((button) => { button.hidden = false; });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    const text = document.getElementById(button.dataset.copy);
    text.select();
    document.execCommand("copy"); // the clipboard's own interface needs https, which a warehouse may not have
    button.firstChild.data = "Copied";
    setTimeout(() => { button.firstChild.data = "Copy"; }, 2000);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.act[open]").forEach((one) => { one.open = false; one.querySelector("summary").focus(); });
  });
})();
