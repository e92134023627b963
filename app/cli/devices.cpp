#include "cli/command.h"
#include "eval/backend.h"
#include "vulkan/device.h"

namespace attnscope {
namespace {

std::string mebibytes(std::uint64_t bytes) {
    return std::to_string(bytes >> 20U) + " MiB";
}

std::string deviceText(const vulkan::DeviceInfo& device) {
    std::string text = "vulkan:" + std::to_string(device.index) + "  " + device.name + ", " +
                       std::string(vulkan::typeName(device.type)) + ", " + mebibytes(device.memoryBytes) + " memory\n";
    text += "          Vulkan " + device.apiVersion + (device.driver.empty() ? "" : ", driver " + device.driver) + "\n";
    text += "          one value up to " + mebibytes(device.maxBufferBytes) + ", workgroups of " +
            std::to_string(device.maxWorkgroupSize) + " with " + std::to_string(device.maxSharedBytes >> 10U) +
            " KiB shared, subgroups of " + std::to_string(device.subgroupSize) + "\n";
    if (!device.unusable.empty()) text += "          cannot be used: " + device.unusable + "\n";
    return text;
}

Status runDevices(const QCommandLineParser&, const QStringList&) {
    const std::shared_ptr<Backend> cpu = makeCpuBackend();
    std::string text = cpu->name() + "       " + cpu->description() + "\n";
    const Result<std::vector<vulkan::DeviceInfo>> devices = vulkan::listDevices();
    if (!devices) return print(text + "vulkan    " + devices.error().text() + "\n");
    if (devices->empty()) return print(text + "vulkan    no device\n");
    for (const vulkan::DeviceInfo& device : *devices) text += deviceText(device);
    const Result<std::size_t> chosen = vulkan::chooseDevice(*devices, {});
    return print(text + "auto      " + (chosen ? "vulkan:" + std::to_string(*chosen) : cpu->name()) + "\n");
}

}  // namespace

Command devicesCommand() {
    return {"devices", "list what can compute here", "", 0, 0, [](QCommandLineParser&) {}, runDevices};
}

}  // namespace attnscope
