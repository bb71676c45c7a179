// Files larger than memory, as a model reads them: a block of rows at a time.
#pragma once

#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include "kette/data/feature.h"
#include "kette/data/read.h"
#include "kette/model/model.h"
#include "kette/train/build.h"

namespace kette {

/// Holds the memory of a few blocks (see data::TableReader). First comes the sample, the rows at the
/// beginning from which a model's features, labels and preprocessing are to be found; then, block by block,
/// all others in terms of that model.
class SampleStream {
 public:
  /// With `ahead` the next block is read on another thread while the caller works with the present one;
  /// `options.threads` must then be of no other use. The rows are the same.
  SampleStream(std::vector<std::string> paths, data::ReadOptions options, bool ahead = false);
  SampleStream(const SampleStream&) = delete;
  SampleStream& operator=(const SampleStream&) = delete;
  ~SampleStream();

  /// Whole blocks until there are `rows` rows, or about 64 MB; fewer where the files end before. Called once,
  /// first. Throws Error when there is no row.
  data::Table sample(int64_t rows);

  /// The rows with a target of the next block that has any; nothing at the end. The schema must be the same
  /// at every call, and outlive the stream. Throws Error at the place of a field that does not fit; for a
  /// label that the sample did not show, it tells so.
  std::optional<Samples> next(const Schema& schema);

  /// Back to the first row behind the sample. Throws Error for standard input, and for a file that has
  /// changed.
  void rewind();

  /// Rows read in the present pass, sample included; with reading ahead, up to the block last given.
  int64_t rows() const { return rows_; }
  /// Of the blocks behind the sample, in the first pass.
  int64_t without_target() const { return without_target_; }
  /// Categories that the model does not know, one entry for each column, in the first pass.
  const std::vector<data::Unseen>& unseen() const { return unseen_; }
  /// What was done that one might not expect (see data::TableReader::notes), up to the block read last.
  const std::vector<std::string>& notes() const {
    if (coming_.valid()) coming_.wait();
    return reader_.notes();
  }

 private:
  struct Block {
    int64_t rows = 0;
    Samples samples;
    std::vector<data::Unseen> unseen;
  };
  std::optional<Block> read(const Schema& schema);
  void note(const Block& block);

  std::vector<std::string> paths_;
  data::ReadOptions options_;
  bool ahead_;
  data::TableReader reader_;
  std::future<std::optional<Block>> coming_;
  int64_t sample_rows_ = 0, sample_blocks_ = 0;
  int64_t rows_ = 0, without_target_ = 0;
  std::vector<data::Unseen> unseen_;
  bool is_first_pass_ = true;
};

}  // namespace kette
