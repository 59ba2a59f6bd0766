# What every target of ours is compiled with: warnings, sanitizers, a compiler cache when there is one.

add_library(netbit_warnings INTERFACE)
target_compile_options(netbit_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor -Woverloaded-virtual>
  # GCC 12 warns falsely of std::string's operator+ at -O3 (GCC bug 105651).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>)

if(NETBIT_SANITIZE)
  add_compile_options(-fsanitize=${NETBIT_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${NETBIT_SANITIZE})
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  add_compile_options($<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-fpch-preprocess>)
endif()

# netbit_room(NAME SOURCES … USES other rooms and libraries…): one room of the host as a static library.
# A room may link, and so include, only what it USES; tests/contract/arrows checks the includes as well.
function(netbit_room name)
  cmake_parse_arguments(room "" "" "SOURCES;USES;PRIVATE_USES" ${ARGN})
  add_library(netbit_${name} STATIC ${room_SOURCES})
  target_include_directories(netbit_${name} PUBLIC ${PROJECT_SOURCE_DIR}/host)
  target_link_libraries(netbit_${name} PUBLIC ${room_USES} PRIVATE netbit_warnings ${room_PRIVATE_USES})
  if(NOT name STREQUAL base)
    target_precompile_headers(netbit_${name} REUSE_FROM netbit_base)
  endif()
endfunction()

# netbit_test_timeout(OUT SECONDS): that limit, or a longer one where a sanitizer makes all slow.
function(netbit_test_timeout out seconds)
  if(NETBIT_SANITIZE)
    math(EXPR seconds "${seconds} * 4")
  endif()
  set(${out} ${seconds} PARENT_SCOPE)
endfunction()

# netbit_test(NAME SOURCES … USES …): one GoogleTest program; each TEST becomes a ctest case.
# FIXTURES names what other tests must have set up before (FIXTURES_REQUIRED of ctest).
function(netbit_test name)
  if(NOT NETBIT_TESTS)
    return()
  endif()
  cmake_parse_arguments(test "" "TIMEOUT" "SOURCES;USES;LABELS;FIXTURES" ${ARGN})
  if(NOT test_TIMEOUT)
    set(test_TIMEOUT 60)
  endif()
  netbit_test_timeout(test_TIMEOUT ${test_TIMEOUT})
  if(NOT test_LABELS)
    set(test_LABELS unit)
  endif()
  add_executable(${name} ${test_SOURCES})
  target_link_libraries(${name} PRIVATE netbit_warnings ${test_USES} GTest::gtest GTest::gtest_main GTest::gmock)
  target_compile_options(${name} PRIVATE -O0) # compiled more often than run: a third less time
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT ${test_TIMEOUT} LABELS "${test_LABELS}"
    FIXTURES_REQUIRED "${test_FIXTURES}")
endfunction()
