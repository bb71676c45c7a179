// Loss functions: how far what a network says is from what was expected, as one number to make small.
//
// Every loss is a graph function. By default it gives the mean over the batch, a scalar; with Reduction::none
// one loss per sample, [N,1]. The losses on scores and their gradients are finite for scores of any size up
// to half the type's range; squared errors overflow where the square does. Throws Error when the shapes do
// not fit.
#pragma once

#include <cstdint>

#include "kette/graph/graph.h"

namespace kette {

enum class Reduction : uint8_t { mean, none };

// Regression: predictions and targets [N,k] (usually k = 1), of equal dims ----------------------------------

/// L = ½ Σ_j (y_j − ŷ_j)²: half the squared distance, so that ∂L/∂ŷ = ŷ − y.
Value squared_error(Value predictions, Value targets, Reduction reduction = Reduction::mean);

/// L = 1/k Σ_j (y_j − ŷ_j)².
Value mean_squared_error(Value predictions, Value targets, Reduction reduction = Reduction::mean);

/// L = 1/k Σ_j |y_j − ŷ_j|; ∂L/∂ŷ_j = 0 where ŷ_j = y_j.
Value mean_absolute_error(Value predictions, Value targets, Reduction reduction = Reduction::mean);

/// L = 1/k Σ_j H(ŷ_j − y_j), with H(e) = ½e² where |e| ≤ δ and δ(|e| − ½δ) beyond: as the squared error near
/// the target, as the absolute error far from it [Huber 1964, "Robust Estimation of a Location Parameter"].
/// Throws Error unless δ > 0.
Value huber(Value predictions, Value targets, double delta = 1, Reduction reduction = Reduction::mean);

// Classification by scores (logits) [N,k] of k ≥ 1 classes --------------------------------------------------

/// The cross-entropy of softmax(logits) and what was expected. `targets` are either class indices, i64[N]:
/// L = −log softmax(o)_y = log Σ_j e^{o_j} − o_y, or distributions, [N,k] like the logits: L = −Σ_j p_j·log
/// softmax(o)_j.
Value cross_entropy(Value logits, Value targets, Reduction reduction = Reduction::mean);
/// With smoothed labels: what is expected is (1−ε)·p + ε/k instead of p, so that no score must grow without
/// end [Szegedy et al. 2016, "Rethinking the Inception Architecture for Computer Vision", section 7]. Throws
/// Error unless the smoothing ε is in [0, 1).
Value cross_entropy(Value logits, Value targets, double smoothing, Reduction reduction = Reduction::mean);

/// L = −log P̂(y): log-probabilities [N,k] (of log_softmax), class indices i64[N].
Value negative_log_likelihood(Value log_probabilities, Value classes, Reduction reduction = Reduction::mean);

/// The cross-entropy of a yes-or-no question, P̂ = σ(z), with targets P in [0, 1]:
/// L = −P·log σ(z) − (1−P)·log(1−σ(z)) = softplus(z) − P·z. Logits and targets [N,k], of equal dims; the mean
/// over k.
Value binary_cross_entropy(Value logits, Value targets, Reduction reduction = Reduction::mean);
/// With smoothed labels, (1−ε)·P + ε/2 instead of P.
Value binary_cross_entropy(Value logits, Value targets, double smoothing,
                           Reduction reduction = Reduction::mean);

/// L = max(0, 1 − y·s): scores and targets [N,k] of equal dims, y in {−1, +1}; the mean over k. The gradient
/// is 0 at y·s = 1 [Cortes & Vapnik 1995, "Support-Vector Networks"].
Value hinge(Value scores, Value targets, Reduction reduction = Reduction::mean);

/// L = max(0, 1 + max_{j≠y} s_j − s_y): scores [N,k], class indices i64[N] [Crammer & Singer 2001, "On the
/// Algorithmic Implementation of Multiclass Kernel-based Vector Machines"]. At L = 0 the gradient's kink is
/// reduce_max's.
Value multiclass_hinge(Value scores, Value classes, Reduction reduction = Reduction::mean);

// Of any loss -----------------------------------------------------------------------------------------------

/// 1/N Σ_n w_n·L_n: losses of Reduction::none and a weight for each sample, both [N,1]. The weights are not
/// divided by their sum: with a mean of 1 they leave the size of the loss, and so of the learning rate, as it
/// was.
Value weighted(Value losses, Value weights);

/// What scores say: probabilities [N, classes] of scores [N, classes], or of one score, [N, 1], those of two.
Value probabilities_of(Value scores);

}  // namespace kette
