#include "report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace attnscope::bench {
namespace {

std::string cell(std::optional<double> number) {
    return number ? shortNumber(*number) : "–";
}

}  // namespace

std::string extentsText(const Extents& extents) {
    return std::to_string(extents.batch) + "×" + std::to_string(extents.time) + "×" + std::to_string(extents.features);
}

std::string shortNumber(double number) {
    const double size = std::abs(number);
    std::array<char, 32> text{};
    if (size != 0.0 && size < 0.001) {
        std::snprintf(text.data(), text.size(), "%.1e", number);
    } else {
        const int digits = size >= 100.0 ? 0 : size >= 10.0 ? 1 : size >= 1.0 ? 2 : 3;
        std::snprintf(text.data(), text.size(), "%.*f", digits, number);
    }
    return text.data();
}

void Report::devices(const std::vector<BenchDevice>& devices) {
    for (const BenchDevice& device : devices) {
        m_out << "- `" << device.name << "`: " << device.backend->description() << "; a large copy "
              << shortNumber(device.limits.copyBytesPerSecond * 1e-9) << " GB/s, a large matrix product "
              << shortNumber(device.limits.flopsPerSecond * 1e-9) << " GFLOP/s\n";
    }
    m_out << "\n| case | B×T×F | device | ms | device ms | apart | GFLOP/s | GB/s | × least | cpu ÷ this | largest "
             "difference |\n"
             "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
          << std::flush;
}

void Report::row(const Row& row) {
    const double least = std::max(row.bytes / row.limits.copyBytesPerSecond, row.flops / row.limits.flopsPerSecond);
    const auto milliseconds = [](double seconds) { return seconds * 1e3; };
    const auto optionalMilliseconds = [&](std::optional<double> seconds) {
        return seconds ? std::optional(milliseconds(*seconds)) : std::nullopt;
    };
    m_out << "| " << row.name << " | " << extentsText(row.extents) << " | " << row.device << " | "
          << shortNumber(milliseconds(row.seconds)) << " | " << cell(optionalMilliseconds(row.deviceSeconds)) << " | "
          << cell(optionalMilliseconds(row.apartSeconds)) << " | "
          << cell(row.flops > 0.0 ? std::optional(row.flops / row.seconds * 1e-9) : std::nullopt) << " | "
          << shortNumber(row.bytes / row.seconds * 1e-9) << " | " << shortNumber(row.seconds / least) << " | "
          << cell(row.processorSeconds ? std::optional(*row.processorSeconds / row.seconds) : std::nullopt) << " | "
          << cell(row.difference) << " |\n"
          << std::flush;
}

void Report::end() {
    if (!m_notes.empty()) m_out << "\n";
    for (const std::string& note : m_notes) m_out << "- " << note << "\n";
}

}  // namespace attnscope::bench
