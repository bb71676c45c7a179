// What the model looks at.
import { figure, Plot, TRAINING } from "../chart";
import { section } from "../dom";
import { counted, cut, number, percent, quoted, tick } from "../format";
import type { Importance, Report } from "../report";

const MOST_BARS = 20;

function bars(found: Importance): HTMLElement {
  const isShare = found.measure === "accuracy";
  const shown = [...found.features].sort((a, b) => b.worse - a.worse).slice(0, MOST_BARS);
  const name = (text: string): string => cut(text, 26);
  // Two long names may be cut to the same text: the place keeps them apart.
  const places = shown.map((_, i) => i);
  const show = (v: number): string => (isShare ? percent(v) : number(v));
  return figure({
    title: isShare ? "Accuracy lost without it" : "RMSE gained without it",
    label: `Bars: how much worse predictions get without each of ${shown.length} features`,
    caption: `How much worse predictions get when the values of one feature are dealt to other rows, on ${counted(found.rows, "row")}; the thin line is one standard deviation of ${found.repeats} trials to either side.` +
      (found.of > shown.length ? ` The first ${shown.length} of ${found.of} features.` : "") +
      " Of features that tell the same, each may seem to matter little.",
    options: (width) => {
      const marginLeft = Math.min(0.42 * width, 6.9 * Math.max(...shown.map((f) => name(f.name).length)) + 18);
      return {
        height: 24 * shown.length + 48, marginLeft, marginBottom: 38, marginTop: 6, marginRight: 24,
        x: { label: isShare ? "accuracy lost" : "RMSE gained", labelAnchor: "center", labelArrow: "none", grid: true, ticks: 5,
          tickFormat: (v: number) => (isShare ? percent(v, 100 * Math.abs(shown[0].worse) < 4 ? 1 : 0) : tick(v)), nice: true },
        y: { domain: places, label: null, tickSize: 0, tickFormat: (i: number) => name(shown[i].name) },
        marks: [
          Plot.barX(shown, { y: (_, i) => i, x: "worse", fill: TRAINING, insetTop: 3, insetBottom: 3, rx: 1.5 }),
          Plot.ruleY(shown, { y: (_, i) => i, x1: (f) => f.worse - f.worse_deviation, x2: (f) => f.worse + f.worse_deviation, stroke: "var(--ink)", strokeWidth: 1 }),
          Plot.ruleX([0], { stroke: "var(--muted)" }),
          Plot.tip(shown, Plot.pointerY({ y: (_, i) => i, x: "worse", title: (f) => `${f.name}\n${show(f.worse)} ± ${show(f.worse_deviation)}` })),
        ],
      };
    },
  });
}

function map(found: Importance, size: { width: number; height: number }): HTMLElement {
  const largest = Math.max(...found.pixels!, 1e-12);
  const cells = found.pixels!.map((value, i) => ({ x: i % size.width, y: Math.floor(i / size.width), share: Math.max(0, value) / largest }));
  return figure({
    title: "Where it looks",
    label: `Map of ${size.width} by ${size.height} pixels: the stronger the colour, the more a pixel matters`,
    caption: `The stronger its colour, the more the loss grows when a pixel’s values are dealt to other rows, on ${counted(found.rows, "row")}.`,
    widest: 320,
    options: (width) => ({
      width, height: (width * size.height) / size.width, margin: 1,
      x: { axis: null, domain: Array.from({ length: size.width }, (_, i) => i), padding: 0 },
      y: { axis: null, domain: Array.from({ length: size.height }, (_, i) => i), padding: 0 },
      opacity: { domain: [0, 1], range: [0, 1] },
      marks: [
        Plot.frame({ stroke: "var(--line)" }),
        Plot.cell(cells, { x: "x", y: "y", fill: TRAINING, fillOpacity: "share", inset: 0 }),
      ],
    }),
  });
}

export function importance(report: Report): HTMLElement | null {
  const found = report.importance;
  if (!found || found.features.length === 0) return null;
  const size = report.data.image;
  if (found.pixels && size) return section("What it looks at", "Each feature is a pixel, so what matters can be seen.", map(found, size));
  const useless = found.features.length === found.of ? found.features.filter((f) => f.loss <= 0 && f.worse <= 0).length : 0;
  const first = found.features.reduce((a, b) => (b.worse > a.worse ? b : a));
  const lead = `${quoted(first.name)} matters most.` +
    (useless > 0 ? ` ${counted(useless, "feature")} could be left out without harm to these rows.` : "");
  return section("What it looks at", lead, bars(found));
}
