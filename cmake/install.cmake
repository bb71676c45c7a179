# cmake --install: the library with its headers, the program, and what find_package(kette) reads.
include(CMakePackageConfigHelpers)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/kette)
get_property(libraries GLOBAL PROPERTY KETTE_LIBRARIES)
target_link_libraries(kette INTERFACE $<INSTALL_INTERFACE:${libraries}>)

install(TARGETS kette EXPORT kette-targets)
install(EXPORT kette-targets NAMESPACE kette:: DESTINATION ${package})
if(TARGET kette_cli)
  install(TARGETS kette_cli)
  set(share ${PROJECT_BINARY_DIR}/share)
  install(FILES ${share}/kette.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  install(FILES ${share}/kette.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME kette)
  install(FILES ${share}/_kette DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
  install(FILES ${share}/kette.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()
install(DIRECTORY kette DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h"
        PATTERN kette/cli EXCLUDE PATTERN precompiled.h EXCLUDE PATTERN "test_*.h" EXCLUDE)

write_basic_package_version_file(${PROJECT_BINARY_DIR}/kette-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES cmake/kette-config.cmake cmake/library_dependencies.cmake
        ${PROJECT_BINARY_DIR}/kette-config-version.cmake DESTINATION ${package})
