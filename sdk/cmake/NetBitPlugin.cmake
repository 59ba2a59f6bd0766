# netbit_add_plugin(ID SOURCES … MANIFEST file.json [LIBRARIES …]): a plugin as the host loads it.
#
# Makes the target plugin_<ID> (dots and dashes as _) that builds <ID>.so and, beside it, <ID>.json: the manifest with the
# library's SHA-256. Both go to NETBIT_PLUGIN_DIR, or to the build directory where that is not set.
#
# The library exports netbit_plugin_entry and nothing else. Hidden visibility alone is not enough: weak C++ symbols would
# still leak, bind to those of another plugin, and keep the library mapped after it was closed. Hence the version script,
# and --exclude-libs for what is linked statically. -z defs finds a missing symbol now instead of in an admin's log.

function(netbit_add_plugin id)
  cmake_parse_arguments(plugin "" "MANIFEST" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT plugin_SOURCES OR NOT plugin_MANIFEST)
    message(FATAL_ERROR "netbit_add_plugin(${id}): SOURCES and MANIFEST are needed")
  endif()
  string(REGEX REPLACE "[^A-Za-z0-9_]" "_" target "plugin_${id}")
  set(directory ${CMAKE_CURRENT_BINARY_DIR})
  if(NETBIT_PLUGIN_DIR)
    set(directory ${NETBIT_PLUGIN_DIR})
  endif()
  get_filename_component(manifest ${plugin_MANIFEST} ABSOLUTE)
  set(support ${CMAKE_CURRENT_FUNCTION_LIST_DIR})
  set(map ${support}/plugin.map)

  add_library(${target} MODULE ${plugin_SOURCES})
  set_target_properties(${target} PROPERTIES
    PREFIX "" OUTPUT_NAME ${id} SUFFIX .so
    LIBRARY_OUTPUT_DIRECTORY ${directory}
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  # netbit_warnings is there when NetBit itself is built; outside, warnings are the author's choice.
  target_link_libraries(${target} PRIVATE netbit::sdk ${plugin_LIBRARIES} $<TARGET_NAME_IF_EXISTS:netbit_warnings>)
  target_link_options(${target} PRIVATE
    LINKER:--version-script=${map} LINKER:--exclude-libs,ALL)
  # Sanitizers leave their run-time symbols to the program, so there -z defs cannot hold.
  if(NOT NETBIT_SANITIZE)
    target_link_options(${target} PRIVATE LINKER:-z,defs)
  endif()
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${map} ${manifest}
    ${support}/WriteManifest.cmake)
  add_custom_command(TARGET ${target} POST_BUILD
    COMMAND ${CMAKE_COMMAND} -DLIBRARY=$<TARGET_FILE:${target}> -DMANIFEST=${manifest} -DID=${id}
      -DOUTPUT=${directory}/${id}.json -P ${support}/WriteManifest.cmake
    BYPRODUCTS ${directory}/${id}.json
    VERBATIM)
endfunction()
