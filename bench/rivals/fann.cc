// FANN 2.2, single precision. It has no ReLU, softmax, cross-entropy or Adam; what it does instead (less work
// in every case) is listed in VARIANTS of reference.py. Batches of one use fann_train, others
// fann_train_epoch.
#include <floatfann.h>

#include "bench/protocol.h"

namespace {

class Net {
 public:
  Net(bench::Workload& workload, const bench::Options& options) : workload_(workload) {
    if (options.mode == "train" && workload.optimizer != "sgd")
      throw std::runtime_error("FANN has no " + workload.optimizer);
    adapt(workload);
    const std::vector<unsigned> sizes(workload.sizes.begin(), workload.sizes.end());
    net_ = fann_create_standard_array(static_cast<unsigned>(sizes.size()), sizes.data());
    const auto hidden = activation(workload.hidden), output = activation(workload.output);
    fann_set_activation_function_hidden(net_, hidden);
    fann_set_activation_function_output(net_, output);
    fann_set_activation_steepness_hidden(net_, steepness(hidden));
    fann_set_activation_steepness_output(net_, steepness(output));
    fann_set_train_error_function(net_, FANN_ERRORFUNC_LINEAR);
    fann_set_learning_rate(net_, static_cast<float>(workload.rate));
    fann_set_learning_momentum(net_, 0);
    fann_set_training_algorithm(net_, FANN_TRAIN_BATCH);
    set_weights();
    for (std::size_t row = 0; row < workload.samples; ++row) {
      inputs_.push_back(&workload.inputs[row * workload.in()]);
      targets_.push_back(&workload.targets[row * workload.out()]);
    }
  }
  ~Net() { fann_destroy(net_); }
  Net(const Net&) = delete;
  Net& operator=(const Net&) = delete;

  void train_step(std::size_t batch) {
    if (workload_.batch == 1) {
      fann_train(net_, inputs_[batch], targets_[batch]);
      return;
    }
    fann_train_data rows{};
    rows.num_data = static_cast<unsigned>(workload_.batch);
    rows.num_input = static_cast<unsigned>(workload_.in());
    rows.num_output = static_cast<unsigned>(workload_.out());
    rows.input = &inputs_[batch * workload_.batch];
    rows.output = &targets_[batch * workload_.batch];
    fann_train_epoch(net_, &rows);
  }

  const float* scores(std::size_t row) { return fann_run(net_, inputs_[row]); }

 private:
  static void adapt(bench::Workload& workload) {
    if (workload.hidden != "relu") return;
    workload.hidden = "linear_piece";
    workload.output = "identity";
    workload.loss = "squared_error";
  }

  static fann_activationfunc_enum activation(const std::string& name) {
    if (name == "sigmoid") return FANN_SIGMOID;
    return name == "identity" ? FANN_LINEAR : FANN_LINEAR_PIECE;
  }

  // FANN's sigmoid of steepness s is 1 / (1 + exp(-2 s x))
  static float steepness(fann_activationfunc_enum function) { return function == FANN_SIGMOID ? 0.5F : 1.0F; }

  // Connections lie neuron by neuron: from each neuron of the layer below, then from its bias neuron.
  void set_weights() {
    float* connection = net_->weights;
    for (const bench::Layer& layer : workload_.layers) {
      for (std::size_t to = 0; to < layer.out; ++to) {
        for (std::size_t from = 0; from < layer.in; ++from)
          *connection++ = layer.weights[from * layer.out + to];
        *connection++ = layer.bias[to];
      }
    }
  }

  bench::Workload& workload_;
  fann* net_ = nullptr;
  std::vector<float*> inputs_, targets_;
};

}  // namespace

int main(int argc, char** argv) { return bench::participate<Net>(argc, argv); }
