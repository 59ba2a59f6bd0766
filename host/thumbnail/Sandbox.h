#pragma once
// What this process may do from here on.

namespace netbit::thumbnail {

/// Limits on CPU time, memory, size of files, descriptors; dies with who started it. False: the system refused one.
bool limitResources() noexcept;

/// From here on only reading and writing what is open, and memory. A call of anything else kills the process.
bool lockDown() noexcept;

} // namespace netbit::thumbnail
