// Which classes are taken for which.
import { beside, figure, Plot } from "../chart";
import { element, section, table, type Child } from "../dom";
import { counted, cutWithin, percent, quoted, whole } from "../format";
import type { Report } from "../report";

const MOST_WRITTEN = 16; // classes up to which every cell has its number
const SMALLEST_NAMED = 14; // pixels of a line that has its name

function heatMap(labels: string[], matrix: number[][]): HTMLElement {
  const count = labels.length;
  const totals = matrix.map((row) => row.reduce((a, b) => a + b, 0));
  const cells = matrix.flatMap((row, expected) => row.map((rows, predicted) =>
    ({ expected, predicted, rows, share: totals[expected] > 0 ? rows / totals[expected] : 0 })));
  const name = (i: number): string => cutWithin(labels[i], 14);
  const longest = Math.max(...labels.map((_, i) => name(i).length));
  return figure({
    title: "Confusion matrix",
    label: `Confusion matrix of ${count} classes: rows of each true class by predicted class`,
    caption: "Each line holds the rows of one true class, shared out by what the model called them. On the diagonal it was right; the stronger the colour of a cell, the larger its share of the line.",
    widest: count > MOST_WRITTEN ? 860 : Math.max(340, Math.min(640, 110 * count)),
    options: (width) => {
      const isNamed = (width - 150) / count >= SMALLEST_NAMED || count <= 10;
      const marginLeft = isNamed ? Math.min(120, 7.2 * longest + 34) : 4;
      const cell = (width - marginLeft - 10) / count;
      const isTurned = isNamed && cell < 7.2 * longest + 4;
      const marginTop = isNamed ? (isTurned ? Math.min(110, 6 * longest + 36) : 44) : 4;
      const line = count > MOST_WRITTEN ? cell : Math.max(26, Math.min(cell, 72));
      return {
        height: line * count + marginTop + 8,
        marginLeft, marginTop, marginRight: 10, marginBottom: 8,
        x: { domain: labels.map((_, i) => i), axis: null },
        y: { domain: labels.map((_, i) => i), axis: null },
        marks: [
          Plot.cell(cells, { x: "predicted", y: "expected", fill: "var(--heat)", fillOpacity: "share", inset: count > MOST_WRITTEN ? 0.25 : 0.75, rx: count > MOST_WRITTEN ? 0 : 2 }),
          Plot.cell(cells, { x: "predicted", y: "expected", stroke: "var(--line)", strokeWidth: 0.75, inset: count > MOST_WRITTEN ? 0.25 : 0.75, rx: count > MOST_WRITTEN ? 0 : 2, fill: "none" }),
          ...(isNamed ? [
            Plot.axisX({ anchor: "top", tickFormat: (i: number) => name(i), tickSize: 0, tickRotate: isTurned ? -45 : 0,
              label: "predicted", labelAnchor: "center", labelArrow: "none", labelOffset: marginTop - 4 }),
            Plot.axisY({ tickFormat: (i: number) => name(i), tickSize: 0, label: "true", labelArrow: "none",
              labelAnchor: "center", labelOffset: marginLeft - 6 }),
          ] : []),
          ...(count <= MOST_WRITTEN ? [
            Plot.text(cells.filter((c) => c.rows > 0), { x: "predicted", y: "expected", text: (c) => whole(c.rows),
              fill: "var(--ink)", fontVariant: "tabular-nums",
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
  const classes = judgement.classes;
  const matrix = judgement.confusion;
  const side = labels.length > MOST_WRITTEN ? (...parts: Child[]) => element("div", { class: "below" }, ...parts) : beside;
  return section("What it mixes up", lead, side(
    matrix && heatMap(labels, matrix),
    !isMany && matrix && element("ul", { class: "said" }, ...classes.map((one, i) => element("li", {},
      `Of ${counted(one.rows, "row")} that are ${quoted(one.label)}, ${whole(one.right)} were found (${percent(one.recall, 0)}).`,
      element("br"), `Of ${counted(one.predicted, "row")} called ${quoted(one.label)}, ${whole(one.predicted - matrix[i][i])} are not.`))),
    isMany && element("div", {}, element("h3", {}, "The most frequent mistakes"), table("The most frequent mistakes", [
      { title: "True class", cell: (m) => m.expected },
      { title: "Called", cell: (m) => m.predicted },
      { title: "Rows", isNumber: true, cell: (m) => whole(m.rows) },
      { title: "Share of the class", isNumber: true, cell: (m) => percent(m.rows / (classes.find((c) => c.label === m.expected)?.rows ?? NaN)) },
    ], judgement.mistakes!.slice(0, 10)))));
}
