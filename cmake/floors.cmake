# A floor is one folder of kette/: an object library of its sources, and one test
# program of its *_test.cc files. All floors together are the library `kette`.

add_library(kette_options INTERFACE)
target_compile_features(kette_options INTERFACE cxx_std_20)
target_compile_options(kette_options INTERFACE -Wall -Wextra -Wpedantic -Wno-missing-field-initializers)
# Every floor throws errors formatted by fmt; the same definitions everywhere let them share precompiled headers.
target_link_libraries(kette_options INTERFACE fmt::fmt)
target_include_directories(kette_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
# Products and sums are fused where the code says so and nowhere else: the bits do not depend on the compiler's mood.
target_compile_options(kette_options INTERFACE -ffp-contract=off)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC looks for memory to give back a dozen times in each file: with a gigabyte at hand it need not.
  target_compile_options(kette_options INTERFACE "SHELL:--param ggc-min-heapsize=1000000")
  # GCC 12 warns about the deliberately undefined values inside its own AVX-512 headers.
  target_compile_options(kette_options INTERFACE -Wno-maybe-uninitialized)
  # It takes anonymous namespaces in files that are compiled together for those of a header.
  target_compile_options(kette_options INTERFACE $<$<BOOL:${CMAKE_UNITY_BUILD}>:-Wno-subobject-linkage>)
endif()
# Two dozen programs are linked: gold takes two thirds of the time of the usual linker.
include(CheckLinkerFlag)
check_linker_flag(CXX -fuse-ld=gold KETTE_HAS_GOLD)
if(KETTE_HAS_GOLD)
  target_link_options(kette_options INTERFACE -fuse-ld=gold)
endif()
if(KETTE_SANITIZE)
  target_compile_options(kette_options INTERFACE -fsanitize=${KETTE_SANITIZE} -fno-omit-frame-pointer
                         -fno-sanitize-recover=all)
  target_link_options(kette_options INTERFACE -fsanitize=${KETTE_SANITIZE})
endif()

# What runs once rather than for every sample need not be optimised far, what runs once for a row gains nothing from
# GCC's last level, and tests and examples need none: the time they take goes into the kernels.
set(kette_runs_once $<$<CONFIG:Release>:-O1>)
set(kette_runs_often $<$<CONFIG:Release>:-O2>)
set(kette_quick_to_build $<$<CONFIG:Release>:-O0>)

# Headers that nearly every file reads are precompiled once, by the first target that asks, and shared by the others:
# kette_precompile(TARGET KIND header...)
function(kette_precompile target kind)
  get_property(first GLOBAL PROPERTY KETTE_PRECOMPILED_${kind})
  if(first)
    target_precompile_headers(${target} REUSE_FROM ${first})
  else()
    target_precompile_headers(${target} PRIVATE ${ARGN})
    set_property(GLOBAL PROPERTY KETTE_PRECOMPILED_${kind} ${target})
  endif()
endfunction()

# A whole build compiles the files of a target together (CMAKE_UNITY_BUILD, in every preset but dev):
# most of a file's time goes into its headers.
set(CMAKE_UNITY_BUILD_BATCH_SIZE 40)

# A file with `#if HWY_ONCE` is compiled by Highway once per instruction set, so the compiler is told its name. Such files
# stand alone, or, in a whole build, TOGETHER of them behind one file: kette_simd_files(LIST_VARIABLE FLOOR TOGETHER)
function(kette_simd_files list floor together)
  set(alone)
  set(count 0)
  foreach(source IN LISTS ${list})
    file(STRINGS ${source} simd REGEX "^#if HWY_ONCE" LIMIT_COUNT 1)
    if(simd AND together GREATER 1 AND CMAKE_UNITY_BUILD)
      math(EXPR group "${count} / ${together}")
      math(EXPR count "${count} + 1")
      string(APPEND text_${group} "#include \"${source}\"\n")
      continue()
    endif()
    list(APPEND alone ${source})
    if(simd)
      kette_simd_file(${source})
    endif()
  endforeach()
  if(count GREATER 0)
    foreach(number RANGE ${group})
      set(file ${CMAKE_CURRENT_BINARY_DIR}/${floor}_simd_${number}.cc)
      file(CONFIGURE OUTPUT ${file} CONTENT "${text_${number}}" @ONLY)
      list(APPEND alone ${file})
      kette_simd_file(${file})
    endforeach()
  endif()
  set(${list} ${alone} PARENT_SCOPE)
endfunction()

function(kette_simd_file source)
  set_source_files_properties(${source} PROPERTIES COMPILE_DEFINITIONS "HWY_TARGET_INCLUDE=\"${source}\""
                              SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

set(kette_common_headers <fmt/core.h> <algorithm> <functional> <map> <memory> <span> <string> <vector>)
set(kette_test_headers <gtest/gtest.h> ${kette_common_headers})

# kette_floor(NAME [RUNS_ONCE | RUNS_OFTEN] [SIMD_TOGETHER count] [LIBRARIES lib...] [TEST_LIBRARIES lib...] [PRECOMPILE header...])
function(kette_floor name)
  cmake_parse_arguments(ARG "RUNS_ONCE;RUNS_OFTEN" "SIMD_TOGETHER" "LIBRARIES;TEST_LIBRARIES;PRECOMPILE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cc)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  kette_simd_files(sources ${name} "${ARG_SIMD_TOGETHER}")
  kette_simd_files(tests ${name} 1)
  if(sources)
    add_library(kette_${name} OBJECT ${sources})
    set_target_properties(kette_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    target_link_libraries(kette_${name} PUBLIC kette_options ${ARG_LIBRARIES})
    if(ARG_RUNS_ONCE)
      target_compile_options(kette_${name} PRIVATE ${kette_runs_once})
    elseif(ARG_RUNS_OFTEN)
      target_compile_options(kette_${name} PRIVATE ${kette_runs_often})
    endif()
    set_property(GLOBAL APPEND PROPERTY KETTE_FLOORS kette_${name})
    if(ARG_PRECOMPILE AND NOT CMAKE_UNITY_BUILD)
      kette_precompile(kette_${name} ${name} ${ARG_PRECOMPILE})
    else()
      kette_precompile(kette_${name} library ${kette_common_headers})
    endif()
  endif()
  if(ARG_LIBRARIES)
    set_property(GLOBAL APPEND PROPERTY KETTE_LIBRARIES ${ARG_LIBRARIES})
  endif()
  if(tests AND KETTE_BUILD_TESTS)
    get_property(below GLOBAL PROPERTY KETTE_FLOORS)
    get_property(libraries GLOBAL PROPERTY KETTE_LIBRARIES)
    add_executable(${name}_test ${tests})
    # Only this floor and those below it: a test cannot lean on a higher floor.
    target_link_libraries(${name}_test PRIVATE kette_options ${below} ${libraries} ${ARG_TEST_LIBRARIES}
                          GTest::gtest_main)
    target_compile_definitions(${name}_test PRIVATE KETTE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    target_compile_options(${name}_test PRIVATE ${kette_quick_to_build})
    kette_precompile(${name}_test test ${kette_test_headers})
    gtest_discover_tests(${name}_test TEST_PREFIX "${name}." PROPERTIES LABELS unit DISCOVERY_TIMEOUT 60)
  endif()
endfunction()
