// Whether probabilities mean what they say.
import { beside, figure, MARGINS, Plot, TRAINING, unitSquare } from "../chart";
import { section } from "../dom";
import { number, percent, quoted, whole } from "../format";
import type { Report } from "../report";

export function calibration(report: Report): HTMLElement | null {
  const found = report.judgement?.calibration;
  if (!found) return null;
  const filled = found.reliability.filter((bin) => bin.rows > 0);
  const most = Math.max(...filled.map((bin) => bin.rows));
  const claim = report.judgement!.positive !== undefined ? `the row is ${quoted(report.judgement!.positive)}` : "the prediction is right";
  const t = found.temperature;
  const advice = !t ? "" : Math.abs(t.value - 1) < 0.1 ? "The model is about as sure as it should be."
    : t.value > 1 ? `The model is too sure of itself: dividing its scores by ${number(t.value)} would make the probabilities fit best.`
      : `The model could be surer: dividing its scores by ${number(t.value)} would make the probabilities fit best.`;
  return section("Can its probabilities be believed?",
    `On average, probabilities are ${percent(found.ece)} away from what came true. ${advice}`,
    beside(
      figure({
        title: "Said and come true",
        label: `Reliability curve: mean probability against the share that came true, in ${filled.length} groups of rows`,
        caption: `Rows grouped by the probability that ${claim}: across, what was said; up, the share that came true. On the dashed line both agree; below it the model was too sure. Larger dots stand for more rows.`,
        widest: 440,
        options: (width) => ({ ...unitSquare(width, "said: mean probability", "came true"), r: { range: [2, 9], domain: [0, most], type: "sqrt" }, marks: [
          Plot.line([[0, 0], [1, 1]], { stroke: "var(--muted)", strokeDasharray: "4 4" }),
          Plot.line(filled, { x: "probability", y: "share", stroke: TRAINING, strokeWidth: 1.5 }),
          Plot.dot(filled, { x: "probability", y: "share", r: "rows", fill: TRAINING, stroke: "var(--paper)" }),
          Plot.tip(filled, Plot.pointer({ x: "probability", y: "share",
            title: (b) => `said ${percent(b.probability)}\ncame true ${percent(b.share)}\n${whole(b.rows)} rows` })),
        ] }),
      }),
      figure({
        title: "How sure it is",
        label: "Histogram of the probabilities",
        caption: `How many rows were given which probability that ${claim}. Tall bars at the ends: a model that is sure.`,
        widest: 440,
        options: (width) => ({
          height: Math.min(width, 420), ...MARGINS,
          x: { domain: [0, 1], label: "probability", labelAnchor: "center", labelArrow: "none", tickFormat: "%", ticks: 5 },
          y: { label: "rows", labelArrow: "none", grid: true, nice: true, ticks: 5, tickFormat: (v: number) => whole(v) },
          marks: [
            Plot.rectY(found.reliability, { x1: "from", x2: "to", y: "rows", fill: TRAINING, insetLeft: 1, insetRight: 1, rx: 1.5 }),
            Plot.ruleY([0], { stroke: "var(--muted)" }),
          ],
        }),
      })));
}
