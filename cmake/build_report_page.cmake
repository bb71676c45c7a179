# cmake -DSOURCE=web/report -DFOLDER=where to build -DPAGE=file.html -DNPM=npm -DNODE=node -P build_report_page.cmake
# Writes an empty page, and says why, where npm cannot install what it needs; errors of the page itself are errors.
cmake_policy(VERSION 3.25)
file(MAKE_DIRECTORY ${FOLDER})
file(GLOB entries ${SOURCE}/*)
list(FILTER entries EXCLUDE REGEX "/node_modules$")
file(REMOVE_RECURSE ${FOLDER}/src)
file(COPY ${entries} DESTINATION ${FOLDER})

file(SHA256 ${SOURCE}/package-lock.json wanted)
set(installed "")
if(EXISTS ${FOLDER}/installed.txt)
  file(READ ${FOLDER}/installed.txt installed)
endif()
if(NOT installed STREQUAL wanted)
  execute_process(COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund WORKING_DIRECTORY ${FOLDER}
                  OUTPUT_FILE ${FOLDER}/npm.log ERROR_FILE ${FOLDER}/npm.log RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(WARNING "npm cannot install what the page of --report is built with (see ${FOLDER}/npm.log): "
                    "kette is built without it")
    file(WRITE ${PAGE} "")
    return()
  endif()
  file(WRITE ${FOLDER}/installed.txt ${wanted})
endif()

execute_process(COMMAND ${NODE} node_modules/vite/bin/vite.js build --logLevel warn WORKING_DIRECTORY ${FOLDER}
                RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "Vite cannot build web/report")
endif()
file(COPY_FILE ${FOLDER}/built/index.html ${PAGE})
