// The scan field of a tablet: ends a scan, hands it to the queue, draws the answer, keeps the focus.
// Everything here only adds to forms that work without it.
(() => {
  const form = document.getElementById("scan-form");
  if (!form) return;
  const field = form.elements.code;
  const keys = document.getElementById("keys-form");
  const qty = form.querySelector(".qty");
  const units = form.elements.quantity;
  const manual = form.querySelector("[data-manual]");
  const { prefix, suffix, silence } = form.dataset;
  const BURST_MS = 40;      // a scanner types faster than this from key to key, a hand does not
  const BURST_LENGTH = 3;
  const HICCUP = 10;        // a scanner known to end with Enter or Tab may stutter this many silences long

  const screen = () => document.getElementById("screen");
  const newId = () => {
    if (crypto.randomUUID) return crypto.randomUUID();
    const b = crypto.getRandomValues(new Uint8Array(16));
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    const hex = Array.from(b, (one) => one.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };

  // ---- focus: on load, after a swap, after a tap; never away from another field
  const isField = (one) => one instanceof Element && one.matches("input:not([type=hidden]), select, textarea") && one !== field;
  const refocus = () => { if (!isField(document.activeElement)) field.focus({ preventScroll: true }); };
  document.addEventListener("click", (event) => { if (!isField(event.target)) setTimeout(refocus); });
  document.addEventListener("close", () => setTimeout(refocus), true);
  window.addEventListener("focus", refocus);
  window.addEventListener("pageshow", refocus);

  // ---- the screen
  function show(html) {
    const next = new DOMParser().parseFromString(html, "text/html").getElementById("screen");
    if (!next) return null;
    screen().replaceWith(document.adoptNode(next));
    settle();
    return next;
  }

  function settle() {
    const { fate, want, ask, left, pressed } = screen().dataset;
    document.body.dataset.fate = fate || "";
    document.body.dataset.want = want || "";
    field.placeholder = ask || "any code";
    const all = form.querySelector("[data-left]");
    if (all) all.textContent = left || "1";
    keys.querySelectorAll("button[name=code][aria-pressed]").forEach((one) => one.setAttribute("aria-pressed", String(one.value === pressed)));
    link(true);
    refocus();
  }

  function link(up) {
    const state = document.querySelector("[data-link]");
    if (!state) return;
    state.textContent = up ? "Online" : "Offline";
    state.classList.toggle("off", !up);
  }

  function saved(row, count, status) {
    const banner = document.getElementById("saved-banner").content.firstElementChild.cloneNode(true);
    const [say, hint] = banner.querySelectorAll("p");
    const scans = `${count} ${count === 1 ? "scan" : "scans"} waiting`;
    const out = status === 401 || status === 403;
    say.textContent = out ? `Signed out. ${scans}` : `No answer yet. ${scans}`;
    hint.textContent = `${row.code} saved, not checked. ` + (out ? "Sign in on another tab; leave this page open." : "It is sent again every 3 seconds, in order; leave this page open.");
    screen().querySelector(".scan-banner")?.remove();
    screen().querySelector("main").prepend(banner);
    document.body.dataset.fate = "saved";
    link(false);
    refocus();
  }

  async function refresh() {
    const answer = await fetch(screen().dataset.here, { headers: { "HX-Request": "true", Accept: "text/html" } });
    if (answer.ok) show(await answer.text());
  }

  // ---- the queue
  const queue = new ScanQueue(new MemoryShelf(), send, { answered, waiting });
  let told = 0;

  async function send(row) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), 8000);
    try {
      return await fetch("/scans", {
        method: "POST", body: new URLSearchParams({ ...row, csrf: form.elements.csrf.value }), signal: stop.signal,
        headers: { Accept: "text/html", "HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#screen" },
      });
    } finally { clearTimeout(timer); }
  }

  // true when the answer was about the scan; a sign-in page is not
  async function answered(row, response, html) {
    const away = response.headers.get("HX-Redirect");
    if (away) { location.assign(away); return true; }
    const drawn = show(html);
    if (!drawn && response.ok) return false;
    const fate = drawn ? drawn.dataset.fate : "refused";
    if (!drawn) untaken(response.status);
    told = 0;
    tones(fate);
    if (fate === "refused" || fate === "conflict") { queue.pause(); behind(queue.count - 1); }
    return true;
  }

  function behind(count) {
    const words = screen().querySelector(".scan-banner > div");
    if (!count || !words) return;
    words.append(Object.assign(document.createElement("p"), { textContent: `${count} more ${count === 1 ? "scan waits" : "scans wait"} behind it. Got it sends ${count === 1 ? "it" : "them"}.` }));
  }

  // after a sign-in elsewhere the token of this page is stale; any page of ours carries the new one
  async function freshToken() {
    const answer = await fetch(screen().dataset.here, { headers: { Accept: "text/html" } });
    const token = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#scan-form input[name=csrf]");
    if (token) document.querySelectorAll("input[name=csrf]").forEach((one) => { one.value = token.value; });
  }

  function untaken(status) {
    const banner = screen().querySelector(".scan-banner") || document.getElementById("saved-banner").content.firstElementChild.cloneNode(true);
    const [say, hint] = banner.querySelectorAll("p");
    say.textContent = "The server did not take this scan.";
    if (hint) hint.textContent = `It answered ${status}. Nothing was booked. Press Help.`;
    screen().querySelector("main").prepend(banner);
    document.body.dataset.fate = "refused";
  }

  function waiting(row, count, status) {
    saved(row, count, status);
    if (told !== count) tones("saved");
    told = count;
    if (status === 401 || status === 403) freshToken().catch(() => {});
  }

  window.addEventListener("online", () => queue.resume());
  window.addEventListener("offline", () => link(false));
  window.addEventListener("beforeunload", (event) => { if (queue.count) event.preventDefault(); });

  // ---- one scan
  function bare(text) {
    let code = text;
    if (prefix && code.startsWith(prefix)) code = code.slice(prefix.length);
    if (suffix && code.endsWith(suffix)) code = code.slice(0, -suffix.length);
    return code;
  }

  function put(from, code, more = {}) {
    const { task, device, opens } = from.elements;
    if (opens) more.opens = opens.value;
    queue.put({ scan_id: newId(), task: task.value, code, quantity: "1", scanned_at: new Date().toISOString(), device: device.value, ...more });
  }

  let entry = null;      // what was typed since the field was empty: when it began, how much, whether by a hand
  let quiet = 0;

  // whether this tablet's scanner ends its codes with a key, learned from its own scans
  const knows = { get: () => { try { return localStorage.getItem("stowline-ends") === "key"; } catch { return false; } },
                  set: () => { try { localStorage.setItem("stowline-ends", "key"); } catch { /* private browsing forgets */ } } };

  function end() {
    clearTimeout(quiet);
    entry = null;
    const code = bare(field.value);
    field.value = "";
    if (!code.trim()) return;
    put(form, code, { quantity: (units && units.value) || "1" });
    setUnits(1);
    if (qty) qty.open = false;
  }

  // The pace is an average of the keys' own times, so that a busy tablet does not take a scanner for a hand.
  function typed(event) {
    if (!entry || field.value.length <= 1) entry = { since: event.timeStamp, count: 0, hand: false };
    entry.count += (event.data || "").length || 1;
    if (event.isComposing || !event.inputType.startsWith("insert") || event.inputType === "insertFromPaste") entry.hand = true;
    if (manual && manual.getAttribute("aria-pressed") === "true") entry.hand = true;
    const pace = (event.timeStamp - entry.since) / Math.max(1, entry.count - 1);
    entry.scanner = !entry.hand && entry.count >= BURST_LENGTH && pace <= BURST_MS;
    return entry.scanner;
  }

  field.addEventListener("input", (event) => {
    const scanner = typed(event);
    clearTimeout(quiet);
    if (suffix && field.value.endsWith(suffix) && field.value.length > suffix.length) end();
    else if (scanner) quiet = setTimeout(end, (Number(silence) || 80) * (knows.get() ? HICCUP : 1));
  });

  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" || (event.key === "Tab" && field.value)) {
      event.preventDefault();
      if (entry && entry.scanner) knows.set();
      end();
    }
  });

  form.addEventListener("submit", (event) => { event.preventDefault(); end(); refocus(); });

  keys.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.hasAttribute("formaction")) return;
    event.preventDefault();
    if (event.submitter && event.submitter.value) put(keys, event.submitter.value);
  });

  // ---- things inside the swapped screen
  document.addEventListener("submit", (event) => {
    const one = event.target;
    if (one.matches("form[data-scan]")) {
      event.preventDefault();
      put(one, one.elements.code.value, { kind: one.elements.kind.value, ref: one.elements.ref.value, quantity: one.elements.quantity.value });
    } else if (one.matches("form[data-then-refresh]")) setTimeout(() => refresh().catch(() => {}), 1200);
  });

  document.addEventListener("click", (event) => {
    const again = event.target.closest("[data-refresh]");
    if (!again || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (queue.count) return queue.resume();
    refresh().catch(() => { document.body.dataset.fate = ""; again.closest(".scan-banner")?.remove(); });
  });

  // ---- units and typing by hand
  function setUnits(n) {
    if (!units) return;
    units.value = Math.max(1, Math.min(999999, n || 1));
    qty.querySelector("[data-times]").textContent = `×${units.value}`;
    qty.classList.toggle("many", Number(units.value) > 1);
  }

  if (units) {
    units.readOnly = true;      // a scanner that fires into this field must not become a quantity
    units.tabIndex = -1;
    qty.querySelectorAll("[hidden]").forEach((one) => { one.hidden = false; });
    let typed = false;          // whether the next digit follows the number, or begins a new one
    qty.addEventListener("toggle", () => {
      typed = false;
      qty.querySelector("[data-all]").hidden = !(Number(screen().dataset.left) > 1);
    });
    qty.addEventListener("click", (event) => {
      const step = event.target.closest("[data-step]");
      const digit = event.target.closest("[data-digit]");
      if (digit) {
        setUnits(Number((typed ? units.value : "") + digit.dataset.digit));
        typed = typed || digit.dataset.digit !== "0";
      }
      if (event.target.closest("[data-clear]")) { setUnits(1); typed = false; }
      if (step) setUnits(Number(units.value) === 1 && step.dataset.step === "10" ? 10 : Number(units.value) + Number(step.dataset.step));
      if (event.target.closest("[data-all]")) setUnits(Number(screen().dataset.left));
      if (event.target === units) setTimeout(() => field.focus());
    });
  }

  if (manual) {
    manual.hidden = false;
    manual.addEventListener("click", () => {
      const on = manual.getAttribute("aria-pressed") !== "true";
      manual.setAttribute("aria-pressed", String(on));
      field.inputMode = on ? "text" : "none";
      field.blur();
      refocus();
    });
  }

  settle();
})();
