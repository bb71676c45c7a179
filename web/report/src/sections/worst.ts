// The rows that are furthest off, as they stand in the table: often the quickest way to a mistake in the data.
import { breakable, element, section, table, type TableColumn } from "../dom";
import { number, percent, plain, whole } from "../format";
import { picture } from "../picture";
import type { ClassRow, Examples, NumberRow, Report } from "../report";

type Line = { place: string; worst: ClassRow | NumberRow; values: Examples["rows"][number]["values"] };
const asClass = (line: Line): ClassRow => line.worst as ClassRow;
const asNumber = (line: Line): NumberRow => line.worst as NumberRow;

function resultColumns(report: Report): TableColumn<Line>[] {
  if (report.task !== "regression")
    return [
      { title: "True", cell: (line) => asClass(line).expected },
      { title: "Called", cell: (line) => element("span", { class: asClass(line).expected !== asClass(line).predicted ? "wrong" : undefined }, asClass(line).predicted) },
      { title: "Probability of the truth", isNumber: true, cell: (line) => percent(asClass(line).probability) },
    ];
  return report.targets.flatMap((name, i) => {
    const of = report.targets.length > 1 ? ` ${name}` : "";
    return [
      { title: `True${of}`, isNumber: true, cell: (line: Line) => number(asNumber(line).expected[i], 4) },
      { title: `Predicted${of}`, isNumber: true, cell: (line: Line) => number(asNumber(line).predicted[i], 4) },
    ];
  });
}

function pictures(report: Report, lines: Line[]): HTMLElement {
  const size = report.data.image!;
  return element("ul", { class: "pictures" }, ...lines.map((line) => {
    const isNumber = report.task === "regression";
    const truth = isNumber ? number(asNumber(line).expected[0]) : asClass(line).expected;
    const said = isNumber ? `predicted ${number(asNumber(line).predicted[0])}` : `called ${asClass(line).predicted}`;
    const isWrong = !isNumber && asClass(line).expected !== asClass(line).predicted;
    return element("li", {},
      picture(line.values as (number | null)[], size.width, size.largest, `Row ${line.worst.row}: ${truth}, ${said}`),
      element("span", {}, `${truth}, `, isNumber || isWrong ? element("span", { class: isWrong ? "wrong" : undefined }, said) : "right",
        isNumber ? "" : ` (${percent(asClass(line).predicted_probability, 0)} sure)`),
      element("span", { class: "place" }, `row ${whole(line.worst.row)}`));
  }));
}

export function worst(report: Report): HTMLElement | null {
  const examples = report.examples;
  if (!examples || examples.rows.length === 0) return null;
  const lines = examples.rows.map((row, i) => ({ ...row, worst: report.judgement!.worst[i] }));
  const lead = "The rows furthest from what was expected. Look at them: some are hard, and some are wrong in the table.";
  if (report.data.image) return section("Where it fails most", lead, pictures(report, lines), element("p", { class: "caption" }, "Rows count from 0."));
  const raw = examples.columns.map((name, i): TableColumn<Line> => {
    const isNumber = lines.every((line) => line.values[i] === "" || (line.values[i] !== null && !Number.isNaN(Number(line.values[i]))));
    return { title: breakable(name), isNumber, cell: (line) => {
      const raw = String(line.values[i]);
      const value = isNumber && raw.length > 9 ? plain(Number(raw)) : raw;
      return value === "" ? element("span", { class: "missing" }, "missing") : element("span", { class: value.length <= 10 ? "short" : undefined }, value);
    } };
  });
  // Of one file only the lines need be told.
  const files = new Set(lines.map((line) => line.place.replace(/:\d+$/, "")));
  const isOne = files.size === 1;
  return section("Where it fails most", lead,
    table("The rows furthest off", [
      { title: isOne ? `Line of ${[...files][0]}` : "Row", isNumber: isOne,
        cell: (line: Line) => (isOne ? line.place.slice(line.place.lastIndexOf(":") + 1) : line.place) },
      ...resultColumns(report), ...raw], lines),
    examples.more_columns > 0 && element("p", { class: "caption" }, `The ${examples.columns.length} features that matter most; ${examples.more_columns} more are not shown.`));
}
