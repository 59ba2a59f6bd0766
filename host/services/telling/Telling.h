#pragma once
// What happens in a project, told in the chat that it is linked with.

namespace netbit::services::chat {
struct Core;
}
namespace netbit::services::projects {
struct Core;
}

namespace netbit::services::telling {

/// [control] From now on. Both live as long as the writer runs.
void tellOf(projects::Core& projects, chat::Core& chats);

} // namespace netbit::services::telling
