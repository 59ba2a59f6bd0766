#pragma once
// Steps of the host's schema that have a file of their own.

#include "storage/Migrations.h"

namespace netbit::storage::schema
{

extern const char* const files;
extern const char* const numbers;
extern const char* const pulls;
extern const char* const told;
extern const char* const activityData;
extern const char* const spoken;
extern const char* const transfers;
extern const char* const externalKinds;
extern const char* const notifications;
extern const char* const webhooks;
extern const char* const push;
extern const char* const mails;
extern const char* const projects;
extern const char* const issues;
extern const char* const chatsInFull; // a literal's address: there before any constructor has run

} // namespace netbit::storage::schema
