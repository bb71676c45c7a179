// What the doctor saw while the network was trained.
import { element, section } from "../dom";
import { counted } from "../format";
import type { Report } from "../report";

export function doctor(report: Report): HTMLElement | null {
  const findings = report.doctor;
  if (!findings) return null;
  if (findings.length === 0)
    return section("The doctor’s findings", null, element("p", { class: "healthy" }, "Nothing was wrong: gradients, activations and step sizes were as they should be."));
  return section("The doctor’s findings", `${counted(findings.length, "remark")} on how the network trained.`,
    element("ul", { class: "findings" }, ...findings.map((finding) =>
      element("li", { class: finding.severity },
        element("span", { class: "severity" }, finding.severity),
        element("p", {}, finding.layer && !finding.text.includes(finding.layer) ? `${finding.layer}: ` : "", finding.text),
        finding.remedy ? element("p", { class: "remedy" }, `→ ${finding.remedy}`) : null))));
}
