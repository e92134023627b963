#include "formula/skeleton.h"

#include "base/text.h"
#include "formula/functions.h"

#include <algorithm>
#include <map>
#include <set>

namespace attnscope {

namespace {

/// A weight under the name and the letters that the formula gives it.
struct Named {
    std::string name;
    Shape shape;
    std::vector<std::int64_t> extents;  ///< of the axes that have more than one element
    std::vector<std::string> letters;   ///< of these axes, once it has a place
    bool used = false;

    [[nodiscard]] std::string written() const { return indexed(letters); }
    /// With a 1 for every axis of one element.
    [[nodiscard]] std::string declared() const {
        std::vector<std::string> axes;
        std::size_t next = 0;
        for (const std::int64_t extent : shape) axes.push_back(extent == 1 ? "1" : letters[next++]);
        return indexed(axes);
    }

private:
    [[nodiscard]] std::string indexed(const std::vector<std::string>& indices) const {
        return indices.empty() ? name : name + "[" + joined(indices, ",") + "]";
    }
};

/// Index letters and how far they run.
class Letters {
public:
    void set(const std::string& letter, std::int64_t extent) { m_extents[letter] = extent; }
    [[nodiscard]] std::optional<std::int64_t> extentOf(const std::string& letter) const {
        const auto known = m_extents.find(letter);
        return known == m_extents.end() ? std::nullopt : std::optional(known->second);
    }

    /// A letter for an axis of this extent that is none of `others`: one that runs as far, or a new one.
    std::string of(std::int64_t extent, const std::vector<std::string>& others) {
        for (const auto& [letter, size] : m_extents) {
            if (size == extent && std::ranges::find(others, letter) == others.end()) return letter;
        }
        static const std::string order = "hgkmnpqdijl";
        std::string fresh = m_next < order.size() ? std::string(1, order[m_next]) : "i" + std::to_string(m_next);
        ++m_next;
        m_extents[fresh] = extent;
        return fresh;
    }

private:
    std::map<std::string, std::int64_t> m_extents;
    std::size_t m_next = 0;
};

/// The last part of a file's name as a name of the language, unlike those that are taken.
std::string nameFor(const std::string& fileName, std::set<std::string>& taken) {
    std::string_view shown = fileName;
    shown = shown.substr(0, shown.find(':'));
    if (const std::size_t slash = shown.rfind('/'); slash != std::string_view::npos) shown.remove_prefix(slash + 1);
    std::string name;
    for (const char c : shown) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        const bool digit = c >= '0' && c <= '9';
        if (letter || (digit && !name.empty())) name += c;
    }
    if (name.empty() || functionKind(name) || reductionKind(name)) name = "w" + name;
    const std::string stem = name;
    for (int number = 2; !taken.insert(name).second; ++number) name = stem + std::to_string(number);
    return name;
}

/// Writes the statements: from x[t,f] on, each weight where it fits what there is so far.
class Writer {
public:
    Writer(std::vector<Named>& weights, Letters& letters) : m_weights(weights), m_letters(letters) {}

    std::string run() {
        for (Named& weight : m_weights) {
            if (!weight.used && startsAtFeature(weight)) addHidden(weight);
        }
        addScore();
        return m_text;
    }

private:
    [[nodiscard]] std::string current() const { return m_value + "[t," + m_feature + "]"; }
    [[nodiscard]] bool startsAtFeature(const Named& weight) const {
        return weight.extents.size() == 2 && weight.extents[0] == m_letters.extentOf(m_feature);
    }

    /// An unused vector as long as this letter runs; of those over time any vector, if it is not known how far that is.
    Named* vectorOver(const std::string& letter) {
        const std::optional<std::int64_t> extent = m_letters.extentOf(letter);
        const auto found = std::ranges::find_if(m_weights, [&](const Named& weight) {
            return !weight.used && weight.extents.size() == 1 && (!extent || weight.extents[0] == *extent);
        });
        return found == m_weights.end() ? nullptr : &*found;
    }

    static std::string use(Named& weight, std::vector<std::string> letters) {
        weight.used = true;
        weight.letters = std::move(letters);
        return weight.written();
    }

    void addHidden(Named& matrix) {
        const std::string next = m_letters.of(matrix.extents[1], {m_feature, "t", "f"});
        std::string inside = "sum(" + m_feature + ": " + current() + " * " + use(matrix, {m_feature, next}) + ")";
        m_feature = next;
        // With two vectors the first is the bias and the second gives the score; a single one gives the score.
        const bool more = std::ranges::any_of(
            m_weights, [&](const Named& weight) { return !weight.used && startsAtFeature(weight); });
        if (Named* bias = vectorOver(next); bias != nullptr) {
            bias->used = true;
            const bool another = vectorOver(next) != nullptr;
            bias->used = false;
            if (another || more) inside += " + " + use(*bias, {next});
        }
        ++m_hidden;
        m_value = m_hidden == 1 ? "z" : "z" + std::to_string(m_hidden);
        m_text += current() + " = tanh(" + inside + ")\n";
    }

    void addScore() {
        std::string term = current();
        if (Named* direction = vectorOver(m_feature); direction != nullptr)
            term += " * " + use(*direction, {m_feature});
        std::string sum = "sum(" + m_feature + ": " + term + ")";
        if (Named* bias = vectorOver("t"); bias != nullptr) sum += " + " + use(*bias, {"t"});
        for (Named& weight : m_weights) {
            if (!weight.used && weight.extents.empty()) sum += " + " + use(weight, {});
        }
        m_text += "e[t] = " + (m_hidden == 0 ? "tanh(" + sum + ")" : sum) + "\n";
        m_text += "a[t] = softmax(t: e[t])\nc[f] = sum(t: a[t] * x[t,f])\n";
    }

    std::vector<Named>& m_weights;
    Letters& m_letters;
    std::string m_value = "x";
    std::string m_feature = "f";
    std::string m_text;
    int m_hidden = 0;
};

}  // namespace

std::string formulaSkeleton(const std::string& className, const std::vector<SkeletonWeight>& weights,
                            std::optional<std::int64_t> timesteps, std::optional<std::int64_t> features) {
    Letters letters;
    if (timesteps) letters.set("t", *timesteps);
    std::set<std::string> taken{"x", "e", "a", "c", "z", "mask"};
    std::vector<Named> named;
    for (const SkeletonWeight& weight : weights) {
        Named made;
        made.name = nameFor(weight.fileName, taken);
        made.shape = weight.shape;
        std::ranges::remove_copy(weight.shape, std::back_inserter(made.extents), 1);
        // Where nothing says how many features there are, the first weight is likely to be about them.
        if (!features && !made.extents.empty()) features = made.extents.front();
        named.push_back(std::move(made));
    }
    if (features) letters.set("f", *features);
    const std::string body = Writer(named, letters).run();
    for (Named& weight : named) {
        if (weight.used) continue;
        for (const std::int64_t extent : weight.extents) weight.letters.push_back(letters.of(extent, weight.letters));
    }

    // The title is the first comment.
    std::string text = "# " + className + ": what is the score, and over what is it normalised?\n";
    std::vector<std::string> declared;
    std::vector<std::string> open;
    for (const Named& weight : named) {
        declared.push_back(weight.declared());
        if (!weight.used) open.push_back(weight.written());
    }
    if (!declared.empty()) text += "weights  " + joined(declared, ", ") + "\n";
    text += "input    x[t,f]\n";
    if (!open.empty()) text += "# still to be used: " + joined(open, ", ") + "\n";
    return text + body + "site     score e, weights a, values x, output c\n";
}

}  // namespace attnscope
