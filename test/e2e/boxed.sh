#!/bin/bash
# SPDX-License-Identifier: MIT
#
# egrets in a cgroup and a cgroup namespace of its own, as in a container, sees
# the whole machine, not just its own branch of the tree.
set -euo pipefail
. "$(dirname "$0")/lab.sh"
. "$(dirname "$0")/expect.sh"

# in_tree COMMAND...: with the cgroup v2 tree at $lab_dir/tree, for itself only.
in_tree()
{
	unshare --mount bash -euc 'mount -t cgroup2 none "$0/tree"; "$@"' \
		"$lab_dir" "$@"
}

lab_up
mkdir "$lab_dir/tree"
box=$lab_dir/tree/egrets-box-$$
in_tree mkdir "$box" || lab_skip "no cgroup v2 tree to make a cgroup in"
lab_on_exit in_tree rmdir "$box"
cat >"$lab_dir/boxed" <<-END
	#!/bin/bash
	exec unshare --mount bash -euc '
		mount -t cgroup2 none "\$0/tree"
		echo \$\$ >"\$1/cgroup.procs"
		shift
		exec unshare --cgroup "\$@"' "$lab_dir" "$box" "$EGRETS" "\$@"
END
chmod +x "$lab_dir/boxed"
EGRETS=$lab_dir/boxed
egrets_start -o json
lab_client curl -4 -s -o /dev/null http://four.lab/
client=$lab_pid
egrets_stop
expect_is "what is outside of the box" \
	"$(events 'select($pid == $client and $kind != "process.udp_v4") |
		[$kind, .dns.question.name // .destination.domain] | join(" ")' \
		--argjson client "$client" | LC_ALL=C sort)" \
	"dns.answer four.lab
dns.query four.lab
process.tcp_v4 four.lab"
expect_done
