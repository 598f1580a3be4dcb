// Sentences of the table cron_sentences.tsv, and what holds for all.
#include "storage/model/cron_explain.hpp"

#include "storage/model/cron.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <sstream>

namespace jobhost {
namespace {

CronPattern pattern(const std::string& expression) {
    auto parsed = Cron::parse(expression);
    if (auto* error = std::get_if<Cron::Error>(&parsed)) throw std::invalid_argument(error->text());
    return std::get<Cron>(parsed).pattern();
}

TEST(CronExplain, TellsTheSentencesOfTheTable) {
    std::ifstream file(CRON_SENTENCES);
    int rows = 0;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with('#')) continue;
        std::istringstream words(line);
        std::string expression, english, turkish;
        ASSERT_TRUE(std::getline(words, expression, '\t') && std::getline(words, english, '\t') &&
                    std::getline(words, turkish, '\t'))
            << line;
        EXPECT_EQ(explain(pattern(expression), Language::english), english) << expression;
        EXPECT_EQ(explain(pattern(expression), Language::turkish), turkish) << expression;
        ++rows;
    }
    EXPECT_GT(rows, 80);
}

TEST(CronExplain, WhatMeansTheSameReadsTheSame) {
    for (const auto& [one, other] :
         {std::pair{"0 2 * * 1-5", "0 2 ? * MON-FRI"}, std::pair{"0 0 * * 0", "@weekly"},
          std::pair{"0/5 * * * *", "*/5 * * * *"}, std::pair{"0 0 0 1 JAN ?", "@yearly"}})
        for (const Language language : {Language::english, Language::turkish})
            EXPECT_EQ(explain(pattern(one), language), explain(pattern(other), language)) << one;
}

TEST(CronExplain, HasASentenceForEachExpression) {
    std::mt19937 random(20260101);
    const auto one_of = [&](std::vector<std::string> words) { return words[random() % words.size()]; };
    for (int i = 0; i < 20'000; ++i) {
        const std::string times[] = {one_of({"0", "0", "*", "7", "*/15", "1-9", "50-10", "3,9", "*/7"}),
                                     one_of({"0", "*", "7", "*/15", "1-9", "50-10", "3,9", "*/7"}),
                                     one_of({"0", "*", "7", "*/3", "9-17", "22-2", "3,9", "*/7"})};
        const std::string days[] = {
            one_of({"*", "1", "*/2", "1-9", "25-2", "3,9", "L", "L-3", "LW", "L-1W", "15W"}),
            one_of({"*", "1", "*/2", "3-5", "11-2", "3,9"}),
            one_of({"*", "1", "1-5", "0,6", "FRI-TUE", "MON,FRI", "3L", "2#5"})};
        const std::string expression =
            times[0] + " " + times[1] + " " + times[2] + " " + days[0] + " " + days[1] + " " + days[2];
        for (const Language language : {Language::english, Language::turkish}) {
            const std::string sentence = explain(pattern(expression), language);
            EXPECT_GT(sentence.size(), 8U) << expression;
            EXPECT_EQ(sentence.find("  "), std::string::npos) << expression << ": " << sentence;
            EXPECT_EQ(sentence.find(" ,"), std::string::npos) << expression << ": " << sentence;
            EXPECT_FALSE(sentence.ends_with(' ') || sentence.ends_with(','))
                << expression << ": " << sentence;
            EXPECT_TRUE(sentence[0] < 'a' || sentence[0] > 'z') << expression << ": " << sentence;
        }
    }
}

}  // namespace
}  // namespace jobhost
