#include "kette/train/sample_stream.h"

#include <algorithm>

#include "kette/base/error.h"
#include "kette/data/target.h"
#include "kette/train/labelled.h"

namespace kette {
namespace {

constexpr int64_t kMostSampleFields = int64_t{8} << 20;  // 64 MB as numbers

bool has_target(const data::Table& table, const Schema& schema) {
  return !data::rows_with_targets(table, schema.targets).empty();
}

}  // namespace

SampleStream::SampleStream(std::vector<std::string> paths, data::ReadOptions options, bool ahead)
    : paths_(std::move(paths)), options_(std::move(options)), ahead_(ahead), reader_(paths_, options_) {}

SampleStream::~SampleStream() {
  if (coming_.valid()) coming_.wait();
}

data::Table SampleStream::sample(int64_t rows) {
  std::optional<data::Table> table;
  while (!table || (table->rows() < rows && table->rows() * table->columns() < kMostSampleFields)) {
    std::optional<data::Table> block = reader_.next();
    if (!block) break;
    ++sample_blocks_;
    if (table)
      table->append_rows(*std::move(block));
    else
      table = std::move(block);
  }
  if (!table) fail("{}: expected at least one row", paths_.front());
  rows_ = sample_rows_ = table->rows();
  return *std::move(table);
}

std::optional<SampleStream::Block> SampleStream::read(const Schema& schema) {
  Block block;
  while (const std::optional<data::Table> table = reader_.next()) {
    block.rows += table->rows();
    if (!has_target(*table, schema)) continue;
    try {
      Labelled labelled = labelled_samples(schema, *table);
      block.samples = std::move(labelled.samples);
      block.unseen = std::move(labelled.unseen);
      return block;
    } catch (const data::UnknownLabel& error) {
      fail("{}, which the sample of {} rows did not show; take a larger sample", error.what(), sample_rows_);
    }
  }
  return std::nullopt;
}

std::optional<Samples> SampleStream::next(const Schema& schema) {
  std::optional<Block> block = coming_.valid() ? coming_.get() : read(schema);
  if (!block) return std::nullopt;
  if (ahead_) coming_ = std::async(std::launch::async, [this, &schema] { return read(schema); });
  note(*block);
  return std::move(block->samples);
}

void SampleStream::note(const Block& block) {
  rows_ += block.rows;
  if (!is_first_pass_) return;
  without_target_ += block.rows - block.samples.rows();
  data::add_unseen(unseen_, block.unseen);
}

void SampleStream::rewind() {
  if (std::ranges::find(paths_, "-") != paths_.end())
    fail("standard input can be read only once; expected one pass over it, or a file");
  if (coming_.valid()) coming_.wait();
  coming_ = {};
  is_first_pass_ = false;
  reader_ = data::TableReader(paths_, options_);
  rows_ = 0;
  for (int64_t i = 0; i < sample_blocks_; ++i)
    if (const std::optional<data::Table> block = reader_.next()) rows_ += block->rows();
  if (rows_ != sample_rows_)
    fail("{}: changed while it was read: {} rows where there were {}", paths_.front(), rows_, sample_rows_);
}

}  // namespace kette
