// All options, and how to do the same again.
import { element, section } from "../dom";
import { counted } from "../format";
import type { Report } from "../report";

export function configuration(report: Report): HTMLElement | null {
  const isTraining = report.command === "train";
  const options = report.configuration.filter(([, value]) => value !== "");
  return section("Configuration", isTraining ? "Every option that makes the model what it is." : "What made the model, as its file says.",
    options.length > 0 && element("details", { open: true }, element("summary", {}, counted(options.length, "option")),
      element("dl", { class: "options" }, ...options.map(([name, value]) =>
        element("div", {}, element("dt", {}, name), element("dd", {}, value))))),
    report.repeat && element("div", {}, element("h3", {}, isTraining ? "The same model again, bit for bit" : "The same page again"),
      element("pre", { tabindex: 0, role: "region", "aria-label": "Command" }, element("code", {}, report.repeat))),
    element("p", { class: "caption" }, `Made by ${report.producer}. The page holds everything it shows and loads nothing.`));
}
