#include "hostile_files.h"

#include "core/formats/h5_writer.h"
#include "core/formats/zip_writer.h"
#include "support/files.h"

#include <nlohmann/json.hpp>

#include <functional>
#include <random>

namespace attnscope::test {

namespace {

using nlohmann::json;

const std::string metadata = R"({"keras_version": "3.15.1"})";
const std::string smallModel =
    R"({"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": "Dense", "config": {"name":
        "dense", "units": 2, "batch_input_shape": [null, 3]}}]}})";

std::string repeated(std::string_view text, std::size_t bytes) {
    std::string all;
    while (all.size() < bytes) all += text;
    return all;
}

std::string noise(std::size_t bytes) {
    std::mt19937 random(3);
    std::string all(bytes, '\0');
    for (char& byte : all) byte = static_cast<char>(random());
    return all;
}

/// A Sequential model with this in its list of layers.
std::string modelOf(const std::string& layers) {
    return R"({"class_name": "Sequential", "config": {"name": "s", "layers": [)" + layers + "]}}";
}

std::string manyLayers(std::size_t bytes) {
    std::string layers;
    for (int place = 0; layers.size() < bytes; ++place)
        layers += std::string(place == 0 ? "" : ",") + R"({"class_name": "Dropout", "config": {"name": "d)" +
                  std::to_string(place) + R"(", "rate": 0.1, "batch_input_shape": [null, 3]}})";
    return modelOf(layers);
}

/// Lists within lists, as deep as may be, again and again: what takes most memory for its text.
std::string deepLists(std::size_t bytes) {
    const std::string one = std::string(50, '[') + std::string(50, ']');
    return modelOf(repeated(one + ",", bytes) + one);
}

json sequential(const json& layer) {
    return {{"class_name", "Sequential"}, {"config", {{"name", "s"}, {"layers", json::array({layer})}}}};
}

/// A layer within wrappers within wrappers.
json wrappedOften(const char* wrapper, int times) {
    json layer{{"class_name", "LSTM"}, {"config", {{"name", "lstm"}, {"units", 2}}}};
    for (int time = 0; time < times; ++time)
        layer = {{"class_name", wrapper}, {"config", {{"name", "w" + std::to_string(time)}, {"layer", layer}}}};
    layer["config"]["batch_input_shape"] = {nullptr, 5, 3};
    return layer;
}

json inputLayer(const std::string& name, const json& shape) {
    return {{"class_name", "InputLayer"},
            {"name", name},
            {"config", {{"name", name}, {"batch_input_shape", shape}}},
            {"inbound_nodes", json::array()}};
}

/// A functional model that calls another one on its own output, and that one another …
json callingOften(int levels, int calls) {
    const json input = inputLayer("x", {nullptr, 3});
    json inner{{"class_name", "Activation"}, {"config", {{"name", "inner"}, {"activation", "tanh"}}}};
    for (int level = 0; level < levels; ++level) {
        inner["name"] = "inner";
        inner["inbound_nodes"] = json::array();
        // A nested model counts one node that was there before.
        const int first = level == 0 ? 0 : 1;
        for (int call = 0; call < calls; ++call)
            inner["inbound_nodes"].push_back(
                {{call == 0 ? "x" : "inner", call == 0 ? 0 : first + call - 1, 0, json::object()}});
        inner = {{"class_name", "Functional"},
                 {"config",
                  {{"name", "inner"},
                   {"layers", {input, inner}},
                   {"input_layers", {{"x", 0, 0}}},
                   {"output_layers", {{"inner", first + calls - 1, 0}}}}}};
    }
    return inner;
}

/// A functional model of layers one behind the other.
json chainOf(int count) {
    json layers = json::array({inputLayer("l0", {nullptr, 3})});
    for (int index = 1; index <= count; ++index) {
        const std::string name = "l" + std::to_string(index);
        layers.push_back({{"class_name", "Activation"},
                          {"name", name},
                          {"config", {{"name", name}, {"activation", "tanh"}}},
                          {"inbound_nodes", {{{"l" + std::to_string(index - 1), 0, 0, json::object()}}}}});
    }
    return {{"class_name", "Functional"},
            {"config",
             {{"name", "m"},
              {"layers", layers},
              {"input_layers", {{"l0", 0, 0}}},
              {"output_layers", {{"l" + std::to_string(count), 0, 0}}}}}};
}

json manyInputs(int count) {
    json layers = json::array();
    json inputs = json::array();
    for (int index = 0; index < count; ++index) {
        const std::string name = "x" + std::to_string(index);
        layers.push_back(inputLayer(name, {nullptr, index == 0 ? json() : json(index), 3}));
        inputs.push_back({name, 0, 0});
    }
    layers.push_back({{"class_name", "Mystery"},
                      {"name", "last"},
                      {"config", {{"name", "last"}}},
                      {"inbound_nodes", {{{"x0", 0, 0, json::object()}}}}});
    return {
        {"class_name", "Functional"},
        {"config", {{"name", "m"}, {"layers", layers}, {"input_layers", inputs}, {"output_layers", {{"last", 0, 0}}}}}};
}

void writeHdf5(const std::string& path, const std::string& config, const std::function<void(H5Writer&)>& more) {
    H5Writer file(path);
    writeDenseModel(file);
    file.numbers("/model_weights/dense/dense/bias:0", {2});
    if (!config.empty()) {
        H5Adelete(file.id(), "model_config");
        file.text("/", "model_config", config);
    }
    more(file);
}

/// A model without weights.
void writeModel(const std::string& path, const json& config) {
    H5Writer file(path);
    file.text("/", "model_config", config.dump());
    file.text("/", "keras_version", "2.15.0");
    file.group("/model_weights");
    file.emptyList("/model_weights", "layer_names");
}

void writeKernel(H5Writer& file) {
    file.numbers("/model_weights/dense/dense/kernel:0", {3, 2});
}

/// Zeros, compressed a thousand to one.
void writeZeros(H5Writer& file, const std::string& path, hsize_t rows) {
    const std::vector<hsize_t> chunk{1024, 1024};
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(creation, 2, chunk.data());
    H5Pset_deflate(creation, 9);
    file.zeros(path, {rows, 1024}, creation);
    H5Pclose(creation);
}

/// An archive of about a mebibyte, whatever else is in it.
std::string archiveOf(std::vector<Member> members) {
    members.push_back({"metadata.json", metadata});
    members.push_back({"padding", noise(1'000'000)});
    return zipOf(members);
}

std::string npyOf(const std::string& shape, std::size_t bytes) {
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + shape + "), }";
    header += std::string(118 - header.size() - 1, ' ') + '\n';
    return std::string("\x93NUMPY\x01\0", 8) + static_cast<char>(header.size()) + '\0' + header +
           std::string(bytes, '\0');
}

/// So many arrays that are the same.
std::string arraysOf(const std::string& npy, int count) {
    std::vector<Member> members(static_cast<std::size_t>(count), deflated({}, npy));
    for (int array = 0; array < count; ++array)
        members[static_cast<std::size_t>(array)].name = "arr_" + std::to_string(array) + ".npy";
    return zipOf(members);
}

constexpr std::size_t mebibyte = 1'000'000;

}  // namespace

const std::vector<Hostile>& hostileFiles() {
    using Text = const std::string&;
    static const std::vector<Hostile> all{
        {"HDF5: zeros, as many as are allowed", "m.h5",
         [](Text, Text path) {
             writeHdf5(path, {}, [](H5Writer& file) {
                 writeZeros(file, "/model_weights/dense/dense/kernel:0", 34U << 10U);
                 file.numbers("/padding", {200U << 10U});
             });
         }},
        {"HDF5: a config of empty lists", "m.h5",
         [](Text, Text path) { writeHdf5(path, modelOf("[" + repeated("[],", mebibyte) + "[]]"), writeKernel); }},
        {"HDF5: a config of deep lists", "m.h5",
         [](Text, Text path) { writeHdf5(path, deepLists(mebibyte), writeKernel); }},
        {"HDF5: a config of ten thousand layers", "m.h5",
         [](Text, Text path) { writeModel(path, json::parse(manyLayers(mebibyte))); }},
        {"HDF5: a layer with a long name", "m.h5",
         [](Text, Text path) {
             const json layer{{"class_name", "Dense"}, {"config", {{"name", std::string(mebibyte, 'n')}}}};
             writeHdf5(path, modelOf(layer.dump()), writeKernel);
         }},
        {"HDF5: a weight with a long name", "m.h5",
         [](Text, Text path) {
             writeHdf5(path, {}, [](H5Writer& file) {
                 H5Adelete_by_name(file.id(), "/model_weights/dense", "weight_names", H5P_DEFAULT);
                 file.texts("/model_weights/dense", "weight_names", {std::string(mebibyte, 'w')});
             });
         }},
        {"HDF5: Bidirectional in Bidirectional, again and again", "m.h5",
         [](Text, Text path) { writeModel(path, sequential(wrappedOften("Bidirectional", 28))); }},
        {"HDF5: TimeDistributed in TimeDistributed, again and again", "m.h5",
         [](Text, Text path) { writeModel(path, sequential(wrappedOften("TimeDistributed", 28))); }},
        {"HDF5: models that call models, each many times", "m.h5",
         [](Text, Text path) { writeModel(path, callingOften(9, 40)); }},
        {"HDF5: a layer that is called ten thousand times", "m.h5",
         [](Text, Text path) { writeModel(path, callingOften(1, 10'000)); }},
        {"HDF5: thousands of inputs, each of another length", "m.h5",
         [](Text, Text path) { writeModel(path, manyInputs(4'000)); }},
        {"archive: a config of empty lists, compressed", "m.keras",
         [](Text, Text path) {
             writeFile(path, archiveOf({deflated("config.json", modelOf(repeated("[],", 11 * mebibyte) + "[]"))}));
         }},
        {"archive: a config of deep lists, compressed", "m.keras",
         [](Text, Text path) { writeFile(path, archiveOf({deflated("config.json", deepLists(11 * mebibyte))})); }},
        {"archive: a hundred thousand layers, compressed", "m.keras",
         [](Text folder, Text path) {
             H5Writer(folder + "/w.h5").group("/layers");
             writeFile(path, archiveOf({deflated("config.json", manyLayers(11 * mebibyte)),
                                        {"model.weights.h5", contentOf(folder + "/w.h5")}}));
         }},
        {"archive: twenty thousand inputs, compressed", "m.keras",
         [](Text folder, Text path) {
             H5Writer(folder + "/w.h5").group("/layers");
             writeFile(path, archiveOf({deflated("config.json", manyInputs(19'990).dump()),
                                        {"model.weights.h5", contentOf(folder + "/w.h5")}}));
         }},
        {"archive: a chain of twenty thousand layers, compressed", "m.keras",
         [](Text folder, Text path) {
             H5Writer(folder + "/w.h5").group("/layers");
             writeFile(path, archiveOf({deflated("config.json", chainOf(19'990).dump()),
                                        {"model.weights.h5", contentOf(folder + "/w.h5")}}));
         }},
        {"archive: vocabularies", "m.keras",
         [](Text folder, Text path) {
             writeHdf5(folder + "/w.h5", {}, [](H5Writer&) {});
             writeFile(path, archiveOf({{"config.json", smallModel},
                                        {"model.weights.h5", contentOf(folder + "/w.h5")},
                                        deflated("assets/a", repeated("a\n", 11 * mebibyte))}));
         }},
        {"archive: weights that are zeros, compressed twice", "m.keras",
         [](Text folder, Text path) {
             writeHdf5(folder + "/w.h5", {}, [](H5Writer& file) {
                 for (const char* place : {"/layers/dense/vars/0", "/layers/dense_1/vars/0"})
                     writeZeros(file, place, 17U << 10U);
             });
             writeFile(path, archiveOf({{"config.json", smallModel},
                                        deflated("model.weights.h5", contentOf(folder + "/w.h5"))}));
         }},
        {"archive: weights that are as large as they may be", "m.keras",
         [](Text, Text path) {
             writeFile(path, archiveOf({{"config.json", smallModel},
                                        deflated("model.weights.h5", noise(700'000) + std::string(60U << 20U, '\0'))}));
         }},
        {"arrays: zeros, compressed", "m.npz",
         [](Text, Text path) { writeFile(path, arraysOf(npyOf("4000000,", 16'000'000), 60)); }},
        {"arrays: headers that are all space", "m.npz",
         [](Text, Text path) {
             const std::string header = std::string("\x93NUMPY\x02\0", 8) + std::string("\0\0\xF0\0", 4) +
                                        "{'descr': '<f4', 'fortran_order': False, 'shape': (0,)";
             writeFile(path, arraysOf(header + std::string(0xF00000 - header.size() + 11, ' ') + "}", 60));
         }},
        {"arrays: thousands of names", "m.npz",
         [](Text, Text path) {
             std::vector<Member> members;
             for (int array = 0; array < 5'000; ++array)
                 members.push_back(deflated(std::to_string(array) + "/w.npy", npyOf("1,", 4)));
             writeFile(path, zipOf(members));
         }},
        {"architecture: deep lists", "m.npz",
         [](Text folder, Text path) {
             writeFile(path, zipOf({{"arr_0.npy", npyOf("1,", 4)}}));
             writeFile(folder + "/m.json", deepLists(mebibyte));
         }},
        {"architecture: deeper than may be", "m.npz",
         [](Text folder, Text path) {
             writeFile(path, zipOf({{"arr_0.npy", npyOf("1,", 4)}}));
             writeFile(folder + "/m.json", std::string(mebibyte, '['));
         }},
        {"architecture: ten thousand layers", "m.npz",
         [](Text folder, Text path) {
             writeFile(path, zipOf({{"arr_0.npy", npyOf("1,", 4)}}));
             writeFile(folder + "/m.json", manyLayers(mebibyte));
         }},
        {"tokenizer: deep lists", "m.h5",
         [](Text folder, Text path) {
             writeHdf5(path, {}, writeKernel);
             writeFile(folder + "/tokenizer.json",
                       "[" + repeated(std::string(40, '[') + std::string(40, ']') + ",", mebibyte) + "1]");
         }},
        {"tokenizer: words within words", "m.h5",
         [](Text folder, Text path) {
             writeHdf5(path, {}, writeKernel);
             const std::string words = "{" + repeated("\"a\": [[[[1]]]], ", 500'000) + "}";
             const json tokenizer{{"class_name", "Tokenizer"}, {"config", {{"word_index", words}}}};
             writeFile(folder + "/tokenizer.json", tokenizer.dump());
         }},
        {"vocabulary: short words", "m.h5",
         [](Text folder, Text path) {
             writeHdf5(path, {}, writeKernel);
             std::string words;
             for (int word = 0; words.size() < mebibyte; ++word) words += std::to_string(word) + "\n";
             writeFile(folder + "/vocab.txt", words);
         }},
        {"vocabulary: one long word", "m.h5",
         [](Text folder, Text path) {
             writeHdf5(path, {}, writeKernel);
             writeFile(folder + "/vocab.txt", std::string(mebibyte, 'w'));
         }},
    };
    return all;
}

}  // namespace attnscope::test
