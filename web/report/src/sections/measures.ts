// Every measure with its interval and what it means.
import { element, section, table } from "../dom";
import { counted, number, percent, ratio, whole } from "../format";
import type { Judgement, Report, TargetJudgement } from "../report";

interface Line { key: string; name: string; show: (value: number | null | undefined) => string; meaning: string }

const CLASS_LINES: Line[] = [
  { key: "accuracy", name: "Accuracy", show: percent, meaning: "share of rows that are right" },
  { key: "balanced_accuracy", name: "Balanced accuracy", show: percent, meaning: "mean over the classes of the share found: rare classes count as much" },
  { key: "f1_positive", name: "F1", show: ratio, meaning: "of the class looked for: high only where precision and recall are; at best 1" },
  { key: "f1_macro", name: "F1, mean of classes", show: ratio, meaning: "high only where precision and recall of the classes are; at best 1" },
  { key: "roc_auc", name: "Area under ROC", show: ratio, meaning: "chance that a row of the class is ranked above another; guessing 0.5, at best 1" },
  { key: "average_precision", name: "Average precision", show: ratio, meaning: "area under precision over recall; at best 1" },
  { key: "top_k_accuracy", name: "Top-k accuracy", show: percent, meaning: "share of rows whose class is among the k most probable" },
  { key: "mcc", name: "Matthews correlation", show: ratio, meaning: "one number for unequal classes; guessing 0, at best 1" },
  { key: "kappa", name: "Cohen’s κ", show: ratio, meaning: "agreement beyond chance; at best 1" },
  { key: "log_loss", name: "Log loss", show: number, meaning: "mean of −log of the probability given to the truth; 0 is perfect" },
  { key: "brier", name: "Brier score", show: number, meaning: "squared distance of probabilities from the truth; 0 is perfect" },
];

const NUMBER_LINES: Line[] = [
  { key: "rmse", name: "RMSE", show: number, meaning: "root of the mean squared error, in the target’s unit: large errors count more" },
  { key: "mae", name: "Mean absolute error", show: number, meaning: "what a prediction is off by on average" },
  { key: "median_absolute_error", name: "Median absolute error", show: number, meaning: "half of the rows are closer" },
  { key: "r2", name: "R²", show: ratio, meaning: "share of the variance explained; the mean has 0, at best 1" },
  { key: "explained_variance", name: "Explained variance", show: ratio, meaning: "the same, whatever the average error" },
  { key: "mape", name: "Mean percentage error", show: (v) => (v != null && v < 1e4 ? percent(v) : "–"), meaning: "mean error as a share of the true number; of no use near 0" },
  { key: "max_error", name: "Largest error", show: number, meaning: "of the row that is furthest off" },
];

function valueOf(judgement: Judgement, key: string): number | null | undefined {
  if (key === "f1_positive")
    return judgement.classes?.find((one) => one.label === judgement.positive)?.f1;
  if (key === "f1_macro") return judgement.positive === undefined ? judgement.f1?.macro : undefined;
  return (judgement as unknown as Record<string, number | null | undefined>)[key];
}

function overview(judgement: Judgement): HTMLElement {
  const lines = judgement.accuracy !== undefined ? CLASS_LINES : NUMBER_LINES;
  const shown = lines.filter((line) => valueOf(judgement, line.key) !== undefined);
  const interval = (line: Line): string => {
    const found = judgement.intervals?.of.find((one) => one.measure === line.key);
    return found ? `${line.show(found.low)} – ${line.show(found.high)}` : "";
  };
  return element("div", { class: "measures" }, table("Measures", [
    { title: "Measure", cell: (line: Line) => line.key === "top_k_accuracy" ? `Top-${judgement.top_k} accuracy` : line.name },
    { title: "Value", isNumber: true, cell: (line) => line.show(valueOf(judgement, line.key)) },
    ...(judgement.intervals ? [{ title: `${percent(judgement.intervals.level, 0)} interval`, isNumber: true, cell: interval }] : []),
    { title: "What it says", cell: (line: Line) => element("span", { class: "meaning-cell" }, line.meaning) },
  ], shown));
}

function classTable(judgement: Judgement): HTMLElement | null {
  const classes = judgement.classes;
  if (!classes) return null;
  return element("div", {}, element("h3", {}, "Class by class"),
    table("Measures of each class", [
      { title: "Class", cell: (c) => c.label },
      { title: "Rows", isNumber: true, cell: (c) => whole(c.rows) },
      { title: "Predicted", isNumber: true, cell: (c) => whole(c.predicted) },
      { title: "Precision", isNumber: true, cell: (c) => percent(c.precision) },
      { title: "Recall", isNumber: true, cell: (c) => percent(c.recall) },
      { title: "F1", isNumber: true, cell: (c) => ratio(c.f1) },
      { title: "Area under ROC", isNumber: true, cell: (c) => ratio(c.roc_auc) },
    ], classes),
    element("p", { class: "caption" }, "Precision: how many of the rows called so really are. Recall: how many of the rows of the class were called so."));
}

function targetTable(targets: TargetJudgement[] | undefined): HTMLElement | null {
  if (!targets || targets.length < 2) return null;
  return element("div", {}, element("h3", {}, "Target by target"),
    table("Measures of each target", [
      { title: "Target", cell: (t) => t.name },
      { title: "RMSE", isNumber: true, cell: (t) => number(t.rmse) },
      { title: "MAE", isNumber: true, cell: (t) => number(t.mae) },
      { title: "Median error", isNumber: true, cell: (t) => number(t.median_absolute_error) },
      { title: "R²", isNumber: true, cell: (t) => ratio(t.r2) },
      { title: "Largest error", isNumber: true, cell: (t) => number(t.max_error) },
    ], targets));
}

export function measures(report: Report): HTMLElement | null {
  const judgement = report.judgement;
  if (!judgement) return null;
  const lead = judgement.intervals
    ? `Measured on ${counted(judgement.rows, "row")}. The interval says how far a value would move with other rows of the same kind (${whole(judgement.intervals.resamples)} resamples).`
    : `Measured on ${counted(judgement.rows, "row")}.`;
  const reasons = Object.entries(judgement.undefined ?? {});
  return section("How good it is", lead, overview(judgement),
    reasons.length > 0 && element("p", { class: "caption" }, reasons.map(([name, why]) => `${name}: ${why}`).join("; ")),
    report.command === "evaluate" && element("p", { class: "caption" }, "On rows that the model was trained on, all of this is too good to be true."),
    classTable(judgement), targetTable(judgement.targets));
}
