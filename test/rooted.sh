# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Mount namespaces with things of their own take a root that is a mount. In a
# plain chroot it is none: there the script that sources this file, as root and
# before it has gone to another directory, runs once more in one that is, put
# where nobody else can see it (nothing mounted on a private mount spreads).
if ((EUID == 0)) && [[ ! ${EGRETS_ROOTED-} ]] && ! mountpoint -q /; then
	export EGRETS_ROOTED=1
	# shellcheck disable=SC2016
	exec unshare --mount --propagation unchanged bash -euc '
		mount --make-private /proc
		mount --rbind / /proc/fs
		exec chroot /proc/fs bash -euc "
			mount --make-rprivate /
			cd \"\$0\"
			exec \"\$@\"" "$PWD" "$@"' - "$0" "$@"
fi
