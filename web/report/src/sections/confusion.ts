// Which classes are taken for which.
import { figure, Plot } from "../chart";
import { section, table } from "../dom";
import { cut, percent, quoted, whole } from "../format";
import type { Report } from "../report";

const MOST_WRITTEN = 16; // classes up to which every cell has its number
const MOST_NAMED = 40; // and its name

function heatMap(labels: string[], matrix: number[][]): HTMLElement {
  const count = labels.length;
  const totals = matrix.map((row) => row.reduce((a, b) => a + b, 0));
  const cells = matrix.flatMap((row, expected) => row.map((rows, predicted) =>
    ({ expected, predicted, rows, share: totals[expected] > 0 ? rows / totals[expected] : 0 })));
  const name = (i: number): string => cut(labels[i], 14);
  const longest = Math.max(...labels.map((_, i) => name(i).length));
  return figure({
    title: "Confusion matrix",
    label: `Confusion matrix of ${count} classes: rows of each true class by predicted class`,
    caption: "Each line holds the rows of one true class, shared out by what the model called them. On the diagonal it was right; the darker a cell, the larger its share of the line.",
    widest: Math.max(340, Math.min(760, 110 * count)),
    options: (width) => {
      const isNamed = count <= MOST_NAMED;
      const marginLeft = isNamed ? Math.min(120, 7.2 * longest + 26) : 30;
      const cell = (width - marginLeft - 10) / count;
      const isTurned = isNamed && cell < 7.2 * longest + 4;
      const marginTop = isNamed ? (isTurned ? Math.min(110, 6 * longest + 36) : 44) : 30;
      const height = Math.max(26, Math.min(cell, 72)) * (count > MOST_WRITTEN ? cell / Math.max(26, Math.min(cell, 72)) : 1);
      return {
        height: height * count + marginTop + 8,
        marginLeft, marginTop, marginRight: 10, marginBottom: 8,
        x: { domain: labels.map((_, i) => i), axis: null },
        y: { domain: labels.map((_, i) => i), axis: null },
        marks: [
          Plot.cell(cells, { x: "predicted", y: "expected", fill: "var(--blue)", fillOpacity: "share", inset: 0.75, rx: 2 }),
          Plot.cell(cells, { x: "predicted", y: "expected", stroke: "var(--line)", strokeWidth: 0.75, inset: 0.75, rx: 2, fill: "none" }),
          ...(isNamed ? [
            Plot.axisX({ anchor: "top", tickFormat: (i: number) => name(i), tickSize: 0, tickRotate: isTurned ? -45 : 0,
              label: "predicted", labelAnchor: "center", labelArrow: "none", labelOffset: marginTop - 4 }),
            Plot.axisY({ tickFormat: (i: number) => name(i), tickSize: 0, label: "true", labelArrow: "none",
              labelAnchor: "center", labelOffset: marginLeft - 6 }),
          ] : []),
          ...(count <= MOST_WRITTEN ? [
            Plot.text(cells.filter((c) => c.rows > 0), { x: "predicted", y: "expected", text: (c) => whole(c.rows),
              fill: (c) => (c.share > 0.55 ? "var(--on-blue)" : "var(--ink)"), fontVariant: "tabular-nums",
              fontSize: cell < 34 ? 10 : 13 }),
          ] : []),
          Plot.tip(cells, Plot.pointer({ x: "predicted", y: "expected", fontSize: 12,
            title: (c) => `true: ${labels[c.expected]}\ncalled: ${labels[c.predicted]}\n${whole(c.rows)} rows (${percent(c.share)})` })),
        ],
        color: { type: "identity" },
        opacity: { domain: [0, 1], range: [0, 1] },
      };
    },
  });
}

export function confusion(report: Report): HTMLElement | null {
  const judgement = report.judgement;
  if (!judgement?.classes) return null;
  const labels = judgement.classes.map((one) => one.label);
  const worst = judgement.mistakes?.[0];
  const lead = worst
    ? `The most frequent mistake: ${quoted(worst.expected)} called ${quoted(worst.predicted)}, ${whole(worst.rows)} times.`
    : "No row was taken for another class.";
  const isMany = labels.length > 4 && (judgement.mistakes?.length ?? 0) > 0;
  return section("What it mixes up", lead,
    judgement.confusion && heatMap(labels, judgement.confusion),
    isMany && table("The most frequent mistakes", [
      { title: "True class", cell: (m) => m.expected },
      { title: "Called", cell: (m) => m.predicted },
      { title: "Rows", isNumber: true, cell: (m) => whole(m.rows) },
      { title: "Share of the class", isNumber: true, cell: (m) => percent(m.rows / (judgement.classes!.find((c) => c.label === m.expected)?.rows ?? NaN)) },
    ], judgement.mistakes!.slice(0, 8)));
}
