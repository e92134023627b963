#include "base/text.h"
#include "layers/operation_functions.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

namespace attnscope {

namespace {

using nlohmann::json;

/// A node of a TensorFlow graph and the function that makes it (tensorflow/core/ops/*_ops.cc).
struct RawRow {
    std::string_view op;
    std::string_view function;
    std::string_view inputs;  ///< its inputs by the function's names, "_" for one by position; the last for the rest
    std::string_view attributes;  ///< "keep_dims=keepdims": attributes and what the function calls them
};

constexpr std::array table{
    RawRow{"Abs", "math.abs", "_", ""},
    RawRow{"Add", "math.add", "_", ""},
    RawRow{"AddN", "math.add_n", "[]", ""},
    RawRow{"AddV2", "math.add", "_", ""},
    RawRow{"All", "math.reduce_all", "_ axis", "keep_dims=keepdims"},
    RawRow{"Any", "math.reduce_any", "_ axis", "keep_dims=keepdims"},
    RawRow{"BatchMatMul", "linalg.matmul", "_", "adj_x=transpose_a adj_y=transpose_b"},
    RawRow{"BatchMatMulV2", "linalg.matmul", "_", "adj_x=transpose_a adj_y=transpose_b"},
    RawRow{"BiasAdd", "nn.bias_add", "_", "data_format=data_format"},
    RawRow{"BroadcastTo", "broadcast_to", "_ shape", ""},
    RawRow{"Cast", "cast", "_", "DstT=dtype"},
    RawRow{"Ceil", "math.ceil", "_", ""},
    RawRow{"ConcatV2", "concat", "[] axis", ""},
    RawRow{"Cumsum", "math.cumsum", "_ axis", "exclusive=exclusive reverse=reverse"},
    RawRow{"Div", "math.divide", "_", ""},
    RawRow{"DivNoNan", "math.divide_no_nan", "_", ""},
    RawRow{"Elu", "nn.elu", "_", ""},
    RawRow{"Equal", "math.equal", "_", ""},
    RawRow{"Exp", "math.exp", "_", ""},
    RawRow{"ExpandDims", "expand_dims", "_ axis", ""},
    RawRow{"Expm1", "math.expm1", "_", ""},
    RawRow{"Floor", "math.floor", "_", ""},
    RawRow{"FloorDiv", "math.floordiv", "_", ""},
    RawRow{"FloorMod", "math.floormod", "_", ""},
    RawRow{"GatherV2", "gather", "_ indices axis", "batch_dims=batch_dims"},
    RawRow{"Greater", "math.greater", "_", ""},
    RawRow{"GreaterEqual", "math.greater_equal", "_", ""},
    RawRow{"Identity", "identity", "_", ""},
    RawRow{"LeakyRelu", "nn.leaky_relu", "_", "alpha=alpha"},
    RawRow{"Less", "math.less", "_", ""},
    RawRow{"LessEqual", "math.less_equal", "_", ""},
    RawRow{"Log", "math.log", "_", ""},
    RawRow{"Log1p", "math.log1p", "_", ""},
    RawRow{"LogSoftmax", "nn.log_softmax", "_", ""},
    RawRow{"LogicalAnd", "math.logical_and", "_", ""},
    RawRow{"LogicalNot", "math.logical_not", "_", ""},
    RawRow{"LogicalOr", "math.logical_or", "_", ""},
    RawRow{"MatMul", "linalg.matmul", "_", "transpose_a=transpose_a transpose_b=transpose_b"},
    RawRow{"MatrixBandPart", "linalg.band_part", "_ num_lower num_upper", ""},
    RawRow{"Max", "math.reduce_max", "_ axis", "keep_dims=keepdims"},
    RawRow{"Maximum", "math.maximum", "_", ""},
    RawRow{"Mean", "math.reduce_mean", "_ axis", "keep_dims=keepdims"},
    RawRow{"Min", "math.reduce_min", "_ axis", "keep_dims=keepdims"},
    RawRow{"Minimum", "math.minimum", "_", ""},
    RawRow{"Mul", "math.multiply", "_", ""},
    RawRow{"Neg", "math.negative", "_", ""},
    RawRow{"NotEqual", "math.not_equal", "_", ""},
    RawRow{"OneHot", "one_hot", "_ depth on_value off_value", "axis=axis"},
    RawRow{"OnesLike", "ones_like", "_", ""},
    RawRow{"Pack", "stack", "[]", "axis=axis"},
    RawRow{"Pad", "pad", "_ paddings", ""},
    RawRow{"PadV2", "pad", "_ paddings constant_values", ""},
    RawRow{"Pow", "math.pow", "_", ""},
    RawRow{"Prod", "math.reduce_prod", "_ axis", "keep_dims=keepdims"},
    RawRow{"Range", "range", "_ limit delta", ""},
    RawRow{"RealDiv", "math.truediv", "_", ""},
    RawRow{"Reciprocal", "math.reciprocal", "_", ""},
    RawRow{"Relu", "nn.relu", "_", ""},
    RawRow{"Relu6", "nn.relu6", "_", ""},
    RawRow{"Reshape", "reshape", "_ shape", ""},
    RawRow{"ReverseV2", "reverse", "_ axis", ""},
    RawRow{"Roll", "roll", "_ shift axis", ""},
    RawRow{"Rsqrt", "math.rsqrt", "_", ""},
    RawRow{"SelectV2", "where", "_", ""},
    RawRow{"Selu", "nn.selu", "_", ""},
    RawRow{"Shape", "shape", "_", ""},
    RawRow{"Sigmoid", "math.sigmoid", "_", ""},
    RawRow{"Sign", "math.sign", "_", ""},
    RawRow{"Slice", "slice", "_ begin size", ""},
    RawRow{"Softmax", "nn.softmax", "_", ""},
    RawRow{"Softplus", "math.softplus", "_", ""},
    RawRow{"Softsign", "nn.softsign", "_", ""},
    RawRow{"Split", "split", "axis _", "num_split=num_or_size_splits"},
    RawRow{"SplitV", "split", "_ num_or_size_splits axis", ""},
    RawRow{"Sqrt", "math.sqrt", "_", ""},
    RawRow{"Square", "math.square", "_", ""},
    RawRow{"SquaredDifference", "math.squared_difference", "_", ""},
    RawRow{"Squeeze", "squeeze", "_", "squeeze_dims=axis"},
    RawRow{"StopGradient", "stop_gradient", "_", ""},
    RawRow{"StridedSlice", "__operators__.getitem", "_ begin end strides", ""},
    RawRow{"Sub", "math.subtract", "_", ""},
    RawRow{"Sum", "math.reduce_sum", "_ axis", "keep_dims=keepdims"},
    RawRow{"Tanh", "math.tanh", "_", ""},
    RawRow{"Tile", "tile", "_ multiples", ""},
    RawRow{"Transpose", "transpose", "_ perm", ""},
    RawRow{"Unpack", "unstack", "_", "axis=axis"},
    RawRow{"ZerosLike", "zeros_like", "_", ""},
};

/// Whole numbers stand as strings in the JSON of protocol buffers.
json wholeNumber(const json& text) {
    if (!text.is_string()) return text;
    const auto& digits = text.get_ref<const std::string&>();
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return problem == std::errc() && end == digits.data() + digits.size() ? json(number) : json();
}

/// A value of an attribute (tensorflow/core/framework/attr_value.proto): "DT_INT64" becomes "int32", as only
/// the kind of number matters.
json attributeValue(const json& attribute) {
    if (!attribute.is_object()) return nullptr;
    if (attribute.contains("b")) return attribute["b"];
    if (attribute.contains("f")) return attribute["f"];
    if (attribute.contains("i")) return wholeNumber(attribute["i"]);
    if (attribute.contains("s")) return attribute["s"];  // bytes, in base 64
    if (attribute.contains("type") && attribute["type"].is_string()) {
        const std::string type = attribute["type"].get<std::string>();
        if (type == "DT_BOOL") return "bool";
        return type.starts_with("DT_INT") || type.starts_with("DT_UINT") ? "int32" : "float32";
    }
    const json list = attribute.value("list", json());
    json numbers = json::array();
    if (list.is_object() && list.contains("i") && list["i"].is_array())
        for (const json& number : list["i"]) numbers.push_back(wholeNumber(number));
    return numbers.empty() ? json() : numbers;
}

json plainConstant(const json& value) {
    if (!value.is_object()) return value;
    const json config = value.value("config", json());
    return config.is_object() ? config.value("value", json()) : json();
}

void collectTensors(const json& argument, json& found) {
    if (argument.is_object() && argument.contains("tensor")) {
        found.push_back(argument);
    } else if (argument.is_structured()) {
        for (const json& item : argument) collectTensors(item, found);
    }
}

/// The node's inputs in its order: the layer's tensors, and the constants that its config keeps by their place
/// (tf_keras/src/engine/base_layer.py, TensorFlowOpLayer).
Result<json> inputsOf(const Layer& layer, const CallArguments& call) {
    json inputs = json::array();
    collectTensors(call.positional, inputs);
    const json constants = layer.config.json().value("constants", json::object());
    if (!constants.is_object()) return fail(ErrorCode::Format, "config entry constants: an object expected");
    if (static_cast<std::int64_t>(inputs.size() + constants.size()) > mostParts)
        return fail(ErrorCode::Limit, "it has more than " + std::to_string(mostParts) + " inputs");
    std::map<std::int64_t, json> ordered;
    for (const auto& [place, value] : constants.items()) {
        const json number = wholeNumber(place);
        if (!number.is_number_integer()) return fail(ErrorCode::Format, "config entry constants: numbers expected");
        ordered[number.get<std::int64_t>()] = plainConstant(value);
    }
    for (const auto& [place, value] : ordered) {
        if (place < 0 || place > static_cast<std::int64_t>(inputs.size()))
            return fail(ErrorCode::Format, "config entry constants: an input that the node does not have");
        inputs.insert(inputs.begin() + place, value);
    }
    return inputs;
}

/// tensorflow/core/ops/array_ops.cc, StridedSlice: bits of the masks speak of the entries of the index.
Result<json> sliceSpec(const json& named, const json& attributes) {
    const auto bits = [&](const char* mask) {
        const json value = attributeValue(attributes.value(mask, json()));
        return value.is_number_integer() ? value.get<std::uint64_t>() : 0;
    };
    const json begin = named.value("begin", json());
    const json end = named.value("end", json());
    const json strides = named.value("strides", json());
    const bool fits = begin.is_array() && end.is_array() && strides.is_array() && begin.size() == end.size() &&
                      begin.size() == strides.size() && begin.size() <= 32;
    if (!fits) return fail(ErrorCode::Unsupported, "an index whose numbers are computed");
    json spec = json::array();
    for (std::size_t entry = 0; entry < begin.size(); ++entry) {
        const auto has = [&](const char* mask) { return ((bits(mask) >> entry) & 1U) != 0; };
        if (has("ellipsis_mask")) {
            spec.push_back({{"ellipsis", true}});
        } else if (has("new_axis_mask")) {
            spec.push_back(nullptr);
        } else if (has("shrink_axis_mask")) {
            spec.push_back(begin[entry]);
        } else {
            spec.push_back({{"slice", json::array({has("begin_mask") ? json() : begin[entry],
                                                   has("end_mask") ? json() : end[entry], strides[entry]})}});
        }
    }
    return spec;
}

}  // namespace

Result<FunctionCall> functionCallOf(const Layer& layer, const CallArguments& call) {
    const json node = layer.config.json().value("node_def", json());
    if (!node.is_object() || !node.value("op", json()).is_string())
        return fail(ErrorCode::Unsupported,
                    "config entry node_def: a node as TensorFlow 2.2 and later write it expected");
    const std::string op = node["op"].get<std::string>();
    const auto row = std::ranges::find(table, op, &RawRow::op);
    if (row == table.end())
        return fail(ErrorCode::UnknownLayer, "layer " + layer.name + ": operation " + op + " is not known");
    ATTN_TRY(const json inputs, inputsOf(layer, call));
    FunctionCall result{std::string(row->function), {}};
    result.arguments.tensors = call.tensors;
    const std::vector<std::string> names = split(row->inputs, ' ');
    const bool list = names.front() == "[]";
    // A list takes what the names behind it leave.
    const std::size_t listed = list && inputs.size() >= names.size() ? inputs.size() - names.size() + 1 : 1;
    json first = json::array();
    for (std::size_t index = 0; index < inputs.size(); ++index) {
        const std::size_t place = list ? (index < listed ? 0 : index - listed + 1) : std::min(index, names.size() - 1);
        if (names[place] == "[]") {
            first.push_back(inputs[index]);
        } else if (names[place] == "_") {
            result.arguments.positional.push_back(inputs[index]);
        } else {
            result.arguments.named[names[place]] = inputs[index];
        }
    }
    if (list) result.arguments.positional.push_back(std::move(first));
    const json attributes = node.value("attr", json::object());
    for (const std::string& pair : split(row->attributes, ' ')) {
        const std::vector<std::string> parts = split(pair, '=');
        if (parts.size() == 2 && attributes.is_object())
            result.arguments.named[parts[1]] = attributeValue(attributes.value(parts[0], json()));
    }
    if (op == "StridedSlice") {
        ATTN_TRY(result.arguments.named["slice_spec"], sliceSpec(result.arguments.named, attributes));
    }
    return result;
}

}  // namespace attnscope
