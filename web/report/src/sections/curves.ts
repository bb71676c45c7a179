// How training went.
import { beside, figure, MARGINS, Plot, TRAINING, VALIDATION } from "../chart";
import { element, section, table } from "../dom";
import { counted, number, percent, tick, whole } from "../format";
import type { Curve, Report, Search } from "../report";

interface Point { at: number; value: number; curve: string }
type Curves = NonNullable<Report["curves"]>;

const NAMES: Record<string, string> = { loss: "loss", accuracy: "accuracy", rmse: "RMSE" };

function valuesOf(curves: Curves, part: "training" | "validation", measure: string): Point[] {
  return curves.list.flatMap((curve) => curve.points.flatMap((point) => {
    const value = point[part]?.[measure];
    return value === null || value === undefined ? [] : [{ at: point.at, value, curve: curve.name }];
  }));
}

/** The losses that the steps met themselves, where the training rows were not measured afterwards. */
const stepLosses = (curves: Curves): Point[] => curves.list.flatMap((curve) =>
  curve.points.flatMap((p) => (p.loss === undefined ? [] : [{ at: p.at, value: p.loss, curve: curve.name }])));

function keptPoints(curves: Curves, points: Point[]): Point[] {
  return curves.list.flatMap((curve: Curve) => points.filter((p) => p.curve === curve.name && p.at === curve.kept));
}

function curveFigure(curves: Curves, measure: string): HTMLElement | null {
  const measured = valuesOf(curves, "training", measure);
  const training = measured.length === 0 && measure === "loss" ? stepLosses(curves) : measured;
  const validation = valuesOf(curves, "validation", measure);
  const all = [...training, ...validation].map((p) => p.value);
  if (all.length === 0) return null;
  const smallest = Math.min(...all), largest = Math.max(...all);
  // A loss that falls a hundredfold shows nothing of its end on a plain axis.
  const isLog = measure === "loss" && smallest > 0 && largest / smallest > 50;
  const name = NAMES[measure] ?? measure;
  const isShare = measure === "accuracy";
  const kept = keptPoints(curves, validation.length > 0 ? validation : training);
  const several = curves.list.length > 1;
  const thin = several ? 1.25 : 2;
  const isBare = Math.max(...curves.list.map((c) => c.points.length)) === 1;
  return figure({
    title: name[0].toUpperCase() + name.slice(1),
    label: `${name} by ${curves.unit}, of training and validation rows`,
    caption: measure === "loss"
      ? `What training makes small${isLog ? ", on a logarithmic axis" : ""}. ${validation.length > 0 ? "When training rows go on getting better while validation rows get worse, the network learns by heart." : ""}`
      : measure === "accuracy" ? "Share of rows that are right; higher is better." : "In the target’s unit; lower is better.",
    legend: [
      ...(training.length > 0 ? [{ colour: TRAINING, name: "training rows" }] : []),
      ...(validation.length > 0 ? [{ colour: VALIDATION, name: "validation rows", dashed: true }] : []),
      ...(kept.length > 0 ? [{ colour: "var(--ink)", name: "weights kept", dot: true, hollow: true }] : [])],
    widest: 560,
    options: (width) => ({
      height: Math.min(300, Math.max(220, 0.58 * width)), ...MARGINS, marginTop: 14,
      x: { label: curves.unit === "epoch" ? "epoch" : "rows seen", labelAnchor: "center", labelArrow: "none", ticks: 6,
        tickFormat: (v: number) => (Number.isInteger(v) ? tick(v) : "") },
      y: { label: null, type: isLog ? "log" : "linear", grid: true, ticks: 5, nice: !isLog,
        tickFormat: isShare ? "%" : isLog ? (v: number) => (/^[125]/.test(v.toExponential()) ? tick(v) : "") : tick },
      marks: [
        Plot.line(training, { x: "at", y: "value", z: "curve", stroke: TRAINING, strokeWidth: thin }),
        Plot.line(validation, { x: "at", y: "value", z: "curve", stroke: VALIDATION, strokeWidth: thin, strokeDasharray: "6 3" }),
        ...(isBare ? [Plot.dot(training, { x: "at", y: "value", fill: TRAINING, r: 4 }),
          Plot.dot(validation, { x: "at", y: "value", fill: VALIDATION, r: 4 })] : []),
        Plot.dot(kept, { x: "at", y: "value", r: 4.5, fill: "var(--paper)", stroke: "var(--ink)", strokeWidth: 2 }),
        Plot.tip([...training, ...validation], Plot.pointerX({ x: "at", y: "value",
          title: (p: Point) => `${p.curve ? p.curve + ", " : ""}${curves.unit} ${whole(p.at)}\n${isShare ? percent(p.value) : number(p.value)}` })),
      ],
    }),
  });
}

export function curves(report: Report): HTMLElement | null {
  const found = report.curves;
  if (!found || found.list.every((curve) => curve.points.length === 0)) return null;
  const measures = report.task === "regression" ? ["loss", "rmse"] : ["loss", "accuracy"];
  const figures = measures.map((measure) => curveFigure(found, measure));
  const last = found.list[0].points[found.list[0].points.length - 1];
  const kept = found.list.length === 1 ? found.list[0].kept : undefined;
  const lead = found.list.length > 1 ? `${found.list.length} networks, each trained without one part of the rows, which it was watched by.`
    : report.search ? "The best network of the search, and the first of the parts that it was trained without."
      : found.unit === "row" ? `${whole(last.at)} rows went by, one after the other.`
        : `${counted(last.at, "epoch")}: so often all training rows were seen.` + (kept !== undefined && kept !== last.at ? ` The weights of epoch ${whole(kept)} were kept, for there the validation loss was lowest.` : "");
  return section("How training went", lead, beside(...figures),
    element("dl", { class: "facts-list" },
      ...(report.network ? [element("dt", {}, "Network"), element("dd", {}, report.network)] : []),
      ...(report.training ? [element("dt", {}, "Training"), element("dd", {}, report.training)] : [])));
}

export function search(report: Report): HTMLElement | null {
  const found: Search | undefined = report.search;
  if (!found) return null;
  const inModel = found.list.filter((trial) => trial.networks_in_model > 0).length;
  return section("What was tried",
    `${counted(found.tried, "candidate")}; the model is the average of the networks of ${inModel === 1 ? "the best" : inModel}. Those that did badly were left early.`,
    table("Candidates of the search, the best first", [
      { title: "Network and descent", cell: (t) => t.network },
      { title: found.measure === "rmse" ? "RMSE" : "Loss", isNumber: true, cell: (t) => number(t.score) },
      ...(found.list.some((t) => t.accuracy !== undefined) ? [{ title: "Accuracy", isNumber: true, cell: (t: Search["list"][number]) => percent(t.accuracy) }] : []),
      { title: "Epochs", isNumber: true, cell: (t) => whole(t.epochs) },
      { title: "In the model", isNumber: true, cell: (t) => (t.networks_in_model > 0 ? counted(t.networks_in_model, "network") : "") },
    ], found.list),
    element("p", { class: "caption" }, "Measured on rows that the networks were not trained on; of those left early, on the first part only."));
}
