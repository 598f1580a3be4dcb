# cmake --install: the component `runtime` is what runs jobs, `sdk` what a plugin is built with.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS jobhost jobhost-worker RUNTIME COMPONENT runtime)
install(TARGETS command database LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/jobhost/plugins COMPONENT runtime)
install(FILES config/jobhost.yaml DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples COMPONENT runtime)
foreach(component IN ITEMS runtime sdk)
    install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT ${component})
endforeach()

# No path of this machine goes into the package: it finds everything from where its own files lie.
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/jobhost)
install(DIRECTORY plugin_sdk/include/jobhost DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT sdk)
install(TARGETS jobhost_plugin_sdk EXPORT jobhost INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT jobhost FILE jobhost-targets.cmake NAMESPACE jobhost:: DESTINATION ${package} COMPONENT sdk)
configure_package_config_file(plugin_sdk/cmake/jobhost-config.cmake.in jobhost-config.cmake
    INSTALL_DESTINATION ${package} NO_SET_AND_CHECK_MACRO)
# Headers are the same for all machines.
write_basic_package_version_file(jobhost-config-version.cmake COMPATIBILITY SameMajorVersion ARCH_INDEPENDENT)
install(FILES ${PROJECT_BINARY_DIR}/jobhost-config.cmake ${PROJECT_BINARY_DIR}/jobhost-config-version.cmake
    plugin_sdk/cmake/jobhost_add_plugin.cmake plugin_sdk/cmake/exports.map DESTINATION ${package} COMPONENT sdk)

set(pkgconfig ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH to_headers ${CMAKE_INSTALL_PREFIX}/${pkgconfig} ${CMAKE_INSTALL_FULL_INCLUDEDIR})
file(RELATIVE_PATH to_package ${CMAKE_INSTALL_PREFIX}/${pkgconfig} ${CMAKE_INSTALL_PREFIX}/${package})
configure_file(plugin_sdk/cmake/jobhost.pc.in jobhost.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/jobhost.pc DESTINATION ${pkgconfig} COMPONENT sdk)
