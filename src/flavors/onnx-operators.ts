/**
 * Names of the operators that ONNX defines, and of the few older and internal ones that ONNX Runtime has beside them, from the
 * operator schemas of onnx 1.23 and onnxruntime 1.31 (onnx.defs.get_all_schemas_with_history).
 * @module
 */
import type { OnnxModel } from '../formats/onnx-proto.ts';

/** Operators of a domain, complete up to a version of its operator set. */
interface OperatorSet {
  readonly upTo: number;
  readonly names: ReadonlySet<string>;
}

const SETS: ReadonlyMap<string, OperatorSet> = new Map([
  ['', { upTo: 28, names: new Set((
    'Abs Acos Acosh Add Affine AffineGrid And ArgMax ArgMin Asin Asinh Atan Atanh Attention AveragePool BatchNormalization Bernoulli BitCast BitShift ' +
    'BitwiseAnd BitwiseNot BitwiseOr BitwiseXor BlackmanWindow Cast CastLike CausalConvWithState Ceil Celu CenterCropPad Clip Col2Im Compress Concat ' +
    'ConcatFromSequence Constant ConstantOfShape Conv ConvInteger ConvTranspose Cos Cosh Crop CumProd CumSum DFT DeformConv DepthToSpace DequantizeLinear ' +
    'Det DisentangledAttention_TRT Div Dropout DynamicQuantizeLinear DynamicSlice EfficientNMS_TRT Einsum Elu Equal Erf Exp Expand EyeLike Flatten Floor ' +
    'GRU GRUUnit Gather GatherElements GatherND Gelu Gemm GivenTensorFill GlobalAveragePool GlobalLpPool GlobalMaxPool Greater GreaterOrEqual GridSample ' +
    'GroupNormalization HammingWindow HannWindow HardSigmoid HardSwish Hardmax Identity If ImageDecoder ImageScaler InstanceNormalization IsInf IsNaN LRN ' +
    'LSTM LayerNormalization LeakyRelu Less LessOrEqual LinearAttention Log LogSoftmax Loop LpNormalization LpPool MatMul MatMulInteger Max MaxPool ' +
    'MaxRoiPool MaxUnpool Mean MeanVarianceNormalization MelWeightMatrix MemcpyFromHost MemcpyToHost Min Mish Mod Mul MultilevelCropAndResize_TRT ' +
    'Multinomial Neg NegativeLogLikelihoodLoss NonMaxSuppression NonZero Not OneHot Optional OptionalGetElement OptionalHasElement Or PRelu Pad ' +
    'ParametricSoftplus Pow PyramidROIAlign_TRT QLinearConv QLinearMatMul QuantizeLinear RMSNormalization RNN RandomNormal RandomNormalLike RandomUniform ' +
    'RandomUniformLike Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare ' +
    'RegexFullMatch Relu Reshape Resize ReverseSequence RoiAlign RotaryEmbedding Round STFT Scale ScaledTanh Scan Scatter ScatterElements ScatterND Selu ' +
    'SequenceAt SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceLength SequenceMap Shape Shrink Sigmoid Sign ' +
    'SimplifiedLayerNormalization Sin Sinh Size Slice Softmax SoftmaxCrossEntropyLoss Softplus Softsign SpaceToDepth Split SplitToSequence Sqrt Squeeze ' +
    'StringConcat StringNormalizer StringSplit Sub Sum SwiGLU Swish Tan Tanh TensorScatter TfIdfVectorizer ThresholdedRelu Tile TopK Transpose Trilu Unique ' +
    'Unsqueeze Upsample Where Xor'
  ).split(' ')) }],
  ['ai.onnx.ml', { upTo: 5, names: new Set((
    'ArrayFeatureExtractor Binarizer CastMap CategoryMapper DictVectorizer FeatureVectorizer Imputer LabelEncoder LinearClassifier LinearRegressor ' +
    'Normalizer OneHotEncoder SVMClassifier SVMRegressor Scaler TreeEnsemble TreeEnsembleClassifier TreeEnsembleRegressor ZipMap'
  ).split(' ')) }],
]);

/** Domains that ONNX Runtime has operators of, which are not listed here. */
const OTHERS: ReadonlySet<string> = new Set([
  'ai.onnx.training', 'ai.onnx.preview', 'ai.onnx.preview.training', 'com.microsoft', 'com.microsoft.nchwc', 'com.microsoft.experimental',
  'com.ms.internal.nhwc', 'org.pytorch.aten',
]);

/** True where an operator is one that ONNX Runtime may have; a newer operator set than the ones listed here is left for it to judge. */
export function isKnownOperator(op: string, domain: string, opsets: OnnxModel['opsets']): boolean {
  const set = SETS.get(domain);
  return set ? set.names.has(op) || (opsets.get(domain) ?? 0) > set.upTo : OTHERS.has(domain);
}
