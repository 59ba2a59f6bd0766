#include <netbit/plugin.hpp>
class Hello final : public netbit::Plugin {
  void start() override {
    get("/api/hello/{name}", netbit::anyone, [](netbit::Request& request) {
      request.text(200, "Hello, " + request.param("name") + "!");
    });
  }
};
NETBIT_PLUGIN(Hello, "org.example.hello", "1.0.0")
