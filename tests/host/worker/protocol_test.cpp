// Nothing that a worker sends can do more than throw ProtocolError.
#include "host/worker/protocol.hpp"

#include "host/worker/limits.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <random>

namespace jobhost::worker {
namespace {

ReadyMessage some_ready() {
    ReadyMessage ready{"images", "1.2.0", {}, true};
    ready.types.push_back({"resize", "makes it small", R"({"type":"object"})", "", 5, 2, 1000});
    ready.types.push_back({"crop", "", "", "", 0, 1, 0});
    return ready;
}

RunMessage some_run() {
    return {42,        7,
            3,         1000,
            1,         "key",
            "nightly", R"({"a":1})",
            2,         {{1, 3, "finished", ""}, {2, 2, "succeeded", "[1]"}}};
}

struct Kind {
    const char* name;
    std::string payload;
    std::function<void(std::string_view)> decode;
};

std::vector<Kind> all_kinds() {
    return {
        {"run", encode(some_run()), [](auto p) { decode_run(p); }},
        {"ready", encode(some_ready()), [](auto p) { decode_ready(p); }},
        {"refused", encode(RefusedMessage{"why", "how"}), [](auto p) { decode_refused(p); }},
        {"log", encode(LogMessage{LogLevel::error, "line"}), [](auto p) { decode_log(p); }},
        {"done", encode(DoneMessage{1, "code", "text", "{}", "trace", 0}), [](auto p) { decode_done(p); }},
        {"request", encode(RequestMessage{1, RequestKind::save_step, 0, "name", "{}"}),
         [](auto p) { decode_request(p); }},
        {"reply", encode(ReplyMessage{1, 0, "[]", "why"}), [](auto p) { decode_reply(p); }},
        {"saved", encode(SavedMessage{"{}", {{"a", "1"}, {"b", "2"}}, true}),
         [](auto p) { decode_saved(p); }},
        {"snoozed", encode(DoneMessage{11, "", "", "", "", 5}), [](auto p) { decode_done(p); }}};
}

TEST(Protocol, MessagesSurviveTheTrip) {
    const RunMessage run = decode_run(encode(some_run()));
    EXPECT_EQ(run.job, 42);
    EXPECT_EQ(run.definition, "nightly");
    EXPECT_EQ(run.arguments, R"({"a":1})");
    EXPECT_EQ(run.payload_version, 2u);
    ASSERT_EQ(run.parents.size(), 2u);
    EXPECT_EQ(run.parents[1].result, "[1]");
    const ReadyMessage ready = decode_ready(encode(some_ready()));
    ASSERT_EQ(ready.types.size(), 2u);
    EXPECT_EQ(ready.types[0].default_timeout, 1000);
    EXPECT_EQ(ready.types[1].name, "crop");
    EXPECT_TRUE(ready.has_filters);
}

TEST(Protocol, EveryTruncationIsRefused) {
    for (const Kind& kind : all_kinds()) {
        EXPECT_NO_THROW(kind.decode(kind.payload)) << kind.name;
        for (std::size_t size = 0; size < kind.payload.size(); ++size)
            EXPECT_THROW(kind.decode(kind.payload.substr(0, size)), ProtocolError)
                << kind.name << " " << size;
        EXPECT_THROW(kind.decode(kind.payload + "x"), ProtocolError) << kind.name;
    }
}

TEST(Protocol, RandomBytesDoNoHarm) {
    std::mt19937 random{42};
    for (const Kind& kind : all_kinds())
        for (int round = 0; round < 5000; ++round) {
            std::string payload = kind.payload;
            for (int flips = 0; flips < 3; ++flips)
                payload[random() % payload.size()] = static_cast<char>(random());
            try {
                kind.decode(payload);
            } catch (const ProtocolError&) {
            }
        }
}

TEST(Protocol, ValuesOutOfRangeAreRefused) {
    EXPECT_THROW(decode_log(encode(LogMessage{static_cast<LogLevel>(4), ""})), ProtocolError);
    const auto refuses = [](const DoneMessage& done) {
        EXPECT_THROW(decode_done(encode(done)), ProtocolError);
    };
    refuses({.status = 6});
    refuses({.status = -1});
    refuses({.status = 12});
    refuses({.result = "{"});
    refuses({.result = "\"" + std::string(kMaxResult, 'x') + "\""});
    refuses({.detail = std::string(kMaxErrorDetail + 1, 'x')});
    refuses({.status = 0, .snooze = 5});
    refuses({.status = 11, .snooze = 0});
    refuses({.status = 11, .snooze = -5});
    refuses({.status = 11, .snooze = kMaxSnooze + 1});
    EXPECT_THROW(decode_request(encode(RequestMessage{0, RequestKind::load, 0, "", ""})), ProtocolError);
    EXPECT_THROW(decode_request(encode(RequestMessage{1, static_cast<RequestKind>(5), 0, "", ""})),
                 ProtocolError);
    EXPECT_THROW(decode_request(encode(RequestMessage{1, RequestKind::load, -1, "", ""})), ProtocolError);
    EXPECT_THROW(decode_request(encode(RequestMessage{1, RequestKind::load, 0, std::string(201, 'x'), ""})),
                 ProtocolError);
    EXPECT_THROW(decode_request(encode(
                     RequestMessage{1, RequestKind::enqueue, 1, "", std::string(kMaxEnqueued + 1, 'x')})),
                 ProtocolError);
    ReadyMessage newer = some_ready();
    newer.types[0].accepts_from = 3;  // than its own version
    EXPECT_THROW(decode_ready(encode(newer)), ProtocolError);
    newer.types[0].accepts_from = 0;
    EXPECT_THROW(decode_ready(encode(newer)), ProtocolError);
    newer.types[0].accepts_from = 1;
    newer.types[0].payload_version = 102;
    EXPECT_THROW(decode_ready(encode(newer)), ProtocolError);
    ReadyMessage ready = some_ready();
    ready.types[1].name = "resize";
    EXPECT_THROW(decode_ready(encode(ready)), ProtocolError);
    ready.types[1].name = "../crop";
    EXPECT_THROW(decode_ready(encode(ready)), ProtocolError);
    ready = some_ready();
    ready.types[0].default_timeout = kMaxTimeout;
    EXPECT_NO_THROW(decode_ready(encode(ready)));
    ++ready.types[0].default_timeout;
    EXPECT_THROW(decode_ready(encode(ready)), ProtocolError) << "no timer could hold it";
}

TEST(Protocol, InvalidTextIsReplaced) {
    EXPECT_EQ(decode_log(encode(LogMessage{LogLevel::info, "a\xC0z"})).line, "a\xEF\xBF\xBDz");
}

TEST(FrameBuffer, FramesComeOutHoweverTheBytesArrive) {
    const std::string stream = frame(MessageType::log, 5, "hello") + frame(MessageType::done, 6, "");
    for (std::size_t step = 1; step <= stream.size(); ++step) {
        FrameBuffer buffer;
        std::vector<std::string> seen;
        for (std::size_t at = 0; at < stream.size(); at += step) {
            const std::string part = stream.substr(at, step);
            std::memcpy(buffer.space(part.size()).data(), part.data(), part.size());
            buffer.commit(part.size());
            while (const auto one = buffer.next())
                seen.push_back(std::to_string(one->run) + std::string{one->payload});
        }
        EXPECT_EQ(seen, (std::vector<std::string>{"5hello", "6"})) << step;
    }
}

TEST(FrameBuffer, ImpossibleHeadersAreRefused) {
    const auto refuses = [](std::size_t place, unsigned char value) {
        std::string bytes = frame(MessageType::log, 1, "");
        bytes[place] = static_cast<char>(value);
        FrameBuffer buffer;
        std::memcpy(buffer.space(bytes.size()).data(), bytes.data(), bytes.size());
        buffer.commit(bytes.size());
        EXPECT_THROW(buffer.next(), ProtocolError) << place;
    };
    refuses(3, 1);   // 16 MiB long
    refuses(4, 99);  // unknown type
    refuses(6, 1);   // unknown flag
}

}  // namespace
}  // namespace jobhost::worker
