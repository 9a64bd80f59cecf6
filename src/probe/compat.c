// SPDX-License-Identifier: MIT
#include "probe/compat.h"

#include <errno.h>

struct perf_buffer *compat_perf_buffer_new(int map, size_t pages,
					   struct perf_event_attr *attr,
					   perf_buffer_event_fn fn,
					   void *context)
{
#if HAVE_PERF_BUFFER_FUNCTIONS
	struct perf_buffer *buffer = perf_buffer__new_raw(map, pages, attr, fn,
							  context, NULL);
#else
	const struct perf_buffer_raw_opts options = {
		.attr = attr,
		.event_cb = fn,
		.ctx = context,
	};
	struct perf_buffer *buffer = perf_buffer__new_raw(map, pages, &options);
#endif
	long err = libbpf_get_error(buffer);

	if (!err)
		return buffer;
	errno = (int)-err;
	return NULL;
}
