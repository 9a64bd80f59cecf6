// SPDX-License-Identifier: MIT
#include "probe/features.h"

#include "base/cleanup.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>

/* CONFIG_IKHEADERS: libbcc unpacks it. */
#define KERNEL_HEADERS_ARCHIVE "/sys/kernel/kheaders.tar.xz"

/* Later than some C libraries' headers. */
#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#define CAP_BPF	    39
#endif

static uint64_t effective_capabilities(void)
{
	_cleanup_fclose_ FILE *status = fopen("/proc/self/status", "re");
	uint64_t capabilities = 0;
	char line[256];

	while (status && fgets(line, sizeof(line), status))
		if (sscanf(line, "CapEff: %" SCNx64, &capabilities) == 1)
			break;
	return capabilities;
}

static bool has(uint64_t capabilities, int capability)
{
	return capabilities >> capability & 1;
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static void probe_kernel(struct feature *feature)
{
	struct utsname name;

	uname(&name);
	*feature = (struct feature){.name = "kernel"};
	snprintf(feature->found, sizeof(feature->found), "%.64s %.64s",
		 name.release, name.machine);
}

static void probe_capabilities(struct feature *feature)
{
	uint64_t mine = effective_capabilities();
	bool admin = has(mine, CAP_SYS_ADMIN);
	const char *missing = NULL;

	*feature = (struct feature){
		.name = "capabilities",
		.cost = "egrets needs root: run it with sudo",
	};
	if (!admin && !has(mine, CAP_BPF))
		missing = "CAP_BPF";
	else if (!admin && !has(mine, CAP_PERFMON))
		missing = "CAP_PERFMON";
	else if (!has(mine, CAP_NET_RAW))
		missing = "CAP_NET_RAW";
	else if (!has(mine, CAP_NET_ADMIN))
		missing = "CAP_NET_ADMIN";
	if (missing)
		feature->state = FEATURE_FATAL;
	snprintf(feature->found, sizeof(feature->found), "%s%s",
		 missing ? "no " : "enough", missing ? missing : "");
}

/* The smallest thing that shows whether bpf(2) lets us in. */
static void probe_bpf(struct feature *feature)
{
	int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "egrets_check", 4, 4, 1,
				 NULL);

	*feature = (struct feature){
		.name = "bpf(2)",
		.found = "works",
		.cost = "egrets cannot load its probes: run it as root, "
			"outside "
			"a container that forbids bpf(2), on a kernel with "
			"CONFIG_BPF_SYSCALL",
	};
	if (map >= 0) {
		close(map);
		return;
	}
	feature->state = FEATURE_FATAL;
	snprintf(feature->found, sizeof(feature->found), "%s", strerror(errno));
}

static void probe_packets(struct feature *feature)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	*feature = (struct feature){
		.name = "packet sockets",
		.found = "work",
		.cost = "egrets cannot see DNS: it needs CAP_NET_RAW and a "
			"kernel with CONFIG_PACKET",
	};
	if (fd >= 0) {
		close(fd);
		return;
	}
	feature->state = FEATURE_FATAL;
	snprintf(feature->found, sizeof(feature->found), "%s", strerror(errno));
}

static void probe_path(struct feature *feature, const char *name,
		       const char *path, const char *cost)
{
	bool there = exists(path);

	*feature = (struct feature){
		.name = name,
		.state = there ? FEATURE_THERE : FEATURE_MISSING,
		.cost = cost,
	};
	snprintf(feature->found, sizeof(feature->found), "%s%s",
		 there ? "" : "no ", path);
}

/* Without BTF the types must come from the headers. */
static void probe_headers(struct feature *feature, bool btf)
{
	struct utsname name;
	char path[256];

	uname(&name);
	snprintf(path, sizeof(path), "/lib/modules/%.64s/build", name.release);
	if (!exists(path) && exists(KERNEL_HEADERS_ARCHIVE))
		strcpy(path, KERNEL_HEADERS_ARCHIVE);
	probe_path(feature, "kernel headers", path,
		   btf ? "nothing while there is BTF"
		       : "without BTF egrets needs them: install "
			 "linux-headers for this kernel");
	if (feature->state == FEATURE_MISSING && !btf)
		feature->state = FEATURE_FATAL;
}

static void probe_lockdown(struct feature *feature)
{
	_cleanup_fclose_ FILE *file = fopen("/sys/kernel/security/lockdown",
					    "re");
	char line[128] = "none known";

	*feature = (struct feature){
		.name = "lockdown",
		.cost = "lockdown=confidentiality forbids probes to read the "
			"kernel: boot with lockdown=integrity or none",
	};
	if (file && fgets(line, sizeof(line), file))
		line[strcspn(line, "\n")] = '\0';
	if (strstr(line, "[confidentiality]"))
		feature->state = FEATURE_FATAL;
	snprintf(feature->found, sizeof(feature->found), "%.100s", line);
}

size_t features_probe(struct feature features[FEATURES_MAX])
{
	size_t count = 0;
	size_t btf;

	probe_kernel(&features[count++]);
	probe_capabilities(&features[count++]);
	probe_lockdown(&features[count++]);
	probe_bpf(&features[count++]);
	probe_packets(&features[count++]);
	btf = count;
	probe_path(&features[count++], "kernel types (BTF)",
		   "/sys/kernel/btf/vmlinux",
		   "egrets needs kernel headers, and starts slower");
	probe_headers(&features[count++], features[btf].state == FEATURE_THERE);
	probe_path(
		&features[count++], "kprobes",
		"/sys/bus/event_source/devices/kprobe",
		"nothing: egrets takes tracepoints and cgroup hooks instead");
	return count;
}

const struct feature *features_fatal(const struct feature *features,
				     size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (features[i].state == FEATURE_FATAL)
			return &features[i];
	return NULL;
}
