# One interface target carries the language, the warnings and the hardening,
# so that every target is compiled alike.

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

add_library(egrets_flags INTERFACE)
target_compile_definitions(egrets_flags INTERFACE _GNU_SOURCE)
target_compile_options(egrets_flags INTERFACE
	-Wall -Wextra -Wshadow -Wconversion -Wformat=2 -Wstrict-prototypes
	-Wmissing-prototypes -Wundef -Wvla -Wpointer-arith -Wwrite-strings
	-Wcast-qual -Wold-style-definition -Wno-missing-field-initializers
	-fstack-protector-strong -fno-strict-aliasing)
target_link_options(egrets_flags INTERFACE -Wl,-z,relro,-z,now)

# Executables are position-independent too (CMake leaves -pie out unless asked).
include(CheckPIESupported)
check_pie_supported(LANGUAGES C)

if(EGRETS_WERROR)
	target_compile_options(egrets_flags INTERFACE -Werror)
endif()

if(EGRETS_SANITIZE)
	target_compile_options(egrets_flags INTERFACE
		-fsanitize=${EGRETS_SANITIZE} -fno-sanitize-recover=all
		-fno-omit-frame-pointer)
	target_link_options(egrets_flags INTERFACE
		-fsanitize=${EGRETS_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
	target_compile_definitions(egrets_flags INTERFACE _FORTIFY_SOURCE=2)
endif()

# What people run is optimised as a whole (a capture of DNS is read in a tenth
# less time). The tests link the same objects as they are, which is faster.
function(optimise_across_files)
	include(CheckIPOSupported)
	check_ipo_supported(RESULT supported LANGUAGES C)
	if(supported)
		set_target_properties(${ARGN} PROPERTIES
			INTERPROCEDURAL_OPTIMIZATION_RELWITHDEBINFO ON)
		foreach(target ${ARGN})
			target_compile_options(${target} PRIVATE
				$<$<AND:$<C_COMPILER_ID:GNU>,$<CONFIG:RelWithDebInfo>>:-ffat-lto-objects>)
		endforeach()
	endif()
endfunction()
