# jobhost_add_plugin(NAME source... [LIBRARIES library...] [OUTPUT_DIRECTORY folder])
#
# Makes NAME.so, a plugin that unloads cleanly and tells at link time what it lacks. It goes to OUTPUT_DIRECTORY,
# otherwise to JOBHOST_PLUGIN_OUTPUT_DIRECTORY if that is set.
function(jobhost_add_plugin name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "OUTPUT_DIRECTORY" "LIBRARIES")
    add_library(${name} MODULE ${arg_UNPARSED_ARGUMENTS})
    target_link_libraries(${name} PRIVATE jobhost::plugin_sdk ${arg_LIBRARIES})
    # Unity builds would merge the anonymous namespaces of the plugin's files.
    set_target_properties(${name} PROPERTIES
        PREFIX "" C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
        UNITY_BUILD OFF CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON)
    if(NOT arg_OUTPUT_DIRECTORY)
        set(arg_OUTPUT_DIRECTORY ${JOBHOST_PLUGIN_OUTPUT_DIRECTORY})
    endif()
    if(arg_OUTPUT_DIRECTORY)
        set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${arg_OUTPUT_DIRECTORY})
    endif()
    if(WIN32)
        return()
    endif()

    # A unique symbol of libstdc++'s templates would keep the library mapped for ever.
    target_compile_options(${name} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)
    # A missing function ends the process at its first call otherwise; the id finds the debug symbols.
    set(exports ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/exports.map)
    target_link_options(${name} PRIVATE LINKER:--version-script=${exports} LINKER:-z,now LINKER:--build-id)
    set_target_properties(${name} PROPERTIES LINK_DEPENDS ${exports})
    # The sanitizers' functions come from the program that loads the plugin.
    if(NOT "${CMAKE_C_FLAGS} ${CMAKE_CXX_FLAGS}" MATCHES "-fsanitize")
        target_link_options(${name} PRIVATE LINKER:-z,defs)
    endif()
endfunction()
