#include "kette/cli/explain_interactive.h"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <optional>

#include "kette/base/error.h"
#include "kette/cli/terminal.h"
#include "kette/cli/text.h"

namespace kette::cli {
namespace {

std::optional<termios> before;  // the terminal as it was

void restore() {
  if (before) tcsetattr(STDIN_FILENO, TCSANOW, &*before);
}

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGQUIT, SIGHUP};
struct sigaction earlier[std::size(kSignals)];  // what was done at each

void restore_and_leave(int signal) {
  restore();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

/// Keys come at once and are not shown.
void take_single_keys() {
  if (!before) return;
  termios now = *before;
  now.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  tcsetattr(STDIN_FILENO, TCSANOW, &now);
}

/// While it lives, the terminal gives single keys.
class SingleKeys {
 public:
  SingleKeys() {
    termios now{};
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &now) != 0) return;
    before = now;
    struct sigaction action {};
    action.sa_handler = restore_and_leave;
    for (size_t i = 0; i < std::size(kSignals); ++i) {
      sigaction(kSignals[i], nullptr, &earlier[i]);
      if (earlier[i].sa_handler != SIG_IGN) sigaction(kSignals[i], &action, nullptr);
    }
    take_single_keys();
  }
  ~SingleKeys() {
    if (!before) return;
    restore();
    before.reset();
    for (size_t i = 0; i < std::size(kSignals); ++i) sigaction(kSignals[i], &earlier[i], nullptr);
  }
  SingleKeys(const SingleKeys&) = delete;
  SingleKeys& operator=(const SingleKeys&) = delete;
};

enum class Key { next, back, first, last, other_pass, change, help, leave, none };

/// An arrow comes as ESC [ A to D.
Key arrow() {
  if (std::getchar() != '[') return Key::none;
  switch (std::getchar()) {
    case 'B':
    case 'C':
      return Key::next;
    case 'A':
    case 'D':
      return Key::back;
    case 'H':
      return Key::first;
    case 'F':
      return Key::last;
    default:
      return Key::none;
  }
}

Key read_key() {
  switch (std::getchar()) {
    case 'n':
    case ' ':
    case '\n':
      return Key::next;
    case 'p':
    case 127:
    case 8:
      return Key::back;
    case 'g':
      return Key::first;
    case 'G':
      return Key::last;
    case '/':
    case '\t':
      return Key::other_pass;
    case 'e':
      return Key::change;
    case '?':
    case 'h':
      return Key::help;
    case 27:
      return arrow();
    case 'q':
    case EOF:
      return Key::leave;
    default:
      return Key::none;
  }
}

constexpr const char* kKeys =
    "n, blank or → forward; p or ← back; g first, G last; Tab or / the next pass; e change a value; q leave";

std::string read_line() {
  restore();
  fmt::print("NAME=VALUE: ");
  std::fflush(stdout);
  std::string line;
  for (int c = std::getchar(); c != EOF && c != '\n'; c = std::getchar()) line += static_cast<char>(c);
  take_single_keys();
  return line;
}

std::string pass_of(const std::string& title) { return title.substr(0, title.find(',')); }

}  // namespace

void step_through(Pages pages, const std::function<Pages(const std::string& change)>& change) {
  const SingleKeys keys;
  const bool clears = has_cursor();
  size_t at = 0;
  std::string message = "? for help";
  while (true) {
    if (clears) fmt::print("\033[2J\033[H");
    fmt::print("── {} {}\n\n{}\n{}\n", pages.titles[at], clears ? "" : "──", pages.texts[at],
               filled(message, page_columns()));
    std::fflush(stdout);
    message = "? for help";
    const Key key = read_key();
    if (key == Key::leave) return;
    if (key == Key::next && at + 1 < pages.texts.size()) ++at;
    if (key == Key::back && at > 0) --at;
    if (key == Key::first) at = 0;
    if (key == Key::last) at = pages.texts.size() - 1;
    if (key == Key::help) message = kKeys;
    if (key == Key::other_pass) {
      const std::string pass = pass_of(pages.titles[at]);
      size_t next = at;
      while (next < pages.titles.size() && pass_of(pages.titles[next]) == pass) ++next;
      at = next == pages.titles.size() ? 0 : next;
    }
    if (key != Key::change) continue;
    const std::string line = read_line();
    if (line.empty()) continue;
    try {
      pages = change(line);
      at = std::min(at, pages.texts.size() - 1);
      message = "changed: " + one_line(line);
    } catch (const Error& error) {
      message = one_line(error.what());
    }
  }
}

}  // namespace kette::cli
