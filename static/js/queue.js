// The scans of this tablet, sent strictly in order, one at a time, each with its own scan_id however often it is sent.
// The shelf keeps the rows: in memory here; anything with the same three verbs (add, first, drop) may keep them longer.
class MemoryShelf {
  #rows = [];
  async add(row) { this.#rows.push(row); return this.#rows.length; }
  async first() { return this.#rows[0] ?? null; }
  async drop(row) { this.#rows = this.#rows.filter((one) => one !== row); return this.#rows.length; }
}

class ScanQueue {
  static KEEP = new Set([401, 403, 408, 425, 429]);  // not an answer to the scan: the row stays
  #shelf; #send; #busy = false; #paused = false; #timer = 0;

  // send(row) -> Response, or throws when nobody answers; on is {answered, waiting, signedOut}
  constructor(shelf, send, on, retryMs = 3000) {
    this.#shelf = shelf;
    this.#send = send;
    this.on = on;
    this.retryMs = retryMs;
    this.count = 0;
  }

  async put(row) {
    this.count = await this.#shelf.add(row);
    this.resume();
  }

  // after a refusal the scans behind it wait until a person has seen it
  pause() { this.#paused = true; }
  resume() { this.#paused = false; this.#drain(); }

  async #drain() {
    if (this.#busy) return;
    this.#busy = true;
    clearTimeout(this.#timer);
    try {
      for (let row = await this.#shelf.first(); row && !this.#paused; row = await this.#shelf.first()) {
        if (!await this.#one(row)) break;
      }
    } finally { this.#busy = false; }
  }

  async #one(row) {
    let response;
    try { response = await this.#send(row); } catch { return this.#wait(row); }
    if (ScanQueue.KEEP.has(response.status) || response.status >= 500) return this.#wait(row, response.status);
    const html = await response.text().catch(() => null);
    if (html === null) return this.#wait(row);
    const taken = await this.on.answered(row, response, html);
    if (!taken) return this.#wait(row, 401);
    this.count = await this.#shelf.drop(row);
    return true;
  }

  #wait(row, status = 0) {
    this.on.waiting(row, this.count, status);
    this.#timer = setTimeout(() => this.#drain(), this.retryMs);
    return false;
  }
}
