// Elements without a framework. Texts of the data only ever become text nodes.

export type Child = Node | string | null | undefined | false;
type Attributes = Record<string, string | number | boolean | undefined>;

/** element("p", { class: "note" }, "Read ", element("b", {}, "this")) */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[Name] {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : String(value));
  for (const child of children) if (child) node.append(child);
  return node;
}

/** A name that may be broken behind underscores and the like. */
export function breakable(name: string): HTMLElement {
  return element("span", {}, ...name.split(/(?<=[_./-])/).flatMap((part) => [element("wbr"), part]));
}

export interface TableColumn<Row> {
  title: Child;
  /** Numbers stand to the right. */
  isNumber?: boolean;
  cell: (row: Row) => Child;
}

/** `name` tells what the table holds to those who cannot see it. The first column heads its rows. */
export function table<Row>(name: string, columns: TableColumn<Row>[], rows: Row[]): HTMLElement {
  const kind = (column: TableColumn<Row>): Attributes => ({ class: column.isNumber ? "number" : undefined });
  const head = element("tr", {}, ...columns.map((c) => element("th", { scope: "col", ...kind(c) }, c.title)));
  const body = rows.map((row) => element("tr", {}, ...columns.map((c, i) =>
    i === 0 ? element("th", { scope: "row", ...kind(c) }, c.cell(row)) : element("td", kind(c), c.cell(row)))));
  return element("div", { class: "scrolls", tabindex: 0, role: "region", "aria-label": name },
    element("table", { class: columns.length > 10 ? "wide" : undefined }, element("thead", {}, head), element("tbody", {}, ...body)));
}

let sections = 0;

/** null where there is nothing to show. */
export function section(title: string, lead: Child, ...parts: Child[]): HTMLElement | null {
  const shown = parts.filter(Boolean);
  if (shown.length === 0) return null;
  const id = `section-${++sections}`;
  return element("section", { "aria-labelledby": id },
    element("h2", { id }, title), lead && element("p", { class: "lead" }, lead), ...shown);
}
