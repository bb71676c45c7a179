// What was done, and the result in a sentence that needs no knowledge of the field.
import { element, type Child } from "../dom";
import { counted, list, number, percent, quoted, ratio, whole } from "../format";
import type { Judgement, Report } from "../report";

/** "97 of 100 rows", or of as many as there are where they are fewer. */
function outOf(share: number, rows: number): string {
  const of = Math.min(rows, 100);
  const exact = share * of;
  // "100 of 100" and "0 of 100" are said of such rows only.
  const text = of === 100 && exact > 99 && exact < 100 ? exact.toFixed(1)
    : of === 100 && exact < 1 && exact > 0 ? exact.toFixed(1) : whole(exact);
  return `${text} of ${whole(of)}`;
}

function verdictOnClasses(report: Report, judgement: Judgement): Child[] {
  const accuracy = judgement.accuracy!;
  const base = report.baseline;
  const sentences: Child[] = [element("strong", {}, `Right for ${outOf(accuracy, judgement.rows)} ${report.judged}. `)];
  if (base)
    sentences.push(`Always saying ${quoted(base.answer ?? "")} would be right for ${outOf(base.value, judgement.rows)}.`);
  if (base && accuracy <= base.value)
    sentences.push(" So the model is of no use as it is: it is no better than the answer that needs no data.");
  return sentences;
}

function verdictOnNumbers(report: Report, judgement: Judgement): Child[] {
  const targets = judgement.targets!;
  const off = targets.map((t) => `${number(t.mae)}${targets.length > 1 ? ` for ${t.name}` : ""}`);
  const sentences: Child[] = [
    element("strong", {}, `Off by ${list(off)} on average, on ${report.judged}. `)];
  if (targets.length === 1)
    sentences.push(`For half of the rows the error is below ${number(targets[0].median_absolute_error)}. `);
  const r2 = targets.map((t) => t.r2 ?? 0);
  const told = r2.map((v, i) => `${percent(Math.max(v, 0), 0)}${targets.length > 1 ? ` of ${targets[i].name}` : ""}`);
  sentences.push(`Of what makes the rows differ, the model explains ${list(told)}; always saying the mean explains nothing.`);
  if (r2.every((v) => v <= 0)) sentences.push(" So the model is of no use as it is.");
  return sentences;
}

interface Tile { value: string; name: string; note?: string }

function tiles(report: Report, judgement: Judgement): Tile[] {
  const interval = (measure: string, show: (v: number) => string): string | undefined => {
    const found = judgement.intervals?.of.find((one) => one.measure === measure);
    return found && `${show(found.low)} to ${show(found.high)}`;
  };
  const result: Tile[] = [];
  if (judgement.accuracy !== undefined) {
    result.push({ value: percent(judgement.accuracy), name: "accuracy", note: interval("accuracy", percent) });
    if (report.task === "binary" && judgement.roc_auc != null)
      result.push({ value: ratio(judgement.roc_auc), name: "area under ROC", note: interval("roc_auc", ratio) });
    if (report.task === "multiclass")
      result.push({ value: percent(judgement.balanced_accuracy), name: "balanced accuracy",
        note: interval("balanced_accuracy", percent) });
    if (report.baseline) result.push({ value: percent(report.baseline.value), name: "most frequent class", note: "the accuracy to beat" });
  } else {
    result.push({ value: number(judgement.rmse), name: "RMSE", note: interval("rmse", number) });
    result.push({ value: ratio(judgement.r2), name: "R²", note: interval("r2", ratio) });
    if (report.baseline) result.push({ value: number(report.baseline.value), name: "RMSE of the mean", note: "to stay below" });
  }
  result.push({ value: whole(judgement.rows), name: "rows judged", note: report.judged!.replace(/^rows /, "") });
  return result;
}

export function header(report: Report): HTMLElement {
  const facts = [
    report.task === "regression" ? "regression" : report.task === "binary" ? "two classes" : `${report.judgement?.classes?.length ?? "several"} classes`,
    `${counted(report.data.rows, "row")} of ${counted(report.data.columns, "column")}`,
    report.model];
  const judgement = report.judgement;
  const verdict = !judgement ? ["No rows were held out: how good the model is, nobody has measured."]
    : judgement.accuracy !== undefined ? verdictOnClasses(report, judgement) : verdictOnNumbers(report, judgement);
  return element("header", {},
    element("p", { class: "kicker" }, report.command === "train" ? "Training report" : "Evaluation report"),
    element("h1", {}, `Predicting ${list(report.targets)}`),
    element("p", { class: "facts" }, facts.join(" · ")),
    element("p", { class: "verdict" }, ...verdict),
    judgement && element("dl", { class: "tiles" }, ...tiles(report, judgement).map((tile) =>
      element("div", {}, element("dt", {}, tile.name), element("dd", {}, tile.value),
        tile.note ? element("dd", { class: "note" }, tile.note) : null))));
}
