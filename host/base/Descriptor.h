#pragma once
// An open file that is closed with its owner.

#include <unistd.h>
#include <utility>

namespace netbit::base {

class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) noexcept : _number(number) {}
    Descriptor(Descriptor&& other) noexcept : _number(std::exchange(other._number, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept
    {
        if (this != &other) {
            reset();
            _number = std::exchange(other._number, -1);
        }
        return *this;
    }
    ~Descriptor() { reset(); }

    explicit operator bool() const noexcept { return _number >= 0; }
    int get() const noexcept { return _number; }
    int release() noexcept { return std::exchange(_number, -1); } ///< the caller closes it
    void reset() noexcept
    {
        if (const int number = std::exchange(_number, -1); number >= 0)
            ::close(number);
    }

private:
    int _number = -1;
};

} // namespace netbit::base
