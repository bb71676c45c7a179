// What the table holds.
import { element, section, table, type Child } from "../dom";
import { counted, cut, fileName, list, percent, plain, whole } from "../format";
import { picture } from "../picture";
import type { Column, Data, Report } from "../report";

/** Bars without axes, 96 × 24. */
function spark(bins: number[], label: string): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const width = 96, height = 24, most = Math.max(...bins, 1), step = width / bins.length;
  for (const [key, value] of Object.entries({ viewBox: `0 0 ${width} ${height}`, width, height, class: "spark", role: "img", "aria-label": label }))
    svg.setAttribute(key, String(value));
  bins.forEach((rows, i) => {
    const bar = document.createElementNS(space, "rect");
    // What is there can be seen, however rare.
    const tall = rows === 0 ? 0 : Math.max(1, (height * rows) / most);
    for (const [key, value] of Object.entries({ x: i * step + 0.3, y: height - tall, width: Math.max(0.7, step - 0.6), height: tall }))
      bar.setAttribute(key, value.toFixed(2));
    svg.append(bar);
  });
  return svg;
}

function values(column: Column, rows: number): string {
  if (column.first_day) return `${column.first_day} to ${column.last_day}`;
  if (column.most_frequent && column.most_frequent.length > 0) {
    const shown = column.most_frequent.slice(0, 3).map((one) => `${cut(one.value, 24)} (${percent(one.rows / Math.max(1, rows - column.missing), 0)})`);
    const more = column.distinct - shown.length;
    return shown.join(", ") + (more > 0 ? `, ${whole(more)} more` : "");
  }
  if (column.numbers) return `${plain(column.numbers.smallest)} to ${plain(column.numbers.largest)}, median ${plain(column.numbers.median)}`;
  return (column.examples ?? []).map((text) => cut(text, 40)).join(", ");
}

function shape(column: Column): Child {
  if (column.most_frequent && column.most_frequent.length > 0)
    return spark(column.most_frequent.map((one) => one.rows), `rows of the ${column.most_frequent.length} most frequent values`);
  return column.histogram && column.histogram.length > 1 ? spark(column.histogram, `histogram of ${column.name}`) : null;
}

function columnsTable(data: Data): HTMLElement {
  const more = data.columns - data.list.length;
  return element("div", { class: "columns" }, table("Columns", [
    { title: "Column", cell: (c) => c.name },
    { title: "Use", cell: (c) => element("span", { class: `role ${c.role}` }, c.role === "unused" ? "not used" : c.role) },
    { title: "Kind", cell: (c) => c.type },
    { title: "Missing", isNumber: true, cell: (c) => (c.missing === 0 ? "" : percent(c.missing / Math.max(1, data.rows), c.missing / data.rows < 0.1 ? 1 : 0)) },
    { title: "Distribution", cell: shape },
    { title: "Values", cell: (c) => element("span", { class: "values" }, values(c, data.rows)) },
  ], data.list), more > 0 && element("p", { class: "caption" }, `${counted(more, "more column")} not shown.`));
}

function splitBar(data: Data): HTMLElement | null {
  const split = data.split;
  if (!split) return null;
  const parts = [
    { name: "training", rows: split.training, does: "to learn from" },
    { name: "validation", rows: split.validation, does: "to tell when to stop" },
    { name: "test", rows: split.test, does: "to measure the result" }].filter((part) => part.rows > 0);
  return element("ul", { class: "split", "aria-label": "Rows by their use" }, ...parts.map((part) =>
    element("li", { class: part.name, style: `flex-grow: ${part.rows}` },
      element("b", {}, `${whole(part.rows)} ${part.name}`), element("span", {}, part.does))));
}

function remarks(title: string, lines: string[], isOpen: boolean): HTMLElement | null {
  if (lines.length === 0) return null;
  return element("details", { open: isOpen }, element("summary", {}, title), element("ul", {}, ...lines.map((line) => element("li", {}, line))));
}

export function data(report: Report): HTMLElement | null {
  const found = report.data;
  const lead = `${counted(found.rows, "row")} of ${counted(found.columns, "column")} from ${list(found.files.map(fileName))}; the model looks at ${counted(found.features, "feature")}.`;
  return section("The data", lead, splitBar(found),
    found.image && element("div", { class: "mean-picture" },
      picture(found.image.means, found.image.width, Math.max(...found.image.means.map((v) => v ?? 0)), "The mean of all rows"),
      element("p", { class: "caption" }, `The mean of all rows: each feature is a pixel of ${found.image.width} × ${found.image.height}.`)),
    columnsTable(found),
    remarks("How columns become inputs", found.preparation, true),
    remarks("Notes", found.notes, true),
    remarks("Warnings", found.warnings, true));
}
