// The floors of the house: a file of kette/ includes only its own floor and those below it. Their order is
// that of the kette_floor lines in kette/CMakeLists.txt, lowest first; cli and server stand on top of all.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
const fs::path kSource = KETTE_SOURCE_DIR;

std::string read(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// All that `pattern`'s first group matches, in order.
std::vector<std::string> find_all(const std::string& text, const char* pattern) {
  const std::regex expression(pattern, std::regex::ECMAScript | std::regex::multiline);
  std::vector<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), expression), end; it != end; ++it)
    found.push_back((*it)[1]);
  return found;
}

std::map<std::string, int> floors_of(const std::string& cmake) {
  std::map<std::string, int> height;
  for (const std::string& name : find_all(cmake, "^kette_floor\\((\\w+)"))
    height.emplace(name, static_cast<int>(height.size()));
  const int top = static_cast<int>(height.size());
  height.emplace("cli", top);
  height.emplace("server", top);
  return height;
}

/// "graph/text.h" → "graph"; a file of kette/ itself, as kette.h, has no floor.
std::string floor_of(const std::string& path) {
  const size_t slash = path.find('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

/// What is wrong with `text`, the content of kette/`path`, one line each.
std::vector<std::string> breaches(const std::map<std::string, int>& height, const std::string& path,
                                  const std::string& text) {
  std::vector<std::string> found;
  const std::string own = floor_of(path);
  if (own.empty()) return found;  // kette.h includes all
  for (const std::string& included : find_all(text, "^\\s*#\\s*include\\s*\"kette/([^\"]+)\"")) {
    const std::string other = floor_of(included);
    const auto at = height.find(other), here = height.find(own);
    if (here == height.end() || at == height.end())
      found.push_back(path + ": " + (here == height.end() ? own : included) + " is on no floor");
    else if (at->second > here->second || (at->second == here->second && other != own))
      found.push_back(path + " includes " + included + ", which is not below");
    const bool is_private = included.size() > 6 && included.ends_with("-inl.h");
    if (is_private && own != "kernels" && own != "ops")
      found.push_back(path + " includes " + included + ", which is for kernels and ops only");
  }
  return found;
}

/// The files of kette/, by path from there.
std::map<std::string, std::string> sources() {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(kSource / "kette"))
    if (entry.path().extension() == ".h" || entry.path().extension() == ".cc")
      files.emplace(fs::relative(entry.path(), kSource / "kette").generic_string(), read(entry.path()));
  return files;
}

TEST(Floors, a_file_includes_only_its_own_floor_and_those_below) {
  const auto height = floors_of(read(kSource / "kette/CMakeLists.txt"));
  ASSERT_GE(height.size(), 13u);
  EXPECT_LT(height.at("base"), height.at("graph"));
  const auto files = sources();
  ASSERT_GT(files.size(), 100u);
  for (const auto& [path, text] : files)
    for (const std::string& breach : breaches(height, path, text)) ADD_FAILURE() << breach;
}

TEST(Floors, a_breach_is_found) {
  const auto height = floors_of("kette_floor(base)\nkette_floor(graph LIBRARIES x)\n");
  const auto count = [&](const char* path, const char* text) { return breaches(height, path, text).size(); };
  EXPECT_EQ(count("graph/a.cc", "#include \"kette/base/error.h\"\n#include \"kette/graph/graph.h\"\n"), 0u);
  EXPECT_EQ(count("base/a.cc", "#include <vector>\n#include \"kette/graph/graph.h\"\n"), 1u);
  EXPECT_EQ(count("cli/a.cc", "#include \"kette/server/a.h\"\n"), 1u);
  EXPECT_EQ(count("attic/a.cc", "#include \"kette/base/error.h\"\n"), 1u);
  EXPECT_EQ(count("graph/a.cc", "#include \"kette/kette.h\"\n"), 1u);
  EXPECT_EQ(count("graph/a.cc", "#include \"kette/base/loops-inl.h\"\n"), 1u);
}

TEST(Floors, headers_do_not_include_each_other_in_circles) {
  std::map<std::string, std::vector<std::string>> includes;
  for (const auto& [path, text] : sources())
    if (path.ends_with(".h")) includes[path] = find_all(text, "^\\s*#\\s*include\\s*\"kette/([^\"]+)\"");
  // Take away, again and again, headers that include none of the remaining.
  bool is_shrinking = true;
  while (is_shrinking) {
    is_shrinking = false;
    for (auto it = includes.begin(); it != includes.end();) {
      bool is_free = true;
      for (const std::string& other : it->second) is_free = is_free && !includes.contains(other);
      is_shrinking = is_shrinking || is_free;
      it = is_free ? includes.erase(it) : std::next(it);
    }
  }
  for (const auto& [path, others] : includes)
    ADD_FAILURE() << path << " is in a circle of includes, or includes one";
}

TEST(Floors, the_umbrella_header_names_existing_headers_once) {
  const auto files = sources();
  std::set<std::string> seen;
  for (const std::string& name : find_all(files.at("kette.h"), "^#include \"kette/([^\"]+)\"")) {
    EXPECT_TRUE(files.contains(name)) << name;
    EXPECT_TRUE(seen.insert(name).second) << name;
  }
  EXPECT_GT(seen.size(), 20u);
}

}  // namespace
