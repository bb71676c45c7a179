#include "kette/train/search.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <mutex>
#include <numeric>
#include <optional>
#include <set>

#include "kette/base/error.h"
#include "kette/data/batches.h"
#include "kette/data/folds.h"
#include "kette/data/split.h"
#include "kette/train/doctor.h"
#include "kette/train/predictor.h"

namespace kette {
namespace {

using Clock = std::chrono::steady_clock;
using data::Dataset;
using data::Task;

constexpr double kFirstShare = 0.3;  // of a candidate's epochs, before the first cut
constexpr size_t kSurvivors = 3;     // one in so many goes on
constexpr int64_t kMostTrials = 60;
constexpr int64_t kFewestEpochs = 5;

/// One way to prepare the rows, and the rows prepared so: what all candidates of that way share.
struct View {
  std::vector<data::Preparation> preparation;
  std::vector<Prepared> training, held_out;  // of each fold
  std::optional<Prepared> curve_rows;        // of the first
};

/// A network of a candidate in training, on one fold.
struct Member {
  std::unique_ptr<Network> network;
  std::unique_ptr<Doctor> doctor;
  std::unique_ptr<Trainer> trainer;
  bool has_diverged = false;
  double score = INFINITY;  // the best on the fold's held-out rows
  int64_t epochs = 0, rows_seen = 0;
};

struct Entry {
  Trial trial;
  std::vector<Member> members;  // one for each fold
  bool is_certain = false;      // trained for an epoch at least, however little time there is
  Tensor
      said;  // predictions or probabilities for every held-out row, by networks that were not trained on it
};

/// Whether numbers scaled in the second way differ from the first.
data::Scaling second_scaling(std::span<const data::Preparation> first) {
  for (const data::Preparation& p : first)
    if (p.kind == data::Preparation::Kind::number && p.scaling == data::Scaling::quantile_normal)
      return data::Scaling::standard;
  return data::Scaling::quantile_normal;
}

bool may_scale_otherwise(std::span<const data::Preparation> first, const NetworkOptions& asked) {
  if (asked.preparation.scaling || !asked.preparation.column_scaling.empty()) return false;
  return std::ranges::any_of(first, [](const data::Preparation& p) {
    using data::Scaling;
    return p.kind == data::Preparation::Kind::number &&
           (p.scaling == Scaling::quantile_normal || p.scaling == Scaling::standard ||
            p.scaling == Scaling::log);
  });
}

bool is_skewed(const Tensor& y, std::span<const int64_t> rows) {
  double mean = 0, square = 0, cube = 0, low = INFINITY;
  const auto n = static_cast<double>(rows.size());
  for (const int64_t row : rows) mean += y.at(row) / n, low = std::min(low, y.at(row));
  for (const int64_t row : rows) {
    const double d = y.at(row) - mean;
    square += d * d / n;
    cube += d * d * d / n;
  }
  return low >= 0 && cube > 1.0 * square * std::sqrt(square);
}

class Search {
 public:
  Search(const Dataset& dataset, std::span<const int64_t> rows, const SearchOptions& options,
         const std::function<void(const SearchProgress&)>& on_progress)
      : dataset_(dataset), rows_(rows.begin(), rows.end()), options_(options), on_progress_(on_progress) {
    make_folds();
    make_view(options.network.preparation);
    problem_ = {.task = dataset.task,
                .rows = static_cast<int64_t>(rows_.size() - folds_.front().size()),
                .width = views_[0].training.front().inputs.shape()[1],
                .outputs = dataset.task == Task::regression ? static_cast<int64_t>(dataset.targets.size())
                                                            : dataset.classes(),
                .is_skewed = dataset.task == Task::regression && dataset.targets.size() == 1 &&
                             is_skewed(dataset.y, rows_),
                .has_other_scaling = may_scale_otherwise(views_[0].preparation, options.network)};
    if (problem_.has_other_scaling) {
      data::PreparationOptions other = options.network.preparation;
      other.scaling = second_scaling(views_[0].preparation);
      make_view(other);
    }
  }

  SearchResult run() {
    plan();
    entries_.front().is_certain = true;
    std::vector<std::pair<Entry*, size_t>> first;
    for (Entry& entry : entries_) first.emplace_back(&entry, 0);
    train(first, kFirstShare);
    std::ranges::stable_sort(entries_, {}, [](const Entry& e) { return e.members[0].score; });
    if (!std::isfinite(entries_.front().members[0].score))
      fail("every candidate of the search diverged; are there very large numbers among the columns?");
    entries_.front().is_certain = true;
    std::vector<std::pair<Entry*, size_t>> second;
    for (size_t i = 0; i < survivors(); ++i)
      for (size_t fold = 0; fold < folds_.size(); ++fold) second.emplace_back(&entries_[i], fold);
    train(second, 1);
    for (size_t i = 0; i < survivors(); ++i) finish(entries_[i]);
    return result();
  }

 private:
  void make_folds() {
    const auto rows = static_cast<int64_t>(rows_.size());
    const int64_t groups = group_count();
    if (groups < 2)
      fail("the training rows are of one group; a search holds groups out and needs at least 2");
    int64_t k = options_.folds > 0 ? options_.folds : rows < 3000 ? 5 : rows < 20000 ? 3 : 1;
    k = std::min({k, rows / 2, groups});
    if (k >= 2) {
      folds_ = data::split_folds(dataset_, rows_, k, options_.seed);
      return;
    }
    // The first of 7 parts is about 15 %.
    folds_ = {data::split_folds(dataset_, rows_, std::clamp<int64_t>(groups, 2, 7), options_.seed).front()};
  }

  /// How many units of rows can be held out one by one.
  int64_t group_count() const {
    if (dataset_.groups.empty()) return static_cast<int64_t>(rows_.size());
    std::set<int64_t> groups;
    for (const int64_t row : rows_) groups.insert(dataset_.groups[static_cast<size_t>(row)]);
    return static_cast<int64_t>(groups.size());
  }

  void make_view(const data::PreparationOptions& preparation) {
    View& view = views_.emplace_back();
    view.preparation = data::fit_preparation(dataset_.features, dataset_.x, rows_, preparation);
    NetworkOptions linear = options_.network;
    linear.hidden = {};
    Network network = build_network(dataset_, view.preparation, rows_, linear, options_.seed);
    for (const std::vector<int64_t>& fold : folds_) {
      view.training.push_back(
          prepare(network.model, select(dataset_, data::without(rows_, fold)), options_.threads));
      view.held_out.push_back(prepare(network.model, select(dataset_, fold), options_.threads));
    }
    if (options_.curve_rows > 0) view.curve_rows = spread(view.training.front(), options_.curve_rows);
  }

  double nominal_cost(const Candidate& candidate) const {
    const double whole = nominal_seconds(candidate, problem_) * static_cast<double>(candidate.epochs);
    const auto folds = static_cast<double>(folds_.size());
    return whole * (kFirstShare + (folds - kFirstShare) / static_cast<double>(kSurvivors));
  }

  /// Candidates in the order of their list, as many as the effort allows; when not even a few fit, they are
  /// trained for fewer epochs.
  void plan() {
    constexpr int64_t kFewest = 4;
    double cost = 0;
    std::vector<Drawn> drawn;
    for (int64_t i = 0; i < (options_.trials > 0 ? options_.trials : kMostTrials); ++i) {
      Drawn next = candidate(problem_, options_.network, i, options_.seed);
      const double its_cost = nominal_cost(next.candidate);
      if (i >= kFewest && cost + its_cost > options_.effort) break;
      cost += its_cost;
      drawn.push_back(std::move(next));
    }
    const double share = std::min(1.0, options_.effort / cost);
    for (Drawn& d : drawn) {
      Candidate& c = d.candidate;
      c.epochs = std::max(kFewestEpochs, static_cast<int64_t>(share * static_cast<double>(c.epochs)));
      c.training.stopping = {.epochs = c.epochs};
      c.training.keep_best = true;
      c.training.seed = options_.seed;
      const double warm =
          0.05 * static_cast<double>(c.epochs * problem_.rows) / static_cast<double>(c.training.batch_size);
      c.training.schedule.warmup = static_cast<int64_t>(warm);
      Entry& entry = entries_.emplace_back();
      entry.trial = {.number = static_cast<int64_t>(entries_.size()),
                     .candidate = c,
                     .other_scaling = d.other_scaling,
                     .text = describe(c, d.other_scaling)};
      entry.members.resize(folds_.size());
    }
    planned_ = static_cast<int64_t>(entries_.size() + survivors() * folds_.size());
  }

  /// How many candidates are trained to the end.
  size_t survivors() const {
    return std::min(entries_.size(), std::max<size_t>(2, (entries_.size() + kSurvivors - 1) / kSurvivors));
  }

  /// Trains members up to a share of their epochs, several at a time, each on one thread.
  void train(std::vector<std::pair<Entry*, size_t>>& jobs, double share) {
    // The longest first, so that no thread is left with one at the end.
    std::ranges::stable_sort(jobs, std::greater{}, [&](const auto& job) {
      const Candidate& c = job.first->trial.candidate;
      return nominal_seconds(c, problem_) * static_cast<double>(c.epochs);
    });
    for_each_tile(options_.threads, static_cast<int64_t>(jobs.size()), [&](int64_t tile, int) {
      auto [entry, fold] = jobs[static_cast<size_t>(tile)];
      train_member(*entry, fold, share);
    });
  }

  const View& view_of(const Entry& entry) const { return views_[entry.trial.other_scaling ? 1 : 0]; }

  void train_member(Entry& entry, size_t fold, double share) {
    const Candidate& c = entry.trial.candidate;
    Member& member = entry.members[fold];
    if (member.has_diverged) return;
    const auto start = Clock::now();
    if (!member.trainer) {
      const View& view = view_of(entry);
      // Another seed for every network, so that equal ones differ in more than their rows.
      const uint64_t seed = options_.seed * 1000003 + static_cast<uint64_t>(entry.trial.number) * 101 + fold;
      member.network =
          std::make_unique<Network>(build_network(dataset_, view.preparation, rows_, c.network, seed));
      TrainingOptions training = c.training;
      training.seed = seed;
      if (fold == 0) member.doctor = std::make_unique<Doctor>(*member.network, view.training[fold]);
      training.doctor = member.doctor.get();
      if (fold == 0 && view.curve_rows) training.training_sample = &*view.curve_rows;
      member.trainer =
          std::make_unique<Trainer>(*member.network, view.training[fold], &view.held_out[fold], training);
    }
    const auto wanted =
        std::max<int64_t>(1, static_cast<int64_t>(std::ceil(share * static_cast<double>(c.epochs))));
    try {
      while (member.epochs < wanted && (!is_late() || (entry.is_certain && member.epochs == 0))) {
        const bool goes_on = member.trainer->run_for(1);
        ++member.epochs;
        note_score(member);
        if (!goes_on) break;
      }
    } catch (const Error&) {
      member.has_diverged = true;
      member.score = INFINITY;
    }
    if (member.epochs < wanted && is_late()) was_cut_ = true;
    tell(member.score, std::chrono::duration<double>(Clock::now() - start).count());
  }

  bool is_late() const {
    return options_.seconds > 0 &&
           std::chrono::duration<double>(Clock::now() - start_).count() > options_.seconds;
  }

  void note_score(Member& member) const {
    const auto& validation = member.trainer->history().back().validation;
    const char* name = dataset_.task == Task::regression ? "rmse" : "loss";
    const double now = measure_at(validation->measures, name);
    if (now < member.score) member.score = now;
  }

  void tell(double score, double seconds) {
    const std::lock_guard lock(mutex_);
    ++done_;
    training_seconds_ += seconds;
    best_ = std::min(best_, score);
    if (on_progress_) on_progress_({done_, planned_, best_});
  }

  /// The weights of the best epochs, and what the networks then say of the rows that were held out from each.
  void finish(Entry& entry) {
    const View& view = view_of(entry);
    std::vector<Tensor> parts;
    int64_t rows = 0;
    for (size_t fold = 0; fold < folds_.size(); ++fold) {
      Member& member = entry.members[fold];
      if (!member.trainer || member.has_diverged || member.epochs == 0) return;
      const TrainingResult trained = member.trainer->finish();
      member.rows_seen = trained.rows_seen;
      if (fold == 0) entry.trial.kept_epoch = trained.kept_epoch;
      Predictor predictor(member.network->model, member.network->objective, options_.threads);
      parts.push_back(predictor.evaluate(view.held_out[fold]).predictions.prediction);
      rows += parts.back().shape()[0];
    }
    const int64_t width = parts.front().shape()[1];
    entry.said = Tensor(Shape({rows, width}));
    std::byte* next = entry.said.bytes();
    for (const Tensor& part : parts) {
      std::copy_n(part.bytes(), part.shape().bytes(), next);
      next += part.shape().bytes();
    }
    entry.trial.findings = entry.members[0].doctor->findings();
    entry.trial.history = entry.members[0].trainer->history();
    entry.trial.is_finished = true;
  }

  struct Score {
    double loss, accuracy;
  };

  /// Of the mean of what some candidates say, on all held-out rows.
  Score score_of(std::span<Entry* const> chosen) const {
    Tensor mean = chosen.front()->said;
    for (size_t i = 1; i < chosen.size(); ++i)
      for (int64_t k = 0; k < mean.size(); ++k)
        mean.values<float>()[static_cast<size_t>(k)] +=
            chosen[i]->said.values<float>()[static_cast<size_t>(k)];
    for (float& v : mean.values<float>()) v /= static_cast<float>(chosen.size());
    if (dataset_.task == Task::regression) return {root_mean_squared_error(mean, expected_), 0};
    double loss = 0;
    const auto width = static_cast<size_t>(mean.shape()[1]);
    for (int64_t i = 0; i < expected_.size(); ++i) {
      const auto c = static_cast<size_t>(expected_.values<int64_t>()[static_cast<size_t>(i)]);
      loss -= std::log(std::max(1e-12, double{mean.values<float>()[static_cast<size_t>(i) * width + c]}));
    }
    return {loss / static_cast<double>(expected_.size()), kette::accuracy(mean, expected_)};
  }

  void collect_expected() {
    std::vector<int64_t> rows;
    for (const std::vector<int64_t>& fold : folds_) rows.insert(rows.end(), fold.begin(), fold.end());
    expected_ = select(dataset_, rows).targets;
  }

  SearchResult result() {
    collect_expected();
    std::vector<Entry*> finished;
    for (Entry& entry : entries_) {
      entry.trial.score = entry.members[0].score;
      for (const Member& member : entry.members) {
        entry.trial.epochs = std::max(entry.trial.epochs, member.epochs);
        result_.rows_seen += member.epochs * problem_.rows;
      }
      if (!entry.trial.is_finished) continue;
      const Score score = score_of(std::array{&entry});
      entry.trial.score = score.loss;
      entry.trial.accuracy = score.accuracy;
      finished.push_back(&entry);
    }
    if (finished.empty()) fail("every candidate of the search diverged");
    std::ranges::stable_sort(finished, {}, [](const Entry* e) { return e->trial.score; });
    const std::vector<Entry*> chosen = choose(finished);
    const Score score = score_of(chosen);
    std::vector<const Network*> networks;
    for (Entry* entry : chosen) {
      // Where time ran out, some folds may hardly have begun.
      for (const Member& member : entry->members)
        if (2 * member.epochs >= entry->trial.epochs)
          networks.push_back(member.network.get()), ++entry->trial.networks;
    }
    result_.model = average_networks(networks);
    result_.score = score.loss;
    result_.accuracy = score.accuracy;
    result_.validation_rows = expected_.shape()[0];
    result_.training_seconds = training_seconds_;
    result_.was_cut = was_cut_;
    std::ranges::stable_sort(entries_, {},
                             [](const Entry& e) { return std::pair(!e.trial.is_finished, e.trial.score); });
    for (Entry& entry : entries_) result_.trials.push_back(std::move(entry.trial));
    return std::move(result_);
  }

  /// The best, then whichever lowers the score of the mean most, as long as one does.
  std::vector<Entry*> choose(std::vector<Entry*> finished) const {
    const size_t most = folds_.size() == 1 ? 6 : folds_.size() <= 3 ? 5 : 4;
    std::vector<Entry*> chosen = {finished.front()};
    finished.erase(finished.begin());
    double best = score_of(chosen).loss;
    while (chosen.size() < most && !finished.empty()) {
      size_t winner = finished.size();
      for (size_t i = 0; i < finished.size(); ++i) {
        chosen.push_back(finished[i]);
        if (const double score = score_of(chosen).loss; score < best) best = score, winner = i;
        chosen.pop_back();
      }
      if (winner == finished.size()) break;
      chosen.push_back(finished[winner]);
      finished.erase(finished.begin() + static_cast<std::ptrdiff_t>(winner));
    }
    return chosen;
  }

  const Dataset& dataset_;
  std::vector<int64_t> rows_;
  const SearchOptions& options_;
  const std::function<void(const SearchProgress&)>& on_progress_;
  std::vector<std::vector<int64_t>> folds_;  // held-out rows
  std::vector<View> views_;
  Problem problem_;
  std::vector<Entry> entries_;
  Tensor expected_;
  SearchResult result_;
  std::mutex mutex_;  // of what follows
  int64_t done_ = 0, planned_ = 0;
  double best_ = INFINITY, training_seconds_ = 0;
  std::atomic<bool> was_cut_ = false;
  Clock::time_point start_ = Clock::now();
};

}  // namespace

SearchResult search_network(const data::Dataset& dataset, std::span<const int64_t> rows,
                            const SearchOptions& options,
                            const std::function<void(const SearchProgress&)>& on_progress) {
  if (rows.size() < 4) fail("{} training rows are too few to search on; expected at least 4", rows.size());
  return Search(dataset, rows, options, on_progress).run();
}

}  // namespace kette
