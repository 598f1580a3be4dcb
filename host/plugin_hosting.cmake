# Plugins as the host sees them, and what runs their code: in a program of its own, or in threads of the host.
# Boost.JSON and OpenSSL are the only libraries here; the worker stays small because there are many of it.
set(JOBHOST_HOST_DIR ${CMAKE_CURRENT_LIST_DIR})

add_library(jobhost_worker_code STATIC
    ${JOBHOST_HOST_DIR}/worker/arguments.cpp
    ${JOBHOST_HOST_DIR}/worker/control_socket.cpp
    ${JOBHOST_HOST_DIR}/worker/extensions.cpp
    ${JOBHOST_HOST_DIR}/worker/fence_timer.cpp
    ${JOBHOST_HOST_DIR}/worker/fields.cpp
    ${JOBHOST_HOST_DIR}/worker/frame.cpp
    ${JOBHOST_HOST_DIR}/worker/host_api.cpp
    ${JOBHOST_HOST_DIR}/worker/host_api_arguments.cpp
    ${JOBHOST_HOST_DIR}/worker/json_text.cpp
    ${JOBHOST_HOST_DIR}/worker/open_requests.cpp
    ${JOBHOST_HOST_DIR}/worker/options.cpp
    ${JOBHOST_HOST_DIR}/worker/plugin_check.cpp
    ${JOBHOST_HOST_DIR}/worker/plugin_library.cpp
    ${JOBHOST_HOST_DIR}/worker/protocol.cpp
    ${JOBHOST_HOST_DIR}/worker/remove_tree.cpp
    ${JOBHOST_HOST_DIR}/worker/requesting_extensions.cpp
    ${JOBHOST_HOST_DIR}/worker/scratch_folder.cpp
    ${JOBHOST_HOST_DIR}/worker/serve.cpp
    ${JOBHOST_HOST_DIR}/worker/shared_page.cpp
    ${JOBHOST_HOST_DIR}/worker/utf8.cpp)
target_include_directories(jobhost_worker_code PUBLIC ${PROJECT_SOURCE_DIR})
# Boost.DLL with std::filesystem needs no compiled part of Boost.
target_compile_definitions(jobhost_worker_code
    PUBLIC BOOST_DLL_USE_STD_FS PRIVATE JOBHOST_VERSION="${PROJECT_VERSION}")
target_link_libraries(jobhost_worker_code
    PUBLIC Boost::headers jobhost_plugin_sdk Threads::Threads ${CMAKE_DL_LIBS}
    PRIVATE jobhost_warnings boost_json)

add_library(jobhost_plugin_hosting STATIC
    ${JOBHOST_HOST_DIR}/plugin/allowlist.cpp
    ${JOBHOST_HOST_DIR}/plugin/catalog.cpp
    ${JOBHOST_HOST_DIR}/plugin/elf_check.cpp
    ${JOBHOST_HOST_DIR}/plugin/hosting.cpp
    ${JOBHOST_HOST_DIR}/plugin/exit_text.cpp
    ${JOBHOST_HOST_DIR}/plugin/image.cpp
    ${JOBHOST_HOST_DIR}/plugin/line_splitter.cpp
    ${JOBHOST_HOST_DIR}/plugin/minisign.cpp
    ${JOBHOST_HOST_DIR}/plugin/orphans.cpp
    ${JOBHOST_HOST_DIR}/plugin/output_pipe.cpp
    ${JOBHOST_HOST_DIR}/plugin/plugin_description.cpp
    ${JOBHOST_HOST_DIR}/plugin/probe.cpp
    ${JOBHOST_HOST_DIR}/plugin/process_body.cpp
    ${JOBHOST_HOST_DIR}/plugin/process_memory.cpp
    ${JOBHOST_HOST_DIR}/plugin/resident_plugin.cpp
    ${JOBHOST_HOST_DIR}/plugin/run_result.cpp
    ${JOBHOST_HOST_DIR}/plugin/scratch_place.cpp
    ${JOBHOST_HOST_DIR}/plugin/spawn.cpp
    ${JOBHOST_HOST_DIR}/plugin/thread_body.cpp
    ${JOBHOST_HOST_DIR}/plugin/trust.cpp
    ${JOBHOST_HOST_DIR}/plugin/trusted_path.cpp
    ${JOBHOST_HOST_DIR}/plugin/worker_child.cpp
    ${JOBHOST_HOST_DIR}/plugin/worker_child_end.cpp
    ${JOBHOST_HOST_DIR}/plugin/worker_group.cpp
    ${JOBHOST_HOST_DIR}/plugin/worker_process.cpp)
target_include_directories(jobhost_plugin_hosting PUBLIC ${PROJECT_SOURCE_DIR})
target_link_libraries(jobhost_plugin_hosting
    PUBLIC jobhost_worker_code jobhost_model
    PRIVATE jobhost_warnings boost_json jobhost_digest OpenSSL::Crypto)

add_executable(jobhost-worker
    ${JOBHOST_HOST_DIR}/worker/confinement.cpp
    ${JOBHOST_HOST_DIR}/worker/cpu_timer.cpp
    ${JOBHOST_HOST_DIR}/worker/file_access.cpp
    ${JOBHOST_HOST_DIR}/worker/main.cpp
    ${JOBHOST_HOST_DIR}/worker/output_end.cpp
    ${JOBHOST_HOST_DIR}/worker/process_setup.cpp
    ${JOBHOST_HOST_DIR}/worker/system_calls.cpp)
target_link_libraries(jobhost-worker PRIVATE jobhost_warnings jobhost_worker_code PkgConfig::SECCOMP)
