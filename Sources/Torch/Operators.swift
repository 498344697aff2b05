/// Every operator of libtorch that this package calls, looked up on first use.
enum Operators {
    // Creation
    static let full = Operator("full")
    static let arange = Operator("arange")
    static let zerosLike = Operator("zeros_like")
    static let normalInPlace = Operator("normal_")
    static let uniformInPlace = Operator("uniform_")
    static let copyInPlace = Operator("copy_")
    static let fillInPlace = Operator("fill_", "Scalar")

    // Arithmetic
    static let add = Operator("add", "Tensor")
    static let addScalar = Operator("add", "Scalar")
    static let subtract = Operator("sub", "Tensor")
    static let reverseSubtractScalar = Operator("rsub", "Scalar")
    static let multiply = Operator("mul", "Tensor")
    static let multiplyScalar = Operator("mul", "Scalar")
    static let divide = Operator("div", "Tensor")
    static let divideScalar = Operator("div", "Scalar")
    static let negate = Operator("neg")
    static let exp = Operator("exp")
    static let log = Operator("log")
    static let sqrt = Operator("sqrt")
    static let sigmoid = Operator("sigmoid")
    static let tanh = Operator("tanh")
    static let relu = Operator("relu")
    static let leakyRelu = Operator("leaky_relu")
    static let gelu = Operator("gelu")
    static let clampMin = Operator("clamp_min")
    static let clamp = Operator("clamp")
    static let reluInPlace = Operator("relu_")
    static let clampInPlace = Operator("clamp_")
    static let geluInPlace = Operator("gelu_")
    static let siluInPlace = Operator("silu_")
    static let multiplyScalarInPlace = Operator("mul_", "Scalar")
    static let isFinite = Operator("isfinite")
    static let all = Operator("all")

    // Comparison and choice
    static let equalScalar = Operator("eq", "Scalar")
    static let equal = Operator("eq", "Tensor")
    static let greater = Operator("gt", "Tensor")
    static let lessScalar = Operator("lt", "Scalar")
    static let logicalNot = Operator("logical_not")
    static let logicalAnd = Operator("logical_and")
    static let logicalOr = Operator("logical_or")
    static let selectWhere = Operator("where", "self")
    static let maskedFill = Operator("masked_fill", "Scalar")

    // Products
    static let matmul = Operator("matmul")
    static let linear = Operator("linear")
    static let fusedLinear = Operator("_linear_pointwise", in: "mkldnn")
    static let einsum = Operator("einsum")

    // Shape
    static let reshape = Operator("reshape")
    static let transpose = Operator("transpose", "int")
    static let permute = Operator("permute")
    static let unsqueeze = Operator("unsqueeze")
    static let squeeze = Operator("squeeze", "dim")
    static let expand = Operator("expand")
    static let contiguous = Operator("contiguous")
    static let detach = Operator("detach")
    static let clone = Operator("clone")
    static let select = Operator("select", "int")
    static let slice = Operator("slice", "Tensor")
    static let indexSelect = Operator("index_select")
    static let indexCopy = Operator("index_copy")
    static let embedding = Operator("embedding")
    static let concatenate = Operator("cat")
    static let split = Operator("split_with_sizes")
    static let stack = Operator("stack")
    static let diagonal = Operator("diagonal")
    static let toDType = Operator("to", "dtype")
    static let toDevice = Operator("to", "device")

    // Reductions
    static let sumAll = Operator("sum")
    static let sum = Operator("sum", "dim_IntList")
    static let meanAll = Operator("mean")
    static let mean = Operator("mean", "dim")
    static let maximum = Operator("amax")
    static let minimum = Operator("amin")
    static let maximumIndex = Operator("argmax")
    static let vectorNorm = Operator("linalg_vector_norm")

    // Networks
    static let softmax = Operator("softmax", "int")
    static let logSumExp = Operator("logsumexp")
    static let layerNorm = Operator("layer_norm")
    static let batchNorm = Operator("batch_norm")
    static let dropout = Operator("dropout")
    static let embeddingBag = Operator("_embedding_bag")
    static let packedGRU = Operator("gru", "data")
    static let crossEntropy = Operator("cross_entropy_loss")
    static let scaledDotProductAttention = Operator("scaled_dot_product_attention")

    // Pictures
    static let resampleBilinearAntialiased = Operator("_upsample_bilinear2d_aa")
    static let resampleBicubicAntialiased = Operator("_upsample_bicubic2d_aa")
    static let multiplyThenAdd = Operator("addcmul")

    // Resampling
    static let resampleBilinear = Operator("upsample_bilinear2d")
    static let resampleNearest = Operator("upsample_nearest2d")
    static let padConstant = Operator("constant_pad_nd")

    // Convolutions
    static let convolution = Operator("conv2d")
    static let maxPooling = Operator("max_pool2d")
    static let averagePoolingTo = Operator("adaptive_avg_pool2d")
    static let fusedConvolution = Operator("_convolution_pointwise", in: "mkldnn")
    static let fusedConvolutionAdding = Operator("_convolution_pointwise_", "binary", in: "mkldnn")

    // Optimizers
    static let fusedAdamInPlace = Operator("_fused_adam_")
    static let foreachAddScalarInPlace = Operator("_foreach_add_", "Scalar")
    static let foreachMultiplyInPlace = Operator("_foreach_mul_", "Tensor")
    static let foreachInterpolateInPlace = Operator("_foreach_lerp_", "Scalar")
    static let foreachNorm = Operator("_foreach_norm", "Scalar")
}
