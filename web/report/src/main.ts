// The page: reads what it was given and shows one section after the other.
import "./page.css";
import { element } from "./dom";
import { list } from "./format";
import type { Report } from "./report";
import { calibration } from "./sections/calibration";
import { configuration } from "./sections/configuration";
import { confusion } from "./sections/confusion";
import { curves, search } from "./sections/curves";
import { data } from "./sections/data";
import { doctor } from "./sections/doctor";
import { header } from "./sections/header";
import { importance } from "./sections/importance";
import { measures } from "./sections/measures";
import { ranking } from "./sections/ranking";
import { residuals } from "./sections/residuals";
import { worst } from "./sections/worst";

const SECTIONS = [measures, confusion, ranking, calibration, residuals, importance, worst, curves, search, doctor, data, configuration];

function show(report: Report): void {
  document.title = `${list(report.targets)} · kette ${report.command === "train" ? "training" : "evaluation"} report`;
  const sections = SECTIONS.map((make) => make(report)).filter((one): one is HTMLElement => one !== null);
  const links = sections.map((one) => {
    const heading = one.querySelector("h2")!;
    return element("li", {}, element("a", { href: `#${heading.id}` }, heading.textContent));
  });
  document.body.append(element("main", {}, header(report),
    element("nav", { "aria-label": "Contents" }, element("ul", {}, ...links)), ...sections));
}

const text = document.getElementById("report")?.textContent ?? "";
show(JSON.parse(text) as Report);
