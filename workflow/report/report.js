"use strict";
// Tables sort and filter; folded parts open where a link leads into them, and in print.

const DATA = "tr.data";
const FEWEST = 6; // rows of a table that is worth filtering

const textOf = (cell) => cell.textContent.trim();

/** The number that a cell begins with; NaN for words, dashes and what is suppressed. */
function numberOf(cell) {
  const plain = textOf(cell).replace(/[−–]/g, "-"){% if language == "es" %}.replace(/\.(?=\d{3})/g, "").replace(",", "."){% else %}.replace(/,(?=\d{3})/g, ""){% endif %};
  const start = /^[^\d(-]{0,3}(-?\d+(\.\d+)?)/.exec(plain);
  return start ? Number(start[1]) : NaN;
}

/** Rows that belong together: one with a label, and those without one below it. */
function blocksOf(rows) {
  const blocks = [];
  for (const row of rows) {
    const label = row.cells[0];
    if (blocks.length && label && !textOf(label)) blocks.at(-1).push(row);
    else blocks.push([row]);
  }
  return blocks;
}

/** Data rows between headings, as they stood at first. */
function runsOf(table) {
  const runs = [];
  for (const body of table.tBodies) {
    let run = null;
    for (const row of body.rows) {
      if (!row.matches(DATA)) run = null;
      else if (run) run.push(row);
      else runs.push((run = [row]));
    }
  }
  return runs.map((rows) => ({ rows, blocks: blocksOf(rows) }));
}

function cellAt(row, column) {
  let position = 0;
  for (const cell of row.cells) {
    if (position >= column) return cell;
    position += cell.colSpan;
  }
  return row.cells[row.cells.length - 1];
}

function compare(one, other, column, sign) {
  const [a, b] = [one, other].map((block) => cellAt(block[0], column));
  const [x, y] = [numberOf(a), numberOf(b)];
  if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
  return sign * (Number.isNaN(x) ? textOf(a).localeCompare(textOf(b)) : x - y);
}

function sort(runs, column, sign) {
  for (const { rows, blocks } of runs) {
    const sorted = sign ? [...blocks].sort((a, b) => compare(a, b, column, sign)) : blocks;
    const after = document.createComment("");
    rows.find((row) => row.isConnected).parentNode.insertBefore(after, lastOf(rows).nextSibling);
    for (const row of sorted.flat()) after.parentNode.insertBefore(row, after);
    after.remove();
  }
}

const lastOf = (rows) => rows.reduce((last, row) =>
  last.compareDocumentPosition(row) & Node.DOCUMENT_POSITION_FOLLOWING ? row : last);

/** Column headings in the last line of the head, and those that reach down to it, with their columns. */
function* headingsOf(table) {
  const taken = [];
  for (const [line, row] of [...table.tHead.rows].entries()) {
    let column = 0;
    for (const cell of row.cells) {
      while (taken[column] > line) column += 1;
      for (let i = 0; i < cell.colSpan; i += 1) taken[column + i] = line + cell.rowSpan;
      if (cell.tagName === "TH" && cell.colSpan === 1 && line + cell.rowSpan === table.tHead.rows.length && textOf(cell)) {
        yield [cell, column];
      }
      column += cell.colSpan;
    }
  }
}

function makeSortable(table, runs) {
  for (const [heading, column] of headingsOf(table)) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const was = heading.getAttribute("aria-sort");
      const now = { ascending: "descending", descending: null }[was] ?? (was ? null : "ascending");
      for (const other of table.querySelectorAll("[aria-sort]")) other.removeAttribute("aria-sort");
      if (now) heading.setAttribute("aria-sort", now);
      sort(runs, column, { ascending: 1, descending: -1 }[now] ?? 0);
    });
  }
}

function makeFilterable(figure, table, runs) {
  const tools = document.createElement("div");
  const input = document.createElement("input");
  const count = document.createElement("span");
  tools.className = "tools";
  input.type = "search";
  input.placeholder = "{{ _("Filter rows") }}";
  input.setAttribute("aria-label", `{{ _("Filter the rows of:") }} ${textOf(figure.querySelector("figcaption"))}`);
  count.setAttribute("role", "status");
  tools.append(input, count);
  figure.querySelector("figcaption").after(tools);
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    let shown = 0;
    let all = 0;
    for (const { blocks } of runs) {
      for (const block of blocks) {
        const fits = block.some((row) => row.textContent.toLowerCase().includes(wanted));
        for (const row of block) row.hidden = !fits;
        shown += fits;
        all += 1;
      }
    }
    count.textContent = wanted ? `{{ _("%(shown)s of %(all)s rows", shown="${shown}", all="${all}") }}` : "";
  });
}

function openTo(hash) {
  const target = hash.length > 1 && document.getElementById(decodeURIComponent(hash.slice(1)));
  if (!target) return;
  const below = target.nextElementSibling;
  if (below && below.matches("details")) below.open = true;
  for (let part = target.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
  target.scrollIntoView();
}

for (const figure of document.querySelectorAll("figure.table")) {
  const table = figure.querySelector("table");
  const runs = runsOf(table);
  const rows = runs.reduce((sum, { blocks }) => sum + blocks.length, 0);
  if (runs.some(({ blocks }) => blocks.length > 1)) makeSortable(table, runs);
  if (rows >= FEWEST) makeFilterable(figure, table, runs);
}
addEventListener("hashchange", () => openTo(location.hash));
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("details")) part.open = true;
});
openTo(location.hash);
