// A test of another compiler and another standard library, without GoogleTest: only C types cross.
#include <netbit/kit.hpp>

#include <iostream>
#include <stdexcept>

namespace kit = netbit::kit;

static int complaints = 0;

static void expect(bool truth, const char* what)
{
    if (!truth) {
        std::cerr << "not so: " << what << '\n';
        ++complaints;
    }
}

int main(int, char** arguments)
{
    kit::onViolations() = [](const kit::Violations& left) { complaints += static_cast<int>(left.size()); };
    {
        kit::FakeHost host(arguments[1], {{"greeting", "Moin"}});
        const auto reply = host.get("/api/trial/hello/you");
        expect(reply.status() == 200 && reply.body() == "Moin, you.", "a reply arrives");
        expect(host.get("/api/trial/conflict").problem() == "clash", "a problem has its code");
        auto peer = host.connect("lines");
        peer.send("one\n");
        expect(peer.received() == "1 one\n", "bytes come back");
        try {
            kit::FakeHost none("/nowhere/x.so");
            expect(false, "a library that is not there is refused");
        } catch (const netbit::Failure& failure) {
            expect(failure.error().code == "bad_manifest", "the failure has its code");
        }
        bool thrown = false;
        try {
            throw std::runtime_error("of this library");
        } catch (const std::exception&) {
            thrown = true;
        }
        expect(thrown, "exceptions of this side work beside the other's");
    }
    return complaints == 0 ? 0 : 1;
}
