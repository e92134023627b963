#pragma once

#include "layers/lowering.h"

/// The lowering functions of the table of layers, private to this room. Each file cites the source it follows.
namespace attnscope {

// activations.cpp
Result<std::vector<Flow>> lowerActivation(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerReluLayer(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerLeakyRelu(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerEluLayer(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerPRelu(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerSoftmaxLayer(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerThresholdedRelu(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);

// operation_node.cpp
/// Whether a layer is an operation between layers: of keras.ops (Keras 3), or a TFOpLambda or SlicingOpLambda of
/// tf.keras.
[[nodiscard]] bool isOperationNode(const Layer& layer);
Result<std::vector<Flow>> lowerOperation(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);

// einsum_dense.cpp
Result<std::vector<Flow>> lowerEinsumDense(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);

// preprocessing.cpp
Result<std::vector<Flow>> lowerRescaling(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerNormalization(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerCategoryEncoding(Lowering& lowering, const Layer& layer,
                                                const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerDiscretization(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);

// lookup.cpp
Result<std::vector<Flow>> lowerTextLayer(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerHashing(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerIntegerLookup(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);

// dense.cpp
Result<std::vector<Flow>> lowerDense(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);

// embedding.cpp
Result<std::vector<Flow>> lowerEmbedding(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerReversibleEmbedding(Lowering& lowering, const Layer& layer,
                                                   const std::vector<Flow>& inputs);

// masking.cpp
Result<std::vector<Flow>> lowerMasking(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);

// dropout.cpp
Result<std::vector<Flow>> lowerPassThrough(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerIdentity(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);

// recurrent.cpp
Result<std::vector<Flow>> lowerLstm(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerGru(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerSimpleRnn(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);

// cells.cpp
Result<std::vector<Flow>> lowerCuDnnLstm(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerCuDnnGru(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerRnn(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);

// bidirectional.cpp
Result<std::vector<Flow>> lowerBidirectional(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);

// time_distributed.cpp
Result<std::vector<Flow>> lowerTimeDistributed(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);

// normalization.cpp
Result<std::vector<Flow>> lowerBatchNormalization(Lowering& lowering, const Layer& layer,
                                                  const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerLayerNormalization(Lowering& lowering, const Layer& layer,
                                                  const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerGroupNormalization(Lowering& lowering, const Layer& layer,
                                                  const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerUnitNormalization(Lowering& lowering, const Layer& layer,
                                                 const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerRmsNormalization(Lowering& lowering, const Layer& layer,
                                                const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerSpectralNormalization(Lowering& lowering, const Layer& layer,
                                                     const std::vector<Flow>& inputs);

// convolution.cpp
Result<std::vector<Flow>> lowerConv1D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);

Result<std::vector<Flow>> lowerDepthwiseConv1D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerSeparableConv1D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerConv1DTranspose(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);

// locally_connected.cpp
Result<std::vector<Flow>> lowerLocallyConnected1D(Lowering& lowering, const Layer& layer,
                                                  const std::vector<Flow>& inputs);

// convolution_lstm.cpp
Result<std::vector<Flow>> lowerConvLstm1D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);

// convolution2d.cpp
Result<std::vector<Flow>> lowerConv2D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerDepthwiseConv2D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerSeparableConv2D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);

// pooling2d.cpp
Result<std::vector<Flow>> lowerMaxPooling2D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerAveragePooling2D(Lowering& lowering, const Layer& layer,
                                                const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerGlobalMaxPooling2D(Lowering& lowering, const Layer& layer,
                                                  const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerGlobalAveragePooling2D(Lowering& lowering, const Layer& layer,
                                                      const std::vector<Flow>& inputs);

// pooling.cpp
Result<std::vector<Flow>> lowerAdaptiveAveragePooling1D(Lowering& lowering, const Layer& layer,
                                                        const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerAdaptiveMaxPooling1D(Lowering& lowering, const Layer& layer,
                                                    const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerMaxPooling1D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerAveragePooling1D(Lowering& lowering, const Layer& layer,
                                                const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerGlobalMaxPooling1D(Lowering& lowering, const Layer& layer,
                                                  const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerGlobalAveragePooling1D(Lowering& lowering, const Layer& layer,
                                                      const std::vector<Flow>& inputs);

// layout.cpp
Result<std::vector<Flow>> lowerFlatten(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerReshape(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerPermute(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerRepeatVector(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerZeroPadding1D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerCropping1D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerUpSampling1D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerZeroPadding2D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerCropping2D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerUpSampling2D(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);

// merge.cpp
Result<std::vector<Flow>> lowerConcatenate(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerAdd(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerSubtract(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerMultiply(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerAverage(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerMaximum(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerMinimum(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);

// dot.cpp
Result<std::vector<Flow>> lowerDot(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);

// dense_attention.cpp
Result<std::vector<Flow>> lowerDotAttention(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerAdditiveAttention(Lowering& lowering, const Layer& layer,
                                                 const std::vector<Flow>& inputs);

// multi_head_attention.cpp
Result<std::vector<Flow>> lowerMultiHeadAttention(Lowering& lowering, const Layer& layer,
                                                  const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerGroupQueryAttention(Lowering& lowering, const Layer& layer,
                                                   const std::vector<Flow>& inputs);

// keras1.cpp
Result<std::vector<Flow>> lowerMerge(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerHighway(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerParametricSoftplus(Lowering& lowering, const Layer& layer,
                                                  const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerSRelu(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);
Result<std::vector<Flow>> lowerMaxoutDense(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);

// keras_attention.cpp
/// Lowers a layer by a formula of the catalogue: the chosen one, or the one among `candidates` that fits its weights.
/// Errors: code Shape or UnknownLayer, listing the weights found and what the formulas expect.
Result<std::vector<Flow>> lowerAttention(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs,
                                         const std::vector<const Formula*>& candidates);

/// Whether one of the formulas fits the layer's inputs, weights and config.
bool anyFormulaFits(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs,
                    const std::vector<const Formula*>& candidates);

/// Tells which formulas of the catalogue would fit a layer that none is made for.
void offerFormulas(Lowering& lowering, const Layer& layer, const std::vector<Flow>& inputs);

}  // namespace attnscope
