// Charts: drawn by Observable Plot as SVG, anew when their width changes, in the colours of the page.
import * as Plot from "@observablehq/plot";
import { element, type Child } from "./dom";

export { Plot };

/** Blue and vermilion are told apart by every kind of colour vision; the variables follow light and dark. */
export const TRAINING = "var(--blue)";
export const VALIDATION = "var(--vermilion)";

export interface Chart {
  /** Above the chart. */
  title: string;
  /** What it shows, for those who cannot see it. */
  label: string;
  /** A sentence on how to read it. */
  caption: Child;
  /** Given the width in pixels. */
  options: (width: number) => Plot.PlotOptions;
  /** Lines of the legend: colour and what it stands for. */
  legend?: { colour: string; name: string; dashed?: boolean; dot?: boolean; hollow?: boolean }[];
  widest?: number;
}

function draw({ label, options, widest }: Chart, width: number): Element {
  const narrowed = Math.max(240, Math.min(width, widest ?? 680));
  const plot = Plot.plot({ style: { fontSize: "12px", fontFamily: "inherit", background: "none" },
    ...options(narrowed), width: narrowed, className: "plot" });
  const svg = plot instanceof SVGElement ? plot : plot.querySelector("svg")!;
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  return plot;
}

export function figure(chart: Chart): HTMLElement {
  const place = element("div", { class: "chart" });
  const legend = chart.legend && element("ul", { class: "legend" }, ...chart.legend.map((entry) =>
    element("li", {}, element("span", { class: `key${entry.dashed ? " dashed" : ""}${entry.dot ? " dot" : ""}${entry.hollow ? " hollow" : ""}`,
      style: `color: ${entry.colour}`, "aria-hidden": "true" }), entry.name)));
  const node = element("figure", {}, element("h3", {}, chart.title), legend, place,
    element("figcaption", {}, chart.caption));
  if (chart.widest) node.style.setProperty("--widest", `${chart.widest}px`);
  let drawn = 0;
  new ResizeObserver(() => {
    const width = Math.floor(place.clientWidth);
    // What is printed is scaled, not drawn anew.
    if (width === 0 || width === drawn || window.matchMedia("print").matches) return;
    drawn = width;
    place.replaceChildren(draw(chart, width));
  }).observe(place);
  return node;
}

/** Beside each other where there is room. */
export const beside = (...figures: Child[]): HTMLElement | null => {
  const shown = figures.filter(Boolean);
  return shown.length === 0 ? null : element("div", { class: "beside" }, ...shown);
};

/** Room for the names of the axes, the vertical one's above it. */
export const MARGINS = { marginLeft: 56, marginBottom: 42, marginTop: 30, marginRight: 16 };

/** The square of shares from 0 to 1 that ROC, precision and reliability are drawn in. */
export function unitSquare(width: number, x: string, y: string): Plot.PlotOptions {
  return {
    height: Math.min(width, 420),
    ...MARGINS, marginLeft: 48,
    x: { domain: [0, 1], label: x, labelAnchor: "center", labelArrow: "none", tickFormat: "%", ticks: 5 },
    y: { domain: [0, 1], label: y, labelArrow: "none", tickFormat: "%", ticks: 5, grid: true },
  };
}
