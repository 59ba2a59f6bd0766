#include "cli/irc/Batch.h"

#include "base/Json.h"

namespace netbit::cli::irc
{

Batch nextBatch(const Log& log, std::size_t firstLine, std::size_t firstRecord)
{
    constexpr std::size_t perMessage = 64; // ids, time and quotes around the text
    Batch batch{firstLine, 0, firstRecord, 0};
    std::size_t bytes = 0;
    for (std::size_t line = firstLine; line < log.lines.size(); ++line) {
        bytes += log.lines[line].size() + perMessage;
        if (batch.recordCount > 0 && (batch.lineCount >= linesAtOnce || bytes > bytesAtOnce))
            break;
        ++batch.lineCount;
        const auto record = firstRecord + batch.recordCount;
        if (record < log.records.size() && log.records[record].line == line)
            ++batch.recordCount;
    }
    return batch;
}

BatchBody writeBatch(const Work& work, const Batch& batch, std::int64_t chatId, NickTable& nicks)
{
    BatchBody body;
    auto& out = body.json;
    out += R"({"chat_id":)";
    base::appendJsonInt(out, chatId);
    out += R"(,"source":)";
    base::appendJsonString(out, work.source);
    out += R"(,"first_line":)";
    base::appendJsonInt(out, static_cast<std::int64_t>(batch.firstLine));
    out += R"(,"line_count":)";
    base::appendJsonInt(out, static_cast<std::int64_t>(batch.lineCount));
    out += R"(,"digest":")" + digestOf(work.log, batch.firstLine, batch.lineCount) + R"(","messages":[)";
    std::string action;
    for (std::size_t i = batch.firstRecord; i < batch.firstRecord + batch.recordCount; ++i) {
        const auto& record = work.log.records[i];
        if (i != batch.firstRecord)
            out += ',';
        out += '[';
        base::appendJsonInt(out, nicks.id(record.nick));
        const bool spoken = record.kind == LineKind::message || record.kind == LineKind::action;
        out += spoken ? R"(,"text",)" : R"(,"system",)";
        base::appendJsonInt(out, record.createdAt);
        out += ',';
        if (record.kind == LineKind::action) {
            action = "/me ";
            action += record.text;
            base::appendJsonString(out, action);
        } else
            base::appendJsonString(out, record.text);

        std::int64_t replyIndex = -1;
        std::int64_t replyId = 0;
        const auto target = work.log.links.answers.empty() ? noLine : work.log.links.answers[record.line];
        if (target != noLine) {
            const auto answered = work.recordOfLine[target];
            if (answered >= batch.firstRecord)
                replyIndex = static_cast<std::int64_t>(answered - batch.firstRecord);
            else
                replyId = work.ids[answered];
            ++(replyIndex >= 0 || replyId > 0 ? body.replies : body.unknownTargets);
        }
        out += ',';
        base::appendJsonInt(out, replyIndex);
        out += ',';
        base::appendJsonInt(out, replyId);
        out += ']';
    }
    out += "]}";
    return body;
}

} // namespace netbit::cli::irc
