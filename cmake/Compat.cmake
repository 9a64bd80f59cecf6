# What the libraries here offer: tried, never taken from a version number.
# src/probe/compat.h says what each is about.

include(CheckCSourceCompiles)

# compat_checks(TARGET): defines HAVE_... for it, as 1 or 0.
function(compat_checks target)
	set(CMAKE_REQUIRED_LIBRARIES PkgConfig::libbpf)
	check_c_source_compiles("
		#include <bpf/libbpf.h>
		int main(void)
		{
			return !perf_buffer__new_raw(0, 0, NULL, NULL, NULL,
						     NULL);
		}" HAVE_PERF_BUFFER_FUNCTIONS)
	target_compile_definitions(${target} PRIVATE
		HAVE_PERF_BUFFER_FUNCTIONS=$<BOOL:${HAVE_PERF_BUFFER_FUNCTIONS}>)
endfunction()
