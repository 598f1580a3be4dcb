# Plugins, images and workers, tried with real processes. The plugins below are built here and nowhere else; nearly
# each flaw is a plugin that must be refused.
set(JOBHOST_TEST_PLUGINS ${CMAKE_CURRENT_BINARY_DIR}/plugins_under_test)

function(jobhost_add_test_plugin name source)
    add_library(test_plugin_${name} MODULE ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin/${source})
    target_link_libraries(test_plugin_${name} PRIVATE jobhost_plugin_sdk)
    target_compile_definitions(test_plugin_${name} PRIVATE ${ARGN} _POSIX_C_SOURCE=200809L)
    set_target_properties(test_plugin_${name} PROPERTIES
        PREFIX "" OUTPUT_NAME ${name} LIBRARY_OUTPUT_DIRECTORY ${JOBHOST_TEST_PLUGINS})
    add_dependencies(jobhost_test_plugins test_plugin_${name})
endfunction()

add_custom_target(jobhost_test_plugins)
jobhost_add_test_plugin(jobs jobs.c)
jobhost_add_test_plugin(reaching reaching.c)
foreach(flaw none no_tag other_major no_entry constructor_crashes constructor_exits constructor_hangs constructor_slow type_name schema
        no_run null_type same_name init_fails shutdown_hangs struct_size minor_required null_plugin lying_tag newer_minor
        missing_symbol no_schema filter_size filter_empty extension_hangs no_get_extension_member unknown_extension)
    string(TOUPPER FLAW_${flaw} definition)
    jobhost_add_test_plugin(${flaw} flawed.c ${definition})
endforeach()
jobhost_add_test_plugin(constructor_throws constructor_throws.cpp)
jobhost_add_test_plugin(filtered filtered.c)
jobhost_add_test_plugin(filtered_only_before filtered.c ONLY_BEFORE)
jobhost_add_test_plugin(filtered_only_after filtered.c ONLY_AFTER)
jobhost_add_test_plugin(throwing_filter throwing_filter.cpp)
# What may keep a library in memory.
jobhost_add_test_plugin(thread_local clinging.cpp CLINGS_THREAD_LOCAL)
jobhost_add_test_plugin(unique clinging.cpp CLINGS_UNIQUE)
# Looks for its libraries beside itself, where the loaded copy is not.
jobhost_add_test_plugin(origin flawed.c FLAW_NONE)
set_target_properties(test_plugin_origin PROPERTIES BUILD_RPATH "$ORIGIN/lib")

foreach(room plugin worker)
    jobhost_add_tests(host_${room}_test host/${room} unit jobhost_plugin_hosting)
    add_dependencies(host_${room}_test jobhost_test_plugins jobhost-worker)
    target_compile_definitions(host_${room}_test PRIVATE
        JOBHOST_TEST_PLUGINS="${JOBHOST_TEST_PLUGINS}" JOBHOST_TEST_WORKER="$<TARGET_FILE:jobhost-worker>")
endforeach()
# Pools and whole hosts need real workers too.
foreach(room execution daemon reload)
    add_dependencies(host_${room}_test jobhost_test_plugins jobhost-worker)
    target_compile_definitions(host_${room}_test PRIVATE
        JOBHOST_TEST_PLUGINS="${JOBHOST_TEST_PLUGINS}" JOBHOST_TEST_WORKER="$<TARGET_FILE:jobhost-worker>")
endforeach()
target_compile_definitions(host_reload_test PRIVATE LIVING_PLUGINS="${CMAKE_BINARY_DIR}/test_plugins")
add_dependencies(host_reload_test living_1 living_2 living_3 living_4 living_5 living_6 living_7 living_8)
