# cmake -DBUILD=… -DSOURCE=… -DPREFIX=… -P Install.cmake: installs the SDK under one name, moves it to another, and looks
# whether anything in it still knows where it came from.
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE ${PREFIX} ${PREFIX}.made)
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --component sdk --prefix ${PREFIX}.made
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(RENAME ${PREFIX}.made ${PREFIX})
file(GLOB_RECURSE files LIST_DIRECTORIES false ${PREFIX}/*)
set(texts ${files})
list(FILTER texts INCLUDE REGEX "\\.(cmake|pc|h|hpp|map|json|md|txt)$")
foreach(file IN LISTS texts)
  file(READ ${file} content)
  foreach(place IN ITEMS ${BUILD} ${SOURCE}/ ${PREFIX}.made)
    string(FIND "${content}" "${place}" at)
    if(NOT at EQUAL -1)
      message(FATAL_ERROR "${file} names ${place}")
    endif()
  endforeach()
endforeach()
foreach(wanted IN ITEMS include/netbit/plugin.h include/netbit/plugin.hpp bin/netbit-plugin-check share/doc/netbit-sdk/README.md share/doc/netbit-sdk/kit/README.md
    share/doc/netbit-sdk/FAULTS.md share/doc/netbit-sdk/LIFECYCLE.md
    share/netbit/template/c/CMakeLists.txt share/netbit/template/cpp/CMakeLists.txt share/netbit/examples/notes/notes.json)
  if(NOT EXISTS ${PREFIX}/${wanted})
    message(FATAL_ERROR "${wanted} is not installed")
  endif()
endforeach()
# There is a library in it, so it is for one machine: a package of another width must refuse to be found.
file(GLOB_RECURSE version ${PREFIX}/*NetBitConfigVersion.cmake)
file(READ ${version} text)
if(NOT text MATCHES "CMAKE_SIZEOF_VOID_P")
  message(FATAL_ERROR "${version} says that the package fits every machine")
endif()
