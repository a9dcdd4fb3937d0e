"use strict";
const index = JSON.parse(document.getElementById("index").textContent);
const isClif = index.kind === "clif";
const byNumber = new Map(index.functions.map(f => [f.n, f]));
const list = document.getElementById("functions");
const search = document.getElementById("search");
const order = document.getElementById("order");
const count = document.getElementById("count");

const place = key => isClif ? String(key) : "0x" + key.toString(16);
const bytes = size => size.toLocaleString("en") + " B";
const sourceSize = f => isClif ? f.source.toLocaleString("en") + " lines" : bytes(f.source);

// Texts come from the module: they are only ever set as text.
function element(tag, style, text) {
  const made = document.createElement(tag);
  if (style) made.className = style;
  if (text !== undefined) made.textContent = text;
  return made;
}

// The list of functions

const sections = new Map();
const batch = 200;
let shown = [];
let rendered = 0;

function sectionOf(f) {
  let section = sections.get(f.n);
  if (section) return section;
  section = element("section", "function");
  section.dataset.n = f.n;
  const button = element("button", "opener");
  button.setAttribute("aria-expanded", "false");
  const name = element("span", "name", f.name);
  name.title = f.name;
  button.append(
    name,
    element("span", "sizes", (f.source ? sourceSize(f) + " → " : "") + bytes(f.code)));
  button.addEventListener("click", () => setOpen(f.n, !section.classList.contains("open")));
  const heading = element("h2");
  heading.append(button);
  section.append(heading);
  sections.set(f.n, section);
  return section;
}

function renderMore(least = 0) {
  const end = Math.min(shown.length, Math.max(rendered + batch, least));
  const part = document.createDocumentFragment();
  for (; rendered < end; rendered++) part.append(sectionOf(shown[rendered]));
  list.append(part);
}

function applyFilter() {
  const wanted = search.value.trim().toLowerCase();
  shown = index.functions.filter(f => f.name.toLowerCase().includes(wanted));
  if (order.value === "size") shown.sort((a, b) => b.code - a.code || a.n - b.n);
  if (order.value === "name") {
    shown.sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : a.n - b.n);
  }
  list.replaceChildren();
  rendered = 0;
  renderMore();
  const all = index.functions.length;
  count.textContent = shown.length === all
    ? `${all.toLocaleString("en")} function${all === 1 ? "" : "s"}`
    : `${shown.length.toLocaleString("en")} of ${all.toLocaleString("en")} functions`;
  document.getElementById("none").hidden = shown.length > 0;
}

new IntersectionObserver(entries => {
  if (entries.some(e => e.isIntersecting) && rendered < shown.length) renderMore();
}, { rootMargin: "1500px" }).observe(document.getElementById("more"));
// Sticky headers of functions are below the page's header.
new ResizeObserver(entries => {
  const height = entries[0].target.offsetHeight;
  document.documentElement.style.setProperty("--top", height + "px");
}).observe(document.querySelector("header"));
search.addEventListener("input", applyFilter);
order.addEventListener("change", applyFilter);

// Opening

function setOpen(n, isOpen) {
  const section = sectionOf(byNumber.get(n));
  section.classList.toggle("open", isOpen);
  section.querySelector(".opener").setAttribute("aria-expanded", String(isOpen));
  if (isOpen && !section.view) section.view = new FunctionView(n, section);
  if (section.view) section.view.body.hidden = !isOpen;
}

function reveal(n, key) {
  if (!byNumber.has(n)) return;
  if (!shown.some(f => f.n === n)) {
    search.value = "";
    applyFilter();
  }
  renderMore(shown.findIndex(f => f.n === n) + 1);
  setOpen(n, true);
  const section = sections.get(n);
  if (key === undefined || !section.view.reveal(key)) section.scrollIntoView();
  section.querySelector(".opener").focus({ preventScroll: true });
}

// #12 is a function; #12:69 is its instruction from byte (or line) 69.
function followHash() {
  const parts = /^#(\d+)(?::(\d+))?$/.exec(location.hash);
  if (parts) reveal(Number(parts[1]), parts[2] === undefined ? undefined : Number(parts[2]));
}
addEventListener("hashchange", followHash);

// Keys

function step(from, selector, by, within) {
  const all = [...within.querySelectorAll(selector)];
  let at = all.indexOf(from) + by;
  // Skips lines that are not visible: of closed functions and folded declarations.
  while (all[at] && !all[at].checkVisibility()) at += by;
  return all[at];
}

addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const active = document.activeElement;
  const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  let to;
  if (event.key === "/" && active !== search) {
    search.select();
    to = search;
  } else if (active === search) {
    if (event.key === "Escape") {
      search.value = "";
      applyFilter();
    }
    if (by > 0) to = list.querySelector(".opener");
  } else if (active.classList.contains("opener")) {
    const section = active.closest(".function");
    if (by) to = step(active, ".opener", by, list) || (by < 0 ? search : undefined);
    if (event.key === "ArrowRight") {
      if (section.classList.contains("open")) {
        to = section.querySelector(".s .line") || section.querySelector(".line");
      }
      setOpen(Number(section.dataset.n), true);
    }
    if (event.key === "ArrowLeft") setOpen(Number(section.dataset.n), false);
  } else if (active.classList.contains("line")) {
    to = active.closest(".function").view.keyPressed(event.key, by, active);
  }
  if (!to) return;
  event.preventDefault();
  to.focus();
});
