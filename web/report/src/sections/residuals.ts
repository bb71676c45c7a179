// Numbers: predictions beside the truth, and how far they are off.
import { beside, figure, MARGINS, Plot, TRAINING, VALIDATION } from "../chart";
import { element, section } from "../dom";
import { counted, cut, number, percent, tick, whole } from "../format";
import type { NumberRow, Report, TargetJudgement } from "../report";

const MOST_TARGETS = 6;

function scatter(target: TargetJudgement, place: number, rows: NumberRow[]): HTMLElement | null {
  if (rows.length === 0) return null;
  const points = rows.map((row) => ({ expected: row.expected[place], predicted: row.predicted[place] }));
  const all = points.flatMap((p) => [p.expected, p.predicted]);
  const from = Math.min(...all), to = Math.max(...all);
  const pad = (to - from || 1) * 0.03;
  const domain = [from - pad, to + pad];
  return figure({
    title: "Predicted and true",
    label: `Scatter plot of predicted against true ${target.name} of ${points.length} rows`,
    caption: "Each dot is a row. On the dashed line the prediction is right; above it, it is too high. " +
      (points.length >= 500 ? "At most 500 rows, chosen at random." : ""),
    widest: 440,
    options: (width) => ({
      height: Math.min(width, 420), ...MARGINS,
      x: { domain, label: `true ${cut(target.name, 30)}`, labelAnchor: "center", labelArrow: "none", ticks: 5, tickFormat: tick },
      y: { domain, label: "predicted", labelArrow: "none", ticks: 5, grid: true, tickFormat: tick },
      marks: [
        Plot.line([[domain[0], domain[0]], [domain[1], domain[1]]], { stroke: "var(--muted)", strokeDasharray: "4 4" }),
        Plot.dot(points, { x: "expected", y: "predicted", r: 2.5, fill: TRAINING, fillOpacity: points.length > 200 ? 0.45 : 0.7 }),
        Plot.tip(points, Plot.pointer({ x: "expected", y: "predicted", title: (p) => `true ${number(p.expected)}\npredicted ${number(p.predicted)}` })),
      ],
    }),
  });
}

function histogram(target: TargetJudgement): HTMLElement {
  const { histogram: bins, quantiles } = target.residuals;
  const width = (bins.to - bins.from) / bins.rows.length;
  const bars = bins.rows.map((rows, i) => ({ rows, from: bins.from + i * width, to: bins.from + (i + 1) * width }));
  const beyond = bins.below + bins.above;
  return figure({
    title: "Errors",
    label: `Histogram of the errors of ${target.name}`,
    caption: `True minus predicted: left of 0 the prediction was too high. The middle half of the rows lies between ${number(quantiles["0.25"])} and ${number(quantiles["0.75"])}` +
      (beyond > 0 ? `; ${counted(beyond, "row")} further off ${beyond === 1 ? "is" : "are"} not shown.` : "."),
    widest: 440,
    options: (total) => ({
      height: Math.min(total, 420), ...MARGINS,
      x: { label: "true − predicted", labelAnchor: "center", labelArrow: "none", ticks: 5, tickFormat: tick },
      y: { label: "rows", labelArrow: "none", grid: true, nice: true, ticks: 5, tickFormat: (v: number) => (Number.isInteger(v) ? whole(v) : "") },
      marks: [
        Plot.rectY(bars, { x1: "from", x2: "to", y: "rows", fill: TRAINING, insetLeft: 0.5, insetRight: 0.5, rx: 1 }),
        Plot.ruleX([0], { stroke: VALIDATION, strokeWidth: 1.5 }),
        Plot.ruleY([0], { stroke: "var(--muted)" }),
      ],
    }),
  });
}

export function residuals(report: Report): HTMLElement | null {
  const targets = report.judgement?.targets;
  if (!targets) return null;
  const shown = targets.slice(0, MOST_TARGETS);
  const parts = shown.map((target, i) => element("div", {},
    targets.length > 1 ? element("h3", { class: "of-target" }, target.name) : null,
    beside(scatter(target, i, report.judgement!.sample ?? []), histogram(target))));
  const lead = targets.length === 1
    ? `Nine in ten errors lie between ${number(targets[0].residuals.quantiles["0.05"])} and ${number(targets[0].residuals.quantiles["0.95"])}` +
      (targets[0].r2 != null ? `; the model explains ${percent(Math.max(0, targets[0].r2))} of the variance.` : ".")
    : `Each target on its own${targets.length > MOST_TARGETS ? `; the first ${MOST_TARGETS} are drawn` : ""}.`;
  return section("How far it is off", lead, ...parts);
}
