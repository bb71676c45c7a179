// How well the classes are told apart, whatever the threshold: ROC, precision and recall, and thresholds.
import { beside, figure, Plot, TRAINING, unitSquare, VALIDATION } from "../chart";
import { element, section, table } from "../dom";
import { percent, quoted, ratio } from "../format";
import type { ClassJudgement, CurvePoint, Decision, Judgement, Report } from "../report";

interface Drawn { one: ClassJudgement; curve: CurvePoint[]; colour: string; isFaint: boolean }

/** Two classes: the one looked for. More: all of them faintly, the best and the hardest in colour. */
function drawn(judgement: Judgement, curveOf: (c: ClassJudgement) => CurvePoint[] | undefined,
  areaOf: (c: ClassJudgement) => number | null): Drawn[] {
  const classes = judgement.classes!.filter((c) => (curveOf(c)?.length ?? 0) > 0);
  if (judgement.positive !== undefined)
    return classes.filter((c) => c.label === judgement.positive)
      .map((one) => ({ one, curve: curveOf(one)!, colour: TRAINING, isFaint: false }));
  const ranked = [...classes].sort((a, b) => (areaOf(b) ?? 0) - (areaOf(a) ?? 0));
  return ranked.map((one, i) => ({ one, curve: curveOf(one)!, isFaint: i > 0 && i < ranked.length - 1,
    colour: i === 0 ? TRAINING : i === ranked.length - 1 ? VALIDATION : "var(--muted)" }));
}

function legendOf(lines: Drawn[], areaOf: (c: ClassJudgement) => number | null) {
  const bold = lines.filter((line) => !line.isFaint);
  const entries = bold.map((line, i) => ({ colour: line.colour,
    name: `${bold.length > 1 ? (i === 0 ? "best: " : "hardest: ") : ""}${quoted(line.one.label)} (${ratio(areaOf(line.one))})` }));
  if (lines.length > bold.length) entries.push({ colour: "var(--muted)", name: "other classes" });
  return entries;
}

const lineMarks = (lines: Drawn[], curve: "linear" | "step-before") =>
  [...lines].sort((a, b) => Number(b.isFaint) - Number(a.isFaint)).map((line) =>
    Plot.line(line.curve, { x: "0", y: "1", stroke: line.colour, curve,
      strokeWidth: line.isFaint ? 1 : 2, strokeOpacity: line.isFaint ? 0.45 : 1 }));

function rocFigure(judgement: Judgement): HTMLElement | null {
  const lines = drawn(judgement, (c) => c.roc_curve, (c) => c.roc_auc);
  if (lines.length === 0) return null;
  const best = judgement.thresholds?.youden;
  return figure({
    title: "ROC curve",
    label: `ROC curve, area ${ratio(judgement.roc_auc)}`,
    caption: "How many rows of the class are found (up), at the price of how many false alarms among the others (to the right). The nearer to the upper left corner the better; guessing follows the dashed line.",
    legend: [...legendOf(lines, (c) => c.roc_auc), ...(best ? [{ colour: VALIDATION, name: "best balance of both", dot: true }] : [])],
    widest: 440,
    options: (width) => ({ ...unitSquare(width, "false alarms, of all others", "found, of the class"), marks: [
      Plot.line([[0, 0], [1, 1]], { stroke: "var(--muted)", strokeDasharray: "4 4" }),
      ...lineMarks(lines, "linear"),
      ...(best ? [Plot.dot([best], { x: (d: Decision) => 1 - d.specificity, y: "recall", r: 5, fill: VALIDATION, stroke: "var(--paper)" })] : []),
    ] }),
  });
}

function precisionFigure(judgement: Judgement): HTMLElement | null {
  const lines = drawn(judgement, (c) => c.precision_recall_curve, (c) => c.average_precision);
  if (lines.length === 0) return null;
  const positive = judgement.classes!.find((c) => c.label === judgement.positive);
  const best = judgement.thresholds?.f1;
  return figure({
    title: "Precision and recall",
    label: `Precision over recall, average precision ${ratio(judgement.average_precision)}`,
    caption: `How pure the rows called so are (up) when more and more of the class are to be found (to the right). High up to the right end is best${positive ? "; guessing follows the dashed line, the share of the class" : ""}.`,
    legend: [...legendOf(lines, (c) => c.average_precision), ...(best ? [{ colour: VALIDATION, name: "best F1", dot: true }] : [])],
    widest: 440,
    options: (width) => ({ ...unitSquare(width, "recall: found, of the class", "precision: right, of those called so"), marks: [
      ...(positive ? [Plot.ruleY([positive.rows / judgement.rows], { stroke: "var(--muted)", strokeDasharray: "4 4" })] : []),
      ...lineMarks(lines, "step-before"),
      ...(best ? [Plot.dot([best], { x: "recall", y: "precision", r: 5, fill: VALIDATION, stroke: "var(--paper)" })] : []),
    ] }),
  });
}

function thresholdFigure(judgement: Judgement): HTMLElement | null {
  const curve = judgement.classes!.find((c) => c.label === judgement.positive)?.precision_recall_curve;
  const points = curve?.filter((point) => point[2] !== null);
  if (!points || points.length < 3) return null;
  const used = judgement.threshold ?? 0.5;
  return figure({
    title: "Choosing a threshold",
    label: `Precision and recall of ${judgement.positive} by the least probability that is called so`,
    caption: `A row is called ${quoted(judgement.positive!)} from this probability on. Further right there are fewer false alarms and more misses; the dotted line is what was used.`,
    legend: [{ colour: TRAINING, name: "precision" }, { colour: VALIDATION, name: "recall", dashed: true }],
    options: (width) => ({ ...unitSquare(width, `least probability of ${judgement.positive}`, ""), height: 260, marks: [
      Plot.ruleX([used], { stroke: "var(--ink)", strokeDasharray: "1 4", strokeWidth: 1.5 }),
      Plot.line(points, { x: "2", y: "1", stroke: TRAINING, strokeWidth: 2, curve: "step" }),
      Plot.line(points, { x: "2", y: "0", stroke: VALIDATION, strokeWidth: 2, strokeDasharray: "6 3", curve: "step" }),
    ] }),
  });
}

function thresholdTable(judgement: Judgement): HTMLElement | null {
  const known: { name: string; decision: Decision }[] = [];
  if (judgement.thresholds?.f1) known.push({ name: "largest F1", decision: judgement.thresholds.f1 });
  if (judgement.thresholds?.youden) known.push({ name: "recall and specificity in balance", decision: judgement.thresholds.youden });
  if (known.length === 0) return null;
  return element("div", {},
    table("Thresholds", [
      { title: "Threshold for", cell: (k) => k.name },
      { title: "Probability", isNumber: true, cell: (k) => ratio(k.decision.threshold) },
      { title: "Precision", isNumber: true, cell: (k) => percent(k.decision.precision) },
      { title: "Recall", isNumber: true, cell: (k) => percent(k.decision.recall) },
      { title: "Specificity", isNumber: true, cell: (k) => percent(k.decision.specificity) },
      { title: "Accuracy", isNumber: true, cell: (k) => percent(k.decision.accuracy) },
    ], known),
    element("p", { class: "caption" }, "Chosen on the very rows that judge them: confirm a threshold on others."));
}

export function ranking(report: Report): HTMLElement | null {
  const judgement = report.judgement;
  if (!judgement?.classes) return null;
  const lead = judgement.positive !== undefined
    ? `How well ${quoted(judgement.positive)} is told from the other class by its probability.`
    : "How well each class is told from all others by its probability.";
  return section("How well classes are told apart", lead, beside(rocFigure(judgement), precisionFigure(judgement)),
    judgement.positive !== undefined && thresholdFigure(judgement), thresholdTable(judgement));
}
