# find_package(kette): the target kette::kette.
include(${CMAKE_CURRENT_LIST_DIR}/library_dependencies.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/kette-targets.cmake)
