# Writes the pages of `kette help TOPIC` as C++: cmake -DTOPICS=folder -DOUTPUT=file.cc -P topics.cmake
file(GLOB files ${TOPICS}/*.md)
list(SORT files)
set(entries)
foreach(file IN LISTS files)
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} text)
  string(APPEND entries "    {\"${name}\", R\"kette(${text})kette\"},\n")
endforeach()
file(WRITE ${OUTPUT} "// Written by cmake/topics.cmake from docs/topics/.
#include \"kette/cli/topics.h\"

namespace kette::cli {
namespace {

constexpr Topic kTopics[] = {
${entries}};

}  // namespace

std::span<const Topic> topics() { return kTopics; }

}  // namespace kette::cli
")
