#include "tests/storage/apply_definitions.hpp"
#include "tests/storage/conformance/conformance.hpp"

namespace jobhost::storage {
namespace {

class NamesConformance : public StorageConformance {
protected:
    // Jobs of these queues are told apart in every way there is.
    void expect_apart(const std::vector<std::string>& queues) {
        std::vector<JobId> ids;
        for (const std::string& queue : queues)
            ids.push_back(insert(job_in(queue)));
        ASSERT_EQ(jobs.lanes().size(), queues.size());
        for (std::size_t i = 0; i < queues.size(); ++i) {
            const QueueName queue{queues[i]};
            EXPECT_EQ(find(ids[i]).queue, queue);
            EXPECT_EQ(ids_of(listed({.state = {}, .queue = queue, .type = {}, .definition = {}})),
                      std::vector{ids[i]})
                << queues[i];
            EXPECT_EQ(queries.count(queue, {})[static_cast<std::size_t>(enqueued)], 1) << queues[i];
            EXPECT_EQ(ids_of(claim(ClaimRequest{{{lane_of(queues[i]), 0}}, 9})), std::vector{ids[i]});
        }
    }
};

TEST_P(NamesConformance, UpperAndLowerCaseDiffer) {
    expect_apart({"a", "A", "straße", "STRASSE", "ı", "i", "I", "İ"});
}

TEST_P(NamesConformance, AccentsDiffer) {
    expect_apart({"e", "é", "e\u0301", "ê"});
}

TEST_P(NamesConformance, WidthAndInvisibleCharactersDiffer) {
    expect_apart({"a", "\uff41", "a\u200b", "a\u00ad", "ﬁ", "fi"});
}

TEST_P(NamesConformance, CharactersOfFourBytesDiffer) {
    expect_apart({"\U0001F600", "\U0001F601", "?", "??"});
}

TEST_P(NamesConformance, WildcardsAreOrdinaryCharacters) {
    expect_apart({"a%", "a_", "ab", "%", "_", "*", "[a]"});
}

TEST_P(NamesConformance, WhatLooksLikeANumberIsAText) {
    expect_apart({"7", "007", "7.0", "1e1", "10", "null", "true", "0x7"});
}

TEST_P(NamesConformance, WhatSqlAndItsDriversReadIsText) {
    expect_apart({"it's", "it''s", ":id", "?", "a\"b", "a\\b", "a\\\\b", "-- a", "'; DROP TABLE job; --",
                  "$1", "@p", "{a}", "a,b"});
}

TEST_P(NamesConformance, ASpaceAtTheEndIsRefusedOrDiffers) {
    const JobId plain = insert(job_in("a"));
    const NewJob spaced = job_in("a ");
    try {
        insert(spaced);
    } catch (const StorageError& error) {
        EXPECT_EQ(error.kind(), StorageError::Kind::refused);
        return;
    }
    EXPECT_EQ(find(spaced.id).queue.value, "a ");
    EXPECT_EQ(find(plain).queue.value, "a");
    EXPECT_EQ(queries.count(QueueName{"a"}, {})[static_cast<std::size_t>(enqueued)], 1);
}

TEST_P(NamesConformance, TypesAreToldApartAsQueuesAre) {
    const std::vector<std::string> types{"mail.send", "Mail.send", "mail.sénd", "mail_send", "mail%send"};
    for (const std::string& type : types)
        insert(job(type));

    for (const std::string& type : types) {
        const auto found = listed({.state = {}, .queue = {}, .type = type, .definition = {}});
        ASSERT_EQ(found.size(), 1u) << type;
        EXPECT_EQ(found[0].type, type);
        EXPECT_EQ(queries.count({}, type)[static_cast<std::size_t>(enqueued)], 1) << type;
    }
}

TEST_P(NamesConformance, TheLongestNamesAreToldApartByTheirLastByte) {
    std::string name;
    while (name.size() + 6 < kMaxNameSize)
        name += "aé月";
    name.resize(kMaxNameSize - 1, '-');
    expect_apart({name, name + "x", name + "y"});
}

TEST_P(NamesConformance, ServersAreToldApartByEachByteOfTheirIncarnation) {
    std::set<ServerId> ids{server};
    for (const char* incarnation : {"First", "fırst", "second", "Second", "it's"})
        ids.insert(enter(incarnation));
    EXPECT_EQ(ids.size(), 6u);
    EXPECT_EQ(servers.declare_dead("SECOND"), std::nullopt);
}

TEST_P(NamesConformance, DefinitionsAreToldApartAndSortedByTheirBytes) {
    const std::vector<std::string> sorted{"B",  "Z", "_", "a",  "a-b",       "aB",
                                          "ab", "b", "é", "月", "\U0001F600"};
    std::vector<Definition> given(sorted.size());
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        given[i].name = sorted[sorted.size() - 1 - i];
        given[i].type = "test.job";
    }
    const SourceDefinitions source{"shop/jobs.yaml", given};
    apply_definitions(sources, "shop", "one", {&source, 1});

    std::vector<std::string> names;
    for (const StoredDefinition& stored : definitions.list())
        names.push_back(stored.definition.name);
    EXPECT_EQ(names, sorted);
    EXPECT_FALSE(definitions.find("A").has_value());
    EXPECT_TRUE(definitions.find("é").has_value());
}

INSTANTIATE_TEST_SUITE_P(Databases, NamesConformance, testing::ValuesIn(all_backends()), backend_name);

}  // namespace
}  // namespace jobhost::storage
