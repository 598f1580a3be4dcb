// The sizes and offsets that plugins in the field were compiled with. A line here changes only by adding
// below it.
#include <jobhost/extensions.h>

#include <gtest/gtest.h>

#include <cstddef>

namespace {

static_assert(sizeof(void*) == 8, "the figures are those of a 64-bit machine");

#define EXPECT_AT(type, member, offset) EXPECT_EQ(offsetof(type, member), std::size_t{offset})

TEST(AbiLayout, HostApiIsAsPublished) {
    EXPECT_EQ(sizeof(jobhost_host_api), 192u);
    EXPECT_AT(jobhost_host_api, struct_size, 0);
    EXPECT_AT(jobhost_host_api, abi_major, 4);
    EXPECT_AT(jobhost_host_api, abi_minor, 6);
    EXPECT_AT(jobhost_host_api, host_version, 8);
    EXPECT_AT(jobhost_host_api, log, 24);
    EXPECT_AT(jobhost_host_api, get_extension, 32);
    EXPECT_AT(jobhost_host_api, job_id, 40);
    EXPECT_AT(jobhost_host_api, lease, 48);
    EXPECT_AT(jobhost_host_api, attempt, 56);
    EXPECT_AT(jobhost_host_api, scheduled_at, 64);
    EXPECT_AT(jobhost_host_api, idempotency_key, 72);
    EXPECT_AT(jobhost_host_api, definition, 80);
    EXPECT_AT(jobhost_host_api, arguments, 88);
    EXPECT_AT(jobhost_host_api, get_integer, 96);
    EXPECT_AT(jobhost_host_api, get_number, 104);
    EXPECT_AT(jobhost_host_api, get_boolean, 112);
    EXPECT_AT(jobhost_host_api, get_string, 120);
    EXPECT_AT(jobhost_host_api, get_size, 128);
    EXPECT_AT(jobhost_host_api, get_json, 136);
    EXPECT_AT(jobhost_host_api, get_name, 144);
    EXPECT_AT(jobhost_host_api, progress, 152);
    EXPECT_AT(jobhost_host_api, stop_requested, 160);
    EXPECT_AT(jobhost_host_api, wait_for_stop, 168);
    EXPECT_AT(jobhost_host_api, set_result, 176);
    EXPECT_AT(jobhost_host_api, set_error, 184);
}

TEST(AbiLayout, JobTypeIsAsPublished) {
    EXPECT_EQ(sizeof(jobhost_job_type), 120u);
    EXPECT_AT(jobhost_job_type, struct_size, 0);
    EXPECT_AT(jobhost_job_type, flags, 4);
    EXPECT_AT(jobhost_job_type, name, 8);
    EXPECT_AT(jobhost_job_type, description, 24);
    EXPECT_AT(jobhost_job_type, arguments_schema, 40);
    EXPECT_AT(jobhost_job_type, result_schema, 56);
    EXPECT_AT(jobhost_job_type, payload_version, 72);
    EXPECT_AT(jobhost_job_type, default_timeout_us, 80);
    EXPECT_AT(jobhost_job_type, user, 88);
    EXPECT_AT(jobhost_job_type, run, 96);
    EXPECT_AT(jobhost_job_type, accepts_from, 104);
    EXPECT_AT(jobhost_job_type, upgrade, 112);
}

TEST(AbiLayout, PluginIsAsPublished) {
    EXPECT_EQ(sizeof(jobhost_plugin), 80u);
    EXPECT_AT(jobhost_plugin, struct_size, 0);
    EXPECT_AT(jobhost_plugin, abi_major, 4);
    EXPECT_AT(jobhost_plugin, abi_minor, 6);
    EXPECT_AT(jobhost_plugin, name, 8);
    EXPECT_AT(jobhost_plugin, version, 24);
    EXPECT_AT(jobhost_plugin, job_type_count, 40);
    EXPECT_AT(jobhost_plugin, host_minor_required, 44);
    EXPECT_AT(jobhost_plugin, job_types, 48);
    EXPECT_AT(jobhost_plugin, init, 56);
    EXPECT_AT(jobhost_plugin, shutdown, 64);
    EXPECT_AT(jobhost_plugin, get_extension, 72);
}

TEST(AbiLayout, TagIsAsPublished) {
    EXPECT_EQ(sizeof(jobhost_abi_tag), 64u);
    EXPECT_AT(jobhost_abi_tag, magic, 0);
    EXPECT_AT(jobhost_abi_tag, abi_major, 16);
    EXPECT_AT(jobhost_abi_tag, abi_minor, 18);
    EXPECT_AT(jobhost_abi_tag, pointer_size, 20);
    EXPECT_AT(jobhost_abi_tag, little_endian, 21);
    EXPECT_AT(jobhost_abi_tag, compiler, 22);
    EXPECT_AT(jobhost_abi_tag, sizeof_host_api, 24);
    EXPECT_AT(jobhost_abi_tag, sizeof_plugin, 28);
    EXPECT_AT(jobhost_abi_tag, sizeof_job_type, 32);
}

TEST(AbiLayout, OutcomeExtensionIsAsPublished) {
    EXPECT_EQ(sizeof(jobhost_outcome_api), 32u);
    EXPECT_AT(jobhost_outcome_api, struct_size, 0);
    EXPECT_AT(jobhost_outcome_api, set_snooze, 8);
    EXPECT_AT(jobhost_outcome_api, set_detail, 16);
    EXPECT_AT(jobhost_outcome_api, get_error, 24);
}

TEST(AbiLayout, RequestingExtensionsAreAsPublished) {
    EXPECT_EQ(sizeof(jobhost_checkpoint_api), 24u);
    EXPECT_AT(jobhost_checkpoint_api, load, 8);
    EXPECT_AT(jobhost_checkpoint_api, save, 16);
    EXPECT_EQ(sizeof(jobhost_step_api), 24u);
    EXPECT_AT(jobhost_step_api, find, 8);
    EXPECT_AT(jobhost_step_api, complete, 16);
    EXPECT_EQ(sizeof(jobhost_enqueue_api), 24u);
    EXPECT_AT(jobhost_enqueue_api, enqueue, 8);
    EXPECT_AT(jobhost_enqueue_api, enqueue_on_success, 16);
}

TEST(AbiLayout, ScratchExtensionIsAsPublished) {
    EXPECT_EQ(sizeof(jobhost_scratch_api), 16u);
    EXPECT_AT(jobhost_scratch_api, struct_size, 0);
    EXPECT_AT(jobhost_scratch_api, folder, 8);
}

TEST(AbiLayout, FilterExtensionIsAsPublished) {
    EXPECT_EQ(sizeof(jobhost_filter_api), 24u);
    EXPECT_AT(jobhost_filter_api, struct_size, 0);
    EXPECT_AT(jobhost_filter_api, before, 8);
    EXPECT_AT(jobhost_filter_api, after, 16);
    EXPECT_STREQ(JOBHOST_FILTER_ID, "jobhost.filter/1");
}

TEST(AbiLayout, ParentsExtensionIsAsPublished) {
    EXPECT_EQ(sizeof(jobhost_parent), 48u);
    EXPECT_AT(jobhost_parent, struct_size, 0);
    EXPECT_AT(jobhost_parent, flags, 4);
    EXPECT_AT(jobhost_parent, id, 8);
    EXPECT_AT(jobhost_parent, on, 16);
    EXPECT_AT(jobhost_parent, result, 32);
    EXPECT_EQ(sizeof(jobhost_parents_api), 24u);
    EXPECT_AT(jobhost_parents_api, count, 8);
    EXPECT_AT(jobhost_parents_api, get, 16);
    EXPECT_EQ(JOBHOST_PARENT_BATCH, 1u);
    EXPECT_EQ(JOBHOST_PARENT_MET, 2u);
    EXPECT_EQ(JOBHOST_PARENT_RESULT_CUT, 4u);
}

TEST(AbiLayout, StatusAndBitsKeepTheirNumbers) {
    EXPECT_EQ(JOBHOST_OK, 0);
    EXPECT_EQ(JOBHOST_FAILED, 1);
    EXPECT_EQ(JOBHOST_FATAL, 2);
    EXPECT_EQ(JOBHOST_CANCELLED, 3);
    EXPECT_EQ(JOBHOST_YIELDED, 4);
    EXPECT_EQ(JOBHOST_BAD_ARGUMENTS, 5);
    EXPECT_EQ(JOBHOST_UNSUPPORTED, 6);
    EXPECT_EQ(JOBHOST_NOT_FOUND, 7);
    EXPECT_EQ(JOBHOST_WRONG_TYPE, 8);
    EXPECT_EQ(JOBHOST_LIMIT, 9);
    EXPECT_EQ(JOBHOST_INVALID, 10);
    EXPECT_EQ(JOBHOST_SNOOZE, 11);
    EXPECT_EQ(JOBHOST_LOST, 12);
    EXPECT_EQ(JOBHOST_UNAVAILABLE, 13);
    EXPECT_EQ(JOBHOST_STOP_CANCEL, 1u);
    EXPECT_EQ(JOBHOST_STOP_DRAIN, 2u);
    EXPECT_EQ(JOBHOST_JOB_IDEMPOTENT, 1u);
    EXPECT_EQ(JOBHOST_JOB_IN_PROCESS_OK, 2u);
    EXPECT_EQ(JOBHOST_JOB_CHECKPOINTS, 4u);
    EXPECT_EQ(JOBHOST_JOB_PRIVILEGED, 8u);
}

}  // namespace
