#pragma once
// A whole host without its app: real services on a database of its own, the real edge on a free port, and a folder into
// which each test puts the plugins it wants.

#include "loader/Loader.h"
#include "services/auth/AuthService.h"
#include "services/events/EventLog.h"
#include "services/exec/WorkerPool.h"
#include "services/metrics/Registry.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::fault_test {

struct Answer {
    int status = 0; ///< 0: no answer
    std::string body;
};

class HostFixture : public testing::Test {
protected:
    HostFixture();
    ~HostFixture() override;

    /// Copies a fault plugin and its manifest into the folder.
    void install(const std::string& id);
    /// A manifest of the test's own; `library` is the fault plugin whose library lies beside it.
    void install(const std::string& id, const std::string& library, const std::string& manifest);
    /// Any file: `where` is below the host's directory ("plugins/x.so", "generations/x.so").
    void write(const std::filesystem::path& where, const std::string& content);
    bool exists(const std::filesystem::path& where) const;
    std::string manifestOf(const std::string& id) const;

    /// These run in processes of their own, from the next load() on.
    void isolate(std::initializer_list<const char*> ids, isolation::Options options = {});
    /// A host as new; the one before has ended.
    void again();

    base::Result<void> load(const loader::SettingSources& settings = {});
    loader::PluginStatus statusOf(const std::string& id) const;
    void expectState(const std::string& id, std::string_view state, std::string_view partOfDetail = {}) const;

    Answer get(const std::string& path) const;
    std::uint16_t portOf(const std::string& id, const std::string& listener) const;

    /// Waits for a condition, for as long as anything that must happen may take.
    static bool eventually(const std::function<bool()>& condition);

    loader::Loader& loader();
    services::exec::WorkerPool& workers();
    services::auth::AuthService& auth();
    services::metrics::Registry& metrics();
    std::uint16_t port() const; ///< of HTTP
    services::events::EventLog& events();
    std::uint16_t httpPort() const;
    /// What is written to the log meanwhile.
    static std::string logOf(const std::function<void()>& work);
    static constexpr unsigned workerCount = 4;
    border::Border& border();
    /// Quicker than the default, so that a test need not wait.
    static constexpr border::BreakerOptions breaker{5, std::chrono::milliseconds(200), std::chrono::milliseconds(1000)};

private:
    struct Parts;
    std::unique_ptr<Parts> _parts;
};

} // namespace netbit::fault_test
