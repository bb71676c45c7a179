# What the library itself needs. Installed with it: kette-config.cmake includes this file.
include_guard(DIRECTORY)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(Protobuf REQUIRED)

find_path(HWY_INCLUDE hwy/highway.h REQUIRED)
add_library(kette_hwy INTERFACE IMPORTED)
target_include_directories(kette_hwy INTERFACE ${HWY_INCLUDE})
# On x86 kernels/simd_targets.cc does what of its library is needed, without the 4 ms that it takes to be loaded.
if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  find_library(HWY_LIBRARY hwy REQUIRED)
  target_link_libraries(kette_hwy INTERFACE ${HWY_LIBRARY})
endif()

# Intel's ISA-L unpacks gzip nearly twice as fast as zlib.
find_library(ISAL_LIBRARY isal REQUIRED)
find_path(ISAL_INCLUDE isa-l/igzip_lib.h REQUIRED)
add_library(kette_isal INTERFACE IMPORTED)
target_link_libraries(kette_isal INTERFACE ${ISAL_LIBRARY})
target_include_directories(kette_isal INTERFACE ${ISAL_INCLUDE})

# ONNX's own compiled schema (Debian's libonnx-dev), without its operator registry.
find_library(ONNX_PROTO_LIBRARY onnx_proto REQUIRED)
find_path(ONNX_INCLUDE onnx/onnx_pb.h REQUIRED)
add_library(kette_onnx_proto INTERFACE IMPORTED)
target_link_libraries(kette_onnx_proto INTERFACE ${ONNX_PROTO_LIBRARY} protobuf::libprotobuf)
target_include_directories(kette_onnx_proto INTERFACE ${ONNX_INCLUDE})
target_compile_definitions(kette_onnx_proto INTERFACE ONNX_ML=1 ONNX_NAMESPACE=onnx)
