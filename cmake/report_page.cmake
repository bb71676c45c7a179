# The page of `--report`: web/report/ in TypeScript, made into one file of HTML by Vite and compiled in. What npm
# installs stands in the build folder; it is asked for again only when the lock file changes, so that later builds need
# no network. Without Node.js, npm or the network at the first build the page is empty, and `--report` says so.
set(KETTE_PAGE_FOLDER ${PROJECT_BINARY_DIR}/web/report)
set(KETTE_PAGE ${PROJECT_BINARY_DIR}/web/report.html)
find_program(KETTE_NODE node)
find_program(KETTE_NPM npm)

# kette_report_page(SOURCE): builds the page for the file that takes it in.
function(kette_report_page source)
  set(web ${PROJECT_SOURCE_DIR}/web/report)
  set(script ${PROJECT_SOURCE_DIR}/cmake/build_report_page.cmake)
  set_source_files_properties(${source} PROPERTIES COMPILE_DEFINITIONS "KETTE_PAGE=\"${KETTE_PAGE}\""
                              OBJECT_DEPENDS ${KETTE_PAGE} SKIP_UNITY_BUILD_INCLUSION ON)
  if(NOT KETTE_NODE OR NOT KETTE_NPM)
    message(STATUS "No Node.js with npm here: built without the page of --report")
    file(WRITE ${KETTE_PAGE} "")
    return()
  endif()
  # A page that could not be built is tried again whenever CMake configures.
  if(EXISTS ${KETTE_PAGE})
    file(SIZE ${KETTE_PAGE} size)
    if(size EQUAL 0)
      file(REMOVE ${KETTE_PAGE})
    endif()
  endif()
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${web}/*)
  list(FILTER files EXCLUDE REGEX "/node_modules/")
  add_custom_command(OUTPUT ${KETTE_PAGE}
                     COMMAND ${CMAKE_COMMAND} -DSOURCE=${web} -DFOLDER=${KETTE_PAGE_FOLDER} -DPAGE=${KETTE_PAGE}
                             -DNPM=${KETTE_NPM} -DNODE=${KETTE_NODE} -P ${script}
                     DEPENDS ${files} ${script} COMMENT "Building the page of --report" VERBATIM)
endfunction()
