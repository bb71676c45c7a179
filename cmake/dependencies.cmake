# Every dependency is a Debian package; script/bootstrap installs them.
include(cmake/library_dependencies.cmake)
find_path(FAST_FLOAT_INCLUDE fast_float/fast_float.h REQUIRED)

if(KETTE_BUILD_CLI OR KETTE_BUILD_FUZZ)
  find_package(CLI11 REQUIRED)
  find_package(tomlplusplus REQUIRED)  # configuration and records of runs: places in messages, all of TOML 1.0
endif()
if(KETTE_BUILD_TESTS)
  find_package(GTest REQUIRED)
  find_package(ZLIB REQUIRED)  # packs what the reader is to unpack
  include(GoogleTest)
endif()
