#include "host/command_line/inserted_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jobhost::host {
namespace {

using testing::HasSubstr;

TEST(InsertedText, SaysWhatBecameOfTheOtherJob) {
    EXPECT_EQ(outcome_text({JobId{7}}), "enqueued");
    EXPECT_EQ(outcome_text({JobId{7}, false}), "skipped");
    EXPECT_EQ(outcome_text({JobId{7}, false, OnConflict::replace}), "replaced");
    EXPECT_EQ(outcome_text({JobId{7}, false, OnConflict::extend}), "extended");

    EXPECT_EQ(not_enqueued_text({JobId{7}, false}),
              "nothing new was enqueued: job 7 has this unique key, and stays as it is");
    EXPECT_THAT(not_enqueued_text({JobId{7}, false, OnConflict::replace}), HasSubstr("was replaced"));
    EXPECT_THAT(not_enqueued_text({JobId{7}, false, OnConflict::extend}), HasSubstr("was extended"));
}

}  // namespace
}  // namespace jobhost::host
