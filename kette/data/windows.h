// Windows of words: a tagged text as a table for a tagger that looks at a word and its neighbours
// [Collobert et al. 2011, "Natural Language Processing (Almost) from Scratch"].
#pragma once

#include <string>
#include <string_view>

#include "kette/data/table.h"

namespace kette::data {

struct WindowOptions {
  int64_t context = 1;         // words on either side, 1 to 50
  bool numbers_lines = false;  // a first column "sentence", the same number for all words of a line
};

/// A text with one sentence a line and blanks between words, each written word/TAG (the last slash counts) →
/// a row for each word, columns before, word, after, tag; with a context of 2 before2, before, word, after,
/// after2, tag. Beyond a sentence's ends stand `<s>` and `</s>`. Empty lines are passed over.
///
/// `source` names the text in messages and the table. Throws Error for a text without a word, and at the
/// place of one without a tag.
Table windows(std::string_view text, const std::string& source, const WindowOptions& options = {});

}  // namespace kette::data
