# cmake -DREADME=… -DSOURCE=… -P Shows.cmake: the page shows the source to the letter.
cmake_minimum_required(VERSION 3.25)
file(READ ${README} page)
file(READ ${SOURCE} source)
string(FIND "${page}" "${source}" at)
if(at EQUAL -1)
  message(FATAL_ERROR "${README} does not show ${SOURCE} as it is")
endif()
