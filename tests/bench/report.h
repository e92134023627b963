#pragma once

#include "bench_case.h"
#include "device.h"

#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace attnscope::bench {

/// A line of the table.
struct Row {
    std::string name;
    Extents extents;
    std::string device;
    double seconds = 0.0;                 ///< of a whole run, from asking to having: the median
    std::optional<double> deviceSeconds;  ///< what the device itself needed, by its own clock
    std::optional<double> apartSeconds;   ///< the same where every step runs alone; nothing for a single step
    double flops = 0.0;
    double bytes = 0.0;
    Limits limits;
    std::optional<double> processorSeconds;
    std::optional<double> difference;  ///< largest, from the processor's result; nothing for the processor
};

/// The Markdown of a run, written as it comes.
class Report {
public:
    explicit Report(std::ostream& out) : m_out(out) {}

    void devices(const std::vector<BenchDevice>& devices);
    void row(const Row& row);
    /// Something that was left out, or is wrong; listed under the table.
    void note(const std::string& text) { m_notes.push_back(text); }
    void end();

private:
    std::ostream& m_out;
    std::vector<std::string> m_notes;
};

/// `2×128×64`
[[nodiscard]] std::string extentsText(const Extents& extents);
/// Three digits, or so.
[[nodiscard]] std::string shortNumber(double number);

}  // namespace attnscope::bench
