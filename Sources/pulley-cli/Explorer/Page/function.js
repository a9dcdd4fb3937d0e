// The indices of a longest non-decreasing subsequence (patience sorting). The other lines have moved.
function longestRun(numbers) {
  const tails = [], previous = numbers.map(() => -1), kept = new Set();
  numbers.forEach((number, at) => {
    if (number < 0) return;
    let low = 0, high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (numbers[tails[middle]] <= number) low = middle + 1; else high = middle;
    }
    if (low > 0) previous[at] = tails[low - 1];
    tails[low] = at;
  });
  for (let at = tails.length ? tails[tails.length - 1] : -1; at >= 0; at = previous[at]) {
    kept.add(at);
  }
  return kept;
}

// Puts the lines of a column into the rows of their origins, but no line before its predecessor.
function align(lines, rows, rowOfKey, column) {
  const numbers = lines.map(line => line.key < 0 ? -1 : rowOfKey.get(line.key) ?? -1);
  const kept = longestRun(numbers);
  let row = 0;
  lines.forEach((line, at) => {
    if (kept.has(at)) row = numbers[at];
    // The header of a block goes with the line after it.
    else if (line.heads && kept.has(at + 1)) row = numbers[at + 1];
    line.moved = line.key >= 0 && !kept.has(at);
    rows[row][column].push(line);
  });
}

// Decodes numbers from their differences; -1 for an empty one.
function numbersOf(differences) {
  let last = 0;
  return differences.split(",").map(difference =>
    difference === "" ? -1 : last += Number(difference));
}

function linesOf(column) {
  if (column.n === 0) return [];
  const keys = numbersOf(column.k), addresses = column.a && numbersOf(column.a);
  return column.t.split("\n").map((text, at) => ({
    text, key: keys[at], depth: column.d ? parseInt(column.d[at], 36) : 0,
    label: addresses && addresses[at].toString(16), target: column.x && column.x[at],
  }));
}

function makeRows(data) {
  // WebAssembly gets a first row for lines without an origin; a text of CLIF has its own lines for them.
  const rows = isClif ? [] : [{ s: [], i: [], p: [] }];
  const rowOfKey = new Map();
  for (const line of linesOf(data.s)) {
    rowOfKey.set(line.key, rows.length);
    line.label = place(line.key);
    rows.push({ s: [line], i: [], p: [] });
  }
  const ir = linesOf(data.i);
  for (const line of ir) line.heads = line.depth === 0;
  align(ir, rows, rowOfKey, "i");
  align(linesOf(data.p), rows, rowOfKey, "p");
  return rows.filter(row => row.s.length || row.i.length || row.p.length);
}

const columns = { s: isClif ? "CLIF as written" : "WebAssembly", i: "CLIF, optimized", p: "Pulley" };

class FunctionView {
  constructor(n, section) {
    this.n = n;
    this.pinned = null;
    const data = JSON.parse(document.getElementById("f" + n).textContent);
    this.rows = makeRows(data);
    this.body = element("div", "body");
    const heads = element("div", "row heads");
    for (const column in columns) {
      const head = element("div", "cell " + column, columns[column] + " ");
      head.append(element("small", "", data[column].n.toLocaleString("en")));
      heads.append(head);
    }
    this.body.append(heads);
    this.fillChunk = this.fillChunk.bind(this);
    const watcher = new IntersectionObserver(entries => {
      for (const entry of entries) if (entry.isIntersecting) this.fillChunk(entry.target);
    }, { rootMargin: "1200px" });
    this.chunks = [];
    const perChunk = 50;
    for (let start = 0; start < this.rows.length; start += perChunk) {
      const chunk = element("div", "chunk");
      chunk.rows = this.rows.slice(start, start + perChunk);
      const lines = chunk.rows.reduce(
        (sum, row) => sum + Math.max(row.s.length, row.i.length, row.p.length), 0);
      // Reserves the height of rows that are not made yet, so that the scroll bar is right.
      chunk.style.minHeight = lines * 1.5 + "em";
      chunk.style.containIntrinsicBlockSize = `auto ${lines * 1.5}em`;
      this.chunks.push(chunk);
      this.body.append(chunk);
      watcher.observe(chunk);
    }
    section.append(this.body);
    if (this.chunks.length) this.fillChunk(this.chunks[0]);
    this.body.addEventListener("pointerover", event => {
      const line = event.target.closest(".line");
      const key = line ? line.dataset.k : undefined;
      if (key !== this.near) this.mark("near", this.near = key);
    });
    this.body.addEventListener("pointerleave", () => this.mark("near", this.near = undefined));
    this.body.addEventListener("click", event => {
      const line = event.target.closest(".line");
      if (!line || event.target.closest("a") || String(getSelection())) return;
      this.pin(line.dataset.k === this.pinned ? undefined : line.dataset.k);
    });
  }

  fillChunk(chunk) {
    if (!chunk.rows) return;
    for (const row of chunk.rows) {
      const made = element("div", "row");
      for (const column in columns) {
        const cell = element("div", "cell " + column);
        const lines = row[column].map(line => this.lineElement(line));
        // Folds long lists of declarations, which few readers want.
        const first = row.i.findIndex((line, at) => at > 0 && line.heads);
        const declared = column === "i" && row === this.rows[0]
          ? (first < 0 ? row.i.length : first) - 1 : 0;
        if (declared > 3) {
          const details = element("details");
          details.append(element("summary", "", `${declared} declarations`));
          details.append(...lines.splice(1, declared));
          lines.splice(1, 0, details);
        }
        cell.append(...lines);
        made.append(cell);
      }
      chunk.append(made);
    }
    chunk.rows = null;
    chunk.style.minHeight = "";
    this.mark("pinned", this.pinned ?? undefined);
  }

  lineElement(line) {
    const made = element("div", "line" + (line.moved ? " moved" : line.key < 0 ? " free" : ""));
    made.tabIndex = -1;
    if (line.key >= 0) made.dataset.k = line.key;
    if (line.label !== undefined) made.append(element("span", "label", line.label));
    const text = element("span", "text", line.text);
    if (line.depth > 0) text.style.paddingLeft = 1.5 * Math.min(line.depth, 8) + "ch";
    made.append(text);
    if (line.target !== undefined && byNumber.has(line.target)) {
      const link = element("a", "target", byNumber.get(line.target).name);
      link.href = "#" + line.target;
      made.append(link);
    }
    if (line.moved) {
      const link = element("a", "from", "from " + place(line.key));
      link.href = `#${this.n}:${line.key}`;
      made.append(link);
    }
    return made;
  }

  // Marks all lines with an origin.
  mark(style, key) {
    for (const line of this.body.querySelectorAll(".line." + style)) line.classList.remove(style);
    if (key === undefined) return;
    for (const line of this.body.querySelectorAll(`.line[data-k="${Number(key)}"]`)) {
      line.classList.add(style);
    }
  }

  pin(key) {
    this.pinned = key ?? null;
    this.mark("pinned", key);
    history.replaceState(null, "", key === undefined ? "#" + this.n : `#${this.n}:${key}`);
  }

  reveal(key) {
    for (const chunk of this.chunks) {
      if (chunk.rows && chunk.rows.some(row => row.s.some(line => line.key === key))) {
        this.fillChunk(chunk);
      }
    }
    const line = this.body.querySelector(`.s .line[data-k="${key}"]`);
    if (!line) return false;
    this.pin(String(key));
    line.scrollIntoView({ block: "center" });
    return true;
  }

  // The element to which a key moves the focus.
  keyPressed(key, by, line) {
    const names = Object.keys(columns);
    const column = names.find(name => line.parentElement.classList.contains(name));
    if (key === "Escape") {
      this.pin(undefined);
      return this.body.parentElement.querySelector(".opener");
    }
    let to;
    if (by) to = step(line, `.${column} .line`, by, this.body);
    if (key === "Enter") to = line;
    if (key === "ArrowLeft" || key === "ArrowRight") {
      const other = names[names.indexOf(column) + (key === "ArrowLeft" ? -1 : 1)];
      if (!other) return undefined;
      const beside = line.closest(".row").querySelector(`.${other} .line`);
      const same = line.dataset.k === undefined
        ? null : this.body.querySelector(`.${other} .line[data-k="${line.dataset.k}"]`);
      to = same || beside;
    }
    if (to) this.pin(to.dataset.k);
    return to;
  }
}

applyFilter();
followHash();
if (index.functions.length === 1 && !location.hash) setOpen(index.functions[0].n, true);
document.documentElement.dataset.ready = "true";
