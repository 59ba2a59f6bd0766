#pragma once
// What a C library has made, and the function of that library that frees it.

#include <memory>

namespace netbit::base {

template <auto Function>
struct FreedBy {
    template <class T>
    void operator()(T* object) const noexcept
    {
        Function(object);
    }
};

template <class T, auto Function>
using Owned = std::unique_ptr<T, FreedBy<Function>>;

} // namespace netbit::base
