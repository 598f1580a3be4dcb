# The same plugins by other compilers than that of the build, another language, and for another system. What they are
# made of is the SDK alone, so each is one command.
function(jobhost_demand_compiler variable program package)
    find_program(${variable} ${program})
    if(NOT ${variable})
        message(FATAL_ERROR "${program} is not here, and the tests build plugins with it; install the package "
            "${package} (host/packaging/install_packages.sh test installs all that tests need)")
    endif()
endfunction()

jobhost_demand_compiler(JOBHOST_CLANG clang clang)
jobhost_demand_compiler(JOBHOST_CLANGXX clang++ clang)
jobhost_demand_compiler(JOBHOST_RUSTC rustc rustc)
jobhost_demand_compiler(JOBHOST_MINGW_GCC x86_64-w64-mingw32-gcc g++-mingw-w64-x86-64)
jobhost_demand_compiler(JOBHOST_MINGW_GXX x86_64-w64-mingw32-g++ g++-mingw-w64-x86-64)

list(TRANSFORM headers PREPEND ${PROJECT_SOURCE_DIR}/plugin_sdk/include/ OUTPUT_VARIABLE sdk_headers)

# jobhost_build_plugin(FILE SOURCE COMMAND word...): FILE in the folder of test plugins, by a command that ends with
# "-o FILE SOURCE".
function(jobhost_build_plugin file source)
    cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "COMMAND;DEPENDS")
    set(made ${JOBHOST_PLUGIN_OUTPUT_DIRECTORY}/${file})
    add_custom_command(OUTPUT ${made}
        COMMAND ${CMAKE_COMMAND} -E make_directory ${JOBHOST_PLUGIN_OUTPUT_DIRECTORY}
        COMMAND ${arg_COMMAND} -o ${made} ${CMAKE_CURRENT_SOURCE_DIR}/${source}
        DEPENDS ${source} ${arg_DEPENDS} COMMENT "Building the plugin ${file}" VERBATIM)
    set_property(TARGET plugins_of_other_compilers APPEND PROPERTY SOURCES ${made})
endfunction()

add_custom_target(plugins_of_other_compilers)
set(include -I${PROJECT_SOURCE_DIR}/plugin_sdk/include)
set(warnings -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -Wno-missing-field-initializers)
set(exports ${PROJECT_SOURCE_DIR}/plugin_sdk/cmake/exports.map)
set(link -Wl,-z,defs -Wl,-z,now -Wl,--build-id)

set(elf -O2 -fPIC -shared -fvisibility=hidden ${include} ${warnings} -Wl,--version-script=${exports} ${link})
jobhost_build_plugin(plugin_in_c_by_clang.so plugin_in_c.c
    COMMAND ${JOBHOST_CLANG} -std=c99 ${elf} DEPENDS ${sdk_headers} ${exports})
foreach(plugin IN ITEMS plugin_in_cpp audited)
    jobhost_build_plugin(${plugin}_by_clang.so ${plugin}.cpp
        COMMAND ${JOBHOST_CLANGXX} -std=c++20 -fvisibility-inlines-hidden ${elf} DEPENDS ${sdk_headers} ${exports})
endforeach()

list(TRANSFORM link PREPEND link-arg= OUTPUT_VARIABLE rust_link)
list(TRANSFORM rust_link PREPEND "-C;")
jobhost_build_plugin(plugin_in_rust.so rust/plugin_in_rust.rs
    COMMAND ${JOBHOST_RUSTC} --edition 2021 --crate-type cdylib -O -D warnings -C strip=debuginfo ${rust_link}
    DEPENDS rust/abi.rs rust/layout.rs)

# Nothing of MinGW is needed where such a library runs: -static.
set(dll -O2 -shared -static ${include} ${warnings})
jobhost_build_plugin(plugin_in_c.dll plugin_in_c.c
    COMMAND ${JOBHOST_MINGW_GCC} -std=c99 ${dll} DEPENDS ${sdk_headers})
foreach(plugin IN ITEMS plugin_in_cpp audited)
    jobhost_build_plugin(${plugin}.dll ${plugin}.cpp
        COMMAND ${JOBHOST_MINGW_GXX} -std=c++20 ${dll} DEPENDS ${sdk_headers})
endforeach()
