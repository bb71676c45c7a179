// Models as C and C++, compiled by the compilers there are, against the predictor on the same raw rows.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "kette/base/error.h"
#include "kette/base/random.h"
#include "kette/data/csv.h"
#include "kette/data/date.h"
#include "kette/data/parse_number.h"
#include "kette/ops/ops.h"
#include "kette/source/c_columns.h"
#include "kette/source/export.h"
#include "kette/source/test_compilers.h"
#include "kette/train/predictor.h"
#include "kette/train/test_data.h"
#include "kette/train/trainer.h"

namespace kette::export_test {
namespace {

using test_compilers::Folder;
using test_compilers::Library;
using test_compilers::Mode;

/// What the generated functions say of a row: class or 0, and prediction or probabilities.
using RowFunction = int(const double* numbers, const char* const* texts, float* out);

/// A function that hands the header a row of numbers and texts by column.
std::string program(const Model& model, bool cpp) {
  const std::vector<CColumn> columns = c_columns(model.schema.features);
  const bool classes = model.schema.task != data::Task::regression,
             array = are_an_array(model.schema.features);
  std::string source = std::string("#define M_IMPLEMENTATION\n") +
                       (cpp ? "#include \"m.hpp\"\nextern \"C\" {\n" : "#include \"m.h\"\n") +
                       "int test_row(const double* numbers, const char* const* texts, float* out);\n"
                       "const char* test_label(int number);\n"
                       "int test_row(const double* numbers, const char* const* texts, float* out) {\n";
  const std::string scope = cpp ? "m::" : "m_";
  if (array)
    source += fmt::format("  float row[{}];\n", columns.size());
  else
    source += cpp ? "  m::Row row;\n" : "  m_row row = M_MISSING_ROW;\n";
  for (size_t i = 0; i < columns.size(); ++i) {
    const bool is_text = columns[i].type == "const char*";
    const std::string member = array ? fmt::format("row[{}]", i) : "row." + columns[i].member;
    source += is_text ? fmt::format("  {} = texts[{}];\n", member, i)
                      : fmt::format("  {} = ({})numbers[{}];\n", member, columns[i].type, i);
  }
  source += "  (void)numbers, (void)texts;\n";
  const std::string row = array || cpp ? "row" : "&row";
  if (classes)
    source += fmt::format(
        "  const int said = {0}probabilities({1}, out);\n  return said == {0}predict({1}) ? said : -2;\n",
        scope, row);
  else if (model.schema.targets.size() == 1)
    source += fmt::format("  out[0] = {}predict({});\n  return 0;\n", scope, row);
  else
    source += fmt::format("  return {}predict({}, out) == 1 ? 0 : -1;\n", scope, row);
  source += fmt::format("}}\nconst char* test_label(int number) {{ return {}; }}\n",
                        classes ? scope + "label(number)" : "number ? \"\" : 0");
  return source + (cpp ? "}\n" : "");
}

std::string source_of(const Model& model, bool cpp);

/// Header and program; returns where the latter is.
test_compilers::fs::path write(const Folder& folder, const Model& model, bool cpp) {
  folder.write(cpp ? "m.hpp" : "m.h", source_of(model, cpp));
  return folder.write(cpp ? "m.cc" : "m.c", program(model, cpp));
}

std::string source_of(const Model& model, bool cpp) {
  return to_source(model, {.language = cpp ? SourceLanguage::cpp : SourceLanguage::c,
                           .name = "m",
                           .file = cpp ? "m.hpp" : "m.h"});
}

/// A row as a program would have it.
struct RawRow {
  std::vector<double> numbers;
  std::vector<std::string> fields;
  std::vector<const char*> texts;
};

RawRow raw_row(const data::Table& table, const Model& model, int64_t row) {
  RawRow raw;
  for (const data::Feature& feature : model.schema.features) {
    const int64_t column = table.index(feature.name);
    raw.fields.push_back(table.field(row, column));
    const auto number = data::parse_number(raw.fields.back());
    raw.numbers.push_back(number.value_or(std::nan("")));
  }
  for (const std::string& field : raw.fields) raw.texts.push_back(field.empty() ? nullptr : field.c_str());
  return raw;
}

void compare(const Library& library, Model& model, const data::Table& table) {
  const Predictions expected = Predictor(model).predict(data::encode(table, model.schema.features).matrix);
  const Tensor classes =
      model.schema.task == data::Task::regression ? Tensor() : predicted_classes(expected.prediction);
  const int64_t width = expected.prediction.shape()[1];
  std::vector<float> out(static_cast<size_t>(width));
  auto* const function = library.function<RowFunction>("test_row");
  auto* const label = library.function<const char*(int)>("test_label");
  for (int64_t row = 0; row < table.rows(); ++row) {
    const RawRow raw = raw_row(table, model, row);
    const int said = function(raw.numbers.data(), raw.texts.data(), out.data());
    for (int64_t k = 0; k < width; ++k) {
      const double exact = expected.prediction.at(row * width + k);
      if (std::isnan(exact) && std::isnan(out[static_cast<size_t>(k)]))
        continue;  // ∞ − ∞ far from the training rows
      ASSERT_NEAR(out[static_cast<size_t>(k)], exact, 1e-5 * std::max(std::abs(exact), 1e-2))
          << "row " << row;
    }
    if (model.schema.task == data::Task::regression) {
      ASSERT_EQ(said, 0);
      continue;
    }
    ASSERT_EQ(said, classes.at(row)) << "row " << row;
    ASSERT_STREQ(label(said), model.schema.labels[static_cast<size_t>(said)].c_str());
  }
}

/// In every mode, or the first two only.
void expect_same(Model& model, const data::Table& table, bool all_modes = false) {
  const Folder folder;
  const auto c = write(folder, model, false);
  const auto cpp = write(folder, model, true);
  std::vector<Mode> modes = test_compilers::modes(false), more = test_compilers::modes(true);
  if (!all_modes) modes.resize(1), more.resize(1);
  modes.insert(modes.end(), more.begin(), more.end());
  ASSERT_GE(modes.size(), 2u);
  for (const Mode& mode : modes) {
    SCOPED_TRACE(mode.command);
    const Library library(mode, mode.is_cpp ? cpp : c);
    ASSERT_TRUE(library.ok());
    compare(library, model, table);
  }
}

/// Rows with all kinds of columns: numbers, some missing; a date with a time and one without; categories of
/// texts, of numbers and of both; free text.
std::string towns_csv(int rows, std::string_view target) {
  const Random random(7, 1);
  std::string text = "Size (m²),age,day,float,stars,code,note,built," + std::string(target) + "\n";
  for (int i = 0; i < rows; ++i) {
    const auto draw = [&](uint64_t n, uint64_t position) {
      return static_cast<int>(random.below(n, uint64_t{16} * static_cast<uint64_t>(i) + position));
    };
    const double size = 10 + 0.5 * draw(200, 0);
    const int month = 1 + draw(12, 3), stars = 1 + draw(5, 8);
    const char* const town =
        std::array{"Bonn", "\"Köln \"\"old\"\"\"", "Ulm"}[static_cast<size_t>(draw(3, 6))];
    const char* const code = std::array{"7", "10.5", "A1", "007"}[static_cast<size_t>(draw(4, 9))];
    const double value = 20 + size * (town[0] == 'U' ? 2 : 1) + 3 * month + 9 * stars;
    text += fmt::format(
        "{},{},2024-{:02}-{:02} {:02}:30,{},{},{},a house {} garden offered for the time number {},{}.{}.{},",
        size, draw(5, 1) == 0 ? "" : fmt::to_string(draw(90, 2) + 0.25), month, 1 + draw(28, 4), draw(24, 5),
        town, stars, code, draw(2, 7) ? "with" : "Without", i, 1 + draw(28, 10), 1 + draw(12, 11),
        1950 + draw(70, 12));
    if (target == "price,tax")
      text += fmt::format("{},{}\n", value, 100 - 2 * size);
    else if (target == "price")
      text += fmt::format("{}\n", value);
    else
      text += fmt::format("{}\n", target == "kind" ? std::array{"low", "mid", "high \"!\""}[value < 110   ? 0
                                                                                            : value < 170 ? 1
                                                                                                          : 2]
                                                   : (value < 140 ? "no" : "yes"));
  }
  return text;
}

/// Further rows, as training did not show them.
constexpr std::string_view kStrange =
    ",,,,,,,\n"
    "5,1,2024-02-29 23:59:59.999+01:00,Bremen,9,7.0,,1.1.1900\n"
    "1e30,1,2024-12-31T00:10:00+02:00, Ulm ,3,+10.50,WITHOUT,29.02.2000\n"
    "-3,1e-30,1969-12-31 5:07Z,ulm,3,1.05e1,with; Garten,31.12.1969\n"
    "3,200,2100-03-01,Ulm,5,07,\"with,without\",01.03.2100\n"
    "3,,1900-03-01,Bonn,,A1 ,withwith,\n";

data::Table training_table(std::string_view target) {
  return data::parse_csv(towns_csv(160, target), "towns.csv");
}
data::Table query_table() {
  std::string text = "Size (m²),age,day,float,stars,code,note,built\n";
  const std::string rows = towns_csv(12, "none");
  size_t line = rows.find('\n') + 1;
  for (int i = 0; i < 12; ++i) {
    const size_t end = rows.find('\n', line);
    text += rows.substr(line, rows.rfind(',', end) - line) + "\n";
    line = end + 1;
  }
  return data::parse_csv(text + std::string(kStrange), "query.csv");
}

data::Dataset dataset_of(const data::Table& table, std::vector<std::string> targets) {
  data::DatasetOptions options{.categorical = {"stars", "code"}};
  if (targets.size() == 1)
    options.target = targets.front();
  else
    options.targets = std::move(targets);
  return data::make_dataset(table, options);
}

Network trained(const data::Dataset& dataset, const NetworkOptions& options, uint64_t seed = 5) {
  const std::vector<int64_t> rows = test_data::all_rows(dataset);
  Network network = build_network(dataset, rows, options, seed);
  train(network, select(dataset, rows), nullptr,
        {.batch_size = 16, .learning_rate = 0.01, .stopping = {.epochs = 3}});
  return network;
}

const data::PreparationOptions kQuantiles{.scaling = data::Scaling::quantile_normal,
                                          .column_scaling = {{"age", data::Scaling::log}}};
const data::PreparationOptions kEmbedded{.most_one_hot = 2};

std::vector<NetworkOptions> variants() {
  return {{.hidden = {6, 4}, .normalization = Normalization::batch, .preparation = kQuantiles},
          {.hidden = {5},
           .activations = {Activation::silu},
           .dropout = {0.2},
           .normalization = Normalization::layer,
           .preparation = kEmbedded},
          {.hidden = {}}};
}

TEST(Export, has_columns_of_every_kind_in_its_tests) {
  const data::Dataset dataset = dataset_of(training_table("price"), {"price"});
  std::map<std::string, std::string> types;
  const std::vector<CColumn> columns = c_columns(dataset.features);
  for (const CColumn& column : columns) types[column.member] = column.type;
  EXPECT_EQ(types, (std::map<std::string, std::string>{{"size_m", "float"},
                                                       {"age", "float"},
                                                       {"day", "const char*"},
                                                       {"float_", "const char*"},
                                                       {"stars", "float"},
                                                       {"code", "const char*"},
                                                       {"note", "const char*"},
                                                       {"built", "const char*"}}));
  EXPECT_EQ(std::ranges::count(dataset.features, data::Feature::Kind::date, &data::Feature::kind), 2);
  EXPECT_EQ(std::ranges::count(dataset.features, data::Feature::Kind::words, &data::Feature::kind), 1);
}

TEST(Export, says_what_the_predictor_says_in_every_mode_of_every_compiler) {
  Network network = trained(dataset_of(training_table("kind"), {"kind"}), variants().front());
  expect_same(network.model, query_table(), true);
}

TEST(Export, says_what_the_predictor_says_for_every_task_and_preparation) {
  for (const char* target : {"price", "kind", "sold"})
    for (const NetworkOptions& options : variants()) {
      SCOPED_TRACE(fmt::format("{}, {} hidden layers", target, options.hidden.size()));
      Network network = trained(dataset_of(training_table(target), {target}), options);
      expect_same(network.model, query_table());
    }
}

TEST(Export, of_a_single_sigmoid_a_log_target_and_several_targets_says_the_same) {
  const data::Dataset sold = dataset_of(training_table("sold"), {"sold"}),
                      price = dataset_of(training_table("price"), {"price"});
  Network single = trained(sold, {.hidden = {4}, .output = OutputForm::sigmoid});
  expect_same(single.model, query_table());
  Network log = trained(price, {.hidden = {4}, .target_scaling = TargetScaling::Kind::log});
  expect_same(log.model, query_table());
  Network both = trained(dataset_of(training_table("price,tax"), {"price", "tax"}), {.hidden = {4}});
  expect_same(both.model, query_table());
}

TEST(Export, of_an_average_says_the_same) {
  for (const char* target : {"price", "kind", "sold"}) {
    SCOPED_TRACE(target);
    const data::Dataset dataset = dataset_of(training_table(target), {target});
    std::vector<Network> networks;
    for (const NetworkOptions& options : variants())
      networks.push_back(trained(dataset, options, networks.size()));
    std::vector<const Network*> pointers;
    for (const Network& network : networks) pointers.push_back(&network);
    Model average = average_networks(pointers);
    expect_same(average, query_table());
  }
}

TEST(Export, of_every_activation_says_the_same) {
  const data::Dataset dataset = dataset_of(training_table("price"), {"price"});
  for (const Activation activation : activations()) {
    SCOPED_TRACE(to_string(activation));
    Network network = trained(dataset, {.hidden = {7, 3}, .activations = {activation}});
    expect_same(network.model, query_table());
  }
}

/// Forty columns of numbers.
data::Table wide_table() {
  data::Table table("wide.csv");
  const Random random(11, 1);
  std::vector<double> sum(30, 0.0);
  for (int column = 0; column < 40; ++column) {
    std::vector<double> numbers;
    for (size_t row = 0; row < 30; ++row) {
      numbers.push_back(random.uniform(static_cast<uint64_t>(column) * 100 + row));
      sum[row] += numbers.back();
    }
    table.add_numbers(fmt::format("x{}", column), numbers);
  }
  table.add_numbers("y", sum);
  return table;
}

TEST(Export, of_many_numbers_takes_an_array) {
  const data::Table table = wide_table();
  Network network = trained(data::make_dataset(table, {.target = "y"}), {.hidden = {8}});
  ASSERT_TRUE(are_an_array(network.model.schema.features));
  expect_same(network.model, table);
}

TEST(Export, refuses_rows_that_predict_refuses) {
  Network network = trained(dataset_of(training_table("kind"), {"kind"}), {.hidden = {3}});
  const Folder folder;
  const Library library(test_compilers::modes(false).front(), write(folder, network.model, false));
  ASSERT_TRUE(library.ok());
  auto* const function = library.function<RowFunction>("test_row");
  float out[3];
  for (const std::string day : {"2024-02-30", "2023-02-29", "2024-13-01", "2024-01-01 24:00", "2024-01-01 10",
                                "2024-01-01T", "20240101", "24-01-01", "2024-01-01x", "2024-01-01 10:00 +01",
                                "2024-01-01 10:00+1", "2024-1-001", "2024/01/01", "x"}) {
    RawRow raw = raw_row(query_table(), network.model, 0);
    for (size_t i = 0; i < raw.texts.size(); ++i)
      if (network.model.schema.features[i].name == "day") raw.texts[i] = day.c_str();
    EXPECT_EQ(function(raw.numbers.data(), raw.texts.data(), out), -1) << day;
    const data::DateFormat format = data::parse_date_format("YYYY-MM-DD time");
    EXPECT_FALSE(data::parse_date(day, format)) << day;
  }
  RawRow raw = raw_row(query_table(), network.model, 0);
  EXPECT_GE(function(raw.numbers.data(), raw.texts.data(), out), 0);
  raw.numbers[0] = -INFINITY;
  EXPECT_EQ(function(raw.numbers.data(), raw.texts.data(), out), -1);
}

/// One date column in every format, and dates around what calendars do.
TEST(Export, reads_dates_of_every_pattern_as_the_tables_do) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> formats = {
      {"YYYY-MM-DD", {"2024-03-05", "2024-3-5", "1582-10-04", "0000-02-29", "9999-12-31", " 2000-02-29 "}},
      {"YYYY/MM/DD time", {"2024/03/05 12:30", "2024/03/05T1:30:15.25-05:30", "2024/12/31 23:59Z"}},
      {"DD.MM.YYYY", {"05.03.2024", "5.3.1970", "31.12.1969"}},
      {"MM/DD/YYYY", {"03/05/2024", "12/31/1999"}},
      {"DD/MM/YYYY", {"05/03/2024"}},
      {"MM-DD-YYYY", {"03-05-2024"}},
      {"DD-MM-YYYY time", {"05-03-2024 00:00+14:00"}},
      {"DD-Mon-YYYY", {"05-Mar-2024", "5 March 2024", "5. MAR. 2024", "31 december 1969"}},
      {"Mon DD, YYYY", {"Mar 5, 2024", "march 5 2024", "Sep. 30,2024", "May 1, 2024"}},
      {"YYYYMMDD", {"20240305"}}};
  for (const auto& [format, dates] : formats) {
    SCOPED_TRACE(format);
    Model model;
    model.schema.features = {{.name = "when", .kind = data::Feature::Kind::date, .date_format = format}};
    const int64_t width = model.schema.features[0].width();
    for (int64_t i = 0; i < width; ++i) model.schema.targets.push_back(fmt::format("y{}", i));
    model.features = model.graph->input("features", Shape({kBatch, width}));
    model.scores = model.graph->name(model.features * 1.0, "scores");
    model.prediction = model.graph->name(model.scores * 1.0, "prediction");
    data::Table table("dates.csv");
    table.add_text("when", dates);
    const Tensor expected = data::encode(table, model.schema.features).matrix.dense();
    const Folder folder;
    const Library library(test_compilers::modes(false).front(), write(folder, model, false));
    ASSERT_TRUE(library.ok());
    std::vector<float> out(static_cast<size_t>(width));
    for (size_t row = 0; row < dates.size(); ++row) {
      const double number = 0;
      const char* const text = dates[row].c_str();
      EXPECT_EQ(library.function<RowFunction>("test_row")(&number, &text, out.data()), 0) << text;
      for (int64_t k = 0; k < width; ++k)
        EXPECT_EQ(out[static_cast<size_t>(k)], expected.at(static_cast<int64_t>(row) * width + k)) << text;
    }
  }
}

/// Symbols of an object file, one a line, by what nm prints.
std::string symbols(const Folder& folder, const std::string& options) {
  return test_compilers::run(fmt::format("nm {} {}", options, (folder.path() / "m.o").string())).output;
}

TEST(Export, allocates_nothing_and_writes_no_global) {
  Network network = trained(dataset_of(training_table("kind"), {"kind"}),
                            {.hidden = {5, 4}, .activations = {Activation::gelu, Activation::sigmoid}});
  const Folder folder;
  const auto c = folder.write("m.c", "#define M_IMPLEMENTATION\n" + source_of(network.model, false));
  const auto compiled =
      test_compilers::run(fmt::format("gcc -std=c99 -O2 -ffreestanding -fno-builtin -fno-pie -c -o {}/m.o {}",
                                      folder.path().string(), c.string()));
  ASSERT_TRUE(compiled.ok) << compiled.output;
  std::istringstream undefined(symbols(folder, "-u"));
  const std::set<std::string> allowed = {"erfcf",  "fabsf",  "expf",   "expm1f", "logf",
                                         "memcmp", "memcpy", "memset", "strlen", "tanhf"};
  for (std::string kind, name; undefined >> kind >> name;)
    EXPECT_TRUE(allowed.contains(name) || name == "_GLOBAL_OFFSET_TABLE_") << name;
  std::istringstream all(symbols(folder, ""));
  for (std::string line; std::getline(all, line);)
    EXPECT_FALSE(std::regex_search(line, std::regex(" [bBdDCgGsS] "))) << line;
}

TEST(Export, may_be_included_by_several_files) {
  Network network = trained(dataset_of(training_table("kind"), {"kind"}),
                            {.hidden = {3}, .activations = {Activation::sigmoid}});
  const Folder folder;
  folder.write("m.h", source_of(network.model, false));
  folder.write("m.hpp", source_of(network.model, true));
  folder.write("a.c",
               "#include \"m.h\"\nint other(void);\nint main(void) { m_row row = M_MISSING_ROW; return "
               "other() != m_predict(&row); }\n");
  folder.write("b.c",
               "#define M_IMPLEMENTATION\n#include \"m.h\"\n#include \"m.h\"\nint other(void);\nint "
               "other(void) { m_row row = M_MISSING_ROW; return m_predict(&row); }\n");
  folder.write("a.cc",
               "#include \"m.hpp\"\nint other();\nint main() { return other() != m::predict(m::Row()); }\n");
  folder.write("b.cc",
               "#include \"m.hpp\"\nint other();\nint other() { m::Row row; return m::predict(row); }\n");
  folder.write("c.cc",
               "#include \"m.h\"\nint main() { m_row row = M_MISSING_ROW; return m_label(m_predict(&row))[0] "
               "== 0; }\n");
  const std::string in = "cd " + folder.path().string() + " && ", warnings(test_compilers::kWarnings);
  for (const std::string& command :
       {"gcc -std=c99 " + warnings + " a.c b.c -lm -o a && ./a",
        "g++ -std=c++11 " + warnings + " a.cc b.cc -o b && ./b",
        "g++ -std=c++11 -x c++ -c -o b.o " + warnings + " b.c",
        "gcc -std=c99 -c " + warnings + " b.c && g++ -std=c++11 " + warnings + " c.cc b.o -o c && ./c"}) {
    const auto done = test_compilers::run(in + command);
    EXPECT_TRUE(done.ok) << command << "\n" << done.output;
  }
}

TEST(Export, gives_equal_text_for_equal_models_and_refuses_names_that_are_none) {
  Network network = trained(dataset_of(training_table("kind"), {"kind"}), {.hidden = {3}});
  EXPECT_EQ(source_of(network.model, false), source_of(network.model, false));
  for (const char* name : {"", "2nd", "int", "a b", "a-b", "größe"}) {
    EXPECT_THROW(to_source(network.model, {.name = name, .file = "m.h"}), Error) << name;
  }
  EXPECT_EQ(source_name("/a b/New houses-2.onnx"), "new_houses_2");
  EXPECT_EQ(source_name("2nd.onnx"), "model_2nd");
  EXPECT_EQ(source_name("int.onnx"), "int_");
}

}  // namespace
}  // namespace kette::export_test
