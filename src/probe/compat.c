// SPDX-License-Identifier: MIT
#include "probe/compat.h"

#include <errno.h>

struct perf_buffer *compat_perf_buffer_new(int map, size_t pages,
					   perf_buffer_sample_fn on_sample,
					   perf_buffer_lost_fn on_lost,
					   void *context)
{
#if HAVE_PERF_BUFFER_FUNCTIONS
	struct perf_buffer *buffer = perf_buffer__new(map, pages, on_sample,
						      on_lost, context, NULL);
#else
	const struct perf_buffer_opts options = {
		.sample_cb = on_sample,
		.lost_cb = on_lost,
		.ctx = context,
	};
	struct perf_buffer *buffer = perf_buffer__new(map, pages, &options);
#endif
	long err = libbpf_get_error(buffer);

	if (!err)
		return buffer;
	errno = (int)-err;
	return NULL;
}
