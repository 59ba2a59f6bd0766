#pragma once
// An upload that a plugin has begun.

#include "border/Generation.h"
#include "services/files/FileService.h"
#include <netbit/draft/files.h>

#include <memory>

struct nb_upload final {
    nb_upload(netbit::border::Generation& owner, std::unique_ptr<netbit::services::files::Upload> begun)
        : generation(owner.shared_from_this()), upload(std::move(begun))
    {
    }

    const std::shared_ptr<netbit::border::Generation> generation;
    std::unique_ptr<netbit::services::files::Upload> upload;
};
