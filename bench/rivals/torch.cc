// LibTorch from C++: one addmm (addmv for single rows) a layer, autograd backward, in-place update.
#include <malloc.h>
#include <torch/torch.h>

#include <memory>

#include "bench/protocol.h"

namespace {

class Net {
 public:
  Net(bench::Workload& workload, const bench::Options& options) : workload_(workload), rate_(workload.rate) {
    at::set_num_threads(options.threads);
    for (bench::Layer& layer : workload.layers) {
      const auto in = static_cast<std::int64_t>(layer.in), out = static_cast<std::int64_t>(layer.out);
      parameters_.push_back(
          torch::from_blob(layer.weights.data(), {in, out}).t().clone(at::MemoryFormat::Contiguous));
      parameters_.push_back(torch::from_blob(layer.bias.data(), {out}).clone());
    }
    for (auto& parameter : parameters_) parameter.requires_grad_(options.mode == "train");
    if (workload.optimizer == "adam") {
      auto settings = torch::optim::AdamOptions(workload.rate).betas({workload.beta1, workload.beta2});
      adam_ = std::make_unique<torch::optim::Adam>(parameters_, settings.eps(workload.epsilon));
    } else if (workload.loss == "squared_error") {
      rate_ *=
          0.5 * static_cast<double>(workload.out());  // descends on mse_loss, which saves a multiplication
    }
    const auto rows = static_cast<std::int64_t>(workload.samples),
               batch = static_cast<std::int64_t>(workload.batch);
    const auto in = static_cast<std::int64_t>(workload.in()), out = static_cast<std::int64_t>(workload.out());
    const auto inputs = torch::from_blob(workload.inputs.data(), {rows, in});
    const auto targets = workload.labels.empty()
                             ? torch::from_blob(workload.targets.data(), {rows, out})
                             : torch::from_blob(workload.labels.data(), {rows}, torch::kInt64);
    rows_ = inputs.unbind();
    batches_ = batch == 1 ? rows_ : inputs.split(batch);
    targets_ = batch == 1 ? targets.unbind() : targets.split(batch);
  }

  void train_step(std::size_t batch) {
    loss(forward(batches_[batch]), targets_[batch]).backward();
    if (adam_) {
      adam_->step();
    } else {
      const torch::NoGradGuard guard;
      for (auto& parameter : parameters_) parameter.add_(parameter.grad(), -rate_);
    }
    for (auto& parameter : parameters_) parameter.mutable_grad().reset();
  }

  const float* scores(std::size_t row) {
    const c10::InferenceMode guard;
    scores_ = forward(rows_[row]);
    return scores_.data_ptr<float>();
  }

 private:
  torch::Tensor forward(torch::Tensor value) const {
    for (std::size_t i = 0; i < parameters_.size(); i += 2) {
      const auto &weights = parameters_[i], &bias = parameters_[i + 1];
      value = value.dim() == 1 ? torch::addmv(bias, weights, value) : torch::linear(value, weights, bias);
      const std::string& activation = i + 2 < parameters_.size() ? workload_.hidden : workload_.output;
      if (activation == "relu") value = torch::relu_(value);
      if (activation == "sigmoid") value = torch::sigmoid_(value);
    }
    return value;
  }

  torch::Tensor loss(const torch::Tensor& scores, const torch::Tensor& targets) const {
    return workload_.loss == "cross_entropy" ? torch::cross_entropy_loss(scores, targets)
                                             : torch::mse_loss(scores, targets);
  }

  bench::Workload& workload_;
  double rate_;
  std::vector<torch::Tensor> parameters_;  // weights [out, in] and bias [out] of each layer in turn
  std::vector<torch::Tensor> batches_, targets_, rows_;
  std::unique_ptr<torch::optim::Adam> adam_;
  torch::Tensor scores_;
};

}  // namespace

int main(int argc, char** argv) {
  // Keeps freed gradients in the process: without this, large nets spend a third of the time in page faults.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 1 << 26);
  return bench::participate<Net>(argc, argv);
}
