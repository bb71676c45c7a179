// kette as its users write it: one graph, a training step and a forward pass compiled from it.
#include <algorithm>
#include <memory>
#include <optional>

#include "bench/protocol.h"
#include "kette/compile/program.h"
#include "kette/nn/losses.h"
#include "kette/nn/mlp.h"
#include "kette/optim/optimizer.h"

namespace {

class Net {
 public:
  Net(const bench::Workload& workload, const bench::Options& options) : workload_(workload) {
    if (options.threads > 1) threads_.emplace(options.threads);
    kette::CompileOptions compile;
    if (threads_) compile.threads = &*threads_;

    const auto in = static_cast<int64_t>(workload.in()), out = static_cast<int64_t>(workload.out());
    const kette::Value x = graph_.input("x", {kette::kBatch, in});
    const kette::Mlp net = kette::mlp(x, layers());
    const bool classes = workload.loss == "cross_entropy";
    const kette::Value y = classes ? graph_.input("y", kette::Shape({kette::kBatch}, kette::DType::i64))
                                   : graph_.input("y", {kette::kBatch, out});
    const kette::TrainingStep step =
        kette::training_step(loss(net.output, y), kette::values_of(net.parameters), spec());

    parameters_ = kette::initialized(net.parameters, /*seed=*/1);
    for (const auto& [name, tensor] : kette::initialized(step.state, /*seed=*/1))
      parameters_.add(name, tensor);
    for (std::size_t i = 0; i < workload.layers.size(); ++i) {
      const bench::Layer& layer = workload.layers[i];
      std::ranges::copy(layer.weights, values("W", i + 1).begin());
      std::ranges::copy(layer.bias, values("b", i + 1).begin());
    }
    const auto storage = [this](std::string_view name) { return parameters_.find(name); };

    train_ = std::make_unique<kette::Program>(std::span(&step.loss, 1), step.updates, storage, compile);
    train_->bind(static_cast<int64_t>(workload.batch));
    train_->set("learning_rate", rate_);
    train_x_ = train_->input("x");
    train_y_ = train_->input("y");
    infer_ = std::make_unique<kette::Program>(std::span(&net.output, 1), std::span<const kette::Update>(),
                                              storage, compile);
    infer_->bind(1);
    infer_x_ = infer_->input("x");
  }

  void train_step(std::size_t batch) {
    const std::size_t row = batch * workload_.batch;
    train_->set(train_x_, &workload_.inputs[row * workload_.in()]);
    if (workload_.labels.empty())
      train_->set(train_y_, &workload_.targets[row * workload_.out()]);
    else
      train_->set(train_y_, &workload_.labels[row]);
    train_->run();
  }

  const float* scores(std::size_t row) {
    infer_->set(infer_x_, &workload_.inputs[row * workload_.in()]);
    infer_->run();
    return static_cast<const float*>(infer_->output(0));
  }

 private:
  std::vector<kette::LayerSpec> layers() const {
    std::vector<kette::LayerSpec> result;
    for (std::size_t i = 1; i < workload_.sizes.size(); ++i) {
      const std::string& name = i + 1 < workload_.sizes.size() ? workload_.hidden : workload_.output;
      const auto activation = name == "softmax" ? kette::Activation::identity : kette::parse_activation(name);
      result.push_back({.units = static_cast<int64_t>(workload_.sizes[i]), .activation = activation});
    }
    return result;
  }

  kette::Value loss(kette::Value scores, kette::Value targets) const {
    if (workload_.loss == "cross_entropy") return kette::cross_entropy(scores, targets);
    if (workload_.loss == "squared_error") return kette::squared_error(scores, targets);
    return kette::mean_squared_error(scores, targets);
  }

  kette::OptimizerSpec spec() const {
    kette::OptimizerSpec result{&kette::parse_optimizer(workload_.optimizer)};
    if (workload_.optimizer == "adam")
      result.settings = {
          {"beta1", workload_.beta1}, {"beta2", workload_.beta2}, {"epsilon", workload_.epsilon}};
    return result;
  }

  std::span<float> values(const std::string& letter, std::size_t layer) {
    return parameters_.at(letter + std::to_string(layer)).values<float>();
  }

  const bench::Workload& workload_;
  std::optional<kette::Threads> threads_;
  kette::Graph graph_;
  kette::Parameters parameters_;
  kette::Tensor rate_{{}, {static_cast<float>(workload_.rate)}};
  std::unique_ptr<kette::Program> train_, infer_;
  int train_x_ = 0, train_y_ = 0, infer_x_ = 0;
};

}  // namespace

int main(int argc, char** argv) { return bench::participate<Net>(argc, argv); }
