#pragma once
// Where an answer ends, and whether it says that the message is stored. Cheap, as the load shares the cores.

#include <cstddef>
#include <string_view>

namespace bench {

struct Answer {
    std::size_t bytes = 0; ///< 0: not yet whole
    bool good = false;
};

Answer httpAnswer(std::string_view held); ///< good: 201
Answer tcpAnswer(std::string_view held);  ///< one JSON object; good: "success":true

} // namespace bench
