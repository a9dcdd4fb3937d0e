"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const flame = document.getElementById("flame");
const detail = document.getElementById("detail");
const search = document.getElementById("search");
const found = document.getElementById("found");
const rowHeight = 21;
/** The part of the width below which a call is not drawn. */
const narrowest = 0.0008;

const milliseconds = time => (time * data.interval).toLocaleString("en") + " ms";
const percent = time => (data.total ? 100 * time / data.total : 0).toFixed(1) + " %";

// The tree

function makeCall(name, own, caller) {
  return { name, own, total: own, caller, callees: [], depth: caller ? caller.depth + 1 : 0 };
}

const root = makeCall("all", 0, null);
const calls = [];
for (const [caller, number, own] of data.calls) {
  const outer = caller < 0 ? root : calls[caller];
  const call = makeCall(data.functions[number][0], own, outer);
  outer.callees.push(call);
  calls.push(call);
}
if (data.compiling) {
  const compiling = makeCall("(compiling)", data.compiling, root);
  root.callees.push(compiling);
  calls.push(compiling);
}
for (const call of calls.toReversed()) call.caller.total += call.total;
for (const call of [root, ...calls]) call.callees.sort((a, b) => b.total - a.total);

// The graph. Names come from the module: they are only ever set as text.

let chosen = root;

function element(tag, style, text) {
  const made = document.createElement(tag);
  if (style) made.className = style;
  if (text !== undefined) made.textContent = text;
  return made;
}

function describe(call) {
  detail.textContent = `${call.name}: ${milliseconds(call.total)}, ${percent(call.total)}; `
    + `of its own ${milliseconds(call.own)}, ${percent(call.own)}`;
}

function hue(name) {
  let sum = 7;
  for (const character of name) sum = (sum * 31 + character.codePointAt(0)) % 9973;
  return 12 + sum % 48;
}

const isMarked = call => {
  const wanted = search.value.trim().toLowerCase();
  return wanted !== "" && call.name.toLowerCase().includes(wanted);
};

function draw(call, left, width, part) {
  const button = element("button", "call", call.name);
  if (call.depth < chosen.depth) button.classList.add("outer");
  if (isMarked(call)) button.classList.add("marked");
  button.style.left = 100 * left + "%";
  button.style.width = 100 * width + "%";
  button.style.top = call.depth * rowHeight + "px";
  button.style.setProperty("--hue", hue(call.name));
  button.addEventListener("click", () => choose(call));
  button.addEventListener("mouseenter", () => describe(call));
  button.addEventListener("focus", () => describe(call));
  part.append(button);
}

function render() {
  const part = document.createDocumentFragment();
  for (let outer = chosen.caller; outer; outer = outer.caller) draw(outer, 0, 1, part);
  let deepest = chosen.depth;
  const open = [[chosen, 0, 1]];
  while (open.length) {
    const [call, left, width] = open.pop();
    draw(call, left, width, part);
    deepest = Math.max(deepest, call.depth);
    let start = left;
    for (const callee of call.callees) {
      const share = call.total ? width * callee.total / call.total : 0;
      if (share >= narrowest) open.push([callee, start, share]);
      start += share;
    }
  }
  flame.style.height = (deepest + 1) * rowHeight + "px";
  flame.replaceChildren(part);
}

function choose(call) {
  chosen = call;
  render();
  describe(call);
}

/** The time of the marked functions; within a marked call nothing counts again. */
function markedTime() {
  let time = 0;
  const open = [root];
  while (open.length) {
    const call = open.pop();
    if (isMarked(call)) time += call.total;
    else open.push(...call.callees);
  }
  return time;
}

search.addEventListener("input", () => {
  found.textContent = search.value.trim() ? percent(markedTime()) + " in marked functions" : "";
  render();
});

// The tables

function fill(id, heads, rows) {
  const table = document.getElementById(id);
  const head = element("tr");
  for (const [style, text] of heads) head.append(element("th", style, text));
  table.append(head);
  for (const cells of rows) {
    const row = element("tr");
    cells.forEach((text, column) => row.append(element("td", heads[column][0], text)));
    table.append(row);
  }
}

fill(
  "functions",
  [["number", "own"], ["number", ""], ["number", "with calls"], ["number", ""], ["name", "function"]],
  data.functions.map(([name, own, total]) => [
    milliseconds(own), percent(own), milliseconds(total), percent(total), name,
  ]));
fill(
  "places",
  [["number", "time"], ["number", ""], ["name", "function"], ["number", "bytecode"], ["name", "source"]],
  data.places.map(([number, offset, source, time]) => [
    milliseconds(time), percent(time), data.functions[number][0], "+0x" + offset.toString(16), source,
  ]));
choose(root);
document.documentElement.dataset.ready = "true";
