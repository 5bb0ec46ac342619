// The desk works without this. With it: a theme is worn as soon as it is chosen, Escape closes an open action, and the rail shows where one is.
(() => {
  document.addEventListener("change", (event) => {
    const choice = event.target.closest("form.filters select, form[data-choose] select");
    if (choice && !choice.form.hasAttribute("hx-get")) choice.form.requestSubmit();
  });
  document.querySelector(".rail [aria-current]")?.scrollIntoView({ block: "nearest" }); // the list may be longer than the screen
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.act[open]").forEach((one) => { one.open = false; one.querySelector("summary").focus(); });
  });
})();
