#include "services/log/LogFile.h"

#include <Poco/AutoPtr.h>
#include <Poco/Exception.h>
#include <Poco/FileChannel.h>
#include <Poco/Message.h>
#include <exception>

namespace netbit::services::log {

base::Result<Sink> openLogFile(const LogFile& file)
{
    try {
        Poco::AutoPtr<Poco::FileChannel> channel(new Poco::FileChannel(file.path));
        channel->setProperty(Poco::FileChannel::PROP_ROTATION, std::to_string(file.maxBytes));
        channel->setProperty(Poco::FileChannel::PROP_PURGECOUNT, std::to_string(file.keep));
        channel->setProperty(Poco::FileChannel::PROP_COMPRESS, "true");
        channel->open();
        return Sink([channel](std::string_view line) mutable {
            try {
                Poco::Message message;
                message.setText(std::string(line));
                channel->log(message);
                return true;
            } catch (const std::exception&) {
                return false; // a full disk, as likely as not: the service manager's journal may be on another
            }
        });
    } catch (const Poco::Exception& error) {
        return base::fault(base::Status::invalid, "log_unusable", "The log cannot be written: " + error.displayText());
    }
}

} // namespace netbit::services::log
