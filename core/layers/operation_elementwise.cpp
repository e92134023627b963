#include "layers/composite_activations.h"
#include "layers/operation_functions.h"
#include "layers/support.h"

#include <algorithm>
#include <array>

namespace attnscope {

namespace {

// Operands are called x1, x2 in keras.ops and x, y in tf; single ones x, features or input.
template <BinaryKind Kind>
Result<Values> pair(const OperationArguments& arguments) {
    ATTN_TRY(const ValueId a, arguments.operand(0, {"x1", "x", "a"}));
    ATTN_TRY(const ValueId b, arguments.operand(1, {"x2", "y", "b"}));
    return one(binary(arguments.lowering(), Kind, a, b));
}

Result<ValueId> operandOf(const OperationArguments& arguments) {
    return arguments.operand(0, {"x", "features", "input", "a", "input_tensor", "value"});
}

template <UnaryKind Kind>
Result<Values> each(const OperationArguments& arguments) {
    ATTN_TRY(const ValueId x, operandOf(arguments));
    return one(unary(arguments.lowering(), Kind, x));
}

Result<Values> lowerSame(const OperationArguments& arguments) {
    return one(operandOf(arguments));
}

Result<Values> lowerRsqrt(const OperationArguments& arguments) {
    ATTN_TRY(const ValueId x, operandOf(arguments));
    ATTN_TRY(const ValueId root, unary(arguments.lowering(), UnaryKind::Sqrt, x));
    return one(unary(arguments.lowering(), UnaryKind::Reciprocal, root));
}

Result<Values> lowerLog1p(const OperationArguments& arguments) {
    ATTN_TRY(const ValueId x, operandOf(arguments));
    ATTN_TRY(const ValueId sum, binary(arguments.lowering(), BinaryKind::Add, x, 1.0F, "one"));
    return one(unary(arguments.lowering(), UnaryKind::Log, sum));
}

/// tanh(x / 2) · (exp(x) + 1), which is exact for small numbers too.
Result<Values> lowerExpm1(const OperationArguments& arguments) {
    Lowering& lowering = arguments.lowering();
    ATTN_TRY(const ValueId x, operandOf(arguments));
    ATTN_TRY(ValueId half, binary(lowering, BinaryKind::Multiply, x, 0.5F, "half"));
    ATTN_TRY(half, unary(lowering, UnaryKind::Tanh, half));
    ATTN_TRY(ValueId power, unary(lowering, UnaryKind::Exp, x));
    ATTN_TRY(power, binary(lowering, BinaryKind::Add, power, 1.0F, "one"));
    return one(binary(lowering, BinaryKind::Multiply, half, power));
}

Result<Values> lowerCeil(const OperationArguments& arguments) {
    Lowering& lowering = arguments.lowering();
    ATTN_TRY(ValueId x, operandOf(arguments));
    for (const UnaryKind kind : {UnaryKind::Negate, UnaryKind::Floor, UnaryKind::Negate}) {
        ATTN_TRY(x, unary(lowering, kind, x));
    }
    return Values{x};
}

Result<Values> lowerLogSigmoid(const OperationArguments& arguments) {
    ATTN_TRY(const ValueId x, operandOf(arguments));
    return one(logSigmoid(arguments.lowering(), x));
}

/// a − ⌊a / b⌋ · b, whose sign is that of b.
Result<Values> lowerFloorMod(const OperationArguments& arguments) {
    Lowering& lowering = arguments.lowering();
    ATTN_TRY(const ValueId a, arguments.operand(0, {"x1", "x"}));
    ATTN_TRY(const ValueId b, arguments.operand(1, {"x2", "y"}));
    ATTN_TRY(ValueId times, binary(lowering, BinaryKind::Divide, a, b));
    ATTN_TRY(times, unary(lowering, UnaryKind::Floor, times));
    ATTN_TRY(const ValueId whole, binary(lowering, BinaryKind::Multiply, times, b));
    return one(binary(lowering, BinaryKind::Subtract, a, whole));
}

Result<Values> lowerFloorDivide(const OperationArguments& arguments) {
    ATTN_TRY(const Values quotient, pair<BinaryKind::Divide>(arguments));
    return one(unary(arguments.lowering(), UnaryKind::Floor, quotient.front()));
}

/// 0 where it would be divided by 0.
Result<Values> lowerDivideNoNan(const OperationArguments& arguments) {
    Lowering& lowering = arguments.lowering();
    ATTN_TRY(const ValueId b, arguments.operand(1, {"x2", "y"}));
    ATTN_TRY(const Values quotient, pair<BinaryKind::Divide>(arguments));
    const ValueId zero = lowering.graph().scalar("zero", 0.0F);
    return one(lowering.graph().add(std::make_shared<Select>(), {b, quotient.front(), zero}));
}

Result<Values> lowerSquaredDifference(const OperationArguments& arguments) {
    ATTN_TRY(const Values difference, pair<BinaryKind::Subtract>(arguments));
    return one(unary(arguments.lowering(), UnaryKind::Square, difference.front()));
}

Result<Values> lowerScalarMul(const OperationArguments& arguments) {
    ATTN_TRY(const ValueId scalar, arguments.operand(0, {"scalar"}));
    ATTN_TRY(const ValueId x, arguments.operand(1, {"x"}));
    return one(binary(arguments.lowering(), BinaryKind::Multiply, scalar, x));
}

Result<Values> lowerBiasAdd(const OperationArguments& arguments) {
    const nlohmann::json format = arguments.option({"data_format"});
    // The last is how the JSON of a node writes the bytes of NHWC.
    constexpr std::array featuresLast{"NHWC", "N...C", "TkhXQw=="};
    if (!format.is_null() && std::ranges::find(featuresLast, format) == featuresLast.end())
        return fail(ErrorCode::Unsupported, "argument data_format: features in the last axis, NHWC, expected");
    ATTN_TRY(const ValueId x, arguments.operand(0, {"value"}));
    ATTN_TRY(const ValueId bias, arguments.operand(1, {"bias"}));
    return one(binary(arguments.lowering(), BinaryKind::Add, x, bias));
}

Result<Values> lowerAddN(const OperationArguments& arguments) {
    ATTN_TRY(const Values values, arguments.operands({"inputs"}));
    ValueId sum = values.front();
    for (std::size_t index = 1; index < values.size(); ++index) {
        ATTN_TRY(sum, binary(arguments.lowering(), BinaryKind::Add, sum, values[index]));
    }
    return Values{sum};
}

template <UnaryKind Kind>
Result<Values> sloped(const OperationArguments& arguments, std::initializer_list<std::string_view> names,
                      float fallback) {
    ATTN_TRY(const ValueId x, operandOf(arguments));
    ATTN_TRY(const float slope, arguments.number(names, fallback));
    return one(arguments.lowering().graph().add(std::make_shared<Unary>(Kind, slope), {x}));
}

Result<Values> lowerElu(const OperationArguments& arguments) {
    return sloped<UnaryKind::Elu>(arguments, {"alpha"}, 1.0F);
}

Result<Values> lowerLeakyRelu(const OperationArguments& arguments) {
    return sloped<UnaryKind::LeakyRelu>(arguments, {"negative_slope", "alpha"}, 0.2F);
}

Result<Values> lowerGelu(const OperationArguments& arguments) {
    ATTN_TRY(const ValueId x, operandOf(arguments));
    // keras.ops.gelu approximates unless told otherwise, tf.nn.gelu does not; Keras 3 writes the flag into the config.
    ATTN_TRY(const bool approximate, arguments.flag({"approximate"}, false));
    return one(unary(arguments.lowering(), approximate ? UnaryKind::GeluTanh : UnaryKind::Gelu, x));
}

Result<Values> lowerClip(const OperationArguments& arguments) {
    Lowering& lowering = arguments.lowering();
    ATTN_TRY(ValueId x, arguments.operand(0, {"x", "t", "value"}));
    const auto bound = [&](std::initializer_list<std::string_view> names, std::size_t position) {
        const nlohmann::json option = arguments.option(names);
        return option.is_null() ? arguments.positional(position) : option;
    };
    const nlohmann::json low = bound({"x_min", "clip_value_min", "min_value"}, 1);
    const nlohmann::json high = bound({"x_max", "clip_value_max", "max_value"}, 2);
    if (!low.is_number() || !high.is_number())
        return fail(ErrorCode::Unsupported, "two numbers expected as the bounds of clip");
    ATTN_TRY(x, binary(lowering, BinaryKind::Maximum, x, static_cast<float>(low.get<double>()), "smallest"));
    return one(binary(lowering, BinaryKind::Minimum, x, static_cast<float>(high.get<double>()), "largest"));
}

Result<Values> lowerWhere(const OperationArguments& arguments) {
    ATTN_TRY(const ValueId condition, arguments.operand(0, {"condition"}));
    ATTN_TRY(const ValueId a, arguments.operand(1, {"x1", "x"}));
    ATTN_TRY(const ValueId b, arguments.operand(2, {"x2", "y"}));
    return one(arguments.lowering().graph().add(std::make_shared<Select>(), {condition, a, b}));
}

/// The name of a dtype: a string, a policy, or tf's {"class_name": "TypeSpec", …} as its JSON writer gives it.
std::string typeName(const nlohmann::json& type) {
    if (type.is_string()) return type.get<std::string>();
    if (type.is_object() && type.contains("config")) return typeName(type["config"]);
    if (type.is_object() && type.contains("name")) return typeName(type["name"]);
    return {};
}

/// Everything is float32 here; a cast to bool or to whole numbers still changes values.
Result<Values> lowerCast(const OperationArguments& arguments) {
    Lowering& lowering = arguments.lowering();
    ATTN_TRY(const ValueId x, operandOf(arguments));
    nlohmann::json type = arguments.option({"dtype"});
    if (type.is_null()) type = arguments.positional(1);
    const std::string name = typeName(type);
    if (name == "bool") return one(binary(lowering, BinaryKind::NotEqual, x, 0.0F, "zero"));
    if (name.starts_with("int") || name.starts_with("uint")) {
        ATTN_TRY(const ValueId sign, unary(lowering, UnaryKind::Sign, x));
        ATTN_TRY(const ValueId size, unary(lowering, UnaryKind::Abs, x));
        ATTN_TRY(const ValueId whole, unary(lowering, UnaryKind::Floor, size));
        return one(binary(lowering, BinaryKind::Multiply, sign, whole));
    }
    if (name == "float32" || name == "float64" || name.empty()) return Values{x};
    return fail(ErrorCode::Unsupported, "a cast to " + name + "; float32, float64, bool or whole numbers expected");
}

template <int Number>
Result<Values> filled(const OperationArguments& arguments) {
    ATTN_TRY(const ValueId x, operandOf(arguments));
    const Shape& shape = arguments.lowering().graph().shape(x);
    ATTN_CHECK(expectReasonable(shape, mostMadeElements));
    return Values{
        arguments.lowering().graph().batchedConstant("filled", share(Tensor(shape, static_cast<float>(Number))))};
}

constexpr std::array rows{
    OperationRow{"Abs", "", each<UnaryKind::Abs>},
    OperationRow{"Absolute", "math.abs abs", each<UnaryKind::Abs>},
    OperationRow{"Add", "math.add __operators__.add", pair<BinaryKind::Add>},
    OperationRow{"Cast", "cast", lowerCast},
    OperationRow{"Ceil", "math.ceil", lowerCeil},
    OperationRow{"Clip", "clip_by_value keras.backend.clip", lowerClip},
    OperationRow{"ConvertToTensor", "convert_to_tensor", lowerCast},
    OperationRow{"Divide", "math.divide", pair<BinaryKind::Divide>},
    OperationRow{"Elu", "nn.elu", lowerElu},
    OperationRow{"Equal", "math.equal __operators__.eq", pair<BinaryKind::Equal>},
    OperationRow{"Exp", "math.exp", each<UnaryKind::Exp>},
    OperationRow{"Expm1", "math.expm1", lowerExpm1},
    OperationRow{"Floor", "math.floor", each<UnaryKind::Floor>},
    OperationRow{"FloorDivide", "floor_div math.floordiv", lowerFloorDivide},
    OperationRow{"Gelu", "nn.gelu", lowerGelu},
    OperationRow{"Greater", "math.greater", pair<BinaryKind::Greater>},
    OperationRow{"GreaterEqual", "math.greater_equal", pair<BinaryKind::GreaterEqual>},
    OperationRow{"HardSigmoid", "", each<UnaryKind::HardSigmoid3>},
    OperationRow{"Identity", "identity", lowerSame},
    OperationRow{"LeakyRelu", "nn.leaky_relu", lowerLeakyRelu},
    OperationRow{"Less", "math.less", pair<BinaryKind::Less>},
    OperationRow{"LessEqual", "math.less_equal", pair<BinaryKind::LessEqual>},
    OperationRow{"Log", "math.log", each<UnaryKind::Log>},
    OperationRow{"Log1p", "math.log1p", lowerLog1p},
    OperationRow{"LogSigmoid", "math.log_sigmoid", lowerLogSigmoid},
    OperationRow{"LogicalAnd", "math.logical_and", pair<BinaryKind::And>},
    OperationRow{"LogicalNot", "math.logical_not", each<UnaryKind::Not>},
    OperationRow{"LogicalOr", "math.logical_or", pair<BinaryKind::Or>},
    OperationRow{"Maximum", "math.maximum", pair<BinaryKind::Maximum>},
    OperationRow{"Minimum", "math.minimum", pair<BinaryKind::Minimum>},
    OperationRow{"Mod", "math.floormod", lowerFloorMod},
    OperationRow{"Multiply", "math.multiply", pair<BinaryKind::Multiply>},
    OperationRow{"Negative", "math.negative", each<UnaryKind::Negate>},
    OperationRow{"NotEqual", "math.not_equal __operators__.ne", pair<BinaryKind::NotEqual>},
    OperationRow{"OnesLike", "ones_like", filled<1>},
    OperationRow{"Power", "math.pow", pair<BinaryKind::Power>},
    OperationRow{"Reciprocal", "math.reciprocal", each<UnaryKind::Reciprocal>},
    OperationRow{"Relu", "nn.relu", each<UnaryKind::Relu>},
    OperationRow{"Relu6", "nn.relu6", each<UnaryKind::Relu6>},
    OperationRow{"Rsqrt", "math.rsqrt", lowerRsqrt},
    OperationRow{"Selu", "nn.selu", each<UnaryKind::Selu>},
    OperationRow{"Sigmoid", "math.sigmoid", each<UnaryKind::Sigmoid>},
    OperationRow{"Sign", "math.sign", each<UnaryKind::Sign>},
    OperationRow{"Silu", "nn.silu", each<UnaryKind::Swish>},
    OperationRow{"Softplus", "math.softplus", each<UnaryKind::Softplus>},
    OperationRow{"Softsign", "nn.softsign", each<UnaryKind::Softsign>},
    OperationRow{"Sqrt", "math.sqrt", each<UnaryKind::Sqrt>},
    OperationRow{"Square", "math.square", each<UnaryKind::Square>},
    OperationRow{"StopGradient", "stop_gradient", lowerSame},
    OperationRow{"Subtract", "math.subtract", pair<BinaryKind::Subtract>},
    OperationRow{"Tanh", "math.tanh", each<UnaryKind::Tanh>},
    OperationRow{"TrueDivide", "math.truediv", pair<BinaryKind::Divide>},
    OperationRow{"Where", "where", lowerWhere},
    OperationRow{"ZerosLike", "zeros_like", filled<0>},
    OperationRow{"", "math.add_n", lowerAddN},
    OperationRow{"", "math.divide_no_nan", lowerDivideNoNan},
    OperationRow{"", "math.scalar_mul", lowerScalarMul},
    OperationRow{"", "math.squared_difference", lowerSquaredDifference},
    OperationRow{"", "nn.bias_add", lowerBiasAdd},
};

}  // namespace

std::span<const OperationRow> elementwiseOperations() {
    return rows;
}

}  // namespace attnscope
