#include "kette/report/report.h"

#include <algorithm>

#include "kette/base/error.h"
#include "kette/report/page_text.h"

namespace kette {
namespace {

constexpr std::string_view kPlaceOfData = "{{report}}";
constexpr double kMostImportanceWork = 2e11;
constexpr int64_t kFewestImportanceRows = 200, kMostImportanceRows = 10000;

/// So that no text in the data can end the script element that it stands in.
std::string script_safe(std::string_view json) {
  std::string result;
  result.reserve(json.size());
  for (const char c : json)
    if (c == '<')
      result += "\\u003c";
    else
      result += c;
  return result;
}

}  // namespace

LearningCurve learning_curve(std::string name, std::span<const EpochReport> history,
                             std::optional<int64_t> kept_epoch) {
  LearningCurve curve{.name = std::move(name)};
  for (const EpochReport& report : history)
    curve.points.push_back(
        {static_cast<double>(report.epoch), report.loss, report.training, report.validation});
  if (kept_epoch) curve.kept = static_cast<double>(*kept_epoch);
  return curve;
}

void check_page() {
  if (page_text().empty())
    fail("this program was built without the page for reports: that needs Node.js and npm when it is built");
}

std::string report_page(const Report& report, const Schema& schema) {
  check_page();
  const std::string_view page = page_text();
  const size_t place = page.find(kPlaceOfData);
  if (place == std::string_view::npos) fail("the page for reports has no place for data");
  return std::string(page.substr(0, place)) + script_safe(report_json(report, schema)) +
         std::string(page.substr(place + kPlaceOfData.size()));
}

int64_t importance_rows(const Model& model, int64_t rows, int64_t repeats) {
  const double of_a_row = static_cast<double>(model.schema.features.size()) * static_cast<double>(repeats) *
                          static_cast<double>(std::max<int64_t>(model.parameters.elements(), 1));
  const double affordable = std::min(kMostImportanceWork / of_a_row, double{kMostImportanceRows});
  return std::min(rows, std::max(kFewestImportanceRows, static_cast<int64_t>(affordable)));
}

}  // namespace kette
